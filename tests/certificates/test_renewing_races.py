"""When twenty confirm one renewal at once, is there one edition, one mail and one entry in the log?"""

from functools import partial

import pytest
from django.db import DatabaseError

from certificates import renewing
from certificates.models import Certificate, CountedCredit, LogEntry, PastEdition, Renewal
from certificates.renewing import ask_to_renew, confirm_renewal
from cms.accounts import history
from cms.accounts.models import Entry
from tests.certificates.logs import assert_the_log_is_sound, events
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.people import NOON, make_registrar
from tests.factories.renewals import make_asked, make_learned, make_renewable

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 20


def assert_renewed_once(mailoutbox) -> None:
    certificate = Certificate.objects.get()
    assert certificate.edition == 2
    assert PastEdition.objects.count() == 1
    assert CountedCredit.objects.count() == 2
    assert events() == ["issued", "renewed"]
    assert LogEntry.objects.count() == 2
    assert Entry.objects.filter(verb__in=["renewal.confirmed", "certificate.edition"]).count() == 2
    assert [mail.to for mail in mailoutbox] == [[certificate.holder.email]]
    assert list(history.breaks()) == []
    assert_the_log_is_sound()


def test_twenty_confirmations_renew_once(mailoutbox) -> None:
    renewal, registrar = make_asked(), make_registrar()
    mailoutbox.clear()

    answers = side_by_side(*(partial(confirm_renewal, renewal=renewal, by=registrar, at=NOON) for _ in range(WORKERS)))

    assert [type(answer).__name__ for answer in answers] == ["Certificate"] * WORKERS
    assert_renewed_once(mailoutbox)


def test_without_the_lock_they_are_refused_and_still_it_is_renewed_once(
    mailoutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewal, registrar = make_asked(), make_registrar()
    mailoutbox.clear()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, renewing, "prospect_of", parties=4)

    answers = side_by_side(*(partial(confirm_renewal, renewal=renewal, by=registrar, at=NOON) for _ in range(4)))

    assert sum(isinstance(answer, DatabaseError) for answer in answers) == 3
    assert_renewed_once(mailoutbox)


def test_who_asks_twice_at_once_has_asked_once() -> None:
    certificate = make_renewable()
    make_learned(certificate)
    ask = partial(ask_to_renew, certificate=certificate, by=certificate.holder, at=NOON)

    answers = side_by_side(*(ask for _ in range(4)))

    assert {answer.pk for answer in answers} == {Renewal.objects.get().pk}
