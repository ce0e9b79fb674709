"""Who is told that nobody signs, when, and how often?"""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from assessments import escalating, tasks
from assessments.escalating import chase, escalated
from assessments.mentorships import end_mentorship
from assessments.models import ShadowingSettings, Shift
from assessments.shifts import submit_shift, take_back_shift
from tests.courses.races import meet_in, side_by_side
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import (
    make_mentor,
    make_mentorship,
    make_returned_shift,
    make_signed_shift,
    make_waiting_shift,
)
from tests.unguarded import lift_guards


def after(days: int):
    return NOON + timedelta(days=days)


def waiting(mentorship, *days):
    return [make_waiting_shift(mentorship, on=date(2026, 11, day)) for day in days]


def chased(django_capture_on_commit_callbacks, **given):
    with django_capture_on_commit_callbacks(execute=True):
        done = chase(**given)
    return done.mentors, done.reminded, done.escalated


@pytest.mark.django_db
def test_a_mentor_is_reminded_once_with_one_mail_however_many_wait(mailoutbox, django_capture_on_commit_callbacks):
    mentorship = make_mentorship()
    waiting(mentorship, 18, 19, 20)

    before = chased(django_capture_on_commit_callbacks, at=after(7) - timedelta(seconds=1))
    due = chased(django_capture_on_commit_callbacks, at=after(7))
    again = chased(django_capture_on_commit_callbacks, at=after(8))

    assert (before, due, again) == ((0, 0, 0), (1, 3, 0), (0, 0, 0))
    [mail] = mailoutbox
    assert mail.to == [mentorship.mentor.person.email]
    assert "3 days on set" in mail.body
    assert "/mentoring/" in mail.body
    for word in ("Wren", "Tomasz", "Low Tide", "PRJ", "kiss", "November"):
        assert word not in mail.subject + mail.body
    assert set(Shift.objects.values_list("reminded_at", flat=True)) == {after(7)}


@pytest.mark.django_db
def test_what_nobody_signs_comes_to_the_registrar_once(mailoutbox, django_capture_on_commit_callbacks):
    registrar = make_registrar("Philippa")
    make_person("Former", is_active=False)
    [shift] = waiting(make_mentorship(mentor=make_mentor(by=registrar)), 20)
    chased(django_capture_on_commit_callbacks, at=after(7))
    mailoutbox.clear()

    before = chased(django_capture_on_commit_callbacks, at=after(21) - timedelta(seconds=1))
    due = chased(django_capture_on_commit_callbacks, at=after(21))
    again = chased(django_capture_on_commit_callbacks, at=after(22))

    assert (before, due, again) == ((0, 0, 0), (0, 0, 1), (0, 0, 0))
    assert [mail.to for mail in mailoutbox] == [[registrar.email]]
    assert "A day on set" in mailoutbox[0].body.replace("a day", "A day")
    assert "Wren" not in mailoutbox[0].body
    assert list(escalated()) == [shift]


@pytest.mark.django_db
def test_answered_shifts_and_drafts_are_left_alone(mailoutbox, django_capture_on_commit_callbacks):
    mentorship = make_mentorship()
    make_returned_shift(mentorship, on=date(2026, 11, 18))
    make_signed_shift(mentorship, on=date(2026, 11, 19))
    take_back_shift(shift=make_waiting_shift(mentorship, on=date(2026, 11, 20)), at=NOON)
    mailoutbox.clear()

    assert chased(django_capture_on_commit_callbacks, at=after(40)) == (0, 0, 0)
    assert mailoutbox == []


@pytest.mark.django_db
def test_a_mentor_who_cannot_sign_any_more_is_not_reminded_and_the_registrar_hears_of_it(
    mailoutbox, django_capture_on_commit_callbacks
):
    make_registrar()
    mentorship = make_mentorship()
    waiting(mentorship, 20)
    end_mentorship(mentorship=mentorship, by=mentorship.learner, at=NOON)
    mailoutbox.clear()

    assert chased(django_capture_on_commit_callbacks, at=after(21)) == (0, 0, 1)
    assert mentorship.mentor.person.email not in [address for mail in mailoutbox for address in mail.to]


