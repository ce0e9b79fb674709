import hashlib
import json
import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates import canonical
from certificates.canonical import CannotCanonicalise
from certificates.documents import credential_for
from certificates.proofs import (
    add_proof,
    base58_decode,
    base58_encode,
    proof_holds,
    public_multibase,
    raw_public_key,
    signed_bytes,
)
from tests.certificates.awards import KID, NOON, make_award, make_key, raw_public, sign, signed_credential

# The test vectors of W3C Data Integrity EdDSA Cryptosuites, appendix B.1 (w3c/vc-di-eddsa, TestVectors/): the
# same document and key, with the verification method of the Recommendation and with that of its drafts.
W3C_PUBLIC_KEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
W3C_PRIVATE_KEY = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
W3C_EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
W3C_DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2", W3C_EXAMPLES],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
W3C_DOCUMENT_HASH = "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
W3C_CREATED = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
W3C_VECTORS = [
    (
        f"did:key:{W3C_PUBLIC_KEY}#{W3C_PUBLIC_KEY}",
        "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0",
        "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme",
    ),
    (
        f"https://vc.example/issuers/5678#{W3C_PUBLIC_KEY}",
        "4c4d3890a157f8d611b13c265c2c22f39aa0a567c7c7dd9ba3e45cd579784eeb",
        "z21EVs3eXERqTn4acNHT9viboqgzUaQ3kTmhPT3eA8qrVPE7CrQq78WkzctnMX5W4CrzcKnHw8V6dvy5pgWYCU5e9",
    ),
]


