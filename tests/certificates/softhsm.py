"""A hardware module in software, for tests: Debian's SoftHSM, with a token in a folder that is thrown away."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

LIBRARIES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    *Path("/usr/lib").glob("*-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/opt/homebrew/lib/softhsm/libsofthsm2.so"),
]
TOKEN, PIN = "closed-set-tests", "5678"


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The library's path, with one token in place. It reads its configuration once in a process, hence the scope."""
    library = next((path for path in LIBRARIES if path.exists()), None)
    tool = shutil.which("softhsm2-util")
    if library is None or tool is None:
        assert not os.environ.get("CI"), "Install softhsm2 first."
        pytest.skip("SoftHSM is not installed, so no key was made in hardware: apt-get install softhsm2.")
    home = tmp_path_factory.mktemp("softhsm")
    (home / "tokens").mkdir()
    configuration = home / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {home / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    subprocess.run(
        [tool, "--init-token", "--free", "--label", TOKEN, "--so-pin", "1234", "--pin", PIN],
        check=True,
        capture_output=True,
    )
    yield str(library)
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


@pytest.fixture
def hardware(softhsm: str, settings) -> None:
    """New keys are made in the module."""
    settings.CREDENTIAL_KEY_BACKEND = "pkcs11"
    settings.PKCS11_MODULE, settings.PKCS11_TOKEN, settings.PKCS11_PIN = softhsm, TOKEN, PIN
