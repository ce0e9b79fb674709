"""How does a day on set become evidence?"""

from datetime import date, time, timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models import F

from assessments.mentors import suspend_mentor
from assessments.mentorships import end_mentorship
from assessments.models import Medium, Production, Shift, ShiftRole, ShiftState
from assessments.sealing import seal_of
from assessments.shifts import (
    CannotHandIn,
    CannotRecord,
    CannotReturn,
    CannotSign,
    change_shift,
    log_shift,
    make_production,
    messages_for,
    return_shift,
    sign_shift,
    submit_shift,
    take_back_shift,
    what_is_signed,
)
from cms.accounts import history
from cms.accounts.models import Entry
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import (
    make_mentor,
    make_mentorship,
    make_returned_shift,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
    shift_fields,
)

pytestmark = pytest.mark.django_db


def verbs_of(shift: Shift) -> list[str]:
    return [entry.verb for entry in history.entries_about(shift)]


def sign(shift: Shift, **changes):
    given = {
        "mentor_person": shift.mentorship.mentor.person,
        "rubric": {},
        "authentication": "password",
        "at": NOON,
    } | changes
    return sign_shift(shift=shift, **given)


# Productions -----------------------------------------------------------------------------------------------


def test_a_production_gets_a_code_when_none_is_given():
    production = make_production(learner=make_person(), at=NOON)

    assert production.code.startswith("PRJ-")
    assert len(production.code) == 7
    assert not set(production.code[4:]) & set("ILOU")


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
    made = iter("AAAAAABBB")
    monkeypatch.setattr("assessments.shifts.secrets", SimpleNamespace(choice=lambda letters: next(made)))
    learner = make_person()

    codes = [make_production(learner=learner, at=NOON).code for _time in range(2)]

    assert codes == ["PRJ-AAA", "PRJ-BBB"]


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


# Between learner and mentor --------------------------------------------------------------------------------


def test_handing_in_is_calm_and_tells_the_mentor_once(django_capture_on_commit_callbacks):
    shift = make_shift()

    with django_capture_on_commit_callbacks(execute=True):
        submit_shift(shift=shift, at=NOON)
        shift = submit_shift(shift=shift, at=NOON + timedelta(hours=1))

    assert shift.state is ShiftState.WAITING
    assert shift.submitted_at == NOON
    assert [message.to for message in mail.outbox] == [[shift.mentorship.mentor.person.email]]
    assert verbs_of(shift) == ["shift.logged", "shift.submitted"]


@pytest.mark.parametrize(("days", "refused"), [(60, False), (61, True)])
def test_a_shift_is_handed_in_within_sixty_days(days, refused):
    shift = make_shift(on=NOON.date() - timedelta(days=days))

    if refused:
        with pytest.raises(CannotHandIn, match="61 days ago"):
            submit_shift(shift=shift, at=NOON)
    else:
        assert submit_shift(shift=shift, at=NOON).state is ShiftState.WAITING


def test_a_question_does_not_open_the_door_to_older_days():
    shift = make_returned_shift()
    shift = change(shift, on=date(2026, 1, 5))

    with pytest.raises(CannotHandIn, match="within 60 days"):
        submit_shift(shift=shift, at=NOON)


def test_a_shift_handed_in_says_its_phase():
    shift = make_shift(phases=[])

    with pytest.raises(CannotHandIn) as refusal:
        submit_shift(shift=shift, at=NOON)

    assert refusal.value.field == "phases"


def test_a_shift_is_not_handed_to_a_mentorship_that_ended():
    shift = make_shift()
    end_mentorship(mentorship=shift.mentorship, by=shift.learner, at=NOON)

    with pytest.raises(CannotHandIn, match="has ended"):
        submit_shift(shift=shift, at=NOON)


def test_nothing_is_handed_in_on_a_programme_one_has_left():
    shift = make_shift()
    shift.enrolment.withdrawn_at = NOON
    shift.enrolment.save()

    with pytest.raises(CannotHandIn, match="not on this programme"):
        submit_shift(shift=shift, at=NOON)


def test_no_mail_goes_out_for_what_was_taken_back_meanwhile(django_capture_on_commit_callbacks):
    shift = make_shift()

    with django_capture_on_commit_callbacks(execute=True):
        submit_shift(shift=shift, at=NOON)
        take_back_shift(shift=shift, at=NOON)

    assert mail.outbox == []


