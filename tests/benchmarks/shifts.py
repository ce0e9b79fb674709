"""How fast are the pages around 50,000 shifts? A learner's log, a mentor's queue, the registrar's desk, and `verify_records`.

Rows and their history are written in bulk, as nobody waits for 50,000 signatures; what they say is what the product
would have written, and `verify_records` is asked whether it is so.
"""

import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

LEARNERS, MENTORS, EACH = 250, 50, 200  # 250 learners with 200 shifts each
FIRST_KEY = 1_000_000
LONDON = ZoneInfo("Europe/London")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def run(measure: Callable[..., None]) -> None:
    from assessments.models import Mentorship, Shift
    from tests.factories.people import make_registrar, restore_staff_rights

    at = timezone.now()
    started = time.perf_counter()
    mentorships = _people(at)
    shifts = [shift for place, one in enumerate(mentorships) for shift in _shifts_of(one, place, at)]
    Shift.objects.bulk_create(shifts, batch_size=1_000)
    _write_history(shifts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    say(f"{len(shifts)} shifts on {connection.display_name} made in {time.perf_counter() - started:.0f} s")

    restore_staff_rights()
    mentorship = Mentorship.objects.select_related("learner", "mentor__person").get(pk=mentorships[0].pk)
    for name, person, address in (
        ("learner's log, 200 shifts", mentorship.learner, "/shifts/"),
        ("learner's first screen", mentorship.learner, "/learn/"),
        ("one signed shift", mentorship.learner, f"/shifts/{shifts[EACH - 1].pk}/"),
        ("mentor's queue, 40 cards", mentorship.mentor.person, "/mentoring/"),
        ("registrar's overview", registrar := make_registrar(), "/admin/desk/"),
        ("registrar's learners", registrar, "/admin/desk/learners/"),
        ("registrar's mentors", registrar, "/admin/desk/mentors/"),
    ):
        client = Client()
        client.force_login(person)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            status = client.get(address).status_code
        measure(
            f"{name} ({status}, {len(asked)} queries)",
            lambda client=client, address=address: client.get(address),
            rounds=20,
        )
    _show_plans(mentorship)
    _verify()


def _people(at: datetime) -> list[Any]:
    """Learners, each with one mentor in turn, all on one programme."""
    from assessments.models import Mentor, Mentorship
    from cms.accounts.models import User
    from courses.models import Enrolment
    from tests.factories.courses import make_enrolment, make_programme
    from tests.factories.people import make_registrar
    from tests.factories.shifts import FAR

    registrar, programme = make_registrar(), make_programme()
    people = User.objects.bulk_create(
        [User(email=f"bench{n}@example.org", display_name=f"Person {n}") for n in range(LEARNERS + MENTORS)]
    )
    mentors = Mentor.objects.bulk_create(
        [
            Mentor(
                person=person, credential_number=f"EX-{person.pk}", credential_expires_on=FAR, capacity=99, approved_at=at,
                approved_by=registrar,
            )
            for person in people[:MENTORS]
        ]
    )  # fmt: skip
    said = {
        field.attname: getattr(make_enrolment(programme=programme, at=at), field.attname)
        for field in Enrolment._meta.local_fields
    }
    enrolments = Enrolment.objects.bulk_create(
        [Enrolment(**said | {"id": None, "learner_id": person.pk}) for person in people[MENTORS:]]
    )
    return Mentorship.objects.bulk_create(
        [
            Mentorship(
                mentor=mentors[n % MENTORS], enrolment=enrolment, learner=people[MENTORS + n], asked_at=at, begun_at=at
            )
            for n, enrolment in enumerate(enrolments)
        ]
    )


def _shifts_of(mentorship: Any, place: int, at: datetime) -> Iterator[Any]:
    """200 days back from yesterday: 2 drafts, 8 with the mentor, 2 asked about, the others signed."""
    from assessments.models import Production, Shift
    from assessments.sealing import seal_of, sealed_facts, standing_of

    productions = Production.objects.bulk_create(
        [Production(learner=mentorship.learner, code=f"PRJ-{n:03}", title="Low Tide", made_at=at) for n in range(10)]
    )
    today = at.astimezone(LONDON).replace(hour=8, minute=0, second=0, microsecond=0)
    for n in range(EACH):
        call = today - timedelta(days=n + 1)
        wrap = call + timedelta(hours=10)
        shift = Shift(
            pk=FIRST_KEY + place * EACH + n, learner=mentorship.learner, enrolment=mentorship.enrolment,
            mentorship=mentorship, production=productions[n % 10], medium="SERIES", region="EUROPE", union="UNION",
            time_zone="Europe/London", worked_on=call.date(), call_at=call, wrap_at=wrap, break_minutes=60,
            role=("OBSERVE", "ASSIST", "LEAD")[n % 3], phases=["SHOOT"], scenes={"KISS": 2}, duties=["RIDERS", "REPORT"],
            competencies=["SAG-1"], learning_note="Ask before the door closes.", logged_at=wrap,
        )  # fmt: skip
        if n >= 2:
            shift.submitted_at = wrap
        if 10 <= n < 12:
            shift.returned_at = wrap
        elif n >= 12:
            shift.rubric = {"TALKS": "ASSISTED"}
            shift.signed_at, shift.signed_by, shift.signed_as = wrap, mentorship.mentor.person, mentorship.mentor
            shift.sealed_by = "MENTOR"
            shift.sealed = sealed_facts(
                shift, signer=standing_of(mentorship.mentor), rubric=shift.rubric, signed_at=wrap, authentication="password"
            )  # fmt: skip
            shift.seal = seal_of(shift.sealed)
        yield shift


def _write_history(shifts: list[Any]) -> None:
    """What happened to each, learner by learner, in chains that hold."""
    from assessments.shift_history import row_digest
    from cms.accounts import history
    from cms.accounts.models import Chain, Entry

    chains: dict[int, Chain] = {}
    for shift in shifts:
        if shift.learner_id not in chains:
            chains[shift.learner_id] = Chain(name=f"learner:{shift.learner_id}")
    Chain.objects.bulk_create(chains.values())
    entries = []
    for shift in shifts:
        chain = chains[shift.learner_id]
        verbs = ["shift.logged"]
        verbs += ["shift.submitted"] if shift.submitted_at else []
        verbs += ["shift.returned"] if shift.returned_at else []
        verbs += ["shift.signed"] if shift.signed_at else []
        facts = {"row": row_digest(shift)} | ({"seal": shift.seal} if shift.seal else {})
        for verb in verbs:
            chain.length += 1
            entry = Entry(
                chain=chain, number=chain.length, at=shift.logged_at, actor_id=shift.learner_id, verb=verb,
                subject=f"shift:{shift.pk}", facts=facts, previous=chain.head,
            )  # fmt: skip
            entry.digest = chain.head = history.digest_of(entry, chain_name=chain.name)
            entries.append(entry)
    Entry.objects.bulk_create(entries, batch_size=2_000)
    Chain.objects.bulk_update(chains.values(), ["length", "head"])
    say(f"{len(entries)} entries of history")


def _show_plans(mentorship: Any) -> None:
    """How the database goes about the questions that these pages ask."""
    from assessments.models import Shift

    asked = {
        "a learner's shifts": Shift.objects.filter(learner=mentorship.learner_id).whole().order_by("-call_at", "-pk"),
        "an enrolment's record": Shift.objects.filter(enrolment=mentorship.enrolment_id, submitted_at__isnull=False),
        "a mentor's waiting": Shift.objects.waiting().filter(mentorship__mentor=mentorship.mentor_id),
        "unsigned, oldest first": Shift.objects.waiting().order_by("submitted_at")[:50],
        "overlap of one learner": Shift.objects.standing().filter(
            learner=mentorship.learner_id, call_at__lt=timezone.now(), wrap_at__gt=timezone.now() - timedelta(hours=9)
        ),
    }
    for name, rows in asked.items():
        plan = [line.strip(" ->") for line in rows.explain().splitlines() if "assessments_shift" in line]
        say(f"plan, {name}: {'; '.join(plan)}")


def _verify() -> None:
    from cms.records import faults

    started = time.perf_counter()
    found = [fault for fault in faults() if fault.row.startswith(("shift:", "entry:"))]
    say(f"verify_records: {time.perf_counter() - started:.1f} s, {len(found)} faults")
