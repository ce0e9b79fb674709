"""What is accepted, in which kinds of file, and what is said of it?"""

import json
from datetime import timedelta
from typing import Any

import pytest

from certificates.baking import bake_png, bake_svg
from certificates.canonical import CREDENTIALS_V2
from certificates.documents import credential_for
from certificates.proofs import add_proof, base58_encode, proof_holds, public_multibase
from certificates.verifying import Check, FileKind, Outcome, Report, Step, Verdict, examine
from certificates.verifying.proof import proof_stands
from certificates.verifying.trust import trust_issuer
from tests.certificates.awards import DID, KID, LIST_URL, NOON, make_award, make_key, raw_public, sign
from tests.certificates.verifying.issuer import (
    AT,
    DID_URL,
    EC,
    INDEX,
    RSA,
    SUSPENSION_URL,
    Network,
    as_jwk,
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
TEXT = json.dumps(SIGNED, ensure_ascii=False)
STATUS = SIGNED["credentialStatus"]


@pytest.fixture
def known() -> None:
    trust_issuer(issuer=DID, name="An academy", by=None, at=NOON)


def outcomes(report: Report) -> dict[Step, Outcome]:
    return {check.check: check.outcome for check in report.checks}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (TEXT.encode(), FileKind.JSON),
        (f"\n  {TEXT}\n".encode(), FileKind.JSON),
        (make_jwt(), FileKind.JWT),
        (make_jwt() + b"\n", FileKind.JWT),
        (bake_png(PNG, TEXT), FileKind.PNG),
        (bake_png(PNG, make_jwt().decode()), FileKind.PNG),
        (bake_svg(SVG, TEXT).encode(), FileKind.SVG),
        (b'<?xml version="1.0"?>\n' + bake_svg(SVG, TEXT).encode(), FileKind.SVG),
        (make_pdf({"credential.json": TEXT}), FileKind.PDF),
        (make_pdf({"credential.json": TEXT, "notes.txt": "Notes."}), FileKind.PDF),
        (make_pdf({"credential.jwt": make_jwt().decode()}), FileKind.PDF),
    ],
)
def test_a_good_credential_is_valid_in_every_kind_of_file(known: None, data: bytes, kind: FileKind) -> None:
    asked = network()

    report = examine(data, at=AT, fetch=asked)

    assert (report.verdict, report.found_in, report.stands) == (Verdict.VALID, kind, True)
    assert set(outcomes(report).values()) == {Outcome.PASSED}
    assert asked.asked == [DID_URL, LIST_URL, DID_URL]
    facts = report.credential
    assert facts is not None
    assert (facts.title, facts.holder, facts.issuer_name) == (
        "Certified Intimacy Coordinator",
        "Ana Núñez",
        "Closed Set Academy",
    )
    assert (facts.issuer_id, facts.issuer_url, facts.kind) == (DID, "https://academy.example/", "Certification")
    assert (facts.awarded_at, facts.valid_from, facts.valid_until) == (NOON, NOON, NOON + timedelta(days=3 * 365))
    assert (report.ours, facts.number) == (False, None)


@pytest.mark.parametrize(
    "data",
    [
        make_jwt(key=EC),
        make_jwt(key=make_key()),
        make_jwt(header={"typ": None}),
        make_jwt(header={"typ": "vc+jwt"}),
        make_jwt(header={"kid": None, "jwk": as_jwk(RSA)}),  # a key that the issuer publishes too
        make_jwt(header={"jwk": as_jwk(RSA)}),
        make_jwt(drop=["nbf", "sub"]),
        signed_bytes_of({**SIGNED, "proof": [SIGNED["proof"]]}),
        signed_bytes_of(make_signed(credentialStatus=[STATUS])),
        signed_bytes_of(make_signed(validUntil=None)),
        signed_bytes_of(dict(reversed(SIGNED.items()))),
    ],
)
def test_what_the_specifications_allow_is_accepted(known: None, data: bytes) -> None:
    assert examine(data, at=AT, fetch=network()).verdict == Verdict.VALID


@pytest.mark.parametrize("version", ["-3.0.2", "-3.0.3", ""])
def test_every_context_that_we_hold_can_be_signed_with(known: None, version: str) -> None:
    context = [CREDENTIALS_V2, f"https://purl.imsglobal.org/spec/ob/v3p0/context{version}.json"]
    document = {**credential_for(make_award()), "@context": context}
    if version == "-3.0.2":  # which does not have these yet
        del document["awardedDate"], document["credentialSubject"]["achievement"]["inLanguage"]

    assert examine(signed_bytes_of(sign(document)), at=AT, fetch=network()).verdict == Verdict.VALID