def test_a_waiting_shift_can_be_taken_back_once_and_calmly():
    shift = make_waiting_shift()

    take_back_shift(shift=shift, at=NOON)
    shift = take_back_shift(shift=shift, at=NOON)

    assert shift.state is ShiftState.DRAFT
    assert verbs_of(shift) == ["shift.logged", "shift.submitted", "shift.taken_back"]


def test_a_signed_shift_is_not_taken_back():
    with pytest.raises(CannotRecord, match="signed and sealed"):
        take_back_shift(shift=make_signed_shift(), at=NOON)


def test_a_question_and_its_answer_go_to_and_fro(django_capture_on_commit_callbacks):
    shift = make_waiting_shift()
    mentor = shift.mentorship.mentor.person

    with django_capture_on_commit_callbacks(execute=True):
        return_shift(shift=shift, mentor=mentor, question="Was the wrap 18:15?", at=NOON)
        returned = return_shift(shift=shift, mentor=mentor, question="Was the wrap 18:15?", at=NOON)
        assert returned.state is ShiftState.RETURNED
        answered = submit_shift(shift=shift, answer="It was.", at=NOON)

    assert answered.state is ShiftState.WAITING
    assert answered.submitted_at == NOON
    assert [message.text for message in messages_for(answered, mentor)] == ["Was the wrap 18:15?", "It was."]
    assert [message.to for message in mail.outbox] == [[shift.learner.email], [mentor.email]]
    assert verbs_of(shift) == ["shift.logged", "shift.submitted", "shift.returned", "shift.answered"]


def test_only_the_mentor_it_is_with_asks_and_only_while_it_is_with_them():
    waiting, draft, signed = make_waiting_shift(), make_shift(), make_signed_shift()

    for shift, person, question in (
        (waiting, make_mentor().person, "Why?"),
        (waiting, waiting.learner, "Why?"),
        (waiting, waiting.mentorship.mentor.person, "  "),
        (waiting, waiting.mentorship.mentor.person, "a" * 2_001),
        (draft, draft.mentorship.mentor.person, "Why?"),
        (signed, signed.mentorship.mentor.person, "Why?"),
    ):
        with pytest.raises(CannotReturn):
            return_shift(shift=shift, mentor=person, question=question, at=NOON)


def test_a_second_question_waits_for_the_first_answer():
    shift = make_returned_shift()

    with pytest.raises(CannotReturn, match="asked about this shift already"):
        return_shift(shift=shift, mentor=shift.mentorship.mentor.person, question="And the call?", at=NOON)


def test_a_mentor_who_takes_over_does_not_read_what_was_written_before():
    shift = make_returned_shift(question="Between us?")
    first = shift.mentorship.mentor.person
    shift = submit_shift(shift=shift, answer="Between us.", at=NOON)
    shift = take_back_shift(shift=shift, at=NOON)
    shift = change(shift, mentorship=make_mentorship(enrolment=shift.enrolment))
    shift = submit_shift(shift=shift, at=NOON)
    second = shift.mentorship.mentor.person

    assert messages_for(shift, second) == []
    return_shift(shift=shift, mentor=second, question="New question?", at=NOON)
    submit_shift(shift=shift, answer="New answer.", at=NOON)

    assert [message.text for message in messages_for(shift, second)] == ["New question?", "New answer."]
    assert len(messages_for(shift, shift.learner)) == 4
    assert first != second


# Signing ---------------------------------------------------------------------------------------------------


def test_a_signature_seals_the_shift_and_is_given_once(django_capture_on_commit_callbacks):
    shift = make_waiting_shift()

    with django_capture_on_commit_callbacks(execute=True):
        first = sign(shift, rubric={"CLOSED_SET": "LED", "TALKS": "ASSISTED"}, word="Steady hands.")
        again = sign(shift, rubric={}, at=NOON + timedelta(days=1))

    assert first.state is again.state is ShiftState.SIGNED
    assert (again.seal, again.signed_at, again.signed_by) == (first.seal, NOON, shift.mentorship.mentor.person)
    assert again.rubric == {"TALKS": "ASSISTED", "CLOSED_SET": "LED"}
    assert [message.text for message in messages_for(again, shift.learner)] == ["Steady hands."]
    assert [message.to for message in mail.outbox] == [[shift.learner.email]]
    assert verbs_of(shift) == ["shift.logged", "shift.submitted", "shift.signed"]
    assert history.entries_about(shift).last().facts["seal"] == first.seal


