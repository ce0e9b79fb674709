"""Who works with whom, and on what terms?"""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from assessments.agreements import publish_agreement
from assessments.mentors import suspend_mentor
from assessments.mentorships import (
    CannotAnswer,
    CannotAsk,
    ask_mentor,
    begin_outside,
    decline_mentorship,
    end_mentorship,
    holding_terms,
    newest_terms,
    propose_terms,
    sign_terms,
)
from assessments.models import Agreement, CoverRule, Mentor, Mentorship, MentorshipTerms, Pay, ShiftRole
from assessments.terms_said import CannotAgree, digest_of_terms, said_in
from cms.accounts import history
from tests.factories.courses import make_enrolment
from tests.factories.mentoring import make_outside_mentorship
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentor, make_mentorship, some_terms
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def the_agreement(db):
    publish_agreement(slug="mentorship", title="Working together", text="We keep to this.", at=NOON)


# Asking ----------------------------------------------------------------------------------------------------


def test_asking_signs_the_terms_and_tells_the_mentor_once(django_capture_on_commit_callbacks):
    mentor, enrolment = make_mentor(), make_enrolment()

    with django_capture_on_commit_callbacks(execute=True):
        first = ask_mentor(mentor=mentor, enrolment=enrolment, terms=some_terms(), at=NOON)
        again = ask_mentor(mentor=mentor, enrolment=enrolment, terms=some_terms(scope="Else."), at=LATER)

    terms = newest_terms(first)
    assert (again, again.asked_at, again.learner, again.begun_at) == (first, NOON, enrolment.learner, None)
    assert (terms.version, terms.learner_signed_at, terms.mentor_signed_at) == (1, NOON, None)
    assert holding_terms(first) is None
    assert [message.to for message in mail.outbox] == [[mentor.person.email]]
    assert f"/mentorships/{first.pk}/terms/" in mail.outbox[0].body


def test_whom_one_cannot_ask():
    enrolment, withdrawn = make_enrolment(), make_enrolment()
    withdrawn.withdrawn_at = NOON
    withdrawn.save()
    suspended = suspend_mentor(mentor=make_mentor(), by=make_registrar(), at=NOON)
    expired = make_mentor(expires_on=NOON.date())
    closed, stopping, full = make_mentor(), make_mentor(), make_mentor(capacity=1)
    Mentor.objects.filter(pk=closed.pk).update(takes_mentees=False)
    Mentor.objects.filter(pk=stopping.pk).update(stops_on=NOON.date() + timedelta(days=30), stop_said_at=NOON)
    make_mentorship(mentor=full)
    outside = make_outside_mentorship().mentor

    for mentor, on, at in (
        (make_mentor(person=enrolment.learner), enrolment, NOON),
        (make_mentor(), withdrawn, NOON),
        (suspended, enrolment, NOON),
        (expired, enrolment, LATER),
        (closed, enrolment, NOON),
        (stopping, enrolment, NOON),
        (full, enrolment, NOON),
        (outside, enrolment, NOON),
    ):
        with pytest.raises(CannotAsk):
            ask_mentor(mentor=mentor, enrolment=on, terms=some_terms(), at=at)
    assert not Mentorship.objects.filter(enrolment__in=[enrolment, withdrawn]).exists()


def test_without_a_published_agreement_nobody_asks():
    mentor, enrolment = make_mentor(), make_enrolment()
    Agreement.objects.all().delete()

    with pytest.raises(CannotAgree, match="no mentorship agreement"):
        ask_mentor(mentor=mentor, enrolment=enrolment, terms=some_terms(), at=NOON)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"scope": " "}, "Say in a sentence"),
        ({"scope": "x" * 2_001}, "under 2,000"),
        ({"ends_on": date(2019, 1, 1)}, "before the first"),
        ({"check_in_days": 0}, "1 to 366"),
        ({"check_in_days": 367}, "1 to 366"),
        ({"notice_days": -1}, "366 days at most"),
        ({"notice_days": 367}, "366 days at most"),
        ({"counts": ()}, "at least one role"),
        ({"pay": Pay.UNPAID}, "and is paid"),
    ],
)
def test_terms_that_cannot_be_are_refused(terms, sentence):
    with pytest.raises(CannotAgree, match=sentence):
        ask_mentor(mentor=make_mentor(), enrolment=make_enrolment(), terms=some_terms(**terms), at=NOON)


