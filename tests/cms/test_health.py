"""Is a machine that asks told the truth about whether we can serve?"""

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.db.migrations.executor import MigrationExecutor

from cms import views


def test_alive_needs_neither_database_nor_session(client, db, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"alive\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_everything_answers(client) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (200, b"ready\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_while_migrations_wait(client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: ["0099_waits"])

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"migrations are waiting\n")


@pytest.mark.django_db
def test_not_ready_without_a_database(client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: object) -> None:
        raise OperationalError("password=secret host=db")

    monkeypatch.setattr(views, "MigrationExecutor", fail)

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"the database does not answer\n")


@pytest.mark.django_db
def test_not_ready_with_a_cache_that_forgets(client, settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"the cache forgets\n")


@pytest.mark.django_db
@pytest.mark.parametrize("problem", [ConnectionError, RuntimeError, OperationalError])
def test_not_ready_without_a_cache(client, monkeypatch: pytest.MonkeyPatch, problem: type[Exception]) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise problem("redis://user:secret@host")

    monkeypatch.setattr(cache, "set", fail)

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"the cache does not answer\n")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_nothing_is_posted_to_health(client, address: str) -> None:
    assert client.post(address).status_code == 405
