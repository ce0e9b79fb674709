"""Does the network see only what it may see, and for no longer than it may?"""

import contextlib
import datetime as dt
import http.server
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from certificates.verifying import CannotFetch, fetching
from certificates.verifying.fetching import is_public, public_address, read_from_host

HOST = "issuer.example"


# Which addresses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_the_open_internet_may_be_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",  # noqa: S104
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:93.184.215.14",
        "::127.0.0.1",
        "::93.184.215.14",
        "64:ff9b::7f00:1",
        "64:ff9b::5db8:d70e",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "2001:0:a00:1::",
    ],
)
def test_what_is_not_of_the_open_internet_is_not_asked(address: str) -> None:
    assert not is_public(address)


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Names lead to these addresses; the list fills with the names that were looked up."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_options: Any) -> list[Any]:
        asked.append(host)
        if not addresses:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_one_address_that_is_not_public_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "93.184.215.14", "10.0.0.1")

    with pytest.raises(CannotFetch):
        public_address(HOST, 443, seconds=1)


def test_a_name_that_leads_nowhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch)

    with pytest.raises(CannotFetch):
        public_address(HOST, 443, seconds=1)


def test_a_look_up_that_takes_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_o: answered.wait(5) and [])
    started = time.monotonic()

    with pytest.raises(CannotFetch):
        public_address(HOST, 443, seconds=0.05)

    assert time.monotonic() - started < 2
    answered.set()


@pytest.mark.parametrize(
    "url", ["http://issuer.example/", "https:///x", "file:///etc/passwd", "https://issuer.example:99999/"]
)
def test_only_https_addresses_of_hosts_are_read(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    asked = resolving(monkeypatch, "93.184.215.14")

    with pytest.raises(CannotFetch):
        read_from_host(url)

    assert asked == []


# What is answered --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for the host, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return file


Handle = Callable[[http.server.BaseHTTPRequestHandler], None]


class Host:
    """A server on this machine that answers as it is told; `heard` lists host and path of each request."""

    def __init__(self, certified: Path) -> None:
        self.heard: list[tuple[str | None, str]] = []
        self.handle: Handle = answering(b'{"id": "did:web:issuer.example"}')
        host = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.heard.append((self.headers["Host"], self.path))
                with contextlib.suppress(OSError):
                    host.handle(self)

            def log_message(self, *_said: object) -> None:
                """The tests listen themselves."""

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_about: object) -> None:
                """Of a connection that was hung up on."""

        self.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certified)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.server.server_port}/.well-known/did.json?v=1"


def answering(body: bytes, *, status: int = 200, pause: float = 0, **headers: str) -> Handle:
    def handle(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        for piece in (body[n : n + 1] for n in range(len(body))) if pause else (body,):
            request.wfile.write(piece)
            time.sleep(pause)

    return handle


@pytest.fixture
def host(certified: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """The host, which passes for a public one in this test."""
    served = Host(certified)
    resolving(monkeypatch, "127.0.0.1")
    monkeypatch.setattr(fetching, "is_public", lambda _address: True)
    yield served
    served.server.shutdown()
    served.server.server_close()


@pytest.fixture
def trust(certified: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certified))


def test_a_document_is_read_from_the_address_that_was_looked_at(
    host: Host, trust: ssl.SSLContext, monkeypatch: Any
) -> None:
    asked = resolving(monkeypatch, "127.0.0.1")

    body = read_from_host(host.url, trust=trust)

    assert body == b'{"id": "did:web:issuer.example"}'
    assert asked == [HOST]  # once: a second look-up could lead elsewhere
    assert host.heard == [(f"{HOST}:{host.server.server_port}", "/.well-known/did.json?v=1")]


def test_a_host_that_cannot_prove_its_name_is_not_believed(host: Host, trust: ssl.SSLContext) -> None:
    with pytest.raises(CannotFetch):
        read_from_host(host.url)
    with pytest.raises(CannotFetch):
        read_from_host(host.url.replace(HOST, "other.example"), trust=trust)

    assert host.heard == []


@pytest.mark.parametrize(
    "handle",
    [
        answering(b"", status=302, Location="https://elsewhere.example/"),
        answering(b"{}", status=404),
        answering(b"{}", status=206),
        answering(b"x", Content_Encoding="gzip"),
        answering(b""),
        answering(b" " * (1024 * 1024 + 1)),
        answering(b"{}", Content_Length="9"),
        answering(b"{}", **{f"X-{n}": "x" for n in range(200)}),
        answering(b"{}", X="x" * 70_000),
    ],
    ids=[
        "a redirect",
        "not found",
        "a part",
        "packed",
        "empty",
        "too large",
        "cut short",
        "many headers",
        "a long header",
    ],
)
def test_only_a_plain_answer_counts(host: Host, trust: ssl.SSLContext, handle: Handle) -> None:
    host.handle = handle

    with pytest.raises(CannotFetch):
        read_from_host(host.url, trust=trust)

    assert len(host.heard) == 1


def test_an_answer_of_a_mebibyte_is_read(host: Host, trust: ssl.SSLContext) -> None:
    host.handle = answering(b" " * 1024 * 1024)

    assert len(read_from_host(host.url, trust=trust)) == 1024 * 1024


def test_a_host_that_drips_is_hung_up_on(host: Host, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    host.handle = answering(b" " * 200, pause=0.1)
    started = time.monotonic()

    with pytest.raises(CannotFetch):
        read_from_host(host.url, trust=trust)

    assert time.monotonic() - started < 5  # of the twenty that it would take


def test_a_host_that_says_nothing_is_hung_up_on(
    host: Host, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    host.handle = lambda _request: time.sleep(2)

    with pytest.raises(CannotFetch):
        read_from_host(host.url, trust=trust)
