"""Do live sessions and what staff attest count as the rules say?"""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from certificates.attesting import CannotAttest, attest, take_attestation_back
from certificates.eligibility import verdict_on
from certificates.models import Attestation
from certificates.requirements import BadTerms, Record, SessionFacts, rule_of
from courses.attending import note_attendance
from tests.factories.certificates import make_rules
from tests.factories.courses import make_enrolment, make_live_session, make_programme
from tests.factories.people import NOON, make_registrar

DAY = timedelta(days=1)
MARCH = date(2026, 3, 2)
PORTFOLIO = {"what": "Portfolio talk"}


def sessions(*made_up: bool | None) -> tuple[SessionFacts, ...]:
    """One a value: None was missed, False attended, True made up for."""
    return tuple(SessionFacts(on=None if each is None else MARCH, made_up=bool(each)) for each in made_up)


@pytest.mark.parametrize(
    ("terms", "facts", "met", "sentence"),
    [
        ({}, sessions(), False, "The programme has no live sessions yet."),
        ({}, sessions(False, None), False, "1 of 2 live sessions attended."),
        ({}, sessions(False, True), True, "Met: 2 of 2."),
        ({"count": 1}, sessions(False, None), True, "Met: 1 of 1."),
        ({"count": 1}, sessions(False, False), True, "Met: 1 of 1."),
        ({"count": 3}, sessions(False, False), False, "2 of 3 live sessions attended."),
        ({"made_up": 1}, sessions(True, False), True, "Met: 2 of 2."),
        (
            {"made_up": 1},
            sessions(True, True),
            False,
            "1 of 2 live sessions attended. 1 was made up for, which is more than counts.",
        ),
        (
            {"made_up": 0},
            sessions(True, True),
            False,
            "0 of 2 live sessions attended. 2 were made up for, which is more than counts.",
        ),
    ],
)
def test_live_sessions(terms: dict, facts: tuple[SessionFacts, ...], met: bool, sentence: str) -> None:
    found = rule_of("live_sessions", terms).finding(Record(sessions=facts))

    assert (found.met, found.sentence) == (met, sentence)


@pytest.mark.parametrize(
    ("terms", "attested", "on", "met", "sentence"),
    [
        (PORTFOLIO, {}, MARCH, False, "Not attested yet. The registrar tells you when it takes place."),
        (PORTFOLIO, {"Portfolio talk": MARCH}, MARCH, True, "Met: attested for 2 March 2026."),
        (
            PORTFOLIO,
            {"References": MARCH},
            MARCH,
            False,
            "Not attested yet. The registrar tells you when it takes place.",
        ),
        (
            PORTFOLIO | {"recency_days": 30},
            {"Portfolio talk": MARCH},
            MARCH + 30 * DAY,
            True,
            "Met: attested for 2 March 2026.",
        ),
        (
            PORTFOLIO | {"recency_days": 30},
            {"Portfolio talk": MARCH},
            MARCH + 31 * DAY,
            False,
            "Attested for 2 March 2026, which is too long ago to count.",
        ),
    ],
)
def test_attestation(terms: dict, attested: dict, on: date, met: bool, sentence: str) -> None:
    found = rule_of("attestation", terms).finding(Record(attested=attested, on=on))

    assert (found.met, found.sentence) == (met, sentence)


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("live_sessions", {"count": 0}),
        ("live_sessions", {"made_up": -1}),
        ("live_sessions", {"days": 1}),
        ("attestation", {}),
        ("attestation", {"what": " "}),
        ("attestation", {"what": "x" * 81}),
        ("attestation", PORTFOLIO | {"recency_days": 0}),
    ],
)
def test_terms_that_cannot_be_read_are_refused(kind: str, terms: dict) -> None:
    with pytest.raises(BadTerms):
        rule_of(kind, terms)