def test_unpaid_terms_are_fine_where_nobody_stands_in():
    terms = some_terms(pay=Pay.UNPAID, cover=CoverRule.NEVER)

    mentorship = ask_mentor(mentor=make_mentor(), enrolment=make_enrolment(), terms=terms, at=NOON)

    assert newest_terms(mentorship).pay == Pay.UNPAID


# Terms -----------------------------------------------------------------------------------------------------


def test_once_both_have_signed_it_has_begun_and_signing_again_is_calm(django_capture_on_commit_callbacks):
    mentorship = make_mentorship(begun=False)
    terms = newest_terms(mentorship)

    with django_capture_on_commit_callbacks(execute=True):
        for at in (NOON, LATER):
            terms = sign_terms(terms=terms, by=mentorship.mentor.person, at=at)

    mentorship.refresh_from_db()
    assert (mentorship.begun_at, terms.mentor_signed_at) == (NOON, NOON)
    assert holding_terms(mentorship) == terms
    assert [message.to for message in mail.outbox] == [[mentorship.learner.email]]
    verbs = ["mentorship.asked", "mentorship.terms_proposed", "mentorship.terms_signed", "mentorship.begun"]
    assert [entry.verb for entry in history.entries_about(mentorship)] == verbs
    with pytest.raises(CannotAnswer, match="end it instead"):
        decline_mentorship(mentorship=mentorship, by=mentorship.mentor.person, at=LATER)


def test_other_terms_hold_once_the_other_has_signed_and_till_then_the_old(django_capture_on_commit_callbacks):
    mentorship = make_mentorship()
    old, mentor = holding_terms(mentorship), mentorship.mentor.person
    other = some_terms(counts=[ShiftRole.ASSIST, ShiftRole.OBSERVE])

    with django_capture_on_commit_callbacks(execute=True):
        proposed = propose_terms(mentorship=mentorship, terms=other, by=mentor, at=LATER)
        again = propose_terms(mentorship=mentorship, terms=other, by=mentor, at=LATER)

    assert (again, proposed.version, proposed.counts) == (proposed, 2, ["OBSERVE", "ASSIST"])
    assert (proposed.mentor_signed_at, proposed.learner_signed_at) == (LATER, None)
    assert holding_terms(mentorship) == old
    assert [message.to for message in mail.outbox] == [[mentorship.learner.email]]
    assert f"/mentorships/{mentorship.pk}/terms/" in mail.outbox[0].body
    sign_terms(terms=proposed, by=mentorship.learner, at=LATER)
    assert holding_terms(mentorship) == proposed
    mentorship.refresh_from_db()
    assert mentorship.begun_at == NOON


def test_a_mentor_may_answer_a_request_with_other_terms():
    mentorship = make_mentorship(begun=False)

    other = propose_terms(
        mentorship=mentorship, terms=some_terms(notice_days=30), by=mentorship.mentor.person, at=LATER
    )

    with pytest.raises(CannotAgree, match="Other terms were proposed since"):
        sign_terms(terms=mentorship.terms.get(version=1), by=mentorship.mentor.person, at=LATER)
    sign_terms(terms=other, by=mentorship.learner, at=LATER)
    mentorship.refresh_from_db()
    assert mentorship.begun_at == LATER


