"""Whatever a learner has shown: does more of it never undo anything, does the sentence agree, and is the basis kept true?"""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assessments.counting import Worked
from assessments.models import DocumentKind, DocumentState, Scene, ShiftRole
from certificates import snapshots
from certificates.eligibility import verdict_of
from certificates.models import Certificate, Requirement, RequirementKind, RequirementSet
from certificates.requirements import (
    KINDS,
    AgreementFacts,
    Allowed,
    BadTerms,
    DocumentFacts,
    Kind,
    ModuleFacts,
    QuizFacts,
    RecommendationFacts,
    Record,
    SessionFacts,
    State,
    rule_of,
    settled,
)
from tests.factories.certificates import make_certificate

TODAY = date(2026, 11, 23)
SLUGS = ("ethics-code", "mentorship")
ASKABLE = [kind for kind in DocumentKind if kind != DocumentKind.OTHER]
few = st.integers(0, 4)


@st.composite
def modules(draw) -> ModuleFacts:
    total, done = draw(few), draw(few)
    return ModuleFacts(
        title="Consent",
        done=min(done, total),
        total=total,
        hours=draw(st.integers(0, 40)),
        minutes=draw(st.integers(0, 3000)),
        finished=draw(st.booleans()),
    )


@st.composite
def quizzes(draw) -> QuizFacts:
    mark = draw(st.integers(50, 100))
    best = draw(st.none() | st.decimals(0, 100, places=2))
    return QuizFacts(title="Consent", pass_mark=mark, best=best, passed=best is not None and best >= mark)


days = st.builds(
    Worked,
    on=st.integers(0, 30).map(lambda ago: TODAY - timedelta(days=ago)),
    role=st.sampled_from(ShiftRole),
    minutes=st.integers(15, 720),
    production=st.integers(101, 104),
    mentor=st.none() | st.integers(201, 203),
    scenes=st.lists(st.sampled_from(Scene.values), unique=True, max_size=2).map(tuple),
    shift=st.integers(301, 400),
)


@st.composite
def agreements(draw) -> dict[str, AgreementFacts]:
    return {
        slug: AgreementFacts(
            title="An agreement", version=2, signed_version=draw(st.sampled_from([None, 1, 2])), signed_on=TODAY
        )
        for slug in SLUGS
        if draw(st.booleans())
    }


sessions = st.builds(
    lambda there, made_up: SessionFacts(on=TODAY if there or made_up else None, made_up=made_up),
    st.booleans(),
    st.booleans(),
)
documents = st.builds(
    DocumentFacts,
    kind=st.sampled_from(ASKABLE),
    state=st.sampled_from(DocumentState),
    issued_on=st.integers(0, 400).map(lambda ago: TODAY - timedelta(days=ago)),
    expires_on=st.none() | st.integers(-30, 400).map(lambda ahead: TODAY + timedelta(days=ahead)),
)
recommendations = st.builds(
    RecommendationFacts,
    mentor=st.integers(201, 203),
    recommends=st.booleans(),
    given_on=st.integers(0, 60).map(lambda ago: TODAY - timedelta(days=ago)),
)
THINGS = ("Portfolio talk", "References")
attested = st.dictionaries(
    st.sampled_from(THINGS), st.integers(0, 60).map(lambda ago: TODAY - timedelta(days=ago)), max_size=2
)

records = st.builds(
    Record,
    sessions=st.lists(sessions, max_size=4).map(tuple),
    documents=st.lists(documents, max_size=4).map(tuple),
    recommendations=st.lists(recommendations, max_size=4).map(tuple),
    recommendations_asked=st.booleans(),
    attested=attested,
    modules=st.lists(modules(), max_size=3).map(tuple),
    quizzes=st.lists(quizzes(), max_size=3).map(tuple),
    days=st.lists(days, max_size=8, unique_by=lambda worked: worked.shift).map(tuple),
    waiting_days=few,
    on=st.just(TODAY),
    agreements=agreements(),
)


@st.composite
def limits(draw) -> dict[str, dict[str, int]]:
    found = {}
    for role in draw(st.lists(st.sampled_from(ShiftRole.values), unique=True)):
        least = draw(st.integers(0, 2))
        found[role] = {"min": least} | ({"max": least + draw(st.integers(0, 3))} if draw(st.booleans()) else {})
    return found


def optional(**terms: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=terms)


