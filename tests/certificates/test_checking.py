"""Does a row altered behind the product's back still pass for what was signed?"""

import hashlib
import json
from datetime import timedelta

import pytest
from django.db.models import F

from certificates.checking import as_json, check_certificate, checks_in_words, is_sound
from certificates.models import Certificate, RequirementSet, SigningKey, Status, StatusList
from certificates.proofs import public_multibase
from certificates.signing import stage_key
from courses.models import CredentialKind
from tests.certificates.awards import make_key
from tests.factories.certificates import make_certificate, make_certificate_that_is, make_rules
from tests.factories.courses import make_programme
from tests.factories.people import NOON
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def altered(certificate: Certificate, **changes: object) -> bool:
    Certificate.objects.filter(pk=certificate.pk).update(**changes)
    return is_sound(Certificate.objects.get(pk=certificate.pk))


@pytest.mark.parametrize("status", list(Status))
def test_what_the_product_made_is_sound_in_every_status(status: Status) -> None:
    assert is_sound(make_certificate_that_is(status))


@pytest.mark.parametrize(
    "change",
    [
        {"holder_name": "Somebody Else"},
        {"title": "Grand Master"},
        {"kind": CredentialKind.COMPLETION},
        {"kind": "doctorate"},
        {"basis": []},
        {"basis": [{"requirement": "Study", "summary": "99 modules"}]},
        {"basis": [{"summary": "1 module"}]},
        {"basis": None},
        {"number": "CS-00000-00000-0"},
        {"public_id": "5f0c1c9e-8f43-4c0e-9d2a-0b7a3f6b1c11"},
        {"programme_title": "Another programme"},
        {"requirements_version": "1999.1"},
        {"issuer_name": "Another Academy"},
        {"issuer_did": "did:web:elsewhere.example"},
        {"awarded_on": (NOON - DAY).date()},
        {"issued_at": NOON - DAY, "signed_at": NOON - DAY},
        {"shows_name": False},
        {"valid_until": NOON + 9_999 * DAY},
        {"valid_until": None},
        {"status_index": F("status_index") + 1},
        {"credential": "{}"},
        {"credential_digest": "0" * 64},
    ],
    ids=lambda change: "=".join(map(str, next(iter(change.items()))))[:40],
)
def test_a_row_that_was_altered_is_not_sound(change: dict) -> None:
    certificate = make_certificate(at=NOON)
    Certificate.objects.filter(pk=certificate.pk, status_index=131_071).update(status_index=5)
    if change.get("basis", "") is None:
        change = {"basis": "null"}

    assert altered(certificate, **change) is False


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "not json", '{"proof": 1}', '{"id": 7, "proof": {}}'])
def test_a_credential_swapped_with_its_digest_is_not_sound_and_breaks_nothing(text: str) -> None:
    certificate = make_certificate(at=NOON)

    assert altered(certificate, credential=text, credential_digest=hashlib.sha256(text.encode()).hexdigest()) is False


