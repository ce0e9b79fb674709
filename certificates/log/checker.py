"""What can a stranger run to check us? Two short programs, shown on the log's page and run as they are by our tests."""

from functools import cache
from importlib import resources


def one() -> str:
    """Checks that a certificate's file is what the log says of it. Needs Python and its package `cryptography`."""
    return _read("check_certificate.py.txt")


def whole() -> str:
    """Builds the tree from every entry and holds it against checkpoints, old ones too. Needs Python only."""
    return _read("check_log.py.txt")


@cache
def _read(name: str) -> str:
    return (resources.files("certificates.log") / "scripts" / name).read_text(encoding="utf-8")
