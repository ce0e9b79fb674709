"""What every test may count on."""

from pathlib import Path

import pytest
from django.db import connection

from tests.unguarded import lift_guards, set_guards

TOUCHES_A_DATABASE = {"db", "transactional_db", "live_server", "django_db_reset_sequences"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="leave out the tests that touch no database: on a second one they would only be run twice",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Journeys last: they really commit, and cleaning up after them takes away what migrations made."""
    journeys = Path(__file__).parent / "journeys"
    items.sort(key=lambda item: journeys in item.path.parents)
    if config.getoption("database_only"):
        left_out = [item for item in items if not _touches_a_database(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _touches_a_database(item)]


def _touches_a_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(TOUCHES_A_DATABASE & fixtures)


@pytest.fixture(autouse=True)
def _no_cache_between_tests() -> None:
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _history_lets_go_after_a_real_transaction(request: pytest.FixtureRequest):
    """Tests that really commit are cleaned up by deleting rows, which the guards would refuse on SQLite.

    PostgreSQL empties whole tables, of which they hear nothing.
    """
    commits = {"transactional_db", "live_server", "django_db_serialized_rollback"} & set(request.fixturenames)
    marker = request.node.get_closest_marker("django_db")
    commits = bool(commits) or bool(marker and marker.kwargs.get("transaction"))
    if not commits or connection.vendor != "sqlite":
        yield
        return
    request.getfixturevalue("transactional_db")
    lift_guards()
    set_guards()
    yield
    lift_guards()
