"""How do we read another issuer's documents without being led astray?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


class CannotFetch(Exception):
    """The document cannot be had now; the message is one sentence for people."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """The bytes at an address, and since when we have them. `stale`: it could not be read again when it should have been."""

    body: bytes
    at: datetime
    stale: bool = False


class Fetcher(Protocol):
    """Reads the document at an https address, not older than `oldest` where it can be had. Raises CannotFetch."""

    def __call__(self, url: str, *, at: datetime, oldest: timedelta) -> Fetched: ...


def fetch_document(url: str, *, at: datetime, oldest: timedelta) -> Fetched:
    """The default fetcher."""
    raise CannotFetch("Other issuers cannot be asked.")