def make_asked(**fields):
    """Somebody whose rules ask for one live session and a portfolio talk."""
    programme = make_programme(**fields)
    make_rules(programme, requirements=[("live_sessions", {}), ("attestation", PORTFOLIO)])
    return make_enrolment(programme=programme)


def test_both_are_read_for_the_verdict(db) -> None:
    enrolment = make_asked()
    session = make_live_session(enrolment.programme)
    before = verdict_on(enrolment, at=NOON)

    note_attendance(session=session, enrolment=enrolment, by=make_registrar(), at=NOON + timedelta(hours=2))
    attest(enrolment=enrolment, what="Portfolio talk", on=NOON.date(), by=make_registrar(), at=NOON)

    assert not before.met
    assert verdict_on(enrolment, at=NOON + DAY).met


def test_what_is_taken_back_counts_no_more(db) -> None:
    enrolment = make_asked()
    given = attest(enrolment=enrolment, what="Portfolio talk", on=NOON.date(), by=make_registrar(), at=NOON)
    again = attest(enrolment=enrolment, what="Portfolio talk", on=NOON.date(), by=make_registrar(), at=NOON + DAY)

    take_attestation_back(attestation=given, by=make_registrar(), at=NOON + DAY)

    assert again == given
    assert verdict_on(enrolment, at=NOON + DAY).record.attested == {}


@pytest.mark.parametrize("why", ["oneself", "a day to come", "not asked for"])
def test_what_cannot_be_attested_is_refused(db, why: str) -> None:
    enrolment = make_asked()
    facts = {"what": "Portfolio talk", "on": NOON.date(), "by": make_registrar()} | {
        "oneself": {"by": enrolment.learner},
        "a day to come": {"on": (NOON + 3 * DAY).date()},
        "not asked for": {"what": "References"},
    }[why]

    with pytest.raises(CannotAttest):
        attest(enrolment=enrolment, at=NOON, **facts)

    assert not Attestation.objects.exists()


@pytest.mark.parametrize("impossible", [{"what": ""}, {"taken_back_at": NOON + DAY}, {"taken_back_by": "somebody"}])
def test_an_attestation_that_cannot_be_is_refused(db, impossible: dict) -> None:
    given = attest(enrolment=make_asked(), what="Portfolio talk", on=NOON.date(), by=make_registrar(), at=NOON)
    if "taken_back_by" in impossible:
        impossible = {"taken_back_by": given.attested_by}

    with pytest.raises(IntegrityError), transaction.atomic():
        Attestation.objects.filter(pk=given.pk).update(**impossible)


def test_one_thing_is_attested_once(db) -> None:
    given = attest(enrolment=make_asked(), what="Portfolio talk", on=NOON.date(), by=make_registrar(), at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        Attestation.objects.create(
            enrolment=given.enrolment, what=given.what, on=given.on, attested_at=NOON, attested_by=given.attested_by
        )


def test_a_registrar_attests_and_takes_back_at_the_desk(client, db) -> None:
    from tests.factories.desk import at_the_desk

    registrar, enrolment = at_the_desk(client), make_asked()
    learner = reverse("desk:learner_detail", args=[enrolment.pk])
    give = reverse("desk:attestation_give", args=[enrolment.pk, 1])

    offered = client.get(learner).content.decode()
    refused = client.post(give, {"on": f"{timezone.localdate() + 5 * DAY}"})
    client.post(give, {"on": f"{timezone.localdate() - DAY}"})
    given = Attestation.objects.get()
    client.post(reverse("desk:attestation_back", args=[given.pk]))

    assert give in offered
    assert refused.status_code == 422
    assert given.attested_by == registrar
    assert Attestation.objects.get().taken_back_by == registrar


@pytest.mark.parametrize("place", [0, 2])
def test_what_the_rules_do_not_ask_for_has_no_page(client, db, place: int) -> None:
    from tests.factories.desk import at_the_desk

    at_the_desk(client)

    assert client.get(f"/admin/desk/learners/{make_asked().pk}/attest/{place}/").status_code == 404
