"""Does a missing or malformed value stop the start with a sentence that names it, and never with a secret in it?"""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from cms import environment as read
from cms.environment import Unconfigured

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "SECRET_KEY", "BASE_URL", "ALLOWED_HOSTS", "DEBUG", "DEMO", "DATABASE_URL", "CACHE_URL", "EMAIL_URL",
    "DEFAULT_FROM_EMAIL", "CREDENTIAL_KEY_SECRET", "FIELD_ENCRYPTION_KEYS", "TRUSTED_PROXY_COUNT", "VAR_DIR",
    "DJANGO_SETTINGS_MODULE",
    "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE",
    "SIGNING_BACKEND", "PKCS11_MODULE", "PKCS11_TOKEN", "PKCS11_PIN",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _an_environment_of_its_own() -> Iterator[None]:
    """Not `monkeypatch`: what the code under test sets must go again, too."""
    before = dict(os.environ)
    for name in OURS:
        os.environ.pop(name, None)
    yield
    os.environ.clear()
    os.environ.update(before)


# One value -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, "", "   "])
def test_a_missing_text_is_named(value: str | None) -> None:
    if value is not None:
        os.environ["SECRET_KEY"] = value

    with pytest.raises(Unconfigured, match=r"^Set SECRET_KEY in the environment"):
        read.text("SECRET_KEY")
    assert read.text("SECRET_KEY", "default") == "default"


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("1", True),
        ("on", True),
        ("TRUE", True),
        (" yes ", True),
        ("", False),
        ("0", False),
        ("off", False),
        ("No", False),
    ],
)
def test_a_flag_is_read_however_it_is_written(value: str, meant: bool) -> None:
    os.environ["DEBUG"] = value

    assert read.flag("DEBUG") is meant


@pytest.mark.parametrize("value", ["maybe", "2", "ja", "onn"])
def test_a_flag_that_is_neither_is_named(value: str) -> None:
    os.environ["DEBUG"] = value

    with pytest.raises(Unconfigured, match="DEBUG is .*write on or off"):
        read.flag("DEBUG")


def test_a_flag_that_is_not_there_is_its_default() -> None:
    assert (read.flag("DEBUG"), read.flag("DEBUG", True)) == (False, True)


@pytest.mark.parametrize("value", ["-1", "1.5", "two", "٣", "0x1"])
def test_a_number_that_is_none_is_named(value: str) -> None:
    os.environ["TRUSTED_PROXY_COUNT"] = value

    with pytest.raises(Unconfigured, match="TRUSTED_PROXY_COUNT"):
        read.whole_number("TRUSTED_PROXY_COUNT", 0)


def test_a_list_is_parted_by_commas() -> None:
    os.environ["ALLOWED_HOSTS"] = " a.example, b.example,, "

    assert read.words("ALLOWED_HOSTS") == ["a.example", "b.example"]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("https://academy.example", "https://academy.example"),
        ("https://academy.example/", "https://academy.example"),
        ("HTTPS://Academy.Example", "https://academy.example"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_scheme_and_host(value: str, meant: str) -> None:
    os.environ["BASE_URL"] = value

    assert read.base_url() == meant


@pytest.mark.parametrize(
    "value",
    [
        "academy.example", "ftp://academy.example", "https://", "https:///", "https://academy.example/path",
        "https://academy.example?x=1", "https://academy.example#x", "https://user:password@academy.example",
        "https://academy.example:port", "https://academy.example:99999", "https://academy.example:", "http://[::1",
        "https://academy example", "https://academy.example:0",
    ],
)  # fmt: skip
def test_an_address_that_is_more_or_less_is_named(value: str) -> None:
    os.environ["BASE_URL"] = value

    with pytest.raises(Unconfigured, match=r"^BASE_URL is .*scheme and host only"):
        read.base_url()


# The demo's own --------------------------------------------------------------------------------------------


def test_the_demos_secrets_are_for_this_account_only_and_stay(tmp_path: Path) -> None:
    os.environ["VAR_DIR"] = str(tmp_path / "var")

    first = read.demo_secrets()

    path = read.demo_secrets_path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read.demo_secrets() == first == json.loads(path.read_text())
    assert set(first) == set(read.DEMO_SECRETS)
    assert Fernet(first["FIELD_ENCRYPTION_KEYS"])
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_two_demos_share_no_secret(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        os.environ["VAR_DIR"] = str(tmp_path / name)
        made.append(read.demo_secrets())

    assert not set(made[0].values()) & set(made[1].values())


def test_of_two_demos_started_at_once_both_use_the_same_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.environ["VAR_DIR"] = str(tmp_path)
    real, theirs = os.link, dict.fromkeys(read.DEMO_SECRETS, "theirs")

    def late(source: Path, target: Path) -> None:
        Path(target).write_text(json.dumps(theirs))
        real(source, target)

    monkeypatch.setattr(os, "link", late)

    assert read.demo_secrets() == theirs


def test_the_demo_command_switches_the_demo_on(tmp_path: Path) -> None:
    os.environ["VAR_DIR"] = str(tmp_path)

    read.choose_demo(["manage.py", "demo"])

    assert (os.environ["DEMO"], os.environ["BASE_URL"]) == ("on", "http://localhost:8000")


@pytest.mark.parametrize("arguments", [["--port", "8123"], ["--port=8123"], ["--fresh", "--port", "8123", "--yes"]])
def test_the_demos_address_follows_its_port(tmp_path: Path, arguments: list[str]) -> None:
    os.environ["VAR_DIR"] = str(tmp_path)

    read.choose_demo(["manage.py", "demo", *arguments])

    assert os.environ["BASE_URL"] == "http://localhost:8123"


def test_a_base_address_that_is_given_stays(tmp_path: Path) -> None:
    os.environ |= {"VAR_DIR": str(tmp_path), "BASE_URL": "https://certs.example"}

    read.choose_demo(["manage.py", "demo", "--port", "8123"])

    assert os.environ["BASE_URL"] == "https://certs.example"


def test_other_commands_use_the_demo_where_only_a_demo_is(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    os.environ["VAR_DIR"] = str(tmp_path)

    read.choose_demo(["manage.py", "doctor"])
    assert "DEMO" not in os.environ

    read.demo_secrets()
    read.choose_demo(["manage.py", "doctor"])
    assert os.environ["DEMO"] == "on"
    assert "uses the demo academy" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["DEBUG", "SECRET_KEY", "DATABASE_URL"])
def test_no_other_command_uses_the_demo_where_something_is_configured(tmp_path: Path, name: str) -> None:
    os.environ |= {"VAR_DIR": str(tmp_path), name: "x"}
    read.demo_secrets()

    read.choose_demo(["manage.py", "migrate"])

    assert "DEMO" not in os.environ


def test_a_command_line_without_a_command_breaks_nothing(tmp_path: Path) -> None:
    os.environ["VAR_DIR"] = str(tmp_path)

    read.choose_demo(["manage.py"])

    assert "DEMO" not in os.environ


# The start -------------------------------------------------------------------------------------------------


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """The values of an installation that people use."""
    return {
        "SECRET_KEY": "k7Qz-XwPm3vR9tYb2nLd8sFh4jGc6aEu1oIiWqKxVzTyNpMrBsDfHg5J0l-Zq",
        "CREDENTIAL_KEY_SECRET": "another long text that nobody guesses and that is in no database",
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "BASE_URL": "https://academy.example",
        "ALLOWED_HOSTS": "academy.example",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}",
        "CACHE_URL": "dbcache://closed_set_cache",
        "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
        "DEFAULT_FROM_EMAIL": "academy@academy.example",
        "TRUSTED_PROXY_COUNT": "1",
        "VAR_DIR": str(tmp_path / "var"),
    }


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    plain = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=plain | environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_production_values_pass_the_deployment_checks(production: dict[str, str]) -> None:
    done = manage(production, "check", "--deploy", "--fail-level", "WARNING")

    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_no_migration_is_missing(production: dict[str, str]) -> None:
    done = manage(production, "makemigrations", "--check", "--dry-run")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "CREDENTIAL_KEY_SECRET", "FIELD_ENCRYPTION_KEYS", "BASE_URL", "ALLOWED_HOSTS", "DATABASE_URL",
     "EMAIL_URL", "DEFAULT_FROM_EMAIL"],
)  # fmt: skip
def test_a_missing_value_stops_the_start_with_one_sentence(production: dict[str, str], name: str) -> None:
    del production[name]

    done = manage(production, "check")

    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"Closed Set cannot start. Set {name} in the environment; the README says what each variable is for."
    )