def test_a_name_changed_in_row_and_credential_is_not_sound() -> None:
    certificate = make_certificate(name="Ana Núñez", at=NOON)
    text = certificate.credential.replace("Ana Núñez", "Eve Núñez")

    assert not altered(
        certificate,
        holder_name="Eve Núñez",
        credential=text,
        credential_digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def test_a_credential_of_somebody_else_is_not_sound() -> None:
    mine, theirs = make_certificate(at=NOON), make_certificate(at=NOON, name="Robin Hale")

    assert not altered(mine, credential=theirs.credential, credential_digest=theirs.credential_digest)


def test_another_key_another_set_and_another_list_are_not_sound() -> None:
    certificate = make_certificate(at=NOON)
    others = {
        "signing_key": stage_key(by=None, at=NOON),
        "requirement_set": make_rules(make_programme()),
        "status_list": StatusList.objects.create(number=2, document=StatusList.objects.get().document),
    }

    for field, other in others.items():
        before = getattr(certificate, field)
        assert altered(certificate, **{field: other}) is False, field
        assert altered(certificate, **{field: before}) is True


def test_a_public_key_that_was_swapped_is_not_sound() -> None:
    certificate = make_certificate(at=NOON)

    for public in (public_multibase(make_key().public_key().public_bytes_raw()), "not a key"):
        SigningKey.objects.filter(pk=certificate.signing_key_id).update(public_multibase=public)
        assert is_sound(Certificate.objects.get()) is False


def test_a_revocation_undone_in_the_database_is_not_sound() -> None:
    certificate = make_certificate_that_is(Status.REVOKED)

    assert altered(certificate, revoked_at=None, revocation_reason="") is False


def test_a_replacement_undone_in_the_database_is_not_sound() -> None:
    certificate = make_certificate_that_is(Status.SUPERSEDED)
    newer = certificate.replaced_by
    Certificate.objects.filter(pk=newer.pk).update(superseded_at=newer.issued_at)  # makes room

    assert altered(certificate, superseded_at=None) is False
    assert is_sound(Certificate.objects.get(pk=newer.pk)) is False


@pytest.mark.parametrize("document", ["", "{}", "null", '{"credentialSubject": {"encodedList": "u"}}'])
def test_without_a_readable_list_nothing_is_confirmed(document: str) -> None:
    make_certificate(at=NOON)

    StatusList.objects.update(document=document)

    assert is_sound(Certificate.objects.get()) is False


def test_checking_costs_one_query_and_soundness_none(django_assert_num_queries) -> None:
    certificate = make_certificate(at=NOON)

    with django_assert_num_queries(1):
        answer = check_certificate(number=certificate.number, at=NOON)
        assert answer.sound
        as_json(answer)
        checks_in_words(answer)


def test_an_unknown_number_is_said_to_be_so() -> None:
    with pytest.raises(Certificate.DoesNotExist):
        check_certificate(number="CS-00000-00000-0", at=NOON)


@pytest.mark.parametrize(
    ("status", "stands", "checks"),
    [
        (Status.ACTIVE, True, [True, True, True]),
        (Status.EXPIRING, True, [True, True, True]),
        (Status.EXPIRED, False, [True, True, False]),
        (Status.SUSPENDED, False, [True, True, True]),
        (Status.REVOKED, False, [True, False, True]),
        (Status.SUPERSEDED, False, [True, False, True]),
    ],
)
def test_what_was_checked_is_said_in_words(status: Status, stands: bool, checks: list[bool]) -> None:
    now = NOON
    certificate = make_certificate_that_is(status, now=now)

    answer = check_certificate(number=certificate.number, at=now)

    assert answer.stands is stands
    assert [passed for passed, _sentence in checks_in_words(answer)] == checks
    assert all(sentence.endswith(".") for _passed, sentence in checks_in_words(answer))


def test_an_altered_certificate_does_not_stand() -> None:
    certificate = make_certificate(at=NOON)
    Certificate.objects.update(holder_name="Somebody Else")

    answer = check_certificate(number=certificate.number, at=NOON)

    assert (answer.status, answer.sound, answer.stands) == (Status.ACTIVE, False, False)


@pytest.mark.parametrize(
    ("status", "days_ago"),
    [
        (Status.ACTIVE, 100),
        (Status.SUSPENDED, 3),
        (Status.REVOKED, 3),
        (Status.SUPERSEDED, 3),
    ],
)
def test_a_status_says_since_when(status: Status, days_ago: int) -> None:
    certificate = make_certificate_that_is(status, now=NOON)

    assert check_certificate(number=certificate.number, at=NOON).since == NOON - days_ago * DAY


def test_expiring_and_expired_say_since_when() -> None:
    expiring, expired = (make_certificate_that_is(status, now=NOON) for status in (Status.EXPIRING, Status.EXPIRED))

    assert check_certificate(number=expiring.number, at=NOON).since == expiring.valid_until - 90 * DAY
    assert check_certificate(number=expired.number, at=NOON).since == expired.valid_until


def test_the_sets_own_words_are_not_what_is_shown() -> None:
    certificate = make_certificate(at=NOON)
    lift_guards()
    RequirementSet.objects.update(title="Another")

    assert as_json(check_certificate(number=certificate.number, at=NOON))["title"] == certificate.title
    assert json.loads(certificate.credential)["name"] == certificate.title
