from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from assessments.models import Attempt, AttemptQuestion
from assessments.questions import Kind, Question
from assessments.sitting import AlreadyHandedIn, CannotSit, NotAnAnswer, hand_in, save_response, start_attempt
from cms.accounts.models import Entry
from courses.models import CompletedBy, UnitCompletion
from tests.factories.courses import make_enrolment, make_programme
from tests.factories.people import NOON
from tests.factories.quizzes import (
    answer,
    make_attempt,
    make_bank,
    make_question,
    make_quiz,
    right_answer,
    sit,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


# Starting --------------------------------------------------------------------------------------------------


def test_starting_draws_as_many_questions_as_the_quiz_asks_and_no_other_bank_s():
    make_bank(questions=4)
    bank = make_bank(questions=9)

    attempt = make_attempt(quiz=make_quiz(bank=bank, question_count=6, pass_mark=80))

    asked = list(attempt.questions.order_by("position"))
    assert [question.position for question in asked] == [1, 2, 3, 4, 5, 6]
    assert len({question.question_id for question in asked}) == 6
    assert {question.question.bank for question in asked} == {bank}
    assert (attempt.number, attempt.pass_mark, attempt.started_at) == (1, 80, NOON)


def test_starting_copies_words_and_keys_so_that_an_edit_never_reaches_the_sitting():
    bank = make_bank(questions=0)
    question = make_question(bank, kind=Kind.MULTIPLE, right=(1, 3), stem="As it was.", explanation="Why it was.")
    attempt = make_attempt(quiz=make_quiz(bank=bank, question_count=1))
    question.stem, question.explanation = "As it is.", "Why it is."
    question.save()
    question.choices.all().delete()

    asked = attempt.questions.get()

    assert (asked.stem, asked.explanation, asked.question_version) == ("As it was.", "Why it was.", 1)
    assert sorted(asked.options) == sorted(asked.options[place] for place in range(4))
    assert {asked.options[place][:8] for place in asked.key["right"]} == {"Answer 1", "Answer 3"}


@pytest.mark.parametrize(
    ("kind", "key"),
    [(Kind.TRUE_FALSE, {"truth": True}), (Kind.NUMERIC, {"number": "48", "tolerance": "0"})],
)
def test_a_question_without_options_copies_its_key_and_no_options(kind, key):
    bank = make_bank(questions=1, kinds=(kind,))

    asked = make_attempt(quiz=make_quiz(bank=bank, question_count=1)).questions.get()

    assert (asked.options, asked.key) == ([], key)


def test_a_number_of_hundreds_is_copied_as_people_write_it():
    bank = make_bank(questions=0)
    make_question(bank, kind=Kind.NUMERIC, number=1200, tolerance=Decimal("0.5"))

    asked = make_attempt(quiz=make_quiz(bank=bank, question_count=1)).questions.get()

    assert asked.key == {"number": "1200", "tolerance": "0.5"}


def test_options_are_shuffled_and_the_key_goes_with_them():
    bank = make_bank(questions=0)
    for _ in range(40):
        make_question(bank, right=(0,))

    asked = list(make_attempt(quiz=make_quiz(bank=bank, question_count=40)).questions.all())

    places = {question.key["right"][0] for question in asked}
    assert places == {0, 1, 2, 3}  # all forty in fewer places: once in 25,000 runs
    assert all(question.options[question.key["right"][0]].startswith("Answer 0") for question in asked)


def test_starting_again_goes_on_with_the_open_attempt():
    attempt = make_attempt()

    again = start_attempt(enrolment=attempt.enrolment, quiz=attempt.quiz, at=LATER)

    assert again == attempt
    assert Attempt.objects.count() == 1


def test_a_further_attempt_asks_first_what_was_not_asked_before():
    quiz = make_quiz(bank=make_bank(questions=10), question_count=4)
    first = sit(make_attempt(quiz=quiz), right=0)
    second = sit(start_attempt(enrolment=first.enrolment, quiz=quiz, at=LATER), right=0, at=LATER)
    third = start_attempt(enrolment=first.enrolment, quiz=quiz, at=LATER)

    asked = [set(attempt.questions.values_list("question", flat=True)) for attempt in (first, second, third)]

    assert asked[0] & asked[1] == set()
    assert len(asked[2] - asked[0] - asked[1]) == 2
    assert (second.number, third.number) == (2, 3)


def test_what_another_learner_was_asked_does_not_matter():
    quiz = make_quiz(bank=make_bank(questions=4))
    sit(make_attempt(quiz=quiz), right=0)

    assert make_attempt(quiz=quiz).questions.count() == 4


def test_a_locked_quiz_says_what_opens_it():
    programme = make_programme(lessons=1)
    quiz = make_quiz(programme=programme)

    with pytest.raises(CannotSit, match=r"\w"):
        make_attempt(quiz=quiz)

    assert not Attempt.objects.exists()


def test_a_passed_quiz_is_not_sat_again():
    attempt = sit(make_attempt(), right=4)

    with pytest.raises(CannotSit, match="You have passed this quiz"):
        start_attempt(enrolment=attempt.enrolment, quiz=attempt.quiz, at=LATER)


@pytest.mark.parametrize(
    ("allowed", "sentence"), [(1, "You have used your one attempt"), (3, "You have used your three attempts")]
)
def test_when_the_attempts_are_used_the_registrar_talks_first(allowed, sentence):
    quiz = make_quiz(attempts_allowed=allowed)
    enrolment = make_attempt(quiz=quiz).enrolment
    for _ in range(allowed):
        sit(start_attempt(enrolment=enrolment, quiz=quiz, at=NOON), right=0)

    with pytest.raises(CannotSit, match=sentence):
        start_attempt(enrolment=enrolment, quiz=quiz, at=LATER)


def test_a_bank_with_too_few_ready_questions_uses_up_nothing():
    bank = make_bank(questions=4)
    Question.objects.filter(pk=bank.questions.first().pk).update(is_ready=False)

    with pytest.raises(CannotSit, match="not ready yet"):
        make_attempt(quiz=make_quiz(bank=bank, question_count=4))

    assert not Attempt.objects.exists()


def test_a_question_with_no_right_answer_is_never_drawn():
    bank = make_bank(questions=1, kinds=(Kind.NUMERIC,))
    make_question(bank, kind=Kind.MULTIPLE, right=())

    asked = make_attempt(quiz=make_quiz(bank=bank, question_count=1)).questions.get()

    assert asked.kind == Kind.NUMERIC


def test_somebody_who_left_or_is_on_another_programme_cannot_start():
    quiz = make_quiz()
    elsewhere = make_enrolment()
    gone = make_attempt(quiz=make_quiz()).enrolment
    gone.withdrawn_at = LATER
    gone.save()

    for enrolment, asked in ((elsewhere, quiz), (gone, Attempt.objects.get().quiz)):
        with pytest.raises(CannotSit, match="a programme you are not on"):
            start_attempt(enrolment=enrolment, quiz=asked, at=LATER)


@pytest.mark.parametrize("question_count", [1, 3])
def test_starting_takes_as_many_queries_for_three_questions_as_for_one(question_count, django_assert_num_queries):
    quiz = make_quiz(bank=make_bank(questions=8), question_count=question_count)
    enrolment = make_enrolment(programme=make_programme_of(quiz))

    with django_assert_num_queries(15):
        start_attempt(enrolment=enrolment, quiz=quiz, at=NOON)


def make_programme_of(quiz):
    return quiz.get_parent().get_parent().specific


# Answering -------------------------------------------------------------------------------------------------


def one_question(kind=Kind.SINGLE, **fields):
    bank = make_bank(questions=0)
    make_question(bank, kind=kind, **fields)
    return make_attempt(quiz=make_quiz(bank=bank, question_count=1))


@pytest.mark.parametrize(
    ("kind", "response", "kept"),
    [
        (Kind.SINGLE, [3], [3]),
        (Kind.MULTIPLE, [3, 0, 3], [0, 3]),
        (Kind.TRUE_FALSE, False, False),
        (Kind.NUMERIC, "48,0", "48,0"),
        (Kind.SINGLE, [], None),
        (Kind.NUMERIC, "", None),
        (Kind.TRUE_FALSE, None, None),
    ],
)
def test_an_answer_is_kept_with_the_time_it_was_saved(kind, response, kept):
    attempt = one_question(kind)

    saved = save_response(attempt=attempt, position=1, response=response, flagged=True, sequence=1, at=LATER)

    again = attempt.questions.get()
    assert (again.response, again.is_flagged, again.sequence, again.saved_at) == (kept, True, 1, LATER)
    assert (saved.response, saved.is_flagged, saved.sequence, saved.saved_at) == (kept, True, 1, LATER)


@pytest.mark.parametrize(
    ("kind", "response"),
    [
        (Kind.SINGLE, [4]),
        (Kind.SINGLE, [-1]),
        (Kind.SINGLE, [0, 1]),
        (Kind.SINGLE, "0"),
        (Kind.SINGLE, True),
        (Kind.SINGLE, [True]),
        (Kind.MULTIPLE, [0, 9]),
        (Kind.MULTIPLE, ["0"]),
        (Kind.TRUE_FALSE, "true"),
        (Kind.TRUE_FALSE, [0]),
        (Kind.NUMERIC, "forty-eight"),
        (Kind.NUMERIC, True),
        (Kind.NUMERIC, [0]),
    ],
)
def test_what_does_not_answer_the_question_is_refused_and_the_last_answer_kept(kind, response):
    attempt = one_question(kind)
    kept = right_answer(attempt.questions.get())
    answer(attempt, 1, kept)

    with pytest.raises(NotAnAnswer):
        answer(attempt, 1, response, sequence=2)

    assert attempt.questions.get().response == kept


def test_a_save_that_was_overtaken_is_dropped():
    attempt = one_question()
    answer(attempt, 1, [2], sequence=7, at=LATER)

    late = answer(attempt, 1, [0], sequence=6)
    twin = answer(attempt, 1, [1], sequence=7)

    asked = attempt.questions.get()
    assert (asked.response, asked.sequence, asked.saved_at) == ([2], 7, LATER)
    assert (late.response, late.sequence, late.saved_at) == ([2], 7, LATER)
    assert (twin.response, twin.sequence) == ([2], 7)


def test_an_answer_can_be_taken_back():
    attempt = one_question(Kind.MULTIPLE)
    answer(attempt, 1, [0, 1])
    answer(attempt, 1, [], sequence=2)

    assert attempt.questions.get().response is None


def test_there_is_no_answer_to_a_question_that_was_not_asked():
    with pytest.raises(AttemptQuestion.DoesNotExist):
        answer(one_question(), 2, [0])


def test_saving_is_two_queries(django_assert_num_queries):
    attempt = make_attempt()

    # the transaction's savepoint (in a test only), the question under its lock, the change
    with django_assert_num_queries(4):
        answer(attempt, 1, None)


# Handing in ------------------------------------------------------------------------------------------------


def test_handing_in_marks_what_was_saved():
    bank = make_bank(questions=0)
    make_question(bank, kind=Kind.MULTIPLE, right=(0, 1, 2))
    make_question(bank, kind=Kind.TRUE_FALSE)
    make_question(bank, kind=Kind.NUMERIC)
    attempt = make_attempt(quiz=make_quiz(bank=bank, question_count=3, pass_mark=60))
    for asked in attempt.questions.all():
        if asked.kind == Kind.MULTIPLE:
            answer(attempt, asked.position, asked.key["right"][:2])
        if asked.kind == Kind.TRUE_FALSE:
            answer(attempt, asked.position, True)

    handed_in = hand_in(attempt=attempt, at=LATER)

    marks = {asked.kind: asked.marks for asked in attempt.questions.all()}
    assert marks == {Kind.MULTIPLE: Decimal("0.666"), Kind.TRUE_FALSE: 1, Kind.NUMERIC: 0}
    assert handed_in.score == Decimal("55.55")  # five ninths, rounded down
    assert (handed_in.passed, handed_in.submitted_at) == (False, LATER)


@pytest.mark.parametrize(("right", "passed"), [(2, False), (3, True), (4, True)])
def test_the_pass_mark_is_enough(right, passed):
    attempt = sit(make_attempt(quiz=make_quiz(pass_mark=75)), right=right)

    assert (attempt.score, attempt.passed) == (25 * right, passed)


def test_two_thirds_do_not_pass_at_67():
    attempt = sit(make_attempt(quiz=make_quiz(question_count=3, pass_mark=67)), right=2)

    assert (attempt.score, attempt.passed) == (Decimal("66.66"), False)


def test_passing_completes_the_unit_and_not_passing_does_not():
    failed = sit(make_attempt(), right=0)
    passed = sit(make_attempt(), right=4, at=LATER)

    completion = UnitCompletion.objects.get()
    assert (completion.enrolment, completion.unit_id) == (passed.enrolment, passed.quiz_id)
    assert (completion.event, completion.completed_at) == (CompletedBy.QUIZ, LATER)
    assert failed.passed is False


def test_the_pass_mark_is_the_one_the_attempt_began_under():
    attempt = make_attempt(quiz=make_quiz(pass_mark=75))
    attempt.quiz.pass_mark = 100
    attempt.quiz.save()

    assert sit(attempt, right=3).passed is True


def test_handing_in_goes_into_the_learner_s_history_without_a_word_of_it():
    attempt = sit(make_attempt(), right=3)

    entry = Entry.objects.get(verb="attempt.handed_in")
    assert entry.chain.name == f"learner:{attempt.enrolment.learner_id}"
    assert (entry.subject, entry.actor) == (f"attempt:{attempt.pk}", attempt.enrolment.learner)
    assert entry.facts == {"quiz": attempt.quiz_id, "number": 1, "score": "75.00", "passed": True}


def test_handing_in_twice_gives_the_same_result():
    first = sit(make_attempt(), right=2)

    again = hand_in(attempt=first, at=LATER)

    assert (again.score, again.submitted_at) == (first.score, NOON)
    assert Entry.objects.filter(verb="attempt.handed_in").count() == 1


def test_after_handing_in_no_answer_is_taken():
    attempt = sit(make_attempt(), right=2)

    with pytest.raises(AlreadyHandedIn):
        answer(attempt, 1, None, sequence=9)

    assert attempt.questions.get(position=1).response is not None


def test_a_quiz_that_became_locked_while_it_was_sat_is_handed_in_all_the_same():
    programme = make_programme(lessons=1)
    quiz = make_quiz(programme=programme)
    programme.sequential = False
    programme.save()
    attempt = make_attempt(quiz=quiz)
    programme.sequential = True
    programme.save()

    assert sit(attempt, right=4).passed is True


def test_an_attempt_on_a_clock_that_runs_behind_is_handed_in_when_it_began():
    attempt = make_attempt(at=LATER)

    assert hand_in(attempt=attempt, at=NOON).submitted_at == LATER


# What the database refuses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("attempt_handed_in_with_its_score", {"submitted_at": LATER}),
        ("attempt_handed_in_with_its_score", {"score": 80}),
        ("attempt_handed_in_with_its_score", {"passed": True, "score": 80}),
        ("attempt_handed_in_with_its_score", {"submitted_at": LATER, "score": 80}),
        ("attempt_handed_in_with_its_score", {"submitted_at": LATER, "score": 101, "passed": True}),
        ("attempt_handed_in_with_its_score", {"submitted_at": LATER, "score": -1, "passed": False}),
        (
            "attempt_handed_in_with_its_score",
            {"submitted_at": NOON - timedelta(minutes=1), "score": 80, "passed": True},
        ),
        ("attempt_passed_as_its_score_says", {"submitted_at": LATER, "score": 74, "passed": True}),
        ("attempt_passed_as_its_score_says", {"submitted_at": LATER, "score": 75, "passed": False}),
        ("attempt_numbers_begin_at_one", {"number": 0}),
    ],
)
def test_an_impossible_attempt_is_refused(constraint, change):
    attempt = make_attempt()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(**change)


def test_one_learner_has_one_open_attempt_at_a_quiz_and_each_number_once():
    attempt = make_attempt()
    twin = {"enrolment": attempt.enrolment, "quiz": attempt.quiz, "pass_mark": 75, "started_at": NOON}

    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(**twin, number=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(**twin, number=1, submitted_at=NOON, score=0, passed=False)


@pytest.mark.parametrize("change", [{"marks": 2}, {"marks": -1}, {"position": 2}, {"question": F("question") + 1}])
def test_an_impossible_question_of_an_attempt_is_refused(change):
    bank = make_bank(questions=2)
    attempt = make_attempt(quiz=make_quiz(bank=bank, question_count=2))
    first = attempt.questions.order_by("question").first()
    if "position" in change:
        change = {"position": 3 - first.position}

    with pytest.raises(IntegrityError), transaction.atomic():
        AttemptQuestion.objects.filter(pk=first.pk).update(**change)


def test_evidence_is_never_deleted_with_what_it_points_at():
    attempt = make_attempt()

    for thing in (attempt.questions.first().question, attempt.quiz.bank, attempt.enrolment, attempt):
        with pytest.raises(Exception, match="protected"):
            thing.delete()
