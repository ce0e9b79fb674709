"""Does our own record have the last word on what names us as its issuer?"""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from certificates.documents import PublishedKey
from certificates.editions import new_edition
from certificates.models import Certificate, EditionReason, Status
from certificates.papers import rendered
from certificates.proofs import add_proof
from certificates.signing import active_signer
from certificates.status import revoke_certificate
from certificates.verifying import FileKind, Outcome, Report, Step, Verdict, examine, issuers
from tests.certificates.verifying.issuer import b64
from tests.factories.certificates import make_certificate, make_certificate_that_is, make_completion
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=30)


def nobody(url: str, **_asked: Any) -> Any:
    """Our own keys and lists are not read over the network."""
    raise AssertionError(f"{url} was asked for.")


def check(data: bytes | str, *, at: Any = LATER) -> Report:
    return examine(data.encode() if isinstance(data, str) else data, at=at, fetch=nobody)


def failed(report: Report) -> list[Step]:
    return [check.check for check in report.checks if check.outcome == Outcome.FAILED]


def test_our_certificate_is_valid_without_asking_anybody() -> None:
    certificate = make_certificate()

    report = check(certificate.credential)

    assert (report.verdict, report.ours, report.stands, failed(report)) == (Verdict.VALID, True, True, [])
    assert [check.check for check in report.checks] == list(Step)
    facts = report.credential
    assert facts is not None
    assert (facts.number, facts.holder, facts.title) == (certificate.number, "Ana Núñez", certificate.title)
    assert (facts.valid_from, facts.valid_until, facts.kind) == (
        certificate.issued_at,
        certificate.valid_until,
        "Certification",
    )
    assert not report.is_earlier_edition


def test_the_printed_sheet_carries_it() -> None:
    report = check(rendered(make_certificate()))

    assert (report.verdict, report.found_in) == (Verdict.VALID, FileKind.PDF)


def test_a_certificate_that_does_not_end_is_valid() -> None:
    assert check(make_completion().credential).verdict == Verdict.VALID


def test_written_differently_it_is_the_same() -> None:
    document = json.loads(make_certificate().credential)

    assert check(json.dumps(dict(reversed(document.items())))).verdict == Verdict.VALID


@pytest.mark.parametrize(
    ("status", "verdict", "step"),
    [
        (Status.ACTIVE, Verdict.VALID, None),
        (Status.EXPIRING, Verdict.VALID, None),
        (Status.EXPIRED, Verdict.EXPIRED, Step.DATES),
        (Status.SUSPENDED, Verdict.SUSPENDED, Step.STATUS),
        (Status.REVOKED, Verdict.REVOKED, Step.STATUS),
        (Status.SUPERSEDED, Verdict.REVOKED, Step.STATUS),
    ],
)
def test_its_status_is_read_in_our_records(status: Status, verdict: Verdict, step: Step | None) -> None:
    now = timezone.now()
    certificate = make_certificate_that_is(status, now=now)

    report = check(certificate.credential, at=now)

    assert (report.verdict, failed(report)) == (verdict, [step] if step else [])


def test_a_former_name_is_not_said_again() -> None:
    now = timezone.now()
    certificate = make_certificate_that_is(Status.SUPERSEDED, now=now)

    report = check(certificate.credential, at=now)

    assert report.credential is not None
    assert report.credential.holder is None
    assert report.replaced_by == certificate.replaced_by.number
    assert (
        report.explanation == f"It was replaced by a newer certificate, {report.replaced_by}, and only that one counts."
    )


def test_a_word_changed_is_found() -> None:
    certificate = make_certificate()

    report = check(certificate.credential.replace("Ana", "Eva"))

    assert (report.verdict, failed(report)) == (Verdict.ALTERED, [Step.PROOF])
    assert report.credential is not None
    assert report.credential.number is None


def signed_with_our_key(document: dict[str, Any], **changes: Any) -> str:
    signer = active_signer()
    unsigned = {name: value for name, value in document.items() if name != "proof"} | changes
    return json.dumps(add_proof(unsigned, verification_method=signer.key.kid, sign=signer.sign, created=NOON))


@pytest.mark.parametrize(
    "identifier",
    [
        "http://localhost:8000/credentials/00000000-0000-4000-8000-000000000000",
        "http://localhost:8000/credentials/none",
        "urn:uuid:00000000-0000-4000-8000-000000000000",
    ],
)
def test_what_we_do_not_hold_is_not_ours_whoever_signed_it(identifier: str) -> None:
    """As after a theft of the key."""
    document = json.loads(make_certificate().credential)

    report = check(signed_with_our_key(document, id=identifier))

    assert (report.verdict, failed(report)) == (Verdict.ALTERED, [Step.RECORD])