def test_only_its_mentor_signs_a_shift():
    shift = make_waiting_shift()

    for person in (make_mentor().person, shift.learner, make_registrar()):
        with pytest.raises(CannotSign, match="another mentor"):
            sign(shift, mentor=person)


def test_a_second_signer_is_refused():
    shift = make_signed_shift()
    Shift.objects.filter(pk=shift.pk).update(mentorship=make_mentorship(enrolment=shift.enrolment))
    shift = Shift.objects.whole().get(pk=shift.pk)

    with pytest.raises(CannotSign, match="Somebody else"):
        sign(shift)


def test_nobody_signs_their_own_shift_whatever_the_rows_say():
    shift = make_waiting_shift()
    mentor = make_mentor(person=shift.learner)
    shift.mentorship.mentor = mentor
    shift.mentorship.save()

    with pytest.raises(CannotSign, match="of their own"):
        sign(shift, mentor=shift.learner)


def test_a_suspended_mentor_does_not_sign():
    shift = make_waiting_shift()
    suspend_mentor(mentor=shift.mentorship.mentor, by=make_registrar(), at=NOON)

    with pytest.raises(CannotSign, match="suspended"):
        sign(shift)


@pytest.mark.parametrize(
    ("expires_on", "zone", "signs"),
    [
        (date(2026, 11, 22), "UTC", False),
        (date(2026, 11, 23), "UTC", True),
        # At noon UTC it is 24 November on Kiritimati and 23 November, 01:00, in Pago Pago.
        (date(2026, 11, 23), "Pacific/Kiritimati", False),
        (date(2026, 11, 23), "Pacific/Pago_Pago", True),
    ],
)
def test_a_credential_is_good_until_its_last_day_ends_where_the_mentor_lives(expires_on, zone, signs):
    person = make_person("Tomasz", time_zone=zone)
    mentor = make_mentor(person=person, expires_on=expires_on, at=NOON - timedelta(days=30))
    shift = make_waiting_shift(make_mentorship(mentor=mentor, at=NOON - timedelta(days=30)))

    if signs:
        assert sign(shift).state is ShiftState.SIGNED
    else:
        with pytest.raises(CannotSign, match=r"ran out on 2[23] November 2026"):
            sign(shift)


def test_a_mentorship_that_ended_is_not_signed_for():
    shift = make_waiting_shift()
    end_mentorship(mentorship=shift.mentorship, by=shift.mentorship.mentor.person, at=NOON)

    with pytest.raises(CannotSign, match="not open"):
        sign(shift)


@pytest.mark.parametrize("make", [make_shift, make_returned_shift])
def test_what_is_with_the_learner_is_not_signed(make):
    with pytest.raises(CannotSign, match="with the learner"):
        sign(make())


def test_only_what_was_read_is_signed():
    shift = make_waiting_shift()
    seen = what_is_signed(shift)
    take_back_shift(shift=shift, at=NOON)
    change(shift, wrap=time(19))
    shift = submit_shift(shift=shift, at=NOON)

    with pytest.raises(CannotSign, match="changed this shift while you were reading"):
        sign(shift, seen=seen)
    assert sign(shift, seen=what_is_signed(shift)).state is ShiftState.SIGNED


def test_a_signature_that_finds_the_shift_gone_is_refused(monkeypatch):
    shift = make_waiting_shift()

    def taken_back_meanwhile(sealed):
        Shift.objects.filter(pk=shift.pk).update(submitted_at=None)
        return seal_of(sealed)

    monkeypatch.setattr("assessments.shifts.seal_of", taken_back_meanwhile)
    with pytest.raises(CannotSign, match="a moment ago"):
        sign(shift)


@pytest.mark.parametrize("rubric", [{"TALKS": "GREAT"}, {"CATERING": "LED"}])
def test_a_judgement_is_made_of_the_words_of_the_scale(rubric):
    with pytest.raises(CannotSign, match="words of the scale"):
        sign(make_waiting_shift(), rubric=rubric)


def test_a_word_has_its_length():
    with pytest.raises(CannotSign, match="2,000"):
        sign(make_waiting_shift(), word="a" * 2_001)