@pytest.fixture
def examples_context(monkeypatch):
    """Accept the context of the W3C examples, for one test."""
    contexts = {W3C_EXAMPLES: {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
    ours = canonical._context
    monkeypatch.setitem(canonical.CONTEXT_FILES, W3C_EXAMPLES, "")
    monkeypatch.setattr(canonical, "_context", lambda url: contexts.get(url) or ours(url))


@pytest.mark.parametrize(("verification_method", "proof_hash", "proof_value"), W3C_VECTORS)
def test_the_published_vectors_come_out_bit_for_bit(examples_context, verification_method, proof_hash, proof_value):
    private = base58_decode(W3C_PRIVATE_KEY[1:])
    assert private[:2] == b"\x80\x26"
    covered = []

    def signing(data):
        covered.append(data.hex())
        return Ed25519PrivateKey.from_private_bytes(private[2:]).sign(data)

    signed = add_proof(W3C_DOCUMENT, verification_method=verification_method, sign=signing, created=W3C_CREATED)

    assert covered == [proof_hash + W3C_DOCUMENT_HASH]
    assert signed == {
        **W3C_DOCUMENT,
        "proof": {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": "2023-02-24T23:36:38Z",
            "verificationMethod": verification_method,
            "proofPurpose": "assertionMethod",
            "proofValue": proof_value,
        },
    }
    assert proof_holds(signed, public_key=raw_public_key(W3C_PUBLIC_KEY))


CREDENTIAL = credential_for(make_award())
SIGNED = sign(CREDENTIAL)


def test_a_signed_credential_is_itself_and_a_proof():
    assert {key: value for key, value in SIGNED.items() if key != "proof"} == CREDENTIAL
    assert "proof" not in CREDENTIAL
    assert proof_holds(SIGNED, public_key=raw_public())


def test_signing_again_gives_the_same_proof():
    assert sign(CREDENTIAL) == SIGNED


def test_the_order_of_the_json_is_not_signed():
    document = json.loads(json.dumps(dict(reversed(SIGNED.items())), sort_keys=True))

    assert proof_holds(document, public_key=raw_public())


def test_the_time_is_written_in_utc_to_the_second():
    created = datetime(2026, 3, 2, 13, 0, 0, 999, tzinfo=timezone(timedelta(hours=1)))
    signed = add_proof(CREDENTIAL, verification_method=KID, sign=make_key().sign, created=created)

    assert signed["proof"]["created"] == "2026-03-02T12:00:00Z"
    assert signed == SIGNED


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from leaves(item, (*path, position))
    else:
        yield path


def changed(path, change):
    document = json.loads(json.dumps(SIGNED))
    *way, last = path
    node = document
    for step in way:
        node = node[step]
    node[last] = change(node[last])
    return document


@pytest.mark.parametrize("path", list(leaves(SIGNED)), ids=lambda path: ".".join(map(str, path)))
def test_no_single_value_can_be_changed(path):
    document = changed(path, lambda value: not value if isinstance(value, bool) else value + "x")

    assert not proof_holds(document, public_key=raw_public())


def test_a_name_cannot_be_altered_even_to_a_look_alike():
    document = changed(("credentialSubject", "identifier", 1, "identityHash"), lambda _: "Ana Nu\u0301n\u0303ez")

    assert not proof_holds(document, public_key=raw_public())


def test_nothing_can_be_taken_away_or_added():
    for name in CREDENTIAL:
        assert not proof_holds({k: v for k, v in SIGNED.items() if k != name}, public_key=raw_public())
    assert not proof_holds({**SIGNED, "description": "With honours."}, public_key=raw_public())


def test_another_key_did_not_sign_it():
    assert not proof_holds(SIGNED, public_key=raw_public(make_key(2)))
    assert not proof_holds(SIGNED, public_key=b"short")


def with_proof(**changes):
    return {**SIGNED, "proof": {**SIGNED["proof"], **changes}}


SIGNATURE = base58_decode(SIGNED["proof"]["proofValue"][1:])
ORDER = 2**252 + 27742317777372353535851937790883648493
MALLEATED = SIGNATURE[:32] + (int.from_bytes(SIGNATURE[32:], "little") + ORDER).to_bytes(32, "little")


@pytest.mark.parametrize(
    "document",
    [
        CREDENTIAL,
        {**SIGNED, "proof": [SIGNED["proof"]]},
        {**SIGNED, "proof": None},
        {**SIGNED, "proof": {key: value for key, value in SIGNED["proof"].items() if key != "created"}},
        with_proof(type="Ed25519Signature2020"),
        with_proof(type=["DataIntegrityProof"]),
        with_proof(cryptosuite="eddsa-jcs-2022"),
        with_proof(proofPurpose="authentication"),
        with_proof(created="2026-03-02"),
        with_proof(created="2026-03-02T12:00:00"),
        with_proof(created="2026-03-02T12:00:00Z\n"),
        with_proof(verificationMethod="#ed25519-2026-01"),
        with_proof(verificationMethod=KID + "> .\n<urn:x"),
        with_proof(expires="2030-01-01T00:00:00Z"),
        with_proof(id="urn:x:1"),
        with_proof(proofValue=""),
        with_proof(proofValue=SIGNED["proof"]["proofValue"][1:]),
        with_proof(proofValue="u" + SIGNED["proof"]["proofValue"][1:]),
        with_proof(proofValue="z" + "0OIl"),
        with_proof(proofValue="z" + base58_encode(SIGNATURE + b"\0")),
        with_proof(proofValue="z" + base58_encode(b"\0" + SIGNATURE)),
        with_proof(proofValue="z" + base58_encode(SIGNATURE[:63])),
        with_proof(proofValue="z" + base58_encode(MALLEATED)),
        with_proof(proofValue="z" + "1" * 1_000_000),
    ],
)
def test_a_proof_of_any_other_form_does_not_hold(document):
    assert not proof_holds(document, public_key=raw_public())


def test_hostile_documents_are_refused_without_raising():
    for hostile in ({}, {"proof": SIGNED["proof"]}, {**SIGNED, "@context": 7}, {**SIGNED, "evidence": [[]]}):
        assert not proof_holds(hostile, public_key=raw_public())


@pytest.mark.parametrize(
    "wrong",
    [
        {"verification_method": "#ed25519-2026-01"},
        {"verification_method": "did:web:a b#c"},
        {"created": NOON.replace(tzinfo=None)},
        {"sign": lambda data: b"short"},
    ],
)
def test_signing_refuses_arguments_it_cannot_use(wrong):
    arguments = {"verification_method": KID, "created": NOON, "sign": make_key().sign} | wrong
    with pytest.raises(ValueError, match=r"key|zone|Ed25519"):
        add_proof(CREDENTIAL, **arguments)


def test_a_signed_document_is_not_signed_twice():
    with pytest.raises(ValueError, match="has a proof already"):
        sign(SIGNED)


def test_what_a_signature_would_not_cover_is_not_signed():
    with pytest.raises(CannotCanonicalise):
        sign({**CREDENTIAL, "honours": "first class"})


def test_a_public_key_has_one_text():
    assert public_multibase(raw_public_key(W3C_PUBLIC_KEY)) == W3C_PUBLIC_KEY
    assert public_multibase(raw_public()).startswith("z6Mk")


@pytest.mark.parametrize("raw", [b"", bytes(31), bytes(33)])
def test_a_public_key_has_32_bytes(raw):
    with pytest.raises(ValueError, match="32 bytes"):
        public_multibase(raw)


@pytest.mark.parametrize(
    "text",
    ["", "z", W3C_PUBLIC_KEY[1:], W3C_PRIVATE_KEY, W3C_PUBLIC_KEY + "1", "z" + "1" * 10**6, "z6Mk0"],
)
def test_what_is_no_public_key_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        raw_public_key(text)


def test_base_58_goes_there_and_back():
    # Source: draft-msporny-base58, test vectors.
    assert base58_encode(b"Hello World!") == "2NEpo7TZRRrLZSi2U"
    assert base58_encode(bytes.fromhex("0000287fb4cd")) == "11233QC4"
    noise = random.Random(7)
    for length in range(40):
        data = bytes(length // 8) + noise.randbytes(length)
        assert base58_decode(base58_encode(data)) == data


def test_the_bytes_to_sign_are_two_hashes():
    data = signed_bytes(CREDENTIAL, SIGNED["proof"])

    assert len(data) == 64
    assert data[32:] == hashlib.sha256(canonical.canonical_nquads(CREDENTIAL)).digest()


def test_every_award_signs_and_holds():
    signed = signed_credential(holder_name=None, valid_until=None, results=[], evidence=[], criteria_url=None)

    assert proof_holds(signed, public_key=raw_public())
