"""Is a certificate flagged when a shift it rests on falls, and does nothing change by itself?"""

from datetime import date, timedelta

import pytest
from django.db import models

from assessments.models import AuditDraw, AuditOutcome, Shift, VoidReason
from assessments.shifts import amend_shift, submit_shift, void_shift
from assessments.signing import sign_shift
from certificates.flags import resting_on, shaken, shaken_among
from certificates.issuing import replace_certificate
from certificates.models import Certificate, Status
from tests.factories.certificates import make_certificate
from tests.factories.people import NOON, make_registrar
from tests.factories.shifts import make_mentorship, make_signed_shift, make_waiting_shift
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
AFTER = NOON + timedelta(days=30)


def make_one_that_asks_for_shadowing() -> Certificate:
    """Its rules are given the line afterwards: what it was awarded on is not what these tests are about."""
    certificate = make_certificate(at=NOON + timedelta(days=1))
    lift_guards()
    certificate.requirement_set.requirements.create(position=2, kind="shadow_days", terms={"days": 1})
    return certificate


@pytest.fixture
def certificate() -> Certificate:
    return make_one_that_asks_for_shadowing()


def a_day(certificate: Certificate, *, on: date = date(2026, 11, 20), at=NOON) -> Shift:
    mentorship = make_mentorship(enrolment=certificate.enrolment)
    return make_signed_shift(mentorship, on=on, at=at)


def void(shift: Shift, *, at=AFTER) -> None:
    void_shift(shift=shift, by=make_registrar(), reason=VoidReason.UNTRUE, at=at, as_registrar=True)


def amend(shift: Shift) -> None:
    new = submit_shift(shift=amend_shift(shift=shift, at=AFTER), at=AFTER)
    sign_shift(shift=new, mentor=new.mentorship.mentor, rubric={}, authentication="password", at=AFTER)


def fail(shift: Shift) -> None:
    AuditDraw.objects.create(
        month=date(2026, 11, 1), shift=shift, drawn_at=AFTER, closed_at=AFTER, closed_by=make_registrar(),
        outcome=AuditOutcome.FAILED,
    )  # fmt: skip


def values_of(thing: models.Model) -> dict:
    return type(thing).objects.values().get(pk=thing.pk)


@pytest.mark.parametrize("change", [void, amend, fail])
def test_a_shift_that_falls_flags_the_certificate_and_changes_nothing_by_itself(certificate, change):
    shift = a_day(certificate)
    before = values_of(certificate)
    assert list(shaken()) == []
    assert resting_on(Shift.objects.get(pk=shift.pk)) == certificate

    change(shift)

    assert list(shaken()) == [certificate]
    assert values_of(certificate) == before
    assert certificate.status(AFTER) is Status.ACTIVE


def test_a_failed_check_of_a_shift_that_was_void_before_the_award_flags_nothing(certificate):
    shift = a_day(certificate)
    void(shift, at=NOON)
    fail(shift)

    assert list(shaken()) == []


def test_what_was_signed_after_the_award_is_nothing_it_rests_on(certificate):
    shift = a_day(certificate, at=AFTER - timedelta(days=1))
    assert resting_on(shift) is None

    void(shift)

    assert list(shaken()) == []


def test_withdrawing_what_was_never_signed_flags_nothing(certificate):
    mentorship = make_mentorship(enrolment=certificate.enrolment)
    shift = make_waiting_shift(mentorship, on=date(2026, 11, 19))

    void(shift)

    assert list(shaken()) == []
    assert resting_on(shift) is None


def test_a_certificate_that_asks_for_no_shadowing_rests_on_no_shift():
    certificate = make_certificate(at=NOON + timedelta(days=1))
    shift = a_day(certificate)

    void(shift)

    assert list(shaken()) == []


def test_a_certificate_in_its_place_carries_the_question_along(certificate):
    void(a_day(certificate))

    newer = replace_certificate(
        certificate=certificate, holder_name="Ana Prosser", by=make_registrar(), at=AFTER + timedelta(days=1)
    )

    assert list(shaken()) == [newer]


@pytest.mark.parametrize("certificates", [1, 3])
def test_which_of_several_is_asked_once(django_assert_num_queries, certificates):
    made = [make_one_that_asks_for_shadowing() for _each in range(certificates)]
    void(a_day(made[0]))

    with django_assert_num_queries(1):
        found = shaken_among(made)

    assert found == {made[0].pk}