def test_a_newer_agreement_makes_the_same_terms_a_version_of_their_own():
    mentorship = make_mentorship()
    before = holding_terms(mentorship)
    publish_agreement(slug="mentorship", title="Working together", text="We keep to this too.", at=LATER)

    after = propose_terms(mentorship=mentorship, terms=said_in(before), by=mentorship.learner, at=LATER)

    assert (after.version, after.agreement.version) == (2, 2)
    assert after.digest != before.digest


def test_terms_changed_behind_the_products_back_are_not_signed():
    mentorship = make_mentorship(begun=False)
    terms = newest_terms(mentorship)
    lift_guards()
    MentorshipTerms.objects.filter(pk=terms.pk).update(notice_days=0)

    with pytest.raises(CannotAgree, match="not what was proposed"):
        sign_terms(terms=terms, by=mentorship.mentor.person, at=LATER)


def test_the_digest_covers_every_word_and_value():
    mentorship = make_mentorship()
    terms = holding_terms(mentorship)
    said = said_in(terms)
    others = {
        "scope": "Else.", "starts_on": date(2021, 1, 1), "ends_on": date(2030, 1, 1), "check_in_days": 31,
        "pay": Pay.EXPENSES, "counts": (ShiftRole.LEAD,), "cover": CoverRule.NEVER, "notice_days": 15,
    }  # fmt: skip

    digests = {digest_of_terms(terms.agreement, some_terms(**{name: value})) for name, value in others.items()}

    assert digest_of_terms(terms.agreement, said) == terms.digest
    assert len(digests - {terms.digest}) == len(others)


def test_only_the_two_propose_and_sign():
    mentorship = make_mentorship(begun=False)

    for person in (make_person(), make_mentor().person, make_registrar()):
        with pytest.raises(CannotAgree, match="Only the learner and the mentor"):
            propose_terms(mentorship=mentorship, terms=some_terms(scope="Else."), by=person, at=NOON)
        with pytest.raises(CannotAgree, match="Only the learner and the mentor"):
            sign_terms(terms=newest_terms(mentorship), by=person, at=NOON)


def test_what_is_over_is_agreed_on_no_more():
    ended, declined = make_mentorship(), make_mentorship(begun=False)
    end_mentorship(mentorship=ended, by=ended.learner, at=NOON)
    decline_mentorship(mentorship=declined, by=declined.mentor.person, at=NOON)

    for mentorship in (ended, declined):
        with pytest.raises(CannotAgree, match="is over"):
            propose_terms(mentorship=mentorship, terms=some_terms(scope="Else."), by=mentorship.learner, at=LATER)
    with pytest.raises(CannotAgree, match="is over"):
        sign_terms(terms=newest_terms(declined), by=declined.mentor.person, at=LATER)


def test_an_outside_coordinator_signs_no_terms():
    mentorship = make_outside_mentorship()

    with pytest.raises(CannotAgree, match="signs no terms"):
        propose_terms(mentorship=mentorship, terms=some_terms(), by=mentorship.learner, at=LATER)


def test_a_mentor_who_may_not_sign_takes_nobody_on():
    mentorship = make_mentorship(begun=False)
    suspend_mentor(mentor=mentorship.mentor, by=make_registrar(), at=NOON)

    with pytest.raises(CannotAnswer, match="suspended"):
        sign_terms(terms=newest_terms(mentorship), by=mentorship.mentor.person, at=NOON)


# No, and the end -------------------------------------------------------------------------------------------


def test_no_declines_it_once_and_one_may_ask_again(django_capture_on_commit_callbacks):
    mentorship = make_mentorship(begun=False)
    mentor = mentorship.mentor.person

    with django_capture_on_commit_callbacks(execute=True):
        decline_mentorship(mentorship=mentorship, by=mentor, at=NOON)
        mentorship = decline_mentorship(mentorship=mentorship, by=mentor, at=LATER)

    assert mentorship.declined_at == NOON
    assert len(mail.outbox) == 1
    again = ask_mentor(mentor=mentorship.mentor, enrolment=mentorship.enrolment, terms=some_terms(), at=LATER)
    assert again != mentorship