def test_payments_need_the_webhooks_secret_beside_the_key(production: dict[str, str]) -> None:
    done = manage(production | {"STRIPE_SECRET_KEY": "sk_live_x"}, "check")

    assert done.returncode == 1
    assert done.stderr.startswith("Closed Set cannot start. Set STRIPE_WEBHOOK_SECRET in the environment")


def test_another_address_than_stripes_is_refused_where_people_pay(production: dict[str, str]) -> None:
    keys = {"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"}

    done = manage(production | keys | {"STRIPE_API_BASE": "http://127.0.0.1:8421"}, "check")

    assert done.returncode == 1
    assert done.stderr.startswith("Closed Set cannot start. STRIPE_API_BASE is not Stripe’s own address")
    assert manage(production | keys | {"STRIPE_API_BASE": "https://api.stripe.com/"}, "check").returncode == 0


@pytest.mark.parametrize("missing", ["PKCS11_MODULE", "PKCS11_TOKEN", "PKCS11_PIN"])
def test_a_hardware_module_is_asked_for_whole(production: dict[str, str], missing: str) -> None:
    module = {"PKCS11_MODULE": "/usr/lib/token.so", "PKCS11_TOKEN": "academy", "PKCS11_PIN": "1234"}
    values = production | {"SIGNING_BACKEND": "pkcs11"} | module

    assert manage(values, "check").returncode == 0
    del values[missing]
    done = manage(values, "check")
    assert done.returncode == 1
    assert done.stderr.startswith(f"Closed Set cannot start. Set {missing} in the environment")


SECRET = "hunter2-is-not-for-logs"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "academy.example"),
        ("DATABASE_URL", "mysql://user:pass@host/db"),
        ("DATABASE_URL", f"postgres://user:{SECRET}@host:port/db"),
        ("DATABASE_URL", f"nonsense://user:{SECRET}@host/db"),
        ("DATABASE_URL", SECRET),
        ("CACHE_URL", f"nonsense://{SECRET}@host"),
        ("CACHE_URL", SECRET),
        ("EMAIL_URL", f"nonsense://user:{SECRET}@host"),
        ("EMAIL_URL", f"smtp://user:{SECRET}@host:port"),
        ("EMAIL_URL", SECRET),
        ("TRUSTED_PROXY_COUNT", "two"),
        ("DEBUG", "perhaps"),
        ("SIGNING_BACKEND", "vault"),
        ("FIELD_ENCRYPTION_KEYS", SECRET),
    ],
)
def test_a_malformed_value_stops_the_start_with_one_sentence(production: dict[str, str], name: str, value: str) -> None:
    done = manage(production | {name: value}, "check")

    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith("Closed Set cannot start. "), done.stderr
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr
