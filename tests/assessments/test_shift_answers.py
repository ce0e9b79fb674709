"""What goes to and fro between learner and mentor about a day, before it is signed?"""

from datetime import date, time, timedelta

import pytest
from django.core import mail

from assessments.answering import CannotReturn, decline_shift, propose_hours, return_shift
from assessments.mentorships import end_mentorship
from assessments.models import (
    DeclineReason,
    HoursProposal,
    Shift,
    ShiftState,
)
from assessments.shifts import (
    CannotHandIn,
    CannotRecord,
    accept_hours,
    change_shift,
    messages_for,
    submit_shift,
    take_back_shift,
)
from cms.accounts import history
from tests.factories.people import NOON
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


def change(shift: Shift, **changes):
    return change_shift(
        shift=shift,
        mentorship=changes.pop("mentorship", shift.mentorship),
        production=shift.production,
        at=changes.pop("at", NOON),
        **shift_fields(**changes),
    )


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
    mentor = shift.mentorship.mentor

    with django_capture_on_commit_callbacks(execute=True):
        return_shift(shift=shift, mentor=mentor, question="Was the wrap 18:15?", at=NOON)
        returned = return_shift(shift=shift, mentor=mentor, question="Was the wrap 18:15?", at=NOON)
        assert returned.state is ShiftState.RETURNED
        answered = submit_shift(shift=shift, answer="It was.", at=NOON)

    assert answered.state is ShiftState.WAITING
    assert answered.submitted_at == NOON
    assert [message.text for message in messages_for(answered, mentor.person)] == ["Was the wrap 18:15?", "It was."]
    assert [message.to for message in mail.outbox] == [[shift.learner.email], [mentor.person.email]]
    assert verbs_of(shift) == ["shift.logged", "shift.submitted", "shift.returned", "shift.answered"]


def test_only_the_mentor_it_is_with_asks_and_only_while_it_is_with_them():
    waiting, draft, signed = make_waiting_shift(), make_shift(), make_signed_shift()

    for shift, person, question in (
        (waiting, make_mentor(), "Why?"),
        (waiting, make_mentor(person=waiting.learner), "Why?"),
        (waiting, waiting.mentorship.mentor, "  "),
        (waiting, waiting.mentorship.mentor, "a" * 2_001),
        (draft, draft.mentorship.mentor, "Why?"),
        (signed, signed.mentorship.mentor, "Why?"),
    ):
        with pytest.raises(CannotReturn):
            return_shift(shift=shift, mentor=person, question=question, at=NOON)


def test_a_second_question_waits_for_the_first_answer():
    shift = make_returned_shift()

    with pytest.raises(CannotReturn, match="asked about this shift already"):
        return_shift(shift=shift, mentor=shift.mentorship.mentor, question="And the call?", at=NOON)


def test_a_mentor_who_takes_over_does_not_read_what_was_written_before():
    shift = make_returned_shift(question="Between us?")
    first = shift.mentorship.mentor.person
    shift = submit_shift(shift=shift, answer="Between us.", at=NOON)
    shift = take_back_shift(shift=shift, at=NOON)
    shift = change(shift, mentorship=make_mentorship(enrolment=shift.enrolment))
    shift = submit_shift(shift=shift, at=NOON)
    second = shift.mentorship.mentor.person

    assert messages_for(shift, second) == []
    return_shift(shift=shift, mentor=shift.mentorship.mentor, question="New question?", at=NOON)
    submit_shift(shift=shift, answer="New answer.", at=NOON)

    assert [message.text for message in messages_for(shift, second)] == ["New question?", "New answer."]
    assert len(messages_for(shift, shift.learner)) == 4
    assert first != second


# Other hours -----------------------------------------------------------------------------------------------


def propose(shift: Shift, *, wrap: time = time(17), breaks: int = 60, **changes) -> HoursProposal:
    hours = shift_fields(wrap=wrap)
    given = {"mentor": shift.mentorship.mentor, "call_at": hours["call_at"], "wrap_at": hours["wrap_at"], "at": NOON}
    return propose_hours(shift=shift, break_minutes=breaks, **given | changes)


def test_proposed_hours_are_accepted_and_the_shift_is_with_the_mentor_again(django_capture_on_commit_callbacks):
    shift = make_waiting_shift()
    proposal = propose(shift)

    with django_capture_on_commit_callbacks(execute=True):
        accepted = accept_hours(shift=shift, seen=proposal.pk, at=NOON)
        again = accept_hours(shift=shift, seen=proposal.pk, at=NOON)

    proposal.refresh_from_db()
    assert accepted.state is again.state is ShiftState.WAITING
    assert (accepted.minutes, accepted.worked_on) == (510, date(2026, 11, 20))
    assert proposal.accepted_at == proposal.closed_at == NOON
    assert verbs_of(shift)[-2:] == ["shift.hours_proposed", "shift.hours_accepted"]
    assert [message.to for message in mail.outbox] == [[shift.mentorship.mentor.person.email]]


def test_only_the_hours_that_were_read_are_accepted():
    shift = make_waiting_shift()
    first = propose(shift)
    change(shift, wrap=time(18))
    shift = submit_shift(shift=shift, at=NOON)
    propose(shift, wrap=time(16))

    with pytest.raises(CannotRecord, match="Read them once more"):
        accept_hours(shift=shift, seen=first.pk, at=NOON)
    assert Shift.objects.get(pk=shift.pk).state is ShiftState.PROPOSED


def test_accepted_hours_may_not_overlap_another_shift():
    mentorship = make_mentorship()
    shift = make_waiting_shift(mentorship, wrap=time(12), break_minutes=0)
    make_shift(mentorship, call=time(13), wrap=time(19), break_minutes=0)
    propose(shift, wrap=time(14), breaks=0)

    with pytest.raises(CannotRecord, match="another shift"):
        accept_hours(shift=shift, at=NOON)


@pytest.mark.parametrize("make", [make_shift, make_waiting_shift, make_returned_shift, make_signed_shift])
def test_where_nothing_is_proposed_nothing_is_accepted(make):
    with pytest.raises(CannotRecord):
        accept_hours(shift=make(), at=NOON)


def test_a_change_of_ones_own_closes_the_proposal():
    shift = make_waiting_shift()
    proposal = propose(shift)

    shift = change(shift, wrap=time(17, 30))

    proposal.refresh_from_db()
    assert shift.state is ShiftState.RETURNED
    assert (proposal.closed_at, proposal.accepted_at) == (NOON, None)


def test_proposed_hours_are_not_answered_by_handing_in_again():
    shift = make_waiting_shift()
    propose(shift)

    with pytest.raises(CannotHandIn, match="proposed other hours"):
        submit_shift(shift=shift, at=NOON)


@pytest.mark.parametrize("answer", [propose, None])
def test_a_declined_or_proposed_shift_stays_with_its_learner(answer):
    shift = make_waiting_shift()
    if answer:
        answer(shift)
    else:
        decline_shift(shift=shift, mentor=shift.mentorship.mentor, reason=DeclineReason.NOT_THERE, at=NOON)

    with pytest.raises(CannotReturn):
        return_shift(shift=shift, mentor=shift.mentorship.mentor, question="Why?", at=NOON)


def test_a_declined_shift_is_neither_changed_nor_handed_in_again():
    shift = make_waiting_shift()
    decline_shift(shift=shift, mentor=shift.mentorship.mentor, reason=DeclineReason.NOT_THERE, at=NOON)

    with pytest.raises(CannotRecord, match="was declined"):
        change(shift, wrap=time(17))
    with pytest.raises(CannotHandIn, match="was declined"):
        submit_shift(shift=shift, at=NOON)