def test_only_the_mentor_who_was_asked_declines():
    mentorship = make_mentorship(begun=False)

    for person in (mentorship.learner, make_mentor().person):
        with pytest.raises(CannotAnswer, match="another mentor"):
            decline_mentorship(mentorship=mentorship, by=person, at=NOON)


@pytest.mark.parametrize("side", ["learner", "mentor"])
def test_either_ends_it_and_the_other_is_told_once(side, django_capture_on_commit_callbacks):
    mentorship = make_mentorship()
    people = {"learner": mentorship.learner, "mentor": mentorship.mentor.person}
    by = people.pop(side)
    (other,) = people.values()

    with django_capture_on_commit_callbacks(execute=True):
        end_mentorship(mentorship=mentorship, by=by, at=NOON)
        mentorship = end_mentorship(mentorship=mentorship, by=other, at=LATER)

    assert mentorship.ended_at == NOON
    assert [message.to for message in mail.outbox] == [[other.email]]


def test_nobody_else_ends_it_and_a_request_has_no_end():
    with pytest.raises(CannotAnswer, match="Only the learner or the mentor"):
        end_mentorship(mentorship=make_mentorship(), by=make_person(), at=NOON)
    asked = make_mentorship(begun=False)
    with pytest.raises(CannotAnswer, match="not begun"):
        end_mentorship(mentorship=asked, by=asked.learner, at=NOON)


def test_beginning_with_somebody_from_outside_is_calm_and_needs_a_place_on_the_programme():
    mentorship = make_outside_mentorship()
    given = {"mentor": mentorship.mentor, "asked_at": NOON, "by": make_registrar(), "at": LATER}
    gone = make_enrolment()
    gone.withdrawn_at = NOON
    gone.save()

    assert begin_outside(enrolment=mentorship.enrolment, **given) == mentorship
    with pytest.raises(CannotAsk, match="not on this programme"):
        begin_outside(enrolment=gone, **given)


# The database ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("impossible", "name"),
    [
        ({"declined_at": NOON}, "mentorship_not_both_begun_and_declined"),
        ({"ended_at": NOON - timedelta(days=1)}, "mentorship_ended_after_begun"),
        ({"begun_at": None, "ended_at": NOON}, "mentorship_ended_after_begun"),
        ({"ends_on": date(2026, 12, 7)}, "mentorship_notice_with_day_who_and_when"),
        ({"notice_said_at": NOON}, "mentorship_notice_with_day_who_and_when"),
    ],
)
def test_the_database_refuses_impossible_mentorships(impossible, name):
    mentorship = make_mentorship()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Mentorship.objects.filter(pk=mentorship.pk).update(**impossible)


def test_the_database_refuses_notice_before_the_beginning():
    asked = make_mentorship(begun=False)
    notice = {"ends_on": date(2026, 12, 7), "notice_said_at": NOON, "notice_said_by": asked.learner}

    with pytest.raises(IntegrityError, match="mentorship_notice"), transaction.atomic():
        Mentorship.objects.filter(pk=asked.pk).update(**notice)


def test_the_database_refuses_a_second_open_one_for_a_pair():
    one = make_mentorship()

    with pytest.raises(IntegrityError), transaction.atomic():
        Mentorship.objects.create(mentor=one.mentor, enrolment=one.enrolment, learner=one.learner, asked_at=NOON)


@pytest.mark.parametrize(
    ("impossible", "name"),
    [
        ({"version": 0}, "mentorshipterms_numbered_from_one"),
        ({"ends_on": date(2019, 1, 1)}, "mentorshipterms_end_after_they_begin"),
        ({"check_in_days": 0}, "mentorshipterms_check_in_now_and_then"),
    ],
)
def test_the_database_refuses_impossible_terms(impossible, name):
    terms = newest_terms(make_mentorship())

    lift_guards()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        MentorshipTerms.objects.filter(pk=terms.pk).update(**impossible)