TERMS: dict[RequirementKind, st.SearchStrategy[dict[str, Any]]] = {
    RequirementKind.MODULES: st.just({}),
    RequirementKind.QUIZZES: optional(mark=st.integers(0, 100)),
    RequirementKind.LEARNING_HOURS: st.fixed_dictionaries({"hours": st.integers(1, 60)}),
    RequirementKind.SHADOW_DAYS: st.builds(
        lambda needed, more: needed | more,
        st.fixed_dictionaries({"days": st.integers(1, 6)}),
        optional(
            hours=st.integers(0, 20), roles=limits(), productions=few, mentors=few,
            scenes=st.dictionaries(st.sampled_from(Scene.values), few, max_size=2),
            recency_days=st.integers(1, 40), days_per_production=st.integers(1, 4),
        ),
    ),
    RequirementKind.SHADOW_HOURS: st.builds(
        lambda needed, more: needed | more,
        st.fixed_dictionaries({"hours": st.integers(1, 30)}),
        optional(roles=limits(), recency_days=st.integers(1, 40)),
    ),
    RequirementKind.AGREEMENT: st.sampled_from(SLUGS).map(lambda slug: {"slug": slug}),
    RequirementKind.LIVE_SESSIONS: optional(count=st.integers(1, 4), made_up=few),
    RequirementKind.ATTESTATION: st.builds(
        lambda needed, more: needed | more,
        st.fixed_dictionaries({"what": st.sampled_from(THINGS)}),
        optional(recency_days=st.integers(1, 40)),
    ),
    RequirementKind.DOCUMENTS: st.lists(st.sampled_from(ASKABLE), min_size=1, max_size=3, unique=True).flatmap(
        lambda asked: st.builds(
            lambda days: {"kinds": [str(kind) for kind in asked], "recency_days": days},
            st.dictionaries(st.sampled_from([str(kind) for kind in asked]), st.integers(1, 300), max_size=2),
        )
    ),
    RequirementKind.RECOMMENDATION: optional(count=st.integers(1, 3), within_days=st.integers(1, 40)),
}  # fmt: skip


@st.composite
def kinds(draw) -> tuple[str, dict[str, Any]]:
    kind = draw(st.sampled_from(sorted(TERMS)))
    return kind, draw(TERMS[kind])


def read(kind: str, terms: dict[str, Any]) -> Kind:
    try:
        return rule_of(kind, terms)
    except BadTerms:
        assume(False)
        raise


# More evidence. A stated maximum and an expiry may take away; no term here makes them take away what was met. ----


@st.composite
def more(draw, record: Record) -> Record:
    """The same record with something added: read, sat, worked or signed."""
    changed = {
        "modules": tuple(
            replace(
                each,
                done=draw(st.integers(each.done, each.total)),
                minutes=each.minutes + draw(few),
                finished=each.finished or draw(st.booleans()),
            )
            for each in record.modules
        ),
        "quizzes": tuple(
            replace(each, best=best, passed=each.passed or best >= each.pass_mark)
            for each in record.quizzes
            for best in [max(each.best or Decimal(0), draw(st.decimals(0, 100, places=2)))]
        ),
        "days": record.days
        + tuple(replace(each, shift=each.shift + 1000) for each in draw(st.lists(days, min_size=1, max_size=3))),
        "agreements": {slug: replace(each, signed_version=each.version) for slug, each in record.agreements.items()},
        "sessions": tuple(each if each.on else replace(each, on=TODAY) for each in record.sessions),
        "documents": record.documents + tuple(draw(st.lists(documents, min_size=1, max_size=2))),
        "recommendations": record.recommendations + tuple(draw(st.lists(recommendations, min_size=1, max_size=2))),
        "attested": dict.fromkeys(THINGS, TODAY),
    }
    return replace(record, **{name: changed[name] for name in draw(st.sets(st.sampled_from(sorted(changed))))})


@settings(max_examples=300, deadline=None)
@given(rule=kinds(), record=records, data=st.data())
def test_more_evidence_never_undoes_what_was_met(rule, record: Record, data) -> None:
    kind = read(*rule)
    before, after = kind.finding(record), kind.finding(data.draw(more(record)))

    assert after.met or not before.met
    assert after.have >= before.have


