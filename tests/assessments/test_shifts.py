"""How is a day on set recorded: on which code, with whom, and within which limits?"""

from datetime import date, time, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from assessments.guard import code_findings
from assessments.mentorships import end_mentorship
from assessments.models import (
    Production,
    Shift,
    ShiftState,
)
from assessments.shifts import (
    CannotRecord,
    a_free_code,
    change_shift,
    log_shift,
    make_production,
    submit_shift,
)
from cms.accounts import history
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_person
from tests.factories.shifts import (
    make_mentor,
    make_mentorship,
    make_returned_shift,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
    shift_fields,
)
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db


def verbs_of(shift: Shift) -> list[str]:
    return [entry.verb for entry in history.entries_about(shift)]


# Productions -----------------------------------------------------------------------------------------------


def test_a_production_gets_a_code_when_none_is_given():
    production = make_production(learner=make_person(), at=NOON)

    assert production.code.startswith("PRJ-")
    assert len(production.code) == 7
    assert not set(production.code[4:]) & set("ILOU")


def test_a_code_that_is_made_is_never_one_that_the_guard_asks_about(monkeypatch):
    places = iter("JKH7Q2")
    monkeypatch.setattr("assessments.shifts.secrets.choice", lambda signs: next(places))

    code = a_free_code([])

    assert code_findings("PRJ-JKH")
    assert code == "PRJ-7Q2"


def test_a_code_given_again_is_the_same_production_and_keeps_its_title():
    learner = make_person()
    first = make_production(learner=learner, code=" night-7 ", title="Low Tide", at=NOON)

    again = make_production(learner=learner, code="NIGHT-7", title="Other", at=NOON)

    assert again == first
    assert (again.code, again.title) == ("NIGHT-7", "Low Tide")


def test_two_learners_may_use_the_same_code_for_different_productions():
    one = make_production(learner=make_person(), code="PRJ-7Q2", at=NOON)
    other = make_production(learner=make_person(), code="PRJ-7Q2", at=NOON)

    assert one.pk != other.pk


@pytest.mark.parametrize("code", ["AB", "A" * 13, "Low Tide", "PRJ_7", "---", "ÉTÉ-1"])
def test_a_code_that_is_not_one_is_refused(code):
    with pytest.raises(CannotRecord, match="3 to 12 letters") as refusal:
        make_production(learner=make_person(), code=code, at=NOON)

    assert refusal.value.field == "new_code"


def test_a_title_has_its_length():
    with pytest.raises(CannotRecord, match="under 200") as refusal:
        make_production(learner=make_person(), title="a" * 201, at=NOON)

    assert refusal.value.field == "new_title"


def test_a_made_code_is_never_one_the_learner_has(monkeypatch):
    made = iter("A2AA2AB2B")
    monkeypatch.setattr("assessments.shifts.secrets", SimpleNamespace(choice=lambda letters: next(made)))
    learner = make_person()

    codes = [make_production(learner=learner, at=NOON).code for _time in range(2)]

    assert codes == ["PRJ-A2A", "PRJ-B2B"]


def test_a_title_is_sealed_in_the_database():
    production = make_production(learner=make_person(), title="Low Tide", at=NOON)

    stored = Production.objects.filter(pk=production.pk).extra(select={"raw": "title"}).values_list("raw", flat=True)[0]

    assert "Low Tide" not in stored
    assert Production.objects.get(pk=production.pk).title == "Low Tide"


# Recording -------------------------------------------------------------------------------------------------


def test_a_recorded_shift_is_a_draft_with_its_local_date():
    shift = make_shift()

    assert shift.state is ShiftState.DRAFT
    assert shift.worked_on == date(2026, 11, 20)
    assert shift.minutes == 570
    assert verbs_of(shift) == ["shift.logged"]


