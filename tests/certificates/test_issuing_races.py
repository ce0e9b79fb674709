"""When twenty workers issue at once, is there one certificate, one mail and one entry in the log?"""

from functools import partial

import pytest
from django.db import DatabaseError

from certificates import issuing
from certificates.deciding import confirm_certification
from certificates.models import Certificate, LogEntry
from cms.accounts import history
from cms.accounts.models import Entry
from tests.certificates.logs import assert_the_log_is_sound, events
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_ready, make_request, make_signing_key
from tests.factories.people import NOON, make_registrar

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 20


def issue_certificate(enrolment) -> Certificate:
    return issuing.issue_certificate(enrolment=enrolment, holder_name="Ana Núñez", confirmed_by=None, at=NOON)


def make_due():
    return make_ready(kind="completion", valid_years=None)


def assert_issued_once(mailoutbox) -> None:
    certificate = Certificate.objects.get()
    assert Entry.objects.filter(verb="certificate.issued").count() == 1
    assert list(LogEntry.objects.values_list("index", "certificate")) == [(0, certificate.pk)]
    assert events() == ["issued"]
    assert [mail.to for mail in mailoutbox if mail.to == [certificate.holder.email]] == [[certificate.holder.email]]
    assert list(history.breaks()) == []
    assert_the_log_is_sound()


def test_twenty_workers_issue_one_certificate_with_one_mail_and_one_log_entry(mailoutbox) -> None:
    make_signing_key()
    enrolment = make_due()

    answers = side_by_side(*(partial(issue_certificate, enrolment) for _ in range(WORKERS)))

    assert [type(answer).__name__ for answer in answers] == ["Certificate"] * WORKERS
    assert len({answer.number for answer in answers}) == 1
    assert_issued_once(mailoutbox)


def test_twenty_confirmations_of_one_request_issue_once(mailoutbox) -> None:
    make_signing_key()
    request, registrar = make_request(), make_registrar()
    mailoutbox.clear()

    answers = side_by_side(
        *(partial(confirm_certification, request=request, by=registrar, at=NOON) for _ in range(WORKERS))
    )

    assert [type(answer).__name__ for answer in answers] == ["Certificate"] * WORKERS
    assert_issued_once(mailoutbox)


def test_without_the_lock_workers_are_refused_and_still_only_one_is_issued(
    mailoutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_signing_key()
    enrolment = make_due()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, issuing, "verdict_on", parties=4)

    answers = side_by_side(*(partial(issue_certificate, enrolment) for _ in range(4)))

    # The constraints kept certificate, mail and log entry to one; the lock would have kept the callers calm.
    assert sum(isinstance(answer, DatabaseError) for answer in answers) == 3
    assert_issued_once(mailoutbox)
