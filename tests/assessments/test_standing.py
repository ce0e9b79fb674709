from datetime import timedelta
from decimal import Decimal

import pytest

from assessments.models import QuizPage
from assessments.sitting import start_attempt
from assessments.standing import quiz_standing
from courses.models import CompletedBy
from courses.progress import complete_unit, outline_of
from tests.factories.courses import lessons_of, make_enrolment, make_module, make_programme
from tests.factories.people import NOON
from tests.factories.quizzes import make_attempt, make_bank, make_quiz, sit

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def test_a_quiz_not_sat_yet_can_be_begun():
    quiz = make_quiz(pass_mark=80)
    enrolment = make_enrolment(programme=quiz.get_parent().get_parent().specific)

    [standing] = quiz_standing(enrolment)

    assert standing.quiz == quiz
    assert (standing.used, standing.allowed, standing.left, standing.next_number) == (0, 3, 3, 1)
    assert (standing.best, standing.best_whole, standing.pass_mark, standing.passed_on) == (None, None, 80, None)
    assert (standing.action, standing.url, standing.locked_reason) == ("Begin", quiz.get_url(), "")


def test_an_open_attempt_is_where_one_goes_on():
    attempt = make_attempt()

    [standing] = quiz_standing(attempt.enrolment)

    assert (standing.open_attempt, standing.used, standing.action) == (attempt, 1, "Go on")
    assert standing.url == f"/learn/quizzes/{attempt.public_id}/"


def test_after_a_miss_one_may_try_again_and_the_best_score_stands():
    first = sit(make_attempt(), right=2)
    sit(start_attempt(enrolment=first.enrolment, quiz=first.quiz, at=LATER), right=1, at=LATER)

    [standing] = quiz_standing(first.enrolment)

    assert (standing.used, standing.best, standing.passed_on, standing.action) == (2, 50, None, "Try again")


def test_a_near_miss_is_rounded_down():
    attempt = sit(make_attempt(quiz=make_quiz(question_count=3)), right=2)

    [standing] = quiz_standing(attempt.enrolment)

    assert (standing.best, standing.best_whole) == (Decimal("66.66"), 66)


def test_a_passed_quiz_has_a_date_and_nothing_to_do():
    attempt = sit(make_attempt(), right=4, at=LATER)

    [standing] = quiz_standing(attempt.enrolment)

    assert (standing.passed_on, standing.best, standing.action, standing.locked_reason) == (LATER, 100, "", "")
    assert standing.url == attempt.quiz.get_url()


def test_used_up_attempts_say_whom_to_talk_to():
    attempt = sit(make_attempt(quiz=make_quiz(attempts_allowed=1)), right=0)

    [standing] = quiz_standing(attempt.enrolment)

    assert standing.locked_reason.startswith("You have used your one attempt. Talk to the registrar")
    assert (standing.action, standing.left) == ("", 0)


def test_a_locked_quiz_says_what_opens_it_until_that_is_done():
    programme = make_programme(lessons=1)
    make_quiz(programme=programme)
    enrolment = make_enrolment(programme=programme)

    [locked] = quiz_standing(enrolment)
    complete_unit(enrolment=enrolment, unit=lessons_of(programme)[0], event=CompletedBy.READING, at=NOON)
    [opened] = quiz_standing(enrolment)

    assert (locked.locked_reason[:24], locked.action) == ("Opens once unit 1 is don", "")
    assert (opened.locked_reason, opened.action) == ("", "Begin")


def test_quizzes_come_in_the_order_of_the_programme_and_only_published_ones_of_this_programme():
    programme = make_programme(modules=2, lessons=0)
    late = make_module(programme, lessons=0).add_child(
        instance=QuizPage(title="Late", slug="late", bank=make_bank(questions=0))
    )
    early = make_quiz(programme=programme, title="Early")
    make_quiz(programme=programme, title="Draft", live=False)
    make_quiz(title="Elsewhere")

    standings = quiz_standing(make_enrolment(programme=programme))

    assert [standing.quiz for standing in standings] == [early, late]


def test_somebody_else_s_attempts_do_not_show():
    attempt = sit(make_attempt(), right=4)

    [standing] = quiz_standing(make_enrolment(programme=attempt.enrolment.programme))

    assert (standing.used, standing.best, standing.passed_on, standing.action) == (0, None, None, "Begin")


@pytest.mark.parametrize("quizzes", [1, 3])
def test_all_quizzes_take_two_queries_besides_the_outline_however_many(quizzes, django_assert_num_queries):
    programme = make_programme(lessons=0)
    bank = make_bank()
    made = [make_quiz(programme=programme, bank=bank, opens_next=False) for _ in range(quizzes)]
    enrolment = make_enrolment(programme=programme)
    for quiz in made:
        sit(make_attempt(quiz=quiz, enrolment=enrolment), right=1)
    outline = outline_of(programme=programme, enrolment=enrolment)

    with django_assert_num_queries(2):
        standings = quiz_standing(enrolment, outline=outline)

    assert [standing.used for standing in standings] == [1] * quizzes