def test_without_a_list_of_withdrawn_ones_it_is_valid_and_says_so(known: None) -> None:
    report = examine(signed_bytes_of(make_signed(credentialStatus=None)), at=AT, fetch=network())

    assert report.verdict == Verdict.VALID
    assert outcomes(report)[Step.STATUS] == Outcome.NOT_CHECKED


def test_a_list_of_statuses_is_read_whole(known: None) -> None:
    suspension = {
        **STATUS,
        "id": f"{SUSPENSION_URL}#1",
        "statusPurpose": "suspension",
        "statusListCredential": SUSPENSION_URL,
    }
    data = signed_bytes_of(make_signed(credentialStatus=[STATUS, suspension]))
    free = make_list(url=SUSPENSION_URL, purpose="suspension")
    both = {
        "listed": make_list(indices=[INDEX]),
        "more": {SUSPENSION_URL: make_list(url=SUSPENSION_URL, purpose="suspension", indices=[INDEX])},
    }

    assert examine(data, at=AT, fetch=network(more={SUSPENSION_URL: free})).verdict == Verdict.VALID
    assert examine(data, at=AT, fetch=network(**both)).verdict == Verdict.REVOKED


def test_a_status_list_may_come_as_jwt(known: None) -> None:
    listed = {name: value for name, value in make_list(indices=[INDEX]).items() if name != "proof"}

    assert examine(TEXT.encode(), at=AT, fetch=network(listed=make_jwt(listed))).verdict == Verdict.REVOKED
    forged = make_jwt(listed, key=make_key(2))
    assert examine(TEXT.encode(), at=AT, fetch=network(listed=forged)).verdict == Verdict.CANNOT_CHECK_NOW


def test_the_list_is_asked_again_when_the_issuer_lets_it_be_kept_for_less(known: None) -> None:
    asked = network(listed=make_list(subject={"ttl": 1_000}))
    answer = asked.__call__
    oldest_asked = []

    def kept(url: str, *, at: Any, oldest: timedelta) -> Any:
        fetched = answer(url, at=at, oldest=oldest)
        oldest_asked.append((url, oldest))
        return type(fetched)(body=fetched.body, at=at - min(oldest, timedelta(minutes=1)))

    examine(TEXT.encode(), at=AT, fetch=kept)

    assert [oldest for url, oldest in oldest_asked if url == LIST_URL] == [timedelta(minutes=5), timedelta(seconds=1)]


def test_the_gravest_of_several_is_said(known: None) -> None:
    data = signed_bytes_of(make_signed(validUntil="2026-03-03T12:00:00Z"))

    report = examine(data, at=AT, fetch=network(listed=make_list(indices=[INDEX])))

    assert report.verdict == Verdict.REVOKED
    assert outcomes(report)[Step.DATES] == outcomes(report)[Step.STATUS] == Outcome.FAILED
    assert report.explanation == "The issuer has revoked it."


def test_what_is_old_is_said_to_be_old(known: None) -> None:
    old = network()
    old.stale = {DID_URL, LIST_URL}

    report = examine(TEXT.encode(), at=AT, fetch=old)

    assert report.verdict == Verdict.VALID
    said = {check.check: check.explanation for check in report.checks}
    assert "within the last day" in said[Step.PROOF]
    assert "Within the last day" in said[Step.STATUS]


def test_an_issuer_that_is_its_key_needs_no_network(known: None) -> None:
    multibase = public_multibase(raw_public())
    did = f"did:key:{multibase}"
    document = credential_for(make_award(did=did))
    del document["credentialStatus"]
    trust_issuer(issuer=did, name="A key", by=None, at=NOON)

    report = examine(signed_bytes_of(sign(document, kid=f"{did}#{multibase}")), at=AT, fetch=Network({}))

    assert report.verdict == Verdict.VALID


