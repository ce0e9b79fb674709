"""How do we read another issuer's documents without being led astray?

The address comes out of a stranger's file. So: https only, named hosts only, and the host is looked up once, every address of it
has to be a public one, and the connection goes to that very address. No redirects, three seconds and one mebibyte in all.
What was read is kept in the cache, and a cache that fails costs only time.
"""

from __future__ import annotations

import contextlib
import http.client
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.core.cache import cache
from django.utils.translation import gettext as _

SECONDS = 3.0  # for one document, from the look-up of its host to its last byte
LARGEST = 1024 * 1024  # bytes
KEPT = timedelta(hours=24)  # how long a document that cannot be read again still serves, and is said to be old
MISSES_KEPT = timedelta(seconds=60)
ACCEPT = "application/vc, application/did+json, application/did+ld+json, application/json;q=0.9, */*;q=0.1"

logger = logging.getLogger(__name__)


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
    """Read it from the cache, or else from its host; within a minute of a failure nobody is asked again.

    What is older than `oldest` and cannot be read again is answered as stale for a day. Raises CannotFetch.
    """
    key = f"issuer-document:{sha256(url.encode()).hexdigest()}"
    kept: Fetched | None = _recall(key)
    if kept and kept.at + oldest > at:
        return kept
    if not _recall(f"{key}:miss"):
        try:
            fetched = Fetched(body=read_from_host(url), at=at)
        except CannotFetch:
            _remember(f"{key}:miss", True, MISSES_KEPT)
        else:
            _remember(key, fetched, KEPT)
            return fetched
    if kept and kept.at + KEPT > at:
        return Fetched(body=kept.body, at=kept.at, stale=True)
    raise CannotFetch(_("The issuer’s server does not answer. Try again later."))


def read_from_host(url: str, *, trust: ssl.SSLContext | None = None) -> bytes:
    """The document at `url`, straight from its host. Raises CannotFetch for everything that is not a plain answer in time.

    `trust` says whose certificates count; the system's own list, when not given.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise CannotFetch(_("Only https addresses are read."))
    ends = time.monotonic() + SECONDS
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        port = parts.port or 443
        address = public_address(parts.hostname, port, seconds=SECONDS)
        return _read(parts.hostname, port, path, address=address, ends=ends, trust=trust)
    except (OSError, http.client.HTTPException, ValueError):
        raise CannotFetch(_("The issuer’s server does not answer. Try again later.")) from None


def public_address(host: str, port: int, *, seconds: float) -> str:
    """The address to connect to: the first of the host's, if every one of them is public. Raises CannotFetch, or OSError."""
    found: list[str] = []

    def look_up() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            found.extend(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    # A look-up has no limit of its own; a thread that is still waiting is left to end by itself.
    looking = threading.Thread(target=look_up, daemon=True)
    looking.start()
    looking.join(seconds)
    addresses = list(found)
    if not addresses or not all(is_public(address) for address in addresses):
        raise CannotFetch(_("The issuer’s server cannot be found."))
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether the address is one of the open internet: not private, local, reserved or a way to reach those."""
    ip = ip_address(address)
    # What carries an address of IPv4 in it leads out of sight; those of ::/8, of translators among them, are reserved.
    if isinstance(ip, IPv6Address) and (
        ip.scope_id is not None or ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip.is_site_local
    ):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class _Pinned(http.client.HTTPSConnection):
    """A connection to the address that was looked at, not to wherever the name leads a moment later."""

    def __init__(self, host: str, port: int, *, address: str, ends: float, trust: ssl.SSLContext | None) -> None:
        self._trust = trust or ssl.create_default_context()
        super().__init__(host, port, timeout=_left(ends), context=self._trust)
        self._address, self._ends = address, ends
        self._ending: list[Callable[[], object]] = []

    def connect(self) -> None:
        raw = socket.socket(socket.AF_INET6 if ":" in self._address else socket.AF_INET)
        try:
            raw.settimeout(self.timeout)
            raw.connect((self._address, self.port))
        except OSError:
            raw.close()
            raise
        # A limit for each read would let a server drip for ever; hanging up after three seconds ends the whole.
        spare = raw.dup()
        alarm = threading.Timer(_left(self._ends), _hang_up, [spare])
        alarm.daemon = True
        alarm.start()
        self._ending = [alarm.cancel, spare.close]
        self.sock = self._trust.wrap_socket(raw, server_hostname=self.host)

    def end(self) -> None:
        """Let go of everything. Not `close`, which is called while the answer is still being read."""
        self.close()
        for let_go in self._ending:
            let_go()


def _read(host: str, port: int, path: str, *, address: str, ends: float, trust: ssl.SSLContext | None) -> bytes:
    connection = _Pinned(host, port, address=address, ends=ends, trust=trust)
    try:
        connection.request(
            "GET", path, headers={"Accept": ACCEPT, "Accept-Encoding": "identity", "Connection": "close"}
        )
        response = connection.getresponse()
        if response.status != 200 or response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise CannotFetch(_("The issuer’s server does not answer as it should."))
        body = response.read(LARGEST + 1)
        # The library takes an answer for whole that was cut short, by its host or by our hanging up.
        whole = not response.length and time.monotonic() < ends
    finally:
        connection.end()
    if not whole or not body or len(body) > LARGEST:
        raise CannotFetch(_("The issuer’s server does not answer as it should."))
    return body


def _left(ends: float) -> float:
    return max(0.01, ends - time.monotonic())


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it was closed in the meantime
        connection.shutdown(socket.SHUT_RDWR)


# The cache --------------------------------------------------------------------------------------------------


def _recall(key: str) -> Any:
    """What was kept, or None; also when the cache is down, whose errors are its own and of every kind."""
    try:
        return cache.get(key)
    except Exception:
        logger.warning("The cache does not answer; issuers are asked again each time.", exc_info=True)
        return None


def _remember(key: str, value: Any, kept: timedelta) -> None:
    try:
        cache.set(key, value, kept.total_seconds())
    except Exception:
        logger.warning("The cache does not answer; issuers are asked again each time.", exc_info=True)
