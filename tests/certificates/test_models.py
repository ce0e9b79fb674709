"""Does the database refuse a certificate, a key, a rule or a request that cannot be?"""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, models

from certificates import bitstring
from certificates.models import (
    Certificate,
    CertificationRequest,
    Requirement,
    RequirementSet,
    RevocationReason,
    Status,
)
from tests.factories.certificates import make_certificate, make_ready, make_request, make_rules
from tests.factories.courses import make_programme
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def copied(certificate: Certificate, **changes: object) -> Certificate:
    """Another row like it, on an enrolment and with a number and an index of its own."""
    values = {field.attname: getattr(certificate, field.attname) for field in Certificate._meta.concrete_fields}
    values |= {
        "id": None,
        "public_id": "5f0c1c9e-8f43-4c0e-9d2a-0b7a3f6b1c11",
        "number": "CS-00000-00000-0",
        "status_index": (certificate.status_index + 1) % bitstring.LENGTH,
    }
    if "enrolment_id" not in changes:
        values["enrolment_id"] = make_ready(programme=certificate.enrolment.programme).pk
    return Certificate.objects.create(**(values | changes))


def change(certificate: Certificate, **changes: object) -> None:
    Certificate.objects.filter(pk=certificate.pk).update(**changes)


# Certificates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["public_id", "number"])
def test_two_certificates_never_share_an_address_or_a_number(field: str) -> None:
    certificate = make_certificate()

    with pytest.raises(IntegrityError):
        copied(certificate, **{field: getattr(certificate, field)})


def test_two_certificates_never_share_a_bit() -> None:
    certificate = make_certificate()

    with pytest.raises(IntegrityError):
        copied(certificate, status_index=certificate.status_index)


def test_one_certificate_stands_for_an_enrolment() -> None:
    certificate = make_certificate()

    with pytest.raises(IntegrityError):
        copied(certificate, enrolment_id=certificate.enrolment_id)


@pytest.mark.parametrize(
    "ended", [{"revoked_at": NOON, "revocation_reason": RevocationReason.ERROR}, {"superseded_at": NOON}]
)
def test_one_that_has_ended_may_lie_beside_it(ended: dict) -> None:
    certificate = make_certificate()

    copied(certificate, enrolment_id=certificate.enrolment_id, **ended)

    assert Certificate.objects.count() == 2


def test_a_certificate_is_replaced_by_one_other() -> None:
    certificate = make_certificate()
    copied(certificate, replaces_id=certificate.pk)

    with pytest.raises(IntegrityError):
        copied(certificate, public_id="6f0c1c9e-8f43-4c0e-9d2a-0b7a3f6b1c11", number="x", replaces_id=certificate.pk)


