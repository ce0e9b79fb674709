"""Do the independent verifiers accept, refuse and report as they should? On a toy site, over HTTP."""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from tests.verifiers import check, toy_site

HERE = Path(__file__).parent
EXPECTED = {"valid": "valid", "altered": "refused", "forged": "refused", "revoked": "revoked"}


@pytest.fixture(scope="module")
def site():
    server = toy_site.server()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("name", "verdict"), EXPECTED.items())
def test_the_python_verifiers_agree(site, capsys, name, verdict):
    code = check.main([site, f"{site}/credentials/{name}", f"--expect={verdict}"])

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["verifier"], line["verdict"]) for line in lines] == [
        ("openbadgeslib", verdict),
        ("openvc-core", verdict),
    ]
    assert code == 0


@pytest.mark.parametrize(("name", "verdict"), EXPECTED.items())
def test_the_javascript_verifiers_agree(site, name, verdict):
    node = shutil.which("node")
    if not node or not (HERE / "node_modules").is_dir():
        assert not os.environ.get("CI"), "Run `npm ci` in tests/verifiers first."
        pytest.skip("The JavaScript verifiers are not installed: run `npm ci` in tests/verifiers.")

    done = subprocess.run(
        [node, HERE / "verify.mjs", site, f"{site}/credentials/{name}", f"--expect={verdict}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["verifier"], line["verdict"]) for line in lines] == [
        ("@digitalbazaar/vc", verdict),
        ("@digitalcredentials/verifier-core", verdict),
    ]
    assert done.returncode == 0, done.stderr


def test_a_credential_that_cannot_be_read_is_told_apart_from_a_refusal(site, capsys):
    assert check.main([site, f"{site}/credentials/none"]) == 2
    assert check.main([site, "https://elsewhere.example/credential"]) == 2
    assert check.main([site]) == 2
