"""What does a signature take, and what is left of it afterwards: amended, void, in history?"""

from datetime import date, time, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models import F

from assessments.answering import decline_shift, return_shift
from assessments.disputing import open_dispute
from assessments.mentors import suspend_mentor
from assessments.mentorships import end_mentorship
from assessments.models import (
    DeclineReason,
    Production,
    Shift,
    ShiftState,
    VoidReason,
)
from assessments.sealing import seal_holds, seal_of
from assessments.shift_history import replay, row_digest
from assessments.shifts import (
    CannotAmend,
    CannotVoid,
    amend_shift,
    change_shift,
    make_production,
    messages_for,
    submit_shift,
    take_back_shift,
    void_shift,
    what_is_signed,
)
from assessments.signing import CannotSign, sign_shift
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
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db


def verbs_of(shift: Shift) -> list[str]:
    return [entry.verb for entry in history.entries_about(shift)]


def sign(shift: Shift, **changes):
    given = {
        "mentor": shift.mentorship.mentor,
        "rubric": {},
        "authentication": "password",
        "at": NOON,
    } | changes
    return sign_shift(shift=shift, **given)


def change(shift: Shift, **changes):
    return change_shift(
        shift=shift,
        mentorship=changes.pop("mentorship", shift.mentorship),
        production=shift.production,
        at=changes.pop("at", NOON),
        **shift_fields(**changes),
    )


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

    for mentor in (make_mentor(), make_mentor(person=shift.learner)):
        with pytest.raises(CannotSign, match="another mentor"):
            sign(shift, mentor=mentor)


def test_a_second_signer_is_refused():
    shift = make_signed_shift()
    lift_guards()
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
        sign(shift, mentor=mentor)


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

    monkeypatch.setattr("assessments.signing.seal_of", taken_back_meanwhile)
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
        return_shift(shift=shift, mentor=mentorship.mentor, question="Whose door?", at=NOON)
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

    lift_guards()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Shift.objects.filter(pk=shift.pk).update(**impossible)