def test_lists_are_kept_in_the_order_of_their_choices():
    shift = make_shift(phases=["SHOOT", "PREP", "SHOOT"], scenes={"NUDITY": 1, "KISS": 2}, duties=["REPORT", "RIDERS"])

    assert shift.phases == ["PREP", "SHOOT"]
    assert list(shift.scenes) == ["KISS", "NUDITY"]
    assert shift.duties == ["RIDERS", "REPORT"]


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"wrap_at": shift_fields()["call_at"]}, "wrap", "wrap is before the call"),
        ({"wrap_at": shift_fields()["call_at"] + timedelta(hours=24, minutes=1)}, "wrap", "24 hours"),
        ({"wrap_at": NOON + timedelta(minutes=1), "call_at": NOON - timedelta(hours=4)}, "wrap", "not happened yet"),
        ({"break_minutes": 645}, "break_minutes", "breaks are as long"),
        ({"break_minutes": -1}, "break_minutes", "breaks are as long"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "do not know"),
        ({"role": "DIRECT"}, None, "from the lists"),
        ({"medium": "OPERA"}, None, "from the lists"),
        ({"phases": ["LUNCH"]}, None, "from the lists"),
        ({"duties": ["COFFEE"]}, None, "from the lists"),
        ({"scenes": {"CAR_CHASE": 1}}, None, "from the lists"),
        ({"scenes": {"KISS": 0}}, "scenes", "whole numbers"),
        ({"scenes": {"KISS": 100}}, "scenes", "whole numbers"),
        ({"scenes": {"KISS": 1.5}}, "scenes", "whole numbers"),
        ({"scenes": {"KISS": True}}, "scenes", "whole numbers"),
        ({"learning_note": "a" * 2_001}, None, "2,000"),
    ],
)
def test_what_cannot_be_so_is_refused(said, field, sentence):
    mentorship = make_mentorship()

    with pytest.raises(CannotRecord, match=sentence) as refusal:
        make_shift(mentorship, **said)

    assert refusal.value.field == field
    assert not Shift.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"wrap_at": shift_fields()["call_at"] + timedelta(hours=24)},
        {"wrap_at": NOON, "call_at": NOON - timedelta(hours=4)},
        {"break_minutes": 644},
        {"scenes": {"KISS": 99}, "phases": [], "duties": []},
    ],
)
def test_the_limits_themselves_are_allowed(said):
    assert make_shift(**said).pk


def test_shifts_that_share_a_minute_are_refused_and_touching_ones_are_not():
    mentorship = make_mentorship()
    make_shift(mentorship, call=time(8), wrap=time(12), break_minutes=0)

    make_shift(mentorship, call=time(12), wrap=time(14), break_minutes=0)
    make_shift(mentorship, call=time(6), wrap=time(8), break_minutes=0)
    for call, wrap in ((time(11, 59), time(13)), (time(5), time(20)), (time(9), time(10)), (time(8), time(12, 30))):
        with pytest.raises(CannotRecord, match="another shift") as refusal:
            make_shift(mentorship, call=call, wrap=wrap, break_minutes=0)
        assert refusal.value.field == "call"

    assert Shift.objects.count() == 3


def test_another_learner_may_work_at_the_same_time():
    mentor = make_mentor()
    make_shift(make_mentorship(mentor=mentor))

    assert make_shift(make_mentorship(mentor=mentor)).pk


def test_recording_the_very_same_again_gives_the_one_there_is():
    mentorship = make_mentorship()
    first = make_shift(mentorship)

    assert make_shift(mentorship) == first
    assert verbs_of(first) == ["shift.logged"]


def test_a_shift_is_recorded_with_a_mentor_who_said_yes_to_this_learner():
    learner = make_person()
    own = make_mentorship(enrolment=make_enrolment(learner=learner))
    production = make_production(learner=learner, at=NOON)
    stranger, asked = make_mentorship(), make_mentorship(begun=False)
    ended = end_mentorship(mentorship=make_mentorship(enrolment=own.enrolment), by=learner, at=NOON)

    for mentorship in (stranger, asked, ended):
        with pytest.raises(CannotRecord) as refusal:
            log_shift(learner=learner, mentorship=mentorship, production=production, at=NOON, **shift_fields())
        assert refusal.value.field == "mentorship"
    with pytest.raises(CannotRecord) as refusal:
        log_shift(
            learner=learner, mentorship=own, production=make_production(learner=make_person(), at=NOON), at=NOON,
            **shift_fields(),
        )  # fmt: skip
    assert refusal.value.field == "production"


def test_nothing_is_recorded_on_a_programme_one_has_left():
    mentorship = make_mentorship()
    mentorship.enrolment.withdrawn_at = NOON
    mentorship.enrolment.save()

    with pytest.raises(CannotRecord, match="not on this programme"):
        make_shift(mentorship)


def change(shift: Shift, **changes):
    return change_shift(
        shift=shift,
        mentorship=changes.pop("mentorship", shift.mentorship),
        production=shift.production,
        at=changes.pop("at", NOON),
        **shift_fields(**changes),
    )


