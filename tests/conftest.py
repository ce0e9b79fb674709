"""What every test may count on."""

from pathlib import Path

import pytest
from django.db import connection

from cms.accounts import history


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys last: they really commit, and cleaning up after them takes away what migrations made."""
    journeys = Path(__file__).parent / "journeys"
    items.sort(key=lambda item: journeys in item.path.parents)


@pytest.fixture(autouse=True)
def _no_cache_between_tests() -> None:
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _history_lets_go_after_a_real_transaction(request: pytest.FixtureRequest):
    """Tests that really commit are cleaned up by deleting rows, which the guards of history would refuse on SQLite."""
    commits = {"transactional_db", "live_server", "django_db_serialized_rollback"} & set(request.fixturenames)
    marker = request.node.get_closest_marker("django_db")
    commits = bool(commits) or bool(marker and marker.kwargs.get("transaction"))
    if not commits:
        yield
        return
    request.getfixturevalue("transactional_db")
    with connection.cursor() as cursor:
        for statement in history.UNGUARDS[connection.vendor]:
            cursor.execute(statement)
        for statement in history.GUARDS[connection.vendor]:
            cursor.execute(statement)
    yield
    with connection.cursor() as cursor:
        for statement in history.UNGUARDS[connection.vendor]:
            cursor.execute(statement)