def test_an_issuer_may_be_named_by_its_address(known: None) -> None:
    name = "https://college.example/issuers/1"
    document = credential_for(make_award(did=name))
    del document["credentialStatus"]
    method = {
        "id": f"{name}#k",
        "type": "Multikey",
        "controller": name,
        "publicKeyMultibase": public_multibase(raw_public()),
    }
    published = {"id": name, "verificationMethod": [method], "assertionMethod": [f"{name}#k"]}
    trust_issuer(issuer=name, name="A college", by=None, at=NOON)

    report = examine(signed_bytes_of(sign(document, kid=f"{name}#k")), at=AT, fetch=Network({name: published}))

    assert report.verdict == Verdict.VALID


def test_a_key_may_be_embedded_and_named_by_its_fragment(known: None) -> None:
    document = make_did_document()
    method = {**document["verificationMethod"][0], "id": KID.removeprefix(DID)}
    published = {"id": DID, "assertionMethod": [method]}

    assert examine(TEXT.encode(), at=AT, fetch=network(did=published)).verdict == Verdict.VALID


def test_a_key_that_ends_later_still_signs(known: None) -> None:
    document = make_did_document()
    document["verificationMethod"][0] |= {"expires": "2030-01-01T00:00:00Z", "revoked": "2030-01-01T00:00:00Z"}

    assert examine(TEXT.encode(), at=AT, fetch=network(did=document)).verdict == Verdict.VALID


def test_a_proof_with_other_options_is_canonicalised_whole() -> None:
    unsigned = credential_for(make_award())
    keys = {KID: make_key().public_key()}
    usual = sign(unsigned)

    for changes in (
        {"expires": "2030-01-01T00:00:00Z"},
        {"created": None},
        {"id": "urn:uuid:0d6f9f0e-4d3b-4bb4-9a51-6a2f6f0e7a55"},
    ):
        proof = {name: value for name, value in (usual["proof"] | changes).items() if value is not None}
        signed = {**unsigned, "proof": {**proof, "proofValue": signature_over(unsigned, proof)}}

        assert proof_stands(signed, keys=keys, at=AT)
        assert not proof_stands({**signed, "name": "X"}, keys=keys, at=AT)
        assert not proof_stands(
            {**signed, "proof": {**signed["proof"], "verificationMethod": f"{DID}#x"}}, keys=keys, at=AT
        )


def signature_over(unsigned: dict[str, Any], proof: dict[str, Any]) -> str:
    """By the other canonicalisation, so that the same mistake is not made twice."""
    import hashlib

    from tests.certificates.test_canonical import pyld_nquads

    options = {"@context": unsigned["@context"], **{k: v for k, v in proof.items() if k != "proofValue"}}
    covered = hashlib.sha256(pyld_nquads(options)).digest() + hashlib.sha256(pyld_nquads(unsigned)).digest()
    return "z" + base58_encode(make_key().sign(covered))


def test_the_two_ways_to_check_a_proof_agree() -> None:
    assert proof_holds(SIGNED, public_key=raw_public())
    assert proof_stands(SIGNED, keys={KID: make_key().public_key()}, at=AT)
    early = add_proof(credential_for(make_award()), verification_method=KID, sign=make_key().sign, created=AT)
    assert proof_stands(early, keys={KID: make_key().public_key()}, at=AT - timedelta(minutes=10))
    assert not proof_stands(early, keys={KID: make_key().public_key()}, at=AT - timedelta(minutes=10, seconds=1))


def test_words_to_show_are_cut_and_hide_nothing(known: None) -> None:
    award = make_award(holder_name="Ana\u202e\u0000 \n Núñez" + "x" * 300, issuer_url="javascript:alert(1)")
    document = credential_for(award)
    document["credentialSubject"]["achievement"]["name"] = " "

    facts = examine(signed_bytes_of(sign(document)), at=AT, fetch=network()).credential

    assert facts is not None
    assert facts.holder is not None and facts.holder.startswith("Ana Núñezxxx") and len(facts.holder) == 200
    assert facts.issuer_url is None
    assert facts.title == "Certified Intimacy Coordinator"


def test_programs_are_told_in_the_shape_of_the_contract() -> None:
    report = examine(b"?", at=AT, fetch=network())

    said = report.as_json()
    assert said["verdict"] == "malformed"
    assert isinstance(said["checks"], list)
    assert said["checks"][0] == {
        "check": "file",
        "outcome": "failed",
        "explanation": "This is no PDF, PNG, SVG, JSON file or JWT that could carry a credential.",
    }
    assert report.credential is None
    assert isinstance(report.checks[0], Check)
