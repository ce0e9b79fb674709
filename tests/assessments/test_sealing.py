"""What does a mentor's signature cover, and does it still hold?"""

from copy import deepcopy
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F

from assessments.mentors import approve_mentor
from assessments.models import Shift, ShiftState
from assessments.sealing import digest_of, seal_holds, seal_of
from assessments.shifts import make_production
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentor, make_mentorship, make_shift, make_signed_shift, make_waiting_shift
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db


def altered(shift: Shift, **changes: object) -> Shift:
    """The shift as read back after somebody wrote to the database behind the product's back."""
    lift_guards()
    Shift.objects.filter(pk=shift.pk).update(**changes)
    return Shift.objects.whole().get(pk=shift.pk)


def test_a_signed_shift_says_what_was_sealed_and_by_whom():
    shift = make_signed_shift()
    mentor = shift.mentorship.mentor

    assert shift.sealed == {
        "format": 2,
        "shift": shift.pk,
        "record": str(shift.record),
        "version": 1,
        "learner": shift.learner_id,
        "enrolment": shift.enrolment_id,
        "production": shift.production.code,
        "medium": "SERIES",
        "region": "UK_IRELAND",
        "union": "UNION",
        "date": "2026-11-20",
        "call": "2026-11-20T07:30:00.000000+00:00",
        "wrap": "2026-11-20T18:15:00.000000+00:00",
        "time_zone": "Europe/London",
        "break_minutes": 75,
        "minutes": 570,
        "role": "ASSIST",
        "phases": ["REHEARSAL", "SHOOT"],
        "scenes": {"KISS": 2, "PARTIAL_NUDITY": 1},
        "duties": ["RIDERS", "GARMENTS", "MONITOR", "REPORT"],
        "competencies": ["SAG-1", "SAG-4", "SKSIC6"],
        "rubric": {"TALKS": "ASSISTED"},
        "signer": {
            "mentor": mentor.pk,
            "person": mentor.person_id,
            "name": "Tomasz",
            "credential_number": mentor.credential_number,
            "credential_expires_on": "2031-12-31",
        },
        "signed_at": "2026-11-23T12:00:00.000000+00:00",
        "authentication": "password",
    }
    assert shift.seal == seal_of(shift.sealed)
    assert seal_holds(shift)


@pytest.mark.parametrize(
    "changes",
    [
        {"record": UUID(int=1)},
        {"version": 2},
        {"medium": "SHORT"},
        {"region": "US"},
        {"union": "UNKNOWN"},
        {"worked_on": date(2026, 11, 19)},
        {"call_at": F("call_at") - timedelta(minutes=1)},
        {"wrap_at": F("wrap_at") + timedelta(minutes=1)},
        {"time_zone": "Europe/Paris"},
        {"break_minutes": 0},
        {"role": "LEAD"},
        {"phases": ["SHOOT"]},
        {"phases": "SHOOT"},
        {"scenes": {"KISS": 3, "PARTIAL_NUDITY": 1}},
        {"scenes": []},
        {"duties": []},
        {"competencies": ["SAG-1"]},
        {"rubric": {"TALKS": "INDEPENDENT"}},
        {"rubric": {}},
        {"signed_at": NOON + timedelta(microseconds=1)},
        {"seal": "0" * 64},
        {"sealed": {}},
        {"sealed": []},
        {"sealed": {"signer": "Tomasz"}},
        {"sealed": {"signer": {}}},
        {"seal": "é" * 64},
    ],
)
def test_a_changed_field_breaks_the_seal(changes):
    shift = altered(make_signed_shift(), **changes)

    assert not seal_holds(shift)
    assert shift.state is ShiftState.BROKEN


def test_moving_a_shift_to_other_people_or_another_production_breaks_the_seal():
    shift = make_signed_shift()
    for changes in (
        {"learner": make_person()},
        {"enrolment": make_enrolment()},
        {"production": make_production(learner=shift.learner, code="PRJ-XX9", at=NOON)},
        {"signed_by": make_person()},
        {"signed_as": make_mentor()},
    ):
        before = {name: getattr(shift, f"{name}_id") for name in changes}

        assert not seal_holds(altered(shift, **changes))
        assert seal_holds(altered(shift, **{f"{name}_id": value for name, value in before.items()}))


def test_renaming_the_production_breaks_the_seal():
    shift = make_signed_shift()
    shift.production.code = "OTHER"
    shift.production.save()

    assert not seal_holds(altered(shift))


@pytest.mark.parametrize(
    "path",
    [("signer", "name"), ("signer", "credential_number"), ("signer", "mentor"), ("authentication",), ("minutes",)],
)
def test_changing_what_was_kept_of_the_signing_breaks_the_seal(path):
    shift = make_signed_shift()
    sealed = deepcopy(shift.sealed)
    place = sealed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = "another"

    assert not seal_holds(altered(shift, sealed=sealed))


def test_what_is_not_sealed_may_change_and_the_seal_holds():
    shift = make_signed_shift()
    mentor = shift.mentorship.mentor
    mentor.person.display_name = "Tom"
    mentor.person.save()
    approve_mentor(
        person=mentor.person,
        credential_number="NEW-1",
        credential_expires_on=date(2040, 1, 1),
        by=make_registrar(),
        at=NOON,
    )

    shift = altered(shift, learning_note="I see it otherwise now.")

    assert seal_holds(shift)
    assert shift.sealed["signer"]["name"] == "Tomasz"


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL keeps no half characters in JSON")
def test_half_a_character_breaks_the_seal_and_nothing_else():
    shift = make_signed_shift()
    half = {"TALKS": "\ud800"}

    assert not seal_holds(altered(shift, rubric=half, sealed=shift.sealed | {"rubric": half}))


@pytest.mark.parametrize("make", [make_shift, make_waiting_shift])
def test_an_unsigned_shift_has_no_seal_to_hold(make):
    assert not seal_holds(make())


def test_two_shifts_that_say_the_same_have_different_seals():
    mentorship = make_mentorship()
    one = make_signed_shift(mentorship)
    other = make_signed_shift(mentorship, on=date(2026, 11, 19))

    assert one.seal != other.seal


def test_the_order_of_facts_does_not_matter_and_their_values_do():
    assert digest_of({"a": 1, "b": {"c": 2, "d": 3}}) == digest_of({"b": {"d": 3, "c": 2}, "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": "1"})


def test_the_digest_is_known():
    # Kept so that a change of the canonical form cannot slip in: old seals must go on holding.
    assert digest_of({"production": "PRJ-7Q2", "minutes": 570}) == (
        "1d63616047c1f925f5f3d2b1881c5a87d6879b8e62293850d1181f886a5d86a4"
    )