@settings(max_examples=200, deadline=None)
@given(rule=kinds(), record=records, later=st.integers(0, 60))
def test_time_alone_undoes_only_what_expires(rule, record: Record, later: int) -> None:
    kind = read(*rule)
    before, after = kind.finding(record), kind.finding(replace(record, on=TODAY + timedelta(days=later)))

    # Documents run out by a date of their own.
    runs_out = {"recency_days", "within_days"} & set(rule[1]) or rule[0] == RequirementKind.DOCUMENTS
    assert before.met == after.met or runs_out


allowances = st.none() | st.builds(
    Allowed,
    state=st.sampled_from([State.WAIVED, State.KEPT]),
    on=st.just(TODAY),
    reason=st.just("No set in the region."),
    version=st.just("2026.1"),
)


@settings(max_examples=300, deadline=None)
@given(rule=kinds(), record=records, allowed=allowances)
def test_the_sentence_agrees_with_the_verdict(rule, record: Record, allowed: Allowed | None) -> None:
    by_evidence = read(*rule).finding(record)
    found = settled(by_evidence, allowed)

    assert by_evidence.sentence.startswith("Met") == by_evidence.met == (by_evidence.state is State.MET)
    assert found.sentence.startswith(("Met", "Waived")) == found.met == (by_evidence.met or allowed is not None)
    assert found.sentence.startswith("Waived") == (found.state is State.WAIVED)
    assert found.sentence.endswith(".")
    assert found.summary
    assert found == by_evidence or not by_evidence.met


# What is kept -----------------------------------------------------------------------------------------------


def evaluated(rules: list[tuple[str, dict]], record: Record, allowed: list[Allowed | None]):
    """A verdict, and a certificate that rests on it; nothing of them is in the database."""
    rows = [Requirement(pk=n, position=n, kind=kind, terms=terms) for n, (kind, terms) in enumerate(rules, start=1)]
    verdict = verdict_of(
        RequirementSet(), rows, record, {row.pk: each for row, each in zip(rows, allowed, strict=True) if each}
    )
    kept = json.loads(json.dumps(snapshots.kept(verdict)))  # as the database gives it back
    return verdict, Certificate(evaluated=kept, basis=verdict.basis()), rows


@settings(max_examples=200, deadline=None)
@given(rules=st.lists(kinds(), min_size=1, max_size=4), record=records, data=st.data())
def test_what_is_kept_says_met_exactly_when_it_was(rules, record: Record, data) -> None:
    for rule in rules:
        read(*rule)
    allowed = [data.draw(allowances) for _ in rules]

    verdict, certificate, rows = evaluated(rules, record, allowed)

    assert snapshots.still_met(certificate, rows) == verdict.met


@settings(max_examples=100, deadline=None)
@given(record=records)
def test_what_is_kept_names_nobody_and_nothing(record: Record) -> None:
    _verdict, certificate, _rows = evaluated([("modules", {})], record, [None])

    kept = certificate.evaluated["record"]
    mentors = {day.mentor for day in record.days} - {None}
    assert {day["mentor"] for day in kept["days"]} - {None} == set(range(1, len(mentors) + 1))
    assert {day["production"] for day in kept["days"]} == set(range(1, len({d.production for d in record.days}) + 1))
    assert [day["shift"] for day in kept["days"]] == list(range(1, len(record.days) + 1))
    assert "waiting_days" not in kept
    assert not any("title" in facts for facts in kept["agreements"].values())


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"record": {}, "allowed": []},
        {"record": None, "allowed": [None]},
        {"record": {"modules": 4}, "allowed": [None]},
        {"record": {"days": [{"on": "never", "role": "LEAD"}]}, "allowed": [None]},
        {"record": {"quizzes": [{"best": "x"}]}, "allowed": [None]},
        {"record": {}, "allowed": [{"state": "forgiven", "on": "2026-01-01"}]},
        [],
        "met",
    ],
)
def test_what_cannot_be_read_meets_nothing(broken) -> None:
    rows = [Requirement(pk=1, position=1, kind="modules", terms={})]

    assert snapshots.still_met(Certificate(evaluated=broken, basis=[{}]), rows) is False


def test_every_kind_is_tried() -> None:
    assert set(TERMS) == set(KINDS)


@pytest.mark.django_db
def test_a_certificate_exists_only_with_a_basis_that_meets_its_rules() -> None:
    certificate = make_certificate()

    assert certificate.evaluated["record"]["modules"] == [
        {"title": "Module 1", "done": 1, "total": 1, "hours": 10, "minutes": 30, "finished": True}
    ]
    assert snapshots.still_met(certificate)
    certificate.basis = []
    assert not snapshots.still_met(certificate)
