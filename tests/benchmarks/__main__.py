"""How fast are the hot paths? `uv run python -m tests.benchmarks` prints medians; nothing passes or fails by time.

With `pages` behind it only the single pages are measured, with `shifts` those around 50,000 shifts, with `credentials` the
checks of credential files, and only with `verify` the public answer at 1,000 and at 1,000,000 certificates, which needs some
gigabytes and minutes. Runs against a database of its own, made and thrown away, through Django's whole stack without the
network.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.test import Client  # noqa: E402
from django.test.runner import DiscoverRunner  # noqa: E402
from django.utils import timezone  # noqa: E402

ROUNDS = 60


def measure(name: str, call: Callable[[], object], *, rounds: int = ROUNDS) -> None:
    for _warm in range(5):
        call()
    taken = []
    for _round in range(rounds):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    sys.stdout.write(
        f"{name:<34} median {statistics.median(taken):7.1f} ms   p95 {taken[int(rounds * 0.95)]:7.1f} ms   "
        f"min {taken[0]:7.1f} ms\n"
    )


def main() -> None:
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    asked = set(sys.argv[1:]) or {"pages", "shifts", "credentials"}
    try:
        if "pages" in asked:
            run()
        if "shifts" in asked:
            from .shifts import run as run_shifts

            run_shifts(measure)
        if "credentials" in asked:
            from .credentials import run as run_credentials

            run_credentials(measure)
        if "verify" in asked:
            from .verifying import run as run_verifying

            run_verifying()
    finally:
        runner.teardown_databases(databases)


def run() -> None:
    from assessments.sitting import save_response, start_attempt
    from certificates.papers import rendered
    from cms.demo import content
    from courses.models import LessonPage
    from courses.progress import unit_is_open
    from tests.factories.certificates import make_certificate
    from tests.factories.courses import make_enrolment, make_programme
    from tests.factories.people import make_person

    now = timezone.now()
    certificate = make_certificate(at=now)
    anyone = Client()
    page = f"/verify/{certificate.number}/"
    measure("verification page", lambda: anyone.get(page))
    measure("verification JSON", lambda: anyone.get(page, headers={"accept": "application/json"}))
    measure("certificate PDF", lambda: rendered(certificate))

    programme = make_programme(modules=0, sequential=False)
    content.make_notes()
    module = content.make_module(programme, "consent")
    quiz = content.make_quiz(module, content.make_bank("consent"), questions=12)
    learner = make_person()
    enrolment = make_enrolment(learner=learner, programme=programme, at=now)
    reader = Client()
    reader.force_login(learner)
    lesson = LessonPage.objects.descendant_of(programme).order_by("path").first()
    assert lesson is not None and not unit_is_open(enrolment=enrolment, unit=lesson)
    address = lesson.get_url()
    measure("lesson page", lambda: reader.get(address))

    attempt = start_attempt(enrolment=enrolment, quiz=quiz, at=now)
    asked = attempt.questions.filter(kind="SINGLE").first()
    saves = iter(range(1, 10_000))
    measure(
        "quiz save (function)",
        lambda: save_response(
            attempt=attempt, position=asked.position, response=[0], flagged=False, sequence=next(saves), at=now
        ),
    )
    save_url = f"/learn/quizzes/{attempt.public_id}/{asked.position}/save/"
    measure(
        "quiz save (request)",
        lambda: reader.post(save_url, {"answer": "0", "sequence": next(saves)}, headers={"accept": "application/json"}),
    )


main()
