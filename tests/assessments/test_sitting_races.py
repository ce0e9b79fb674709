"""Starts, saves and handings in at the same moment, each with a twin that shows what the lock is for."""

from collections.abc import Callable
from threading import Event, Thread

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from assessments import sitting
from assessments.models import Attempt
from assessments.questions import Kind
from cms.accounts.models import Entry
from courses.models import UnitCompletion
from tests.factories.courses import make_enrolment
from tests.factories.quizzes import answer, make_attempt, make_bank, make_question, make_quiz, right_answer

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call returned or raised, all of them made in threads of their own."""
    results: list[object] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        try:
            results[place] = call()
        except Exception as problem:
            results[place] = problem
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.fixture
def no_locks(monkeypatch):
    """Take the locks away: on PostgreSQL those of rows, on SQLite the rule that transactions begin as writers."""
    monkeypatch.setattr(sitting, "_locked", lambda rows, of=(): rows)
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", "DEFERRED")
    connection.close()
    yield
    connection.close()


def meeting(monkeypatch, name: str, *, parties: int, patience: float) -> None:
    """Hold every caller of `sitting.<name>` until all are there, or patience ends."""
    original, waiting, all_here = getattr(sitting, name), [], Event()

    def met(*args, **kwargs):
        result = original(*args, **kwargs)
        waiting.append(1)
        if len(waiting) == parties:
            all_here.set()
        all_here.wait(timeout=patience)
        return result

    monkeypatch.setattr(sitting, name, met)


def starts(quiz, enrolment, times: int) -> list[object]:
    now = timezone.now()
    return at_once(*[lambda: sitting.start_attempt(enrolment=enrolment, quiz=quiz, at=now)] * times)


def test_two_starts_at_once_are_one_open_attempt(monkeypatch):
    quiz = make_quiz()
    enrolment = make_enrolment(programme=quiz.get_parent().get_parent().specific)
    meeting(monkeypatch, "_draw", parties=2, patience=0.5)

    attempts = starts(quiz, enrolment, 2)

    attempt = Attempt.objects.get()
    assert attempts == [attempt, attempt]
    assert attempt.questions.count() == 4


def test_twin_without_the_lock_one_of_two_starts_breaks(monkeypatch, no_locks):
    quiz = make_quiz()
    enrolment = make_enrolment(programme=quiz.get_parent().get_parent().specific)
    meeting(monkeypatch, "_draw", parties=2, patience=5)

    results = starts(quiz, enrolment, 2)

    assert Attempt.objects.count() == 1  # the constraint holds
    assert sum(isinstance(result, DatabaseError) for result in results) == 1  # but a caller is told of it


def single_question() -> Attempt:
    bank = make_bank(questions=0)
    make_question(bank, kind=Kind.SINGLE)
    return make_attempt(quiz=make_quiz(bank=bank, question_count=1))


def save_while_handing_in(monkeypatch, attempt: Attempt) -> list[object]:
    """A save that has looked and not yet written when the handing in begins."""
    right, now = right_answer(attempt.questions.get()), timezone.now()
    looked, handed_in = Event(), Event()
    original = sitting.checked_response

    def slow(*args):
        looked.set()
        handed_in.wait(timeout=1)  # under its lock the handing in cannot end before this save does
        return original(*args)

    def hand_in() -> Attempt:
        looked.wait(timeout=10)
        try:
            return sitting.hand_in(attempt=attempt, at=now)
        finally:
            handed_in.set()

    monkeypatch.setattr(sitting, "checked_response", slow)
    return at_once(lambda: answer(attempt, 1, right, at=now), hand_in)


def test_a_save_in_progress_counts_when_the_attempt_is_handed_in(monkeypatch):
    attempt = single_question()

    saved, handed_in = save_while_handing_in(monkeypatch, attempt)

    assert saved.response == attempt.questions.get().response
    assert (handed_in.score, handed_in.passed) == (100, True)


def test_twin_without_the_lock_a_save_in_progress_is_lost_or_breaks(monkeypatch, no_locks):
    attempt = single_question()

    saved, _ = save_while_handing_in(monkeypatch, attempt)

    attempt.refresh_from_db()
    assert attempt.score == 0
    # on PostgreSQL it was told "saved" and does not count; on SQLite it breaks
    assert isinstance(saved, DatabaseError) or saved.response is not None


def test_saves_and_handings_in_at_once_are_never_lost_and_never_late():
    attempt = single_question()
    right, now = right_answer(attempt.questions.get()), timezone.now()

    def save() -> object:
        return answer(attempt, 1, right, at=now)

    def hand_in() -> object:
        return sitting.hand_in(attempt=attempt, at=now)

    saved, first, second = at_once(save, hand_in, hand_in)

    attempt.refresh_from_db()
    was_in_time = not isinstance(saved, sitting.AlreadyHandedIn)
    assert attempt.passed == was_in_time
    assert attempt.questions.get().response == (right if was_in_time else None)
    assert (first.score, second.score) == (attempt.score, attempt.score)
    assert Entry.objects.filter(verb="attempt.handed_in").count() == 1
    assert UnitCompletion.objects.count() == was_in_time


def test_two_saves_at_once_keep_the_newer(monkeypatch):
    attempt, now = single_question(), timezone.now()

    at_once(*[lambda n=n: answer(attempt, 1, [n % 4], sequence=n, at=now) for n in (3, 1, 4, 2)])

    question = attempt.questions.get()
    assert (question.sequence, question.response) == (4, [0])
