"""Does every refusal of the verifier happen, at its step and with its verdict? One case each, in the verifier's order."""

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from certificates.baking import bake_png, bake_svg
from certificates.canonical import CREDENTIALS_V2, OPEN_BADGES_3
from certificates.documents import credential_for
from certificates.proofs import add_proof
from certificates.verifying import Outcome, Step, Verdict, examine
from certificates.verifying.trust import trust_issuer
from tests.certificates.awards import DID, KID, LIST_URL, NOON, make_award, make_key, sign
from tests.certificates.verifying.issuer import (
    AT,
    EC,
    INDEX,
    RSA,
    SUSPENSION_URL,
    as_jwk,
    b64,
    make_did_document,
    make_jwt,
    make_list,
    make_signed,
    network,
    signed_bytes_of,
)
from tests.certificates.verifying.pictures import PNG, SVG, make_pdf

pytestmark = pytest.mark.django_db

SIGNED = make_signed()
TEXT = json.dumps(SIGNED)
UNSIGNED = credential_for(make_award())
STATUS = UNSIGNED["credentialStatus"]
SUSPENSION = {
    "id": f"{SUSPENSION_URL}#{INDEX}",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "suspension",
    "statusListIndex": str(INDEX),
    "statusListCredential": SUSPENSION_URL,
}


EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
REVOCATION_LIST = {
    "@context": [CREDENTIALS_V2, OPEN_BADGES_3, EXTENSIONS],
    "credentialStatus": {"id": "https://academy.example/revoked", "type": "1EdTechRevocationList"},
}


def signed(**changes: Any) -> bytes:
    return signed_bytes_of(make_signed(**changes))


def with_proof(**changes: Any) -> bytes:
    proof = {name: value for name, value in {**SIGNED["proof"], **changes}.items() if value is not None}
    return signed_bytes_of({**SIGNED, "proof": proof})


def within(path: list[Any], value: Any, document: Any = UNSIGNED) -> dict[str, Any]:
    """A copy of the unsigned credential with one value put in."""
    copy = json.loads(json.dumps(document))
    node = copy
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return copy


def resigned(path: list[Any], value: Any) -> bytes:
    return signed_bytes_of(sign(within(path, value)))


def unsignable(path: list[Any], value: Any) -> bytes:
    """With a value that cannot be signed, under an old signature."""
    return signed_bytes_of(within(path, value, SIGNED))


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = {"evidence": value}
    return value


def method(**changes: Any) -> dict[str, Any]:
    """The issuer's document with its first key changed."""
    document = make_did_document()
    document["verificationMethod"][0] |= changes
    return document


def two_attachments() -> bytes:
    return make_pdf({"credential.json": TEXT, "other.json": TEXT})


def hs256() -> bytes:
    """Signed with a secret that is the issuer's public key, for a verifier that lets the token choose."""
    import hmac

    pem = json.dumps(as_jwk(RSA)).encode()
    head, body, _ = make_jwt(header={"alg": "HS256"}).split(b".")
    return b".".join([head, body, b64(hmac.digest(pem, head + b"." + body, "sha256")).encode()])


MALFORMED, ALTERED, LATER = Verdict.MALFORMED, Verdict.ALTERED, Verdict.CANNOT_CHECK_NOW

