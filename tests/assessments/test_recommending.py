"""Does a mentor's word stand as it was sealed, for as long as they say so, and never about themselves?"""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from assessments.mentors import suspend_mentor
from assessments.mentorships import end_mentorship
from assessments.models import Advice, Mentor, Recommendation, RecommendationRequest
from assessments.recommending import (
    CannotAskForWord,
    CannotRecommend,
    ask_for_recommendation,
    recommend,
    seal_holds,
    standing_recommendations,
    withdraw_recommendation,
)
from cms.accounts import history
from tests.factories.evidence import make_recommendation
from tests.factories.mentoring import make_outside_mentorship
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentor, make_mentorship

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def mentorship():
    return make_mentorship()


# Asking ----------------------------------------------------------------------------------------------------


def test_asking_writes_to_the_mentor_once(mentorship, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = ask_for_recommendation(mentorship=mentorship, at=NOON)
        again = ask_for_recommendation(mentorship=mentorship, at=NOON + DAY)

    assert first == again
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([mentorship.mentor.email], "Somebody asks for your word")
    assert mentorship.learner.display_name not in sent.body


def test_who_was_told_not_yet_asks_again_after_a_fortnight(mentorship):
    ask_for_recommendation(mentorship=mentorship, at=NOON)
    make_recommendation(mentorship, advice=Advice.NOT_YET, at=NOON + DAY)

    with pytest.raises(CannotAskForWord, match="again from 7 December"):
        ask_for_recommendation(mentorship=mentorship, at=NOON + 2 * DAY)
    assert ask_for_recommendation(mentorship=mentorship, at=NOON + 14 * DAY).answered_at is None


def test_who_is_recommended_need_not_ask(mentorship):
    make_recommendation(mentorship)

    with pytest.raises(CannotAskForWord, match="recommend you already"):
        ask_for_recommendation(mentorship=mentorship, at=NOON)


def test_neither_before_it_began_nor_from_outside():
    with pytest.raises(CannotAskForWord, match="not begun"):
        ask_for_recommendation(mentorship=make_mentorship(begun=False), at=NOON)
    with pytest.raises(CannotAskForWord, match="no account"):
        ask_for_recommendation(mentorship=make_outside_mentorship(), at=NOON)


# The word --------------------------------------------------------------------------------------------------


def test_a_word_is_sealed_with_the_mentors_standing(mentorship, django_capture_on_commit_callbacks):
    ask_for_recommendation(mentorship=mentorship, at=NOON)

    with django_capture_on_commit_callbacks(execute=True):
        given = make_recommendation(mentorship)

    given = Recommendation.objects.get(pk=given.pk)
    assert seal_holds(given)
    assert given.sealed["signer"]["credential_number"] == mentorship.mentor.credential_number
    assert given.sealed["authentication"] == "password"
    assert RecommendationRequest.objects.get().answered_at == NOON
    entry = history.entries_about(given).get()
    assert (entry.verb, entry.facts["seal"]) == ("recommendation.given", given.seal)
    assert "confidence" not in str(entry.facts)
    assert mail.outbox[-1].to == [mentorship.learner.email]
    assert "confidence" not in mail.outbox[-1].body


@pytest.mark.parametrize("change", [{"advice": "NOT_YET"}, {"seal": "0" * 64}, {"given_at": NOON - DAY}])
def test_a_changed_word_breaks_its_seal(mentorship, change):
    given = make_recommendation(mentorship)
    Recommendation.objects.filter(pk=given.pk).update(**change)

    assert not seal_holds(Recommendation.objects.get(pk=given.pk))


def test_the_credential_that_was_sealed_outlasts_the_mentors_own(mentorship):
    given = make_recommendation(mentorship)
    Mentor.objects.update(credential_number="OTHER")

    assert seal_holds(Recommendation.objects.get(pk=given.pk))


def test_saying_the_same_again_is_calm_and_something_else_replaces_it(mentorship):
    first = make_recommendation(mentorship, advice=Advice.NOT_YET)

    again = make_recommendation(mentorship, advice=Advice.NOT_YET, at=NOON + DAY)
    other = make_recommendation(mentorship, at=NOON + DAY)
    first.refresh_from_db()

    assert again == first
    assert first.replaced_at == NOON + DAY
    assert list(standing_recommendations(mentorship.enrolment)) == [other]
    assert [entry.verb for entry in history.entries_about(first)] == [
        "recommendation.given",
        "recommendation.replaced",
    ]


def test_an_ended_mentorship_still_lets_its_mentor_speak(mentorship):
    end_mentorship(mentorship=mentorship, by=mentorship.learner, at=NOON)

    assert make_recommendation(mentorship, at=NOON + DAY).stands


@pytest.mark.parametrize("who", ["learner", "another mentor", "registrar"])
def test_only_their_mentor_gives_a_word(mentorship, who):
    by = {
        "learner": lambda: mentorship.learner,
        "another mentor": lambda: make_mentor().person,
        "registrar": make_registrar,
    }[who]()

    with pytest.raises(CannotRecommend, match="Only their mentor"):
        recommend(
            mentorship=mentorship,
            advice=Advice.RECOMMEND,
            words_to_registrar="Yes.",
            by=by,
            authentication="password",
            at=NOON,
        )


def test_a_suspended_mentor_and_one_without_a_credential_give_none(mentorship):
    with pytest.raises(CannotRecommend, match="ran out on 31 December 2031"):
        make_recommendation(mentorship, at=NOON.replace(year=2032))
    suspend_mentor(mentor=mentorship.mentor, by=make_registrar(), at=NOON)
    with pytest.raises(CannotRecommend, match="suspended"):
        make_recommendation(mentorship)


def test_nothing_is_said_before_they_work_together_or_without_a_reason(mentorship):
    with pytest.raises(CannotRecommend, match="not begun"):
        make_recommendation(make_mentorship(begun=False))
    with pytest.raises(CannotRecommend, match="Say why") as refusal:
        make_recommendation(mentorship, words_to_registrar=" ")
    assert refusal.value.field == "words_to_registrar"


# Taking it back --------------------------------------------------------------------------------------------


def test_taking_it_back_needs_a_reason_and_is_calm(mentorship, django_capture_on_commit_callbacks):
    given = make_recommendation(mentorship)

    with pytest.raises(CannotRecommend, match="Say why"):
        withdraw_recommendation(recommendation=given, reason="", by=given.given_by, at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        taken = withdraw_recommendation(recommendation=given, reason="I heard more.", by=given.given_by, at=NOON + DAY)
        again = withdraw_recommendation(recommendation=given, reason="Else.", by=given.given_by, at=NOON + 2 * DAY)

    assert (taken.withdrawn_because, again.withdrawn_at) == ("I heard more.", NOON + DAY)
    assert not standing_recommendations(mentorship.enrolment).exists()
    assert "heard" not in mail.outbox[-1].body
    assert seal_holds(Recommendation.objects.get(pk=given.pk))


def test_nobody_else_takes_it_back(mentorship):
    given = make_recommendation(mentorship)

    with pytest.raises(CannotRecommend, match="Only who gave"):
        withdraw_recommendation(recommendation=given, reason="No.", by=make_person(), at=NOON)


# Impossible rows -------------------------------------------------------------------------------------------


def test_the_database_refuses_two_that_stand(mentorship):
    given = make_recommendation(mentorship)
    twin = Recommendation.objects.get(pk=given.pk)
    twin.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"withdrawn_at": NOON - DAY}, "withdrawn_after_it_was_given"),
        ({"replaced_at": NOON - DAY}, "replaced_after_it_was_given"),
        ({"replaced_at": NOON, "withdrawn_at": NOON}, "not_both_replaced_and_withdrawn"),
    ],
)
def test_the_database_refuses_words_that_cannot_be(mentorship, change, name):
    given = make_recommendation(mentorship)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Recommendation.objects.filter(pk=given.pk).update(**change)


def test_the_database_refuses_a_word_about_oneself(mentorship):
    given = make_recommendation(mentorship)

    with pytest.raises(IntegrityError, match="never_of_oneself"), transaction.atomic():
        Recommendation.objects.filter(pk=given.pk).update(given_by=given.learner_id)


def test_the_database_refuses_two_open_requests_and_an_answer_before_the_question(mentorship):
    ask_for_recommendation(mentorship=mentorship, at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        RecommendationRequest.objects.create(mentorship=mentorship, asked_at=NOON)
    with pytest.raises(IntegrityError, match="answered_after_asked"), transaction.atomic():
        RecommendationRequest.objects.update(answered_at=NOON - DAY)