@pytest.mark.parametrize(
    ("impossible", "constraint"),
    [
        ({"status_index": bitstring.LENGTH}, "certificate_index_within_its_list"),
        ({"status_index": -1}, "certificate_index_within_its_list|status_index"),
        ({"revoked_at": NOON}, "certificate_revoked_with_a_reason"),
        ({"revocation_reason": RevocationReason.ERROR}, "certificate_revoked_with_a_reason"),
        (
            {"revoked_at": NOON - DAY, "revocation_reason": RevocationReason.ERROR},
            "certificate_revoked_with_a_reason",
        ),
        ({"superseded_at": NOON - DAY}, "certificate_superseded_after_issued"),
        (
            {"superseded_at": NOON, "revoked_at": NOON, "revocation_reason": RevocationReason.ERROR},
            "certificate_not_both_revoked_and_superseded",
        ),
        ({"suspended_at": NOON}, "certificate_suspended_with_a_reason"),
        ({"suspension_reason": "A case"}, "certificate_suspended_with_a_reason"),
        ({"valid_until": NOON}, "certificate_valid_for_some_time"),
        ({"valid_until": NOON - DAY}, "certificate_valid_for_some_time"),
        ({"replaces": models.F("pk")}, "certificate_never_replaces_itself"),
        ({"edition": 0}, "certificate_signed_once_issued|certificate_first_edition_signed_when_issued"),
        ({"edition": 2, "signed_at": NOON - DAY}, "certificate_signed_once_issued"),
        ({"signed_at": NOON + DAY}, "certificate_first_edition_signed_when_issued"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused(impossible: dict, constraint: str) -> None:
    certificate = make_certificate(at=NOON)

    with pytest.raises(IntegrityError, match=constraint):
        change(certificate, **impossible)


@pytest.mark.parametrize("owner", ["enrolment", "requirement_set", "holder", "signing_key", "status_list"])
def test_what_a_certificate_rests_on_is_never_deleted(owner: str) -> None:
    certificate = make_certificate()

    with pytest.raises((models.ProtectedError, IntegrityError)):
        getattr(certificate, owner).delete()


def test_every_constraint_on_certificates_has_a_test() -> None:
    assert {constraint.name for constraint in Certificate._meta.constraints} == {
        "certificate_one_standing_for_an_enrolment",
        "certificate_one_at_each_status_index",
        "certificate_one_at_each_suspension_index",
        "certificate_suspension_list_and_index_together",
        "certificate_index_within_its_list",
        "certificate_revoked_with_a_reason",
        "certificate_superseded_after_issued",
        "certificate_never_replaces_itself",
        "certificate_not_both_revoked_and_superseded",
        "certificate_suspended_with_a_reason",
        "certificate_valid_for_some_time",
        "certificate_signed_once_issued",
        "certificate_first_edition_signed_when_issued",
    }


# Status ----------------------------------------------------------------------------------------------------

ISSUED = NOON
ENDS = datetime(2029, 11, 23, 12, tzinfo=NOON.tzinfo)
REVOKED = {"revoked_at": ISSUED + 10 * DAY, "revocation_reason": "ERROR"}
SUSPENDED = {"suspended_at": ISSUED + 10 * DAY, "suspension_reason": "A case"}
SUPERSEDED = {"superseded_at": ISSUED + 10 * DAY}
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("facts", "at", "status"),
    [
        ({}, ISSUED, Status.ACTIVE),
        ({}, ENDS - 90 * DAY - MOMENT, Status.ACTIVE),
        ({}, ENDS - 90 * DAY, Status.EXPIRING),
        ({}, ENDS - MOMENT, Status.EXPIRING),
        ({}, ENDS, Status.EXPIRED),
        ({"valid_until": None}, ENDS + 9_999 * DAY, Status.ACTIVE),
        (REVOKED, ISSUED + 10 * DAY - MOMENT, Status.ACTIVE),
        (REVOKED, ISSUED + 10 * DAY, Status.REVOKED),
        (REVOKED, ENDS, Status.REVOKED),
        (SUSPENDED, ISSUED + 10 * DAY, Status.SUSPENDED),
        (SUSPENDED, ENDS - DAY, Status.SUSPENDED),
        (SUSPENDED, ENDS, Status.EXPIRED),
        (SUSPENDED | REVOKED, ENDS, Status.REVOKED),
        (SUPERSEDED, ISSUED + 10 * DAY - MOMENT, Status.ACTIVE),
        (SUPERSEDED, ISSUED + 10 * DAY, Status.SUPERSEDED),
        (SUPERSEDED | SUSPENDED, ENDS, Status.SUPERSEDED),
        ({"valid_until": ISSUED + 30 * DAY}, ISSUED, Status.EXPIRING),
    ],
)
def test_what_a_certificate_is_at_a_moment(facts: dict, at: datetime, status: Status) -> None:
    certificate = Certificate(**({"issued_at": ISSUED, "signed_at": ISSUED, "valid_until": ENDS} | facts))

    assert certificate.status(at) is status


def test_the_statuses_are_the_contracts_in_its_order() -> None:
    assert Status.values == ["active", "expiring", "expired", "suspended", "revoked", "superseded"]


# Rules -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("same", ["version", "published_at"])
def test_a_version_of_the_rules_is_published_once_and_at_its_own_time(same: str) -> None:
    first = make_rules(make_programme())
    values = {"version": "2027.1", "published_at": NOON} | {same: getattr(first, same)}

    with pytest.raises(IntegrityError):
        RequirementSet.objects.create(
            programme=first.programme, kind=first.kind, title="T", programme_title="P", description="D", **values
        )


def test_requirements_have_a_place_each() -> None:
    first = make_rules(make_programme())

    with pytest.raises(IntegrityError):
        Requirement.objects.create(requirement_set=first, position=1, kind="quizzes")


def test_a_programme_with_rules_is_never_deleted() -> None:
    rules = make_rules(make_programme())

    with pytest.raises((models.ProtectedError, IntegrityError)):
        models.Model.delete(rules.programme)


# Requests --------------------------------------------------------------------------------------------------


def test_one_request_waits_for_an_enrolment() -> None:
    request = make_request()

    with pytest.raises(IntegrityError):
        CertificationRequest.objects.create(enrolment=request.enrolment, certificate_name="Ana", asked_at=NOON)


@pytest.mark.parametrize("impossible", ["when without who", "who without when", "a reason without an answer"])
def test_a_request_is_answered_by_somebody_at_some_time(impossible: str) -> None:
    request, registrar = make_request(), make_person()
    changes = {
        "when without who": {"answered_at": NOON},
        "who without when": {"answered_by": registrar},
        "a reason without an answer": {"declined_because": "No."},
    }[impossible]

    with pytest.raises(IntegrityError, match="certificationrequest_answered_at_and_by_together"):
        CertificationRequest.objects.filter(pk=request.pk).update(**changes)


def test_rows_say_what_they_are_without_a_query(django_assert_num_queries) -> None:
    certificate = make_certificate()
    request = certificate.enrolment.certification_requests.get()
    requirement, key = Requirement.objects.get(), certificate.signing_key

    with django_assert_num_queries(0):
        said = [str(row) for row in (certificate, key, request, requirement)]

    assert said == [
        f"Certificate {certificate.number}",
        f"SigningKey {key.kid}",
        f"CertificationRequest {request.pk}: enrolment {certificate.enrolment_id}",
        f"Requirement {requirement.pk}: modules",
    ]
    assert str(certificate.status_list) == "StatusList 1 of revocation"
    assert (
        str(certificate.requirement_set) == f"RequirementSet 2026.1 of programme {certificate.enrolment.programme_id}"
    )
