"""Where do the settings' values come from? The environment; in the demo, a file of secrets made on this machine."""

import json
import os
import re
import secrets
import sys
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO_SECRETS = ("SECRET_KEY", "CREDENTIAL_KEY_SECRET", "FIELD_ENCRYPTION_KEYS")
EXAMPLES = {
    "DATABASE_URL": "postgres://user:password@host:5432/name or sqlite:////path/to/file",
    "CACHE_URL": "redis://host:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@host:587",
}
HOST = re.compile(r"[a-z0-9.:-]+")  # the colon for IPv6
TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


class Unconfigured(Exception):
    """A setting is missing or malformed; the message is a sentence for the person who starts the site."""


def var_dir() -> Path:
    """The folder for what this installation writes: demo database, media, static files, outgoing demo mail."""
    return Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").resolve()


def text(name: str, default: str | None = None) -> str:
    """The variable as text. Raises Unconfigured when it is not set and there is no default."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise Unconfigured(f"Set {name} in the environment; the README says what each variable is for.")
    return default


def flag(name: str, default: bool = False) -> bool:
    """The variable as yes or no. Raises Unconfigured for anything else."""
    value = os.environ.get(name, "").strip().lower()
    if name not in os.environ:
        return default
    if value in TRUE | FALSE:
        return value in TRUE
    raise Unconfigured(f"{name} is {value!r}; write on or off.")


def whole_number(name: str, default: int) -> int:
    """The variable as a whole number, nought or more. Raises Unconfigured for anything else."""
    value = text(name, str(default))
    if value.isascii() and value.isdigit():
        return int(value)
    raise Unconfigured(f"{name} is {value!r}; write a whole number.")


def one_of(name: str, choices: list[str], default: str) -> str:
    """The variable as one of these words. Raises Unconfigured for any other."""
    value = text(name, default)
    if value in choices:
        return value
    raise Unconfigured(f"{name} is {value!r}; write {' or '.join(choices)}.")


def words(name: str, default: str | None = None) -> list[str]:
    """The variable as a list, parted by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def base_url(default: str | None = None) -> str:
    """BASE_URL without a slash at its end. Raises Unconfigured unless it is a scheme and a host and nothing more."""
    value = text("BASE_URL", default).rstrip("/")
    try:
        parts = urlsplit(value)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # half a bracket, or a port that is no number
        parts, port = urlsplit(""), ""
    # Scheme, host and port put together again give the same: there was nothing else, such as a name and password.
    plain = f"{parts.scheme}://{_host(parts.hostname)}{port}"
    if parts.scheme not in {"http", "https"} or value.lower() != plain or not HOST.fullmatch(parts.hostname or ""):
        raise Unconfigured(f"BASE_URL is {value!r}; write scheme and host only, such as https://academy.example.")
    return plain


def _host(name: str | None) -> str:
    return f"[{name}]" if name and ":" in name else name or "?"


def parsed[T](name: str, parse: Callable[[str], T], value: str) -> T:
    """`value` read by `parse`, whose complaints and warnings become one sentence that names the variable.

    The sentence never repeats them: they hold the value, and so its password.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return parse(value)
    except Exception:  # each parser of django-environ raises something of its own
        raise Unconfigured(f"{name} cannot be read; write it like {EXAMPLES[name]}.") from None


def choose_demo(argv: list[str]) -> None:
    """Switch the demo on for the `demo` command, and for other commands where only a demo exists."""
    command = argv[1] if len(argv) > 1 else ""
    if command == "demo":
        os.environ["DEMO"] = "on"
        os.environ.setdefault("BASE_URL", f"http://localhost:{_port(argv)}")
        demo_address_path().parent.mkdir(parents=True, exist_ok=True)
        demo_address_path().write_text(os.environ["BASE_URL"])
        return
    configured = any(os.environ.get(name) for name in ("DEMO", "DEBUG", "SECRET_KEY", "DATABASE_URL"))
    if not configured and demo_secrets_path().exists():
        os.environ["DEMO"] = "on"
        if demo_address_path().exists():
            os.environ.setdefault("BASE_URL", demo_address_path().read_text())
        print(f"Nothing is configured here, so this uses the demo academy in {var_dir()}.", file=sys.stderr)


def _port(argv: list[str]) -> str:
    for position, word in enumerate(argv):
        if word == "--port" and position + 1 < len(argv):
            return argv[position + 1]
        if word.startswith("--port="):
            return word.removeprefix("--port=")
    return "8000"


def demo_secrets_path() -> Path:
    return var_dir() / "demo-secrets.json"


def demo_address_path() -> Path:
    """Where the demo notes the address it was last started with, for the commands that come after it."""
    return var_dir() / "demo-address"


def demo_secrets() -> dict[str, str]:
    """The demo's secrets, made on first use and readable by this account only. Repeating gives the same ones."""
    path = demo_secrets_path()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "CREDENTIAL_KEY_SECRET": secrets.token_urlsafe(48),
            "FIELD_ENCRYPTION_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        # Written whole, then put in place unless another start was first: killed in between, nothing is there.
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            json.dump(made, file)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return json.loads(path.read_text())