@pytest.mark.django_db
def test_what_was_taken_back_and_handed_in_anew_begins_anew(django_capture_on_commit_callbacks):
    [shift] = waiting(make_mentorship(), 20)
    chased(django_capture_on_commit_callbacks, at=after(21))
    take_back_shift(shift=shift, at=after(22))
    submit_shift(shift=shift, at=after(22))

    assert list(escalated()) == []
    assert chased(django_capture_on_commit_callbacks, at=after(23)) == (0, 0, 0)
    assert chased(django_capture_on_commit_callbacks, at=after(22 + 7)) == (1, 1, 0)
    assert chased(django_capture_on_commit_callbacks, at=after(22 + 21)) == (0, 0, 1)
    assert list(escalated()) == [shift]


@pytest.mark.django_db
def test_the_academys_own_days_hold(django_capture_on_commit_callbacks):
    ShadowingSettings.objects.update_or_create(defaults={"remind_days": 2, "escalate_days": 3})
    waiting(make_mentorship(), 20)

    assert chased(django_capture_on_commit_callbacks, at=after(2)) == (1, 1, 0)
    assert chased(django_capture_on_commit_callbacks, at=after(3)) == (0, 0, 1)


@pytest.mark.django_db
def test_a_dry_run_says_what_would_be_done_and_does_nothing(mailoutbox):
    waiting(make_mentorship(), 18, 20)
    said = StringIO()
    ShadowingSettings.objects.update_or_create(defaults={"remind_days": 1, "escalate_days": 1})
    lift_guards()
    Shift.objects.update(submitted_at=NOON - timedelta(days=2), wrap_at=NOON - timedelta(days=3))

    done = chase(at=NOON, dry_run=True)

    assert (done.mentors, done.reminded, done.escalated) == (1, 2, 2)
    assert set(Shift.objects.values_list("reminded_at", "escalated_at")) == {(None, None)}
    call_command("chase_shifts", "--dry-run", stdout=said)
    assert said.getvalue().startswith("Dry run: ")


@pytest.mark.django_db
def test_the_command_runs_by_the_clock(mailoutbox):
    said = StringIO()

    call_command("chase_shifts", stdout=said)
    tasks.chase_shifts.enqueue()

    assert said.getvalue() == "0 mentors reminded of 0 shifts, 0 shifts to the registrar.\n"


@pytest.mark.django_db
def test_killed_between_two_mentors_the_next_run_goes_on(monkeypatch, mailoutbox, django_capture_on_commit_callbacks):
    for _each in range(2):
        waiting(make_mentorship(), 20)
    remind = escalating._remind
    calls = []

    def and_die(shifts, *, at):
        if calls:
            raise KeyboardInterrupt
        calls.append(shifts)
        return remind(shifts, at=at)

    monkeypatch.setattr(escalating, "_remind", and_die)
    with pytest.raises(KeyboardInterrupt), django_capture_on_commit_callbacks(execute=True):
        chase(at=after(7))
    monkeypatch.setattr(escalating, "_remind", remind)

    assert chased(django_capture_on_commit_callbacks, at=after(7)) == (1, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_remind_once(monkeypatch, mailoutbox):
    waiting(make_mentorship(), 20)
    meet_in(monkeypatch, escalating, "_by_mentor")

    answers = side_by_side(lambda: chase(at=after(7)), lambda: chase(at=after(7)))

    assert sorted(done.reminded for done in answers) == [0, 1]
    assert len([mail for mail in mailoutbox if "Still to sign" in mail.subject]) == 1


@pytest.mark.parametrize("shifts", [1, 3])
@pytest.mark.django_db
def test_a_run_asks_as_often_for_three_shifts_as_for_one(django_assert_num_queries, shifts):
    waiting(make_mentorship(), *range(18, 18 + shifts))

    with django_assert_num_queries(10):
        chase(at=after(21))
