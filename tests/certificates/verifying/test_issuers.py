"""Where does an identifier lead, and nowhere else?"""

import pytest

from certificates.verifying.issuers import document_address
from certificates.verifying.refusal import CannotCheck, CheckFails


@pytest.mark.parametrize(
    ("issuer", "address"),
    [
        ("did:web:academy.example", "https://academy.example/.well-known/did.json"),
        ("did:web:Academy.example", "https://Academy.example/.well-known/did.json"),
        ("did:web:academy.example%3A8443", "https://academy.example:8443/.well-known/did.json"),
        ("did:web:academy.example%3a8443:a", "https://academy.example:8443/a/did.json"),
        ("did:web:academy.example:issuers:1", "https://academy.example/issuers/1/did.json"),
        ("did:web:academy.example:an%20issuer", "https://academy.example/an%20issuer/did.json"),
        ("did:web:xn--bcher-kva.example", "https://xn--bcher-kva.example/.well-known/did.json"),
        ("https://academy.example/issuers/1", "https://academy.example/issuers/1"),
    ],
)
def test_an_identifier_leads_to_its_document(issuer, address):
    assert document_address(issuer) == address


@pytest.mark.parametrize(
    "issuer",
    [
        "did:web:",
        "did:web:localhost",
        "did:web:localhost%3A8000",
        "did:web:127.0.0.1",
        "did:web:127.1",
        "did:web:2130706433",
        "did:web:0x7f.1",
        "did:web:0177.0.0.1",
        "did:web:%5B%3A%3A1%5D",
        "did:web:[::1]",
        "did:web:academy.example%3A0",
        "did:web:academy.example%3A99999",
        "did:web:academy.example%3Aport",
        "did:web:academy.example%3A",
        "did:web:academy.example%3A80%3A80",
        "did:web:user%40academy.example",
        "did:web:user@academy.example",
        "did:web:academy.example%2Fa",
        "did:web:academy.example/a",
        "did:web:academy.example:..:a",
        "did:web:academy.example:%2E%2E:a",
        "did:web:academy.example:a%",
        "did:web:academy.example::a",
        "did:web:academy.example:a?b",
        "did:web:academy.example:a#b",
        "did:web:academy.example.",
        "did:web:-academy.example",
        "did:web:academy.example\n",
        "did:web:bücher.example",
        "did:web:" + "a" * 300 + ".example",
        "https://user:secret@academy.example/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://academy.example:port/",
        "https://academy.example\\@evil.example/",
        "https://academy.example/ x",
        "https://",
        "https://academy.example/" + "a" * 3_000,
    ],
)
def test_what_leads_nowhere_is_refused(issuer):
    with pytest.raises(CheckFails):
        document_address(issuer)


@pytest.mark.parametrize(
    "issuer", ["", "did:ion:abc", "did:webvh:abc", "http://academy.example/", "urn:x:1", "DID:WEB:a.example"]
)
def test_what_we_do_not_follow_is_left(issuer):
    with pytest.raises(CannotCheck):
        document_address(issuer)