def test_a_draft_can_be_changed_and_the_same_again_is_no_news():
    shift = make_shift()

    change(shift, wrap=time(19))
    changed = change(shift, wrap=time(19))

    assert changed.minutes == 615
    assert verbs_of(shift) == ["shift.logged", "shift.changed"]


def test_a_note_alone_can_be_changed():
    shift = change(make_shift(), learning_note="Slower.")

    assert Shift.objects.get(pk=shift.pk).learning_note == "Slower."


def test_a_changed_shift_may_not_move_onto_another():
    mentorship = make_mentorship()
    make_shift(mentorship, on=date(2026, 11, 19))
    shift = make_shift(mentorship)

    with pytest.raises(CannotRecord, match="another shift"):
        change(shift, on=date(2026, 11, 19), call=time(9))


def test_a_waiting_or_signed_shift_is_not_changed():
    with pytest.raises(CannotRecord, match="Take it back first"):
        change(make_waiting_shift(), wrap=time(19))
    with pytest.raises(CannotRecord, match="signed and sealed"):
        change(make_signed_shift(), wrap=time(19))


def test_a_returned_shift_given_to_another_mentor_is_a_draft_again():
    shift = make_returned_shift()
    other = make_mentorship(enrolment=shift.enrolment)

    shift = change(shift, mentorship=other)

    assert shift.state is ShiftState.DRAFT


def test_a_returned_shift_may_get_a_later_wrap_than_its_first_hand_in():
    shift = make_returned_shift(at=shift_fields()["wrap_at"])

    shift = change(shift, wrap=time(20))

    assert shift.submitted_at == NOON
    assert shift.state is ShiftState.RETURNED


@pytest.mark.parametrize(
    "said", [{"region": "MOON"}, {"union": "PERHAPS"}, {"competencies": ["SAG-10"]}, {"competencies": ["Consent"]}]
)
def test_what_is_in_no_list_is_not_recorded(said):
    with pytest.raises(CannotRecord, match="from the lists"):
        make_shift(**said)


def test_competencies_are_kept_once_and_in_the_order_of_their_frames():
    assert make_shift(competencies=["SKSIC6", "SAG-4", "SAG-1", "SAG-4"]).competencies == ["SAG-1", "SAG-4", "SKSIC6"]


# From a device ---------------------------------------------------------------------------------------------


def from_a_device(shift_or_none=None, *, key="d-1", mentorship=None, **fields):
    mentorship = mentorship or shift_or_none.mentorship
    production = make_production(learner=mentorship.learner, code="PRJ-7Q2", at=NOON)
    return log_shift(
        learner=mentorship.learner, mentorship=mentorship, production=production, at=NOON, device_key=key,
        **shift_fields(**fields),
    )  # fmt: skip


def test_what_a_device_sends_twice_is_one_shift():
    mentorship = make_mentorship()

    first = from_a_device(mentorship=mentorship)
    again = from_a_device(mentorship=mentorship)

    assert again == first
    assert verbs_of(first) == ["shift.logged"]


def test_sent_again_with_other_words_a_draft_takes_the_newer_ones():
    mentorship = make_mentorship()
    first = from_a_device(mentorship=mentorship)

    again = from_a_device(mentorship=mentorship, wrap=time(19))

    assert (again.pk, again.minutes, Shift.objects.count()) == (first.pk, 615, 1)


def test_what_was_handed_in_meanwhile_is_not_changed_by_a_device():
    mentorship = make_mentorship()
    first = submit_shift(shift=from_a_device(mentorship=mentorship), at=NOON)

    again = from_a_device(mentorship=mentorship, wrap=time(19))

    assert (again.pk, again.minutes, again.state) == (first.pk, 570, ShiftState.WAITING)


def test_two_learners_devices_may_give_the_same_name():
    one, other = from_a_device(mentorship=make_mentorship()), from_a_device(mentorship=make_mentorship())

    assert one.pk != other.pk


def test_the_database_refuses_a_device_key_twice_for_one_learner():
    mentorship = make_mentorship()
    from_a_device(mentorship=mentorship)
    other = from_a_device(mentorship=mentorship, key="d-2", on=date(2026, 11, 19))

    lift_guards()
    with pytest.raises(IntegrityError, match="device"), transaction.atomic():
        Shift.objects.filter(pk=other.pk).update(device_key="d-1")