def test_the_database_refuses_a_code_twice_for_one_learner():
    production = make_production(learner=make_person(), code="PRJ-7Q2", at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        Production.objects.create(learner=production.learner, code="PRJ-7Q2", made_at=NOON)


def test_the_chain_of_a_learner_holds_after_everything():
    shift = make_signed_shift()

    assert list(history.breaks(chain=f"learner:{shift.learner_id}")) == []


# Amending --------------------------------------------------------------------------------------------------


def test_an_amendment_is_a_new_version_and_the_signed_one_counts_until_it_is_signed():
    signed = make_signed_shift()

    new = amend_shift(shift=signed, at=NOON)
    again = amend_shift(shift=signed, at=NOON)

    assert again == new
    assert (new.record, new.version, new.state) == (signed.record, 2, ShiftState.DRAFT)
    assert Shift.objects.whole().get(pk=signed.pk).state is ShiftState.SIGNED
    assert verbs_of(new) == ["shift.amended"]
    assert verbs_of(signed) == ["shift.logged", "shift.submitted", "shift.signed"]


def test_when_the_amendment_is_signed_the_old_seal_stays_readable_and_holds():
    signed = make_signed_shift()
    new = submit_shift(shift=change(amend_shift(shift=signed, at=NOON), wrap=time(19)), at=NOON)

    new = sign(new)

    old = Shift.objects.whole().get(pk=signed.pk)
    assert (old.state, new.state) == (ShiftState.SUPERSEDED, ShiftState.SIGNED)
    assert (old.minutes, new.minutes) == (570, 615)
    assert seal_holds(old)
    assert (old.seal, old.sealed) == (signed.seal, signed.sealed)
    assert list(Shift.objects.signed().filter(record=signed.record)) == [new]


@pytest.mark.parametrize("make", [make_waiting_shift, make_returned_shift])
def test_what_is_not_signed_needs_no_amendment(make):
    shift = make()

    assert amend_shift(shift=shift, at=NOON) == shift  # it is the open version itself


def test_a_broken_void_or_replaced_version_is_not_amended():
    signed = make_signed_shift()
    lift_guards()
    Shift.objects.filter(pk=signed.pk).update(seal="0" * 64)
    void = make_signed_shift()
    void_shift(shift=void, by=make_registrar(), reason=VoidReason.UNTRUE, as_registrar=True, at=NOON)
    replaced = make_signed_shift()
    sign(submit_shift(shift=change(amend_shift(shift=replaced, at=NOON), wrap=time(19)), at=NOON))

    for shift in (signed, void, replaced):
        with pytest.raises(CannotAmend, match="Only a signed shift"):
            amend_shift(shift=shift, at=NOON)


def test_an_amendment_that_is_withdrawn_leaves_what_was_signed():
    signed = make_signed_shift()
    new = amend_shift(shift=signed, at=NOON)

    void_shift(shift=new, by=new.learner, reason=VoidReason.MISTAKE, at=NOON)
    third = amend_shift(shift=signed, at=NOON)

    assert Shift.objects.whole().get(pk=signed.pk).state is ShiftState.SIGNED
    assert third.version == 3


# Withdrawing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_shift, make_waiting_shift, make_returned_shift])
def test_a_learner_withdraws_what_is_not_signed_and_it_stays_readable(make):
    shift = make()

    void_shift(shift=shift, by=shift.learner, reason=VoidReason.TWICE, at=NOON)
    again = void_shift(shift=shift, by=shift.learner, reason=VoidReason.MISTAKE, at=NOON + timedelta(hours=1))

    assert (again.state, again.void_reason, again.voided_by) == (ShiftState.VOIDED, "TWICE", shift.learner)
    assert verbs_of(shift)[-1] == "shift.voided"
    assert make_shift(shift.mentorship).pk != shift.pk  # the day is free again


def test_a_learner_withdraws_nothing_signed_disputed_or_of_somebody_elses():
    signed, other = make_signed_shift(), make_waiting_shift()
    disputed = make_waiting_shift()
    decline_shift(shift=disputed, mentor=disputed.mentorship.mentor, reason=DeclineReason.NOT_SO, at=NOON)
    open_dispute(shift=disputed, account="I was there.", at=NOON)

    for shift, person in ((signed, signed.learner), (disputed, disputed.learner), (other, make_person())):
        with pytest.raises(CannotVoid, match="cannot be withdrawn"):
            void_shift(shift=shift, by=person, reason=VoidReason.MISTAKE, at=NOON)


def test_a_registrar_voids_a_signed_shift_with_its_open_amendment_and_the_learner_is_told(
    django_capture_on_commit_callbacks,
):
    signed = make_signed_shift()
    new = amend_shift(shift=signed, at=NOON)

    with django_capture_on_commit_callbacks(execute=True):
        void_shift(shift=signed, by=make_registrar(), reason=VoidReason.UNTRUE, as_registrar=True, at=NOON)

    states = {shift.state for shift in Shift.objects.whole().filter(pk__in=[signed.pk, new.pk])}
    assert states == {ShiftState.VOIDED}
    assert [message.to for message in mail.outbox] == [[signed.learner.email]]


def test_a_replaced_version_is_not_made_void():
    signed = make_signed_shift()
    sign(submit_shift(shift=change(amend_shift(shift=signed, at=NOON), wrap=time(19)), at=NOON))

    with pytest.raises(CannotVoid, match="was replaced"):
        void_shift(shift=signed, by=make_registrar(), reason=VoidReason.UNTRUE, as_registrar=True, at=NOON)


def test_history_replays_to_where_each_version_stands():
    signed = make_signed_shift()
    sign(submit_shift(shift=change(amend_shift(shift=signed, at=NOON), wrap=time(19)), at=NOON))
    void = make_waiting_shift(signed.mentorship, on=date(2026, 11, 18))
    void_shift(shift=void, by=void.learner, reason=VoidReason.MISTAKE, at=NOON)

    for shift in Shift.objects.whole():
        entries = list(history.entries_about(shift))
        assert replay((entry.verb, entry.subject) for entry in entries) is shift.state
        assert entries[-1].facts["row"] == row_digest(shift)
    assert list(history.breaks()) == []
