"""How long does another issuer's document serve, and what happens when it cannot be read again?"""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from certificates.verifying import CannotFetch, Fetched, fetching
from certificates.verifying.fetching import fetch_document
from tests.factories.people import NOON

URL = "https://issuer.example/.well-known/did.json"
MINUTES = timedelta(minutes=5)


class Answers:
    """Stands in for the network: `body`, or no answer when None."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.body: bytes | None = b"one"
        self.asked = 0
        monkeypatch.setattr(fetching, "read_from_host", self.read)

    def read(self, _url: str) -> bytes:
        self.asked += 1
        if self.body is None:
            raise CannotFetch("No answer.")
        return self.body


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    return Answers(monkeypatch)


def test_a_document_is_kept_for_as_long_as_it_may_be(answers: Answers) -> None:
    first = fetch_document(URL, at=NOON, oldest=MINUTES)
    answers.body = b"two"

    assert first == Fetched(body=b"one", at=NOON)
    assert fetch_document(URL, at=NOON + timedelta(minutes=4), oldest=MINUTES) == first
    assert fetch_document(URL, at=NOON + timedelta(minutes=4), oldest=timedelta(minutes=1)).body == b"two"
    assert answers.asked == 2


def test_another_address_is_another_document(answers: Answers) -> None:
    fetch_document(URL, at=NOON, oldest=MINUTES)
    fetch_document(f"{URL}?", at=NOON, oldest=MINUTES)

    assert answers.asked == 2


def test_whoever_does_not_answer_is_not_asked_again_within_a_minute(answers: Answers) -> None:
    answers.body = None
    for _ in range(3):
        with pytest.raises(CannotFetch):
            fetch_document(URL, at=NOON, oldest=MINUTES)

    assert answers.asked == 1


def test_what_cannot_be_read_again_serves_for_a_day_and_is_said_to_be_old(answers: Answers) -> None:
    fetch_document(URL, at=NOON, oldest=MINUTES)
    answers.body = None

    old = fetch_document(URL, at=NOON + timedelta(hours=23), oldest=MINUTES)

    assert old == Fetched(body=b"one", at=NOON, stale=True)
    with pytest.raises(CannotFetch):
        fetch_document(URL, at=NOON + timedelta(hours=24), oldest=MINUTES)


def test_a_cache_that_fails_costs_only_time(answers: Answers, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def down(*_said: object, **_options: object) -> None:
        raise ConnectionError("The cache is down.")

    monkeypatch.setattr(cache, "get", down)
    monkeypatch.setattr(cache, "set", down)

    for _ in range(2):
        assert fetch_document(URL, at=NOON, oldest=MINUTES) == Fetched(body=b"one", at=NOON)

    assert answers.asked == 2
    assert {record.message for record in caplog.records} == {
        "The cache does not answer; issuers are asked again each time."
    }