def test_leap_day_is_a_day():
    shift = make_shift(on=date(2024, 2, 29), at=NOON)

    assert shift.worked_on == date(2024, 2, 29)


# What is never written down --------------------------------------------------------------------------------


def test_history_and_mail_hold_no_name_title_code_or_note(django_capture_on_commit_callbacks, caplog):
    with django_capture_on_commit_callbacks(execute=True):
        learner = make_person("Perpetua")
        mentorship = make_mentorship(mentor=make_mentor("Zebulon"), enrolment=make_enrolment(learner=learner))
        production = make_production(learner=learner, code="TIDE-9", title="Low Tide", at=NOON)
        shift = make_waiting_shift(mentorship, production=production, learning_note="Breathe.")
    with django_capture_on_commit_callbacks(execute=True):
        return_shift(shift=shift, mentor=mentorship.mentor.person, question="Whose door?", at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        submit_shift(shift=shift, answer="The left one.", at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        sign(shift, word="Steady hands.")
        end_mentorship(mentorship=mentorship, by=learner, at=NOON)

    written = [f"{entry.verb} {entry.subject} {entry.facts}" for entry in Entry.objects.all()]
    written += [f"{message.subject}\n{message.body}" for message in mail.outbox] + [caplog.text]
    assert len(mail.outbox) == 8
    for secret in ("Perpetua", "Zebulon", "TIDE-9", "Low Tide", "Breathe", "Whose door", "left one", "Steady hands"):
        assert not [words for words in written if secret in words]


# The database ----------------------------------------------------------------------------------------------


def waiting_values(**changes):
    return {"submitted_at": NOON, **changes}


@pytest.mark.parametrize(
    ("make", "impossible", "name"),
    [
        (make_shift, {"wrap_at": F("call_at")}, "shift_wraps_after_its_call"),
        (make_shift, {"returned_at": NOON}, "shift_returned_only_while_with_the_mentor"),
        (make_signed_shift, {"returned_at": NOON}, "shift_returned_only_while_with_the_mentor"),
        (make_waiting_shift, {"signed_at": NOON}, "shift_signature_with_who_when_and_seal"),
        (make_waiting_shift, {"seal": "a" * 64}, "shift_signature_with_who_when_and_seal"),
        (make_waiting_shift, {"sealed": {}}, "shift_signature_with_who_when_and_seal"),
        (make_signed_shift, {"seal": ""}, "shift_signature_with_who_when_and_seal"),
        (make_signed_shift, {"sealed": None}, "shift_signature_with_who_when_and_seal"),
        (make_signed_shift, {"signed_by": None}, "shift_signature_with_who_when_and_seal"),
        (make_signed_shift, {"submitted_at": None}, "shift_signature_with_who_when_and_seal"),
        (make_signed_shift, {"submitted_at": NOON + timedelta(days=1)}, "shift_signature_with_who_when_and_seal"),
        (make_signed_shift, {"signed_by": F("learner")}, "shift_never_signed_by_its_learner"),
        (make_waiting_shift, {"submitted_at": NOON - timedelta(days=30)}, "shift_submitted_after_it_was_worked"),
    ],
)
def test_the_database_refuses_impossible_shifts(make, impossible, name):
    shift = make()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Shift.objects.filter(pk=shift.pk).update(**impossible)


def test_the_database_refuses_two_calls_at_one_time():
    shift = make_shift()

    with pytest.raises(IntegrityError), transaction.atomic():
        Shift.objects.create(
            learner=shift.learner, enrolment=shift.enrolment, mentorship=shift.mentorship,
            production=shift.production, medium=Medium.SERIES, time_zone="UTC", worked_on=shift.worked_on,
            call_at=shift.call_at, wrap_at=shift.wrap_at, role=ShiftRole.LEAD, logged_at=NOON,
        )  # fmt: skip


def test_the_database_refuses_a_code_twice_for_one_learner():
    production = make_production(learner=make_person(), code="PRJ-7Q2", at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        Production.objects.create(learner=production.learner, code="PRJ-7Q2", made_at=NOON)


def test_the_chain_of_a_learner_holds_after_everything():
    shift = make_signed_shift()

    assert list(history.breaks(chain=f"learner:{shift.learner_id}")) == []
