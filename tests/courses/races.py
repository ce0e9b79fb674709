"""What happens when two people press at once? Runs calls side by side, with the locks or, for a twin, without them."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import QuerySet

from cms.accounts import history
from cms.accounts.models import Chain


def side_by_side(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returned or raised, in order; each ran in a thread and a connection of its own."""
    answers: list[Any] = [None] * len(calls)
    start = Barrier(len(calls))

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            answers[place] = call()
        except Exception as problem:
            answers[place] = problem
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


def take_locks_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is locked, and on SQLite no transaction begins as a writer: what the locks are for then shows."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, *args, **kwargs: rows.all())
    monkeypatch.setattr(history, "lock", lambda chain: Chain.objects.get_or_create(name=chain)[0])
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")


def meet_in(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, parties: int = 2) -> None:
    """The callers wait for each other once `module.name` has answered, so that all have looked before one acts."""
    original = getattr(module, name)
    meeting = Barrier(parties)

    def and_meet(*args: Any, **kwargs: Any) -> Any:
        answer = original(*args, **kwargs)
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=5)
        return answer

    monkeypatch.setattr(module, name, and_meet)
