"""How fast is the public answer, and does it stay so? At 1,000 and at 1,000,000 certificates, beside a bare Django view.

`uv run python -m tests.benchmarks verify` prints p50, p99 and answers a second of one process, in turns, so that what the
machine does meanwhile meets all of them. What stands around the few certificates that are asked for is written in bulk,
with people and enrolments of its own: nobody waits for a million signatures.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from django.utils import timezone

SIZES = (1_000, 1_000_000)
ASKED = 20  # really issued, and asked for in turn
ROUNDS = 1_000
FIRST_KEY = 10_000_000
JSON = {"accept": "application/json"}


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


bare.login_required = False  # as `login_not_required` says it
urlpatterns = [path("bare/", bare), path("", include("cms.urls"))]  # the product's own middleware around both


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run() -> None:
    from tests.factories.certificates import make_certificate
    from tests.factories.courses import make_programme
    from tests.factories.people import make_registrar

    now = timezone.now()
    programme, registrar = make_programme(), make_registrar()
    asked = [make_certificate(at=now, programme=programme, by=registrar) for _ in range(ASKED)]
    found: list[dict[str, float]] = []
    there = ASKED
    for size in SIZES:
        started = time.perf_counter()
        surround(asked[0], first=there, count=size - there)
        there = size
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        say(f"{size:,} certificates on {connection.display_name}, made in {time.perf_counter() - started:.0f} s")
        found.append(measured(asked))
    for name in ("page", "JSON"):
        change = found[1][name] / found[0][name] - 1
        say(f"{name}: p50 at {SIZES[1]:,} is {change:+.1%} of that at {SIZES[0]:,}")


@override_settings(ROOT_URLCONF=__name__)
def measured(asked: list[Any]) -> dict[str, float]:
    """p50 of each in milliseconds; all three are asked in turns."""
    client = Client()
    addresses = [f"/verify/{certificate.number}/" for certificate in asked]

    calls: dict[str, Callable[[int], object]] = {
        "bare view": lambda turn: client.get("/bare/"),
        "page": lambda turn: client.get(addresses[turn % ASKED]),
        "JSON": lambda turn: client.get(addresses[turn % ASKED], headers=JSON),
    }
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(-ASKED, ROUNDS):
        for name, call in calls.items():
            started = time.perf_counter()
            call(turn)
            if turn >= 0:
                taken[name].append((time.perf_counter() - started) * 1000)
    for name, times in taken.items():
        times.sort()
        say(
            f"  {name:<10} p50 {statistics.median(times):6.2f} ms   p99 {times[int(len(times) * 0.99)]:6.2f} ms   "
            f"{1000 / statistics.fmean(times):6.0f} a second"
        )
    return {name: statistics.median(times) for name, times in taken.items()}


def surround(certificate: Any, *, first: int, count: int) -> None:
    """Write `count` certificates like this one, each with a holder, an enrolment and a place on a list of its own."""
    from certificates.models import Certificate, StatusList
    from certificates.status import HALF

    key = FIRST_KEY + first
    uuid = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    copy(type(certificate.holder), certificate.holder_id, key, count, {"email": "'bench' || (%s) || '@example.org'"})
    copy(type(certificate.enrolment), certificate.enrolment_id, key, count, {"learner_id": "(%s)"})
    for number in range(first // HALF, (first + count) // HALF + 1):
        StatusList.objects.get_or_create(
            number=number + 2,
            defaults={"document": certificate.status_list.document, "built_at": certificate.status_list.built_at},
        )
    base = StatusList.objects.get(number=2).pk
    copy(
        Certificate,
        certificate.pk,
        key,
        count,
        {
            "public_id": uuid,
            "number": "'CS-' || (%s)",
            "enrolment_id": "(%s)",
            "holder_id": "(%s)",
            "status_list_id": f"{base} + ((%s) - {FIRST_KEY}) / {HALF}",
            "status_index": f"((%s) - {FIRST_KEY}) %% {HALF}",
        },
    )


def copy(model: type[models.Model], source: int, key: int, count: int, own: dict[str, str]) -> None:
    """`count` rows like that of `source`, their keys from `key` on; `own` are columns written from the key."""
    columns = [field.column for field in model._meta.concrete_fields]
    values = {"id": "(%s)"} | own
    selected = [
        values[name].replace("(%s)", "n.i").replace("%%", "%") if name in values else f'm."{name}"' for name in columns
    ]
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE n(i) AS (SELECT {key} UNION ALL SELECT i + 1 FROM n WHERE i < {key + count - 1}) "  # noqa: S608
            f'INSERT INTO "{model._meta.db_table}" ({names}) '
            f'SELECT {", ".join(selected)} FROM n, "{model._meta.db_table}" m WHERE m."id" = {int(source)}'
        )
