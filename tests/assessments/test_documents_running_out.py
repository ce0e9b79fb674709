"""Who is written to before a document runs out? 90, 30 and 7 days before, once each."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import call_command

from assessments.documents import return_document, withdraw_document
from assessments.documents_running_out import documents_running_out, remind_of_documents
from tests.factories.evidence import ISSUED, make_accepted_document, make_document
from tests.factories.people import NOON, make_person, make_registrar

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
DAY = timedelta(days=1)


@pytest.fixture
def remind(django_capture_on_commit_callbacks):
    def now(at=NOON) -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return remind_of_documents(at=at)

    return now


def test_each_of_the_three_days_writes_once(remind):
    last = TODAY + 91 * DAY
    make_accepted_document(expires_on=last)

    told = [day for day in range(95) for _mail in range(remind(NOON + day * DAY))]

    assert told == [1, 61, 84]  # 90, 30 and 7 days before
    assert len(mail.outbox) == 3
    assert {sent.subject for sent in mail.outbox} == {"Something runs out soon"}
    assert "22 February 2027" in mail.outbox[0].body


def test_days_that_passed_unseen_are_not_made_up_for(remind):
    make_accepted_document(expires_on=TODAY + 5 * DAY)

    assert (remind(), remind(), remind(NOON + DAY)) == (1, 0, 0)


@pytest.mark.parametrize("left", [91, -1])
def test_too_early_and_too_late_nothing_is_written(remind, left):
    make_accepted_document(expires_on=TODAY + 100 * DAY)

    assert remind(NOON + (100 - left) * DAY) == 0


def test_on_its_last_day_it_is_still_told(remind):
    make_accepted_document(expires_on=TODAY)

    assert remind() == 1


def test_waiting_returned_and_withdrawn_ones_are_left_alone(remind):
    soon = TODAY + 20 * DAY
    make_document(expires_on=soon)
    returned, withdrawn = make_accepted_document(expires_on=soon), make_accepted_document(expires_on=soon)
    return_document(document=returned, words="No.", by=make_registrar(), at=NOON)
    withdraw_document(document=withdrawn, by=withdrawn.person, at=NOON)

    assert remind() == 0


@pytest.mark.parametrize("newer", [None, date(2029, 1, 1)])
def test_who_has_a_newer_one_hears_nothing(remind, newer):
    person = make_person()
    make_accepted_document(person, expires_on=TODAY + 20 * DAY)
    make_accepted_document(person, issued_on=ISSUED + DAY, expires_on=newer)

    assert remind() == 0
    assert not documents_running_out(TODAY).exists()


def test_another_persons_newer_one_does_not_help(remind):
    make_accepted_document(expires_on=TODAY + 20 * DAY)
    make_accepted_document(expires_on=None)

    assert remind() == 1


def test_a_closed_account_is_not_written_to(remind):
    make_accepted_document(make_person(is_active=False), expires_on=TODAY + 20 * DAY)

    assert remind() == 0


def test_the_command_says_how_many(capsys):
    call_command("remind_evidence")

    assert "0 people reminded." in capsys.readouterr().out