# What is wrong, the bytes, the step that says so, the verdict, and what the issuer's site answers where it is unusual.
Case = tuple[str, Callable[[], bytes], Step, Verdict] | tuple[str, Callable[[], bytes], Step, Verdict, dict[str, Any]]
CASES: list[Case] = [
    # The file
    ("nothing", lambda: b"", Step.FILE, MALFORMED),
    ("another kind of file", lambda: b"GIF89a", Step.FILE, MALFORMED),
    ("an archive", lambda: gzip.compress(TEXT.encode()), Step.FILE, MALFORMED),
    ("too much JSON", lambda: b"{" + b" " * 300_000, Step.FILE, MALFORMED),
    ("too much of a picture", lambda: PNG + b"\0" * 9_000_000, Step.FILE, MALFORMED),
    ("too much of a drawing", lambda: b"<svg>" + b" " * 2_000_000, Step.FILE, MALFORMED),
    ("text that is not UTF-8", lambda: b'{"a": "\xff"}', Step.FILE, MALFORMED),
    ("a picture without one", lambda: PNG, Step.FILE, MALFORMED),
    ("a picture cut short", lambda: bake_png(PNG, TEXT)[:-20], Step.FILE, MALFORMED),
    ("a picture with something behind", lambda: bake_png(PNG, TEXT) + b"more", Step.FILE, MALFORMED),
    ("a drawing without one", lambda: SVG.encode(), Step.FILE, MALFORMED),
    ("a drawing with a document type", lambda: b"<!DOCTYPE svg>" + bake_svg(SVG, TEXT).encode(), Step.FILE, MALFORMED),
    ("a page of HTML", lambda: b"<html><body></body></html>", Step.FILE, MALFORMED),
    ("a PDF without one", lambda: make_pdf({}), Step.FILE, MALFORMED),
    ("a PDF with two", two_attachments, Step.FILE, MALFORMED),
    ("a PDF with a password", lambda: make_pdf({"credential.json": TEXT}, password="secret"), Step.FILE, MALFORMED),
    ("a PDF that is none", lambda: b"%PDF-1.7 and nothing", Step.FILE, MALFORMED),
    ("a PDF with too much in it", lambda: make_pdf({"credential.json": " " * 300_000}), Step.FILE, MALFORMED),
    # The document
    ("broken JSON", lambda: TEXT.encode()[:-1], Step.DOCUMENT, MALFORMED),
    ("JSON and more", lambda: TEXT.encode() + b"{}", Step.DOCUMENT, MALFORMED),
    ("a key twice", lambda: b'{"issuer": "x", ' + TEXT.encode()[1:], Step.DOCUMENT, MALFORMED),
    ("a key twice, deeper", lambda: TEXT.replace('"type": ["Achievement"]', '"type": ["Achievement"], "type": []').encode(),
     Step.DOCUMENT, MALFORMED),
    ("not a number", lambda: b'{"a": NaN}', Step.DOCUMENT, MALFORMED),
    ("no end of a number", lambda: b'{"a": -Infinity}', Step.DOCUMENT, MALFORMED),
    ("a number too large", lambda: b'{"a": 1e999}', Step.DOCUMENT, MALFORMED),
    ("a number too long", lambda: b'{"a": ' + b"1" * 5_000 + b"}", Step.DOCUMENT, MALFORMED),
    ("33 levels", lambda: json.dumps(nested(33)).encode(), Step.DOCUMENT, MALFORMED),
    ("20,000 levels", lambda: b'{"a":' * 20_000 + b"1" + b"}" * 20_000, Step.DOCUMENT, MALFORMED),
    ("1,001 objects", lambda: json.dumps({"a": [{}] * 1_000}).encode(), Step.DOCUMENT, MALFORMED),
    ("5,001 values", lambda: json.dumps({"a": [0] * 5_000}).encode(), Step.DOCUMENT, MALFORMED),
    ("a list in a picture", lambda: bake_png(PNG, "[]"), Step.DOCUMENT, MALFORMED),
    ("a JWT of four parts in a picture", lambda: bake_png(PNG, "a.b.c.d"), Step.DOCUMENT, MALFORMED),
    ("a JWT of no JSON", lambda: b"YQ.YQ.YQ", Step.DOCUMENT, MALFORMED),
    ("a JWT with a key twice", lambda: f"{b64(b'{}')}.{b64(b'{"a":1,"a":2}')}.YQ".encode(), Step.DOCUMENT, MALFORMED),
    ("base 64 with loose ends", lambda: make_jwt()[:-1] + b"B", Step.DOCUMENT, MALFORMED),
    ("a JWT with its credential inside `vc`", lambda: make_jwt(vc=UNSIGNED), Step.DOCUMENT, MALFORMED),
    # The context
    ("no context", lambda: signed_bytes_of({**SIGNED, "@context": None}), Step.CONTEXT, MALFORMED),
    ("another context first", lambda: signed_bytes_of({**SIGNED, "@context": [OPEN_BADGES_3, CREDENTIALS_V2]}),
     Step.CONTEXT, MALFORMED),
    ("an unknown context", lambda: signed_bytes_of({**SIGNED, "@context": [*SIGNED["@context"], "https://evil.example/"]}),
     Step.CONTEXT, MALFORMED),
    ("a context of its own", lambda: signed_bytes_of({**SIGNED, "@context": [*SIGNED["@context"], {"honours": None}]}),
     Step.CONTEXT, MALFORMED),
    ("an unknown context in a JWT", lambda: make_jwt({**UNSIGNED, "@context": [CREDENTIALS_V2, "https://evil.example/"]}),
     Step.CONTEXT, MALFORMED),
    # The schema
    ("no issuer", lambda: signed(issuer=None), Step.SCHEMA, MALFORMED),
    ("no achievement", lambda: resigned(["credentialSubject"], {"id": "urn:x:1", "type": ["AchievementSubject"]}),
     Step.SCHEMA, MALFORMED),
    ("no date", lambda: signed(validFrom=None), Step.SCHEMA, MALFORMED),
    ("another type", lambda: signed(type=["VerifiableCredential"]), Step.SCHEMA, MALFORMED),
    ("no statuses", lambda: signed(credentialStatus=[]), Step.SCHEMA, MALFORMED),
    ("five statuses", lambda: signed_bytes_of({**SIGNED, "credentialStatus": [STATUS] * 5}), Step.SCHEMA, MALFORMED),
    ("a status that is none", lambda: signed_bytes_of({**SIGNED, "credentialStatus": [STATUS, {"id": "urn:x:1"}]}),
     Step.SCHEMA, MALFORMED),
    # The shape
    ("a label for a nameless part", lambda: unsignable(["credentialSubject", "achievement", "id"], "_:b0"),
     Step.SHAPE, MALFORMED),
    ("a context deeper", lambda: unsignable(["credentialSubject", "@context"], {"achievement": None}), Step.SHAPE, MALFORMED),
    ("a property by its address", lambda: unsignable(["https://schema.org/name"], "x"), Step.SHAPE, MALFORMED),
    ("a null", lambda: unsignable(["evidence", 0, "narrative"], None), Step.SCHEMA, MALFORMED),
    ("a null where the schema looks away", lambda: unsignable(["honours"], None), Step.SHAPE, MALFORMED),
    ("half a character", lambda: TEXT.replace("Ana", r"\ud83d").encode(), Step.SHAPE, MALFORMED),
    ("one id, two descriptions", lambda: resigned(
        ["credentialSubject", "achievement", "creator"], {"id": DID, "type": ["Profile"], "name": "Somebody else"}),
     Step.SHAPE, MALFORMED),
    ("a date that is none", lambda: signed(validFrom="2026-02-30T00:00:00Z"), Step.SHAPE, MALFORMED),
    ("an end before the beginning", lambda: signed(validUntil="2020-01-01T00:00:00Z"), Step.SHAPE, MALFORMED),
    ("another issuer in the claims", lambda: make_jwt(iss="did:web:other.example"), Step.SHAPE, MALFORMED),
    ("no issuer in the claims", lambda: make_jwt(drop=["iss"]), Step.SHAPE, MALFORMED),
    ("another id in the claims", lambda: make_jwt(jti="urn:x:1"), Step.SHAPE, MALFORMED),
    ("no id in the claims", lambda: make_jwt(drop=["jti"]), Step.SHAPE, MALFORMED),
    ("another subject in the claims", lambda: make_jwt(sub="urn:x:1"), Step.SHAPE, MALFORMED),
    ("another beginning in the claims", lambda: make_jwt(nbf=1), Step.SHAPE, MALFORMED),
    ("a beginning that is true", lambda: make_jwt(nbf=True), Step.SHAPE, MALFORMED),
    ("another end in the claims", lambda: make_jwt(exp=4_000_000_000), Step.SHAPE, MALFORMED),
    ("no end in the claims", lambda: make_jwt(drop=["exp"]), Step.SHAPE, MALFORMED),
    # The signature: of a form that counts
    ("no proof", lambda: signed_bytes_of(UNSIGNED), Step.PROOF, MALFORMED),
    ("two proofs", lambda: signed_bytes_of({**SIGNED, "proof": [SIGNED["proof"]] * 2}), Step.PROOF, MALFORMED),
    ("another suite", lambda: with_proof(cryptosuite="ecdsa-rdfc-2019"), Step.PROOF, MALFORMED),
    ("another purpose", lambda: with_proof(proofPurpose="authentication"), Step.PROOF, MALFORMED),
    ("another type of proof", lambda: with_proof(type="Ed25519Signature2020"), Step.PROOF, MALFORMED),
    ("a proof in base 64", lambda: with_proof(proofValue="uAAAA"), Step.PROOF, MALFORMED),
    ("a proof too long", lambda: with_proof(proofValue="z" + "1" * 100_000), Step.PROOF, MALFORMED),
    ("a proof with options of its own", lambda: with_proof(domain="evil.example"), Step.PROOF, MALFORMED),
    ("a proof with a context of its own", lambda: with_proof(**{"@context": CREDENTIALS_V2}), Step.SHAPE, MALFORMED),
    ("a proof made at no time", lambda: with_proof(created="yesterday"), Step.PROOF, MALFORMED),
    ("alg: none", lambda: make_jwt(header={"alg": "none"}, signature=b""), Step.PROOF, MALFORMED),
    ("alg: None", lambda: make_jwt(header={"alg": "None"}, signature=b""), Step.PROOF, MALFORMED),
    ("the public key as a secret", hs256, Step.PROOF, MALFORMED),
    ("no algorithm", lambda: make_jwt(header={"alg": None}), Step.PROOF, MALFORMED),
    ("a list of algorithms", lambda: make_jwt(header={"alg": ["RS256"]}), Step.PROOF, MALFORMED),
    ("a critical extension", lambda: make_jwt(header={"crit": ["b64"], "b64": False}), Step.PROOF, MALFORMED),
    ("a key to fetch", lambda: make_jwt(header={"jku": "https://evil.example/"}), Step.PROOF, MALFORMED),
    ("another type of token", lambda: make_jwt(header={"typ": "at+jwt"}), Step.PROOF, MALFORMED),
    ("no key named", lambda: make_jwt(header={"kid": None}), Step.PROOF, MALFORMED),
    # The signature: by the issuer
    ("a word changed", lambda: TEXT.replace("Intimacy Coordinator", "Intimacy Director").encode(), Step.PROOF, ALTERED),
    ("a date changed", lambda: TEXT.replace("2029-03-01", "2039-03-01").encode(), Step.PROOF, ALTERED),
    ("the status taken away", lambda: signed_bytes_of({k: v for k, v in SIGNED.items() if k != "credentialStatus"}),
     Step.PROOF, ALTERED),
    ("a word that no context defines", lambda: unsignable(["honours"], "first class"), Step.PROOF, ALTERED),
    ("another key", lambda: signed_bytes_of(sign(UNSIGNED, key=make_key(2))), Step.PROOF, ALTERED),
    ("somebody else's key", lambda: signed_bytes_of(sign(UNSIGNED, key=make_key(2), kid="did:web:evil.example#k")),
     Step.PROOF, ALTERED),
    ("a key of another name", lambda: signed_bytes_of(sign(UNSIGNED, kid=f"{DID}#other")), Step.PROOF, ALTERED),
    ("a signature from the future", lambda: signed_bytes_of(add_proof(
        UNSIGNED, verification_method=KID, sign=make_key().sign, created=AT + timedelta(hours=1))), Step.PROOF, ALTERED),
    ("a signature that has run out", lambda: with_proof(expires="2026-03-02T13:00:00Z"), Step.PROOF, ALTERED),
    ("a document of another id", lambda: TEXT.encode(), Step.PROOF, ALTERED, {"did": make_did_document(id="did:web:x.example")}),
    ("a key of another controller", lambda: TEXT.encode(), Step.PROOF, ALTERED, {"did": method(controller="did:web:x.example")}),
    ("a key of another type", lambda: TEXT.encode(), Step.PROOF, ALTERED, {"did": method(type="X25519KeyAgreementKey2020")}),
    ("a key not for assertions", lambda: TEXT.encode(), Step.PROOF, ALTERED, {"did": make_did_document(assertionMethod=[])}),
    ("a revoked key", lambda: TEXT.encode(), Step.PROOF, ALTERED, {"did": method(revoked="2026-03-01T00:00:00Z")}),
    ("a key revoked at no time", lambda: TEXT.encode(), Step.PROOF, ALTERED, {"did": method(revoked=True)}),
    ("a key that has run out", lambda: TEXT.encode(), Step.PROOF, ALTERED, {"did": method(expires="2026-03-01T00:00:00Z")}),
    ("a key in two writings", lambda: TEXT.encode(), Step.PROOF, ALTERED, {"did": method(publicKeyJwk=as_jwk(make_key()))}),
    ("a key that is none", lambda: TEXT.encode(), Step.PROOF, ALTERED, {"did": method(publicKeyMultibase="z6Mk" + "1" * 44)}),
    ("two keys of one name", lambda: TEXT.encode(), Step.PROOF, ALTERED,
     {"did": make_did_document(verificationMethod=make_did_document()["verificationMethod"] * 2)}),
    ("a JWT with a word changed", lambda: b".".join(
        [make_jwt().split(b".")[0], make_jwt({**UNSIGNED, "name": "X"}).split(b".")[1], make_jwt().split(b".")[2]]),
     Step.PROOF, ALTERED),
    ("a JWT by another key", lambda: make_jwt(key=EC, header={"kid": f"{DID}#rs256", "alg": "RS256"}), Step.PROOF, ALTERED),
    ("ES256 by the RSA key", lambda: make_jwt(header={"alg": "ES256"}), Step.PROOF, ALTERED),
    ("EdDSA by the RSA key", lambda: make_jwt(header={"alg": "EdDSA"}), Step.PROOF, ALTERED),
    ("RS256 by the EC key", lambda: make_jwt(key=EC, header={"alg": "RS256"}), Step.PROOF, ALTERED),
    ("a key the token brings", lambda: make_jwt(key=make_key(2), header={"kid": None, "jwk": as_jwk(make_key(2))}),
     Step.PROOF, ALTERED),
    ("a key the token brings under a good name", lambda: make_jwt(
        key=make_key(2), header={"kid": KID, "jwk": as_jwk(make_key(2))}), Step.PROOF, ALTERED),
    ("a key the token brings with its private half", lambda: make_jwt(
        header={"kid": None, "jwk": {**as_jwk(RSA), "d": "AQAB"}}), Step.PROOF, ALTERED),
    ("an empty signature", lambda: make_jwt(signature=b""), Step.PROOF, ALTERED),
    ("an ES256 signature as DER", lambda: make_jwt(key=EC, signature=b"\x30\x06\x02\x01\x01\x02\x01\x01"), Step.PROOF, ALTERED),
    # The issuer's document
    ("no answer", lambda: TEXT.encode(), Step.PROOF, LATER, {"did": None}),
    ("an answer of HTML", lambda: TEXT.encode(), Step.PROOF, LATER, {"did": b"<html>"}),
    ("an answer with a key twice", lambda: TEXT.encode(), Step.PROOF, LATER, {"did": b'{"id": "a", "id": "b"}'}),
    ("an issuer by number", lambda: resigned(["issuer", "id"], "did:web:192.0.2.1"), Step.PROOF, MALFORMED),
    ("an issuer of this machine", lambda: resigned(["issuer", "id"], "did:web:localhost%3A8001"), Step.PROOF, MALFORMED),
    ("an issuer on a way up", lambda: resigned(["issuer", "id"], "did:web:x.example:..:y"), Step.PROOF, MALFORMED),
    ("an issuer over http", lambda: resigned(["issuer", "id"], "http://x.example/"), Step.PROOF, LATER),
    ("an issuer of another method", lambda: resigned(["issuer", "id"], "did:ion:abc"), Step.PROOF, LATER),
    # The dates
    ("run out", lambda: signed(validUntil="2026-03-03T12:00:00Z"), Step.DATES, Verdict.EXPIRED),
    ("not begun", lambda: signed(validFrom="2026-03-03T12:00:01Z"), Step.DATES, Verdict.NOT_YET_VALID),
    # The status
    ("revoked", lambda: TEXT.encode(), Step.STATUS, Verdict.REVOKED, {"listed": make_list(indices=[INDEX])}),
    ("suspended", lambda: signed(credentialStatus=[STATUS, SUSPENSION]), Step.STATUS, Verdict.SUSPENDED,
     {"more": {SUSPENSION_URL: make_list(url=SUSPENSION_URL, purpose="suspension", indices=[INDEX])}}),
    ("a status of another type", lambda: signed(**REVOCATION_LIST), Step.STATUS, LATER),
    ("a status of another purpose", lambda: signed(credentialStatus={**STATUS, "statusPurpose": "message"}), Step.STATUS, LATER),
    ("a status that is its list", lambda: signed(credentialStatus={**STATUS, "id": LIST_URL}), Step.STATUS, LATER),
    ("an index that is none", lambda: signed(credentialStatus={**STATUS, "statusListIndex": "-1"}), Step.STATUS, LATER),
    ("an index beyond", lambda: signed(credentialStatus={**STATUS, "statusListIndex": "131072"}), Step.STATUS, LATER),
    ("an index far beyond", lambda: signed(credentialStatus={**STATUS, "statusListIndex": "9" * 4_000}), Step.STATUS, LATER),
    ("a list over http", lambda: signed(
        credentialStatus={**STATUS, "statusListCredential": "http://academy.example/status/revocation/1"}),
     Step.STATUS, LATER),
    ("no list", lambda: TEXT.encode(), Step.STATUS, LATER, {"listed": None}),
    ("a list that is HTML", lambda: TEXT.encode(), Step.STATUS, LATER, {"listed": b"<html>"}),
    ("a list of another address", lambda: TEXT.encode(), Step.STATUS, LATER, {"listed": make_list(id=f"{LIST_URL}0")}),
    ("a list of another issuer", lambda: TEXT.encode(), Step.STATUS, LATER, {"listed": make_list(issuer="did:web:x.example")}),
    ("a list of another type", lambda: TEXT.encode(), Step.STATUS, LATER, {"listed": make_list(type=["VerifiableCredential"])}),
    ("a list of another purpose", lambda: TEXT.encode(), Step.STATUS, LATER, {"listed": make_list(purpose="suspension")}),
    ("a list by another key", lambda: TEXT.encode(), Step.STATUS, LATER, {"listed": make_list(signed_by=make_key(2))}),
    ("a list without a proof", lambda: TEXT.encode(), Step.STATUS, LATER,
     {"listed": {k: v for k, v in make_list().items() if k != "proof"}}),
    ("a list changed", lambda: TEXT.encode(), Step.STATUS, LATER,
     {"listed": {**make_list(), "validUntil": "2099-01-01T00:00:00Z"}}),
    ("a list run out", lambda: TEXT.encode(), Step.STATUS, LATER, {"listed": make_list(validUntil="2026-03-03T12:00:00Z")}),
    ("a list not begun", lambda: TEXT.encode(), Step.STATUS, LATER, {"listed": make_list(validFrom="2026-03-03T12:00:01Z")}),
    ("a list too short", lambda: TEXT.encode(), Step.STATUS, LATER,
     {"listed": make_list(subject={"encodedList": "u" + b64(gzip.compress(b"\0" * 16_383))})}),
    ("a list that is no gzip", lambda: TEXT.encode(), Step.STATUS, LATER,
     {"listed": make_list(subject={"encodedList": "uAAAA"})}),
    ("a list too long", lambda: TEXT.encode(), Step.STATUS, LATER,
     {"listed": make_list(subject={"encodedList": "u" + b64(gzip.compress(b"\0" * 5_000_000))})}),
    # The issuer
    ("an issuer we do not know", lambda: TEXT.encode(), Step.ISSUER, Verdict.UNKNOWN_ISSUER, {"unknown": True}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_it_is_refused_at_its_step(case: Case) -> None:
    _what, data, step, verdict, *rest = case
    answers = dict(rest[0]) if rest else {}
    if not answers.pop("unknown", False):
        trust_issuer(issuer=DID, name="An academy", by=None, at=NOON)

    report = examine(data(), at=AT, fetch=network(**answers))

    said = {check.check: check.outcome for check in report.checks}
    against = [check.check for check in report.checks if check.outcome != Outcome.PASSED]
    assert (report.verdict, against[0]) == (verdict, step), report.checks
    assert said[step] == (Outcome.NOT_CHECKED if verdict == LATER else Outcome.FAILED)
    assert not report.stands
    assert [check.check for check in report.checks] == [step for step in Step if step is not Step.RECORD]
    assert report.explanation == next(check.explanation for check in report.checks if check.check == step)


def test_every_refusal_has_a_name_of_its_own() -> None:
    names = [case[0] for case in CASES]

    assert len(set(names)) == len(names)


def test_a_signature_that_does_not_hold_says_one_sentence_only() -> None:
    """Whatever is wrong with it: more would help whoever tries."""
    cases = [case for case in CASES if case[2] == Step.PROOF and case[3] == ALTERED]
    said = set()
    for _what, data, _step, _verdict, *rest in cases:
        report = examine(data(), at=AT, fetch=network(**(rest[0] if rest else {})))
        said |= {check.explanation for check in report.checks if check.outcome == Outcome.FAILED}

    assert len(cases) > 20
    assert said == {"The signature does not hold: do not rely on this."}