def test_other_words_under_a_number_of_ours_are_not_ours() -> None:
    document = json.loads(make_certificate().credential)

    report = check(signed_with_our_key(document, name="Certified Intimacy Director"))

    assert (report.verdict, failed(report)) == (Verdict.ALTERED, [Step.RECORD])


def test_a_copy_under_another_address_is_not_ours() -> None:
    certificate = make_certificate()
    document = json.loads(certificate.credential)
    moved = f"https://evil.example/credentials/{certificate.public_id}"

    assert check(signed_with_our_key(document, id=moved)).verdict == Verdict.ALTERED


def test_a_record_that_was_tampered_with_is_not_answered_for() -> None:
    certificate = make_certificate()
    Certificate.objects.filter(pk=certificate.pk).update(title="Certified Intimacy Director")

    report = check(certificate.credential)

    assert report.verdict == Verdict.CANNOT_CHECK_NOW
    assert report.explanation == "Our own record of it needs to be looked at first: try again later."


def test_an_earlier_edition_counts_as_long_as_it_runs() -> None:
    certificate = make_certificate()
    earlier = certificate.credential
    until = certificate.valid_until + timedelta(days=1000)
    renewed = new_edition(certificate=certificate, because=EditionReason.RENEWAL, by=None, at=LATER, valid_until=until)

    report = check(earlier, at=LATER)
    assert (report.verdict, report.is_earlier_edition) == (Verdict.VALID, True)
    assert check(renewed.credential).verdict == Verdict.VALID

    late = check(earlier, at=certificate.valid_until + timedelta(days=1))
    assert (late.verdict, failed(late)) == (Verdict.EXPIRED, [Step.DATES])
    assert "renewed" in late.explanation


def test_what_ends_the_certificate_ends_its_earlier_editions() -> None:
    certificate = make_certificate()
    earlier = certificate.credential
    new_edition(certificate=certificate, because=EditionReason.KEY, by=None, at=LATER)
    revoke_certificate(certificate=certificate, reason="ERROR", by=make_person(), at=LATER)

    assert check(earlier).verdict == Verdict.REVOKED


def test_a_name_that_was_taken_back_is_not_said_again() -> None:
    certificate = make_certificate()
    earlier = certificate.credential
    new_edition(certificate=certificate, because=EditionReason.CONSENT, by=None, at=LATER, shows_name=False)

    report = check(earlier)

    assert (report.verdict, failed(report)) == (Verdict.REVOKED, [Step.STATUS])
    assert report.credential is not None
    assert report.credential.holder is None
    assert report.explanation == "It was replaced by a newer version: ask for the current one."


def test_a_key_that_is_no_longer_trusted_signs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate()
    earlier = certificate.credential
    new_edition(certificate=certificate, because=EditionReason.KEY, by=None, at=LATER)
    key = certificate.signing_key
    lost = PublishedKey(kid=key.kid, public_multibase=key.public_multibase, trusted=False)
    monkeypatch.setattr(issuers, "published_keys", lambda: [lost])

    report = check(earlier)

    assert (report.verdict, failed(report), report.is_earlier_edition) == (Verdict.ALTERED, [Step.PROOF], True)
    assert "no longer trust the key" in report.explanation
    assert check(earlier.replace("Ana", "Eva")).explanation == "The signature does not hold: do not rely on this."


def test_a_credential_of_ours_is_never_a_strangers() -> None:
    """Under our identifier, with a key of somebody else's."""
    document = json.loads(make_certificate().credential)
    document["proof"]["verificationMethod"] = "did:web:evil.example#k"

    assert check(json.dumps(document)).verdict == Verdict.ALTERED
    header = b64(json.dumps({"alg": "EdDSA", "kid": "did:web:evil.example#k"}).encode())
    payload = b64(json.dumps({"iss": document["issuer"]["id"]}).encode())
    assert check(f"{header}.{payload}.AAAA").verdict == Verdict.MALFORMED


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.REVOKED])
def test_ours_takes_two_queries(status: Status, django_assert_num_queries: Any) -> None:
    now = timezone.now()
    certificate = make_certificate_that_is(status, now=now)

    with django_assert_num_queries(2):  # our keys; the certificate with its key, list and rules
        check(certificate.credential, at=now)
