"""Does every kind of requirement say what it asks, and is it met exactly when its sentence says so?"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from assessments.counting import Worked
from assessments.models import ShiftRole
from certificates.models import RequirementKind
from certificates.requirements import (
    KINDS,
    AgreementFacts,
    BadTerms,
    Finding,
    ModuleFacts,
    QuizFacts,
    Record,
    ShadowDays,
    State,
    rule_of,
)

FIRST_DAY = date(2026, 3, 2)
OBSERVE, ASSIST, LEAD, COVER = ShiftRole.OBSERVE, ShiftRole.ASSIST, ShiftRole.LEAD, ShiftRole.COVER


def days(*roles: ShiftRole, begin: int = 0, **facts: Any) -> tuple[Worked, ...]:
    """One day after the other, in these roles."""
    return tuple(Worked(on=FIRST_DAY + timedelta(days=begin + n), role=role, **facts) for n, role in enumerate(roles))


def module(done: int, total: int, hours: int = 0) -> ModuleFacts:
    return ModuleFacts(title="Consent", done=done, total=total, hours=hours)


def quiz(best: str | None, *, mark: int = 80, title: str = "Consent") -> QuizFacts:
    passed = best is not None and Decimal(best) >= mark
    return QuizFacts(title=title, pass_mark=mark, best=None if best is None else Decimal(best), passed=passed)


def code(*, version: int = 2, signed: int | None = None) -> dict[str, AgreementFacts]:
    facts = AgreementFacts(title="Ethics code", version=version, signed_version=signed, signed_on=FIRST_DAY)
    return {"ethics-code": facts}


def finding(kind: str, terms: dict[str, Any], **record: Any) -> Finding:
    return rule_of(kind, terms).finding(Record(**record))


def said(found: Finding) -> tuple[bool, str, int, int]:
    return found.met, found.sentence, found.have, found.need


# Modules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        ((), (False, "The programme has nothing to read yet.", 0, 0)),
        ((module(0, 0),), (False, "The programme has nothing to read yet.", 0, 0)),
        ((module(0, 4),), (False, "0 of 1 modules; 4 units left.", 0, 4)),
        ((module(3, 4), module(2, 2)), (False, "1 of 2 modules; 1 unit left.", 5, 6)),
        ((module(1, 1),), (True, "Met: 1 unit.", 1, 1)),
        ((module(4, 4), module(0, 0)), (True, "Met: all 4 units.", 4, 4)),
        (
            (module(5, 4), module(0, 1)),
            (False, "1 of 2 modules; 1 unit left.", 4, 5),
        ),  # one module never pays for another
    ],
)
def test_modules(modules: tuple[ModuleFacts, ...], expected: tuple) -> None:
    assert said(finding("modules", {}, modules=modules)) == expected


def test_the_public_reads_how_much_was_studied() -> None:
    found = finding("modules", {}, modules=(module(4, 4, hours=30), module(2, 2, hours=12)))

    assert found.summary == "2 modules, 6 units, 42 hours"
    assert found.fact == ("Study", "2 modules, 42 hours")


# Quizzes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "quizzes", "expected"),
    [
        (0, (), (False, "The programme has no quizzes yet.", 0, 0)),
        (0, (quiz(None),), (False, "0 of 1 passed; Consent is not taken yet.", 0, 1)),
        (0, (quiz("79.99"),), (False, "0 of 1 passed; Consent stands at 79 % of 80 %.", 0, 1)),
        (0, (quiz("80"),), (True, "Met: 1 of 1.", 1, 1)),
        (90, (quiz("80"),), (False, "0 of 1 passed; Consent stands at 80 % of 90 %.", 0, 1)),
        (90, (quiz("90"),), (True, "Met: 1 of 1.", 1, 1)),
        (50, (quiz("60"),), (False, "0 of 1 passed; Consent stands at 60 % of 80 %.", 0, 1)),  # never below its own
        (80, (quiz("100"), quiz("0", title="Set")), (False, "1 of 2 passed; Set stands at 0 % of 80 %.", 1, 2)),
        (80, (quiz("100"), quiz("80.00")), (True, "Met: 2 of 2.", 2, 2)),
    ],
)
def test_quizzes(mark: int, quizzes: tuple[QuizFacts, ...], expected: tuple) -> None:
    assert said(finding("quizzes", {"mark": mark}, quizzes=quizzes)) == expected


@pytest.mark.parametrize(
    ("mark", "own", "summary"),
    [
        (0, (80,), "1 quiz passed at 80 % or more"),
        (0, (70, 80), "2 quizzes passed at 70 % or more"),
        (90, (70, 80), "2 quizzes passed at 90 % or more"),
        (60, (70, 80), "2 quizzes passed at 70 % or more"),
    ],
)
def test_the_public_reads_the_mark_that_was_asked_for(mark: int, own: tuple[int, ...], summary: str) -> None:
    found = finding("quizzes", {"mark": mark}, quizzes=tuple(quiz("100", mark=each) for each in own))

    assert found.summary == summary


# Shadow days -----------------------------------------------------------------------------------------------

LIMITS = {"OBSERVE": {"max": 2}, "ASSIST": {"min": 2}, "LEAD": {"min": 1, "max": 2}}


@pytest.mark.parametrize(
    ("terms", "roles", "expected"),
    [
        ({"days": 2}, (), (False, "0 of 2 days.", 0, 2)),
        ({"days": 2}, (OBSERVE,), (False, "1 of 2 days.", 1, 2)),
        ({"days": 2}, (OBSERVE, LEAD), (True, "Met: 2 of 2.", 2, 2)),
        ({"days": 2}, (OBSERVE, LEAD, COVER), (True, "Met: 3 of 2.", 2, 2)),
        (
            {"days": 4, "roles": LIMITS},
            (OBSERVE, OBSERVE, OBSERVE, LEAD),
            (
                False,
                "3 of 4 days; 2 more must be assisting. 1 recorded day is over a maximum and does not count.",
                3,
                4,
            ),
        ),
        (
            {"days": 4, "roles": LIMITS},
            (OBSERVE,),
            (False, "1 of 4 days; 2 more must be assisting and 1 more must be leading.", 1, 4),
        ),
        ({"days": 4, "roles": LIMITS}, (ASSIST, ASSIST, LEAD, LEAD), (True, "Met: 4 of 4.", 4, 4)),
        (
            {"days": 4, "roles": LIMITS},
            (ASSIST, ASSIST, LEAD, LEAD, LEAD, LEAD),
            (True, "Met: 4 of 4. 2 recorded days are over a maximum and do not count.", 4, 4),
        ),
        (
            {"days": 4, "roles": LIMITS},
            (ASSIST,) * 9,
            (False, "9 of 4 days; 1 more must be leading.", 4, 4),
        ),
    ],
)
def test_shadow_days(terms: dict[str, Any], roles: tuple[ShiftRole, ...], expected: tuple) -> None:
    assert said(finding("shadow_days", terms, days=days(*roles))) == expected


def test_shadow_days_want_mentors_and_productions() -> None:
    found = finding(
        "shadow_days",
        {"days": 1, "mentors": 2, "productions": 3},
        days=days(LEAD, production=1, mentor=1) + days(LEAD, production=2),
    )

    assert said(found) == (False, "1 of 1 days; 2 of 3 productions and 1 of 2 mentors.", 1, 1)


def test_shadow_days_that_wait_for_a_mentor_are_said_and_not_counted() -> None:
    found = finding("shadow_days", {"days": 2}, days=days(LEAD), waiting_days=1)

    assert said(found) == (False, "1 of 2 days. 1 waits for a mentor.", 1, 2)


def test_two_shifts_on_one_date_are_one_day() -> None:
    found = finding("shadow_days", {"days": 2}, days=(*days(OBSERVE), *days(ASSIST), *days(LEAD)))

    assert said(found) == (False, "1 of 2 days.", 1, 2)
    assert found.summary == "1 signed day, 0 mentors, 0 productions: 1 led"


@pytest.mark.parametrize(
    ("terms", "record", "count"),
    [
        # The heaviest role, where nothing speaks against it.
        ({"days": 1}, days(OBSERVE) + days(COVER), {COVER: 1}),
        # A lighter one that is still asked for.
        ({"days": 2, "roles": {"OBSERVE": {"min": 1}}}, days(OBSERVE, LEAD) + days(LEAD), {OBSERVE: 1, LEAD: 1}),
        # A lighter one, where the heavier is full.
        ({"days": 2, "roles": {"LEAD": {"max": 1}}}, days(LEAD, OBSERVE) + days(LEAD, begin=1), {LEAD: 1, OBSERVE: 1}),
        # By way of a third day: the first can only lead, so the second gives way and assists, not observes.
        (
            {"days": 3, "roles": {"LEAD": {"max": 1}, "ASSIST": {"max": 1}}},
            days(LEAD, LEAD, ASSIST) + days(ASSIST, OBSERVE, begin=1),
            {LEAD: 1, ASSIST: 1, OBSERVE: 1},
        ),
    ],
)
def test_a_day_counts_once_and_as_what_helps(
    terms: dict[str, Any], record: tuple[Worked, ...], count: dict[ShiftRole, int]
) -> None:
    rule = ShadowDays(terms)

    counted = rule.count(Record(days=record))

    assert {role: n for role, n in counted.by_role.items() if n} == count
    assert rule.finding(Record(days=record)).met


def random_terms(chance: random.Random) -> dict[str, Any]:
    roles = {}
    for role in chance.sample(list(ShiftRole), chance.randint(0, 4)):
        least = chance.randint(0, 2)
        roles[role.value] = {"min": least} | ({"max": least + chance.randint(0, 2)} if chance.random() < 0.6 else {})
    needed = sum(limits["min"] for limits in roles.values())
    return {"days": needed + chance.randint(0, 2) or 1, "roles": roles, "mentors": chance.randint(0, 1)}


def random_days(chance: random.Random, most: int) -> tuple[Worked, ...]:
    return tuple(
        Worked(
            on=FIRST_DAY + timedelta(days=chance.randint(0, most)),
            role=chance.choice(list(ShiftRole)),
            minutes=chance.randint(1, 600),
            production=chance.randint(1, 3),
            mentor=chance.randint(1, 3),
            scenes=tuple(chance.sample(["KISS", "NUDITY"], chance.randint(0, 2))),
        )
        for _ in range(chance.randint(0, most + 2))
    )


def can_be_met(rule: ShadowDays, record: tuple[Worked, ...]) -> bool:
    """By trying every way to give each date one of its roles: slow, and plainly right."""
    roles_on: dict[date, set[ShiftRole]] = {}
    for day in record:
        roles_on.setdefault(day.on, set()).add(day.role)
    for chosen in product(*roles_on.values()):
        number = {role: chosen.count(role) for role in ShiftRole}
        enough = all(number[role] >= least for role, least in rule.least.items())
        if enough and sum(min(n, rule.most.get(role, n)) for role, n in number.items()) >= rule.days:
            return True
    return False


def test_shadow_days_are_met_exactly_when_some_way_of_counting_meets_them() -> None:
    chance = random.Random(1)
    verdicts = set()
    for _ in range(1_500):
        try:
            rule = ShadowDays(random_terms(chance) | {"mentors": 0})
        except BadTerms:
            continue
        record = random_days(chance, 5)
        met = rule.finding(Record(days=record)).met
        assert met == can_be_met(rule, record), (vars(rule), record)
        verdicts.add(met)
    assert verdicts == {True, False}


def test_shadow_days_want_hours_and_kinds_of_scene() -> None:
    terms = {"days": 2, "hours": 12, "scenes": {"SIMULATED_SEX": 2, "KISS": 1}}
    worked = days(LEAD, minutes=360, scenes=("SIMULATED_SEX", "KISS"))

    some = finding("shadow_days", terms, days=worked)
    more = finding("shadow_days", terms, days=worked + days(LEAD, begin=1, minutes=359, scenes=("SIMULATED_SEX",)))
    enough = finding("shadow_days", terms, days=worked + days(LEAD, begin=1, minutes=360, scenes=("SIMULATED_SEX",)))

    assert said(some) == (False, "1 of 2 days; 6 of 12 hours and 1 of 2 with simulated sex.", 1, 2)
    assert said(more) == (False, "2 of 2 days; 11 of 12 hours.", 2, 2)
    assert said(enough) == (True, "Met: 2 of 2.", 2, 2)


def test_a_day_too_long_ago_and_one_too_many_of_a_production_are_said_and_not_counted() -> None:
    old = days(LEAD, production=1, mentor=7)
    crowd = days(LEAD, LEAD, LEAD, begin=30, production=2, mentor=8)
    terms = {"days": 3, "recency_days": 10, "days_per_production": 2, "productions": 2}

    found = finding("shadow_days", terms, days=old + crowd, on=FIRST_DAY + timedelta(days=32))

    assert said(found) == (
        False,
        "2 of 3 days; 1 of 2 productions. 1 day more was on one production than counts. 1 day is too long ago to count.",
        2,
        3,
    )
    assert found.summary == "2 signed days, 1 mentor, 1 production: 2 led"


@pytest.mark.parametrize(("age", "counts"), [(9, True), (10, True), (11, False)])
def test_a_day_counts_until_it_is_older_than_the_window(age: int, counts: bool) -> None:
    found = finding("shadow_days", {"days": 1, "recency_days": 10}, days=days(LEAD), on=FIRST_DAY + timedelta(days=age))

    assert found.met == counts


# Learning hours --------------------------------------------------------------------------------------------


def studied(hours: int, minutes: int = 0, *, finished: bool = False) -> ModuleFacts:
    return ModuleFacts(title="Consent", done=0, total=4, hours=hours, minutes=minutes, finished=finished)


@pytest.mark.parametrize(
    ("modules", "expected"),
    [
        ((), (False, "0 of 50 hours.", 0, 50)),
        ((studied(30, 59),), (False, "0 of 50 hours.", 0, 50)),
        ((studied(30, 60 * 40),), (False, "30 of 50 hours.", 30, 50)),  # never more than the whole of an unfinished one
        ((studied(30, 60, finished=True),), (False, "30 of 50 hours.", 30, 50)),  # its meetings count with it
        ((studied(30, finished=True), studied(25, 30), studied(25, 30)), (False, "31 of 50 hours.", 31, 50)),
        ((studied(30, finished=True), studied(20, finished=True)), (True, "Met: 50 of 50 hours.", 50, 50)),
        ((studied(30, finished=True), studied(25, finished=True)), (True, "Met: 55 of 50 hours.", 50, 50)),
    ],
)
def test_learning_hours(modules: tuple[ModuleFacts, ...], expected: tuple) -> None:
    assert said(finding("learning_hours", {"hours": 50}, modules=modules)) == expected


# Shadow hours ----------------------------------------------------------------------------------------------

HOURS = {"hours": 20, "roles": {"OBSERVE": {"max": 8}, "ASSIST": {"min": 6}}}


@pytest.mark.parametrize(
    ("worked", "expected"),
    [
        ((), (False, "0 of 20 hours; 6 more must be assisting.", 0, 20)),
        (days(LEAD, minutes=20 * 60), (False, "20 of 20 hours; 6 more must be assisting.", 20, 20)),
        (
            days(OBSERVE, minutes=10 * 60) + days(ASSIST, begin=1, minutes=330),
            (
                False,
                "13 of 20 hours; 1 more must be assisting. 2 recorded hours are over a maximum and do not count.",
                13,
                20,
            ),
        ),
        (
            days(OBSERVE, OBSERVE, minutes=240) + days(ASSIST, LEAD, begin=2, minutes=360),
            (True, "Met: 20 of 20 hours.", 20, 20),
        ),
        (days(ASSIST, ASSIST, begin=0, minutes=605), (True, "Met: 20 of 20 hours.", 20, 20)),
    ],
)
def test_shadow_hours(worked: tuple[Worked, ...], expected: tuple) -> None:
    assert said(finding("shadow_hours", HOURS, days=worked)) == expected


def test_shadow_hours_of_long_ago_are_said_and_not_counted() -> None:
    worked = days(LEAD, minutes=600) + days(LEAD, begin=20, minutes=90)

    found = finding("shadow_hours", {"hours": 1, "recency_days": 10}, days=worked, on=FIRST_DAY + timedelta(days=30))

    assert said(found) == (True, "Met: 1 of 1 hours. 10 hours are too long ago to count.", 1, 1)
    assert found.summary == "1 signed hour: 1 leading"
    assert found.fact == ("On set", "1 signed hour")


# Agreements ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreements", "expected"),
    [
        ({}, (False, "The academy has not published it yet.", 0, 1)),
        (code(signed=None), (False, "Version 2 is not signed yet.", 0, 1)),
        (code(signed=1), (False, "You signed version 1; version 2 is the current one.", 0, 1)),
        (code(signed=2), (True, "Met: version 2 signed.", 1, 1)),
    ],
)
def test_agreements(agreements: dict[str, AgreementFacts], expected: tuple) -> None:
    assert said(finding("agreement", {"slug": "ethics-code"}, agreements=agreements)) == expected


def test_an_agreement_leads_to_its_own_page() -> None:
    assert finding("agreement", {"slug": "ethics-code"}).place == ("assessments:agreement", "ethics-code")


# Terms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("modules", {"mark": 80}),
        ("quizzes", {"mark": 101}),
        ("quizzes", {"mark": -1}),
        ("quizzes", {"mark": 80.5}),
        ("quizzes", {"mark": "80"}),
        ("quizzes", {"mark": True}),
        ("quizzes", {"mark": None}),
        ("quizzes", {"marks": 80}),
        ("shadow_days", {"days": -1}),
        ("shadow_days", {"days": "20"}),
        ("shadow_days", {"hours": "20"}),
        ("shadow_days", {"hours": -1}),
        ("shadow_days", {"minutes": 20}),
        ("shadow_days", {"recency_days": 0}),
        ("shadow_days", {"recency_days": None}),
        ("shadow_days", {"days_per_production": 0}),
        ("shadow_days", {"days_per_production": 1.5}),
        ("shadow_days", {"scenes": {"DREAM": 1}}),
        ("shadow_days", {"scenes": ["KISS"]}),
        ("shadow_days", {"scenes": {"KISS": True}}),
        ("shadow_days", {"days": 20, "roles": {"DREAM": {"min": 1}}}),
        ("shadow_days", {"days": 20, "roles": {"LEAD": 5}}),
        ("shadow_days", {"days": 20, "roles": {"LEAD": None}}),
        ("shadow_days", {"days": 20, "roles": ["LEAD"]}),
        ("shadow_days", {"days": 20, "roles": {"LEAD": {"least": 1}}}),
        ("shadow_days", {"days": 20, "roles": {"LEAD": {"min": 3, "max": 2}}}),
        ("shadow_days", {"days": 3, "roles": {"LEAD": {"min": 2}, "ASSIST": {"min": 2}}}),
        ("shadow_days", {"days": 9, "roles": {role: {"max": 2} for role in ShiftRole.values}}),
        ("learning_hours", {}),
        ("learning_hours", {"hours": 0}),
        ("learning_hours", {"hours": 10, "days": 2}),
        ("shadow_hours", {}),
        ("shadow_hours", {"hours": 0}),
        ("shadow_hours", {"hours": 9, "recency_days": 0}),
        ("shadow_hours", {"hours": 9, "roles": {"LEAD": {"min": 3, "max": 2}}}),
        ("shadow_hours", {"hours": 3, "roles": {"LEAD": {"min": 2}, "ASSIST": {"min": 2}}}),
        ("agreement", {}),
        ("agreement", {"slug": ""}),
        ("agreement", {"slug": 4}),
        ("agreement", {"slug": "ethics-code", "version": 2}),
        ("dancing", {}),
        ("", {}),
    ],
)
def test_a_rule_that_cannot_be_read_or_met_is_refused_with_a_sentence(kind: str, terms: dict[str, Any]) -> None:
    with pytest.raises(BadTerms) as refused:
        rule_of(kind, terms)

    assert str(refused.value)[0].isupper() or str(refused.value)[0] == "“"
    assert str(refused.value).endswith(".")


def test_every_kind_has_its_class() -> None:
    assert set(KINDS) == set(RequirementKind)


EXAMPLES: list[tuple[str, dict[str, Any]]] = [
    ("modules", {}),
    ("quizzes", {}),
    ("quizzes", {"mark": 90}),
    ("shadow_days", {"days": 3}),
    ("shadow_days", {"days": 4, "roles": LIMITS, "productions": 1, "mentors": 1}),
    (
        "shadow_days",
        {"days": 2, "hours": 12, "scenes": {"KISS": 2}, "recency_days": 700, "roles": LIMITS | {"LEAD": {}}},
    ),
    ("shadow_days", {"days": 3, "days_per_production": 1, "productions": 2}),
    ("learning_hours", {"hours": 3}),
    ("shadow_hours", HOURS | {"recency_days": 700}),
    ("agreement", {"slug": "ethics-code"}),
]


@pytest.mark.parametrize(("kind", "terms"), EXAMPLES)
def test_a_visitor_reads_a_promise_without_a_record(kind: str, terms: dict[str, Any]) -> None:
    promise = rule_of(kind, terms).promise()

    assert all((promise.title, promise.how_much, promise.who_vouches))
    assert "%" not in promise.how_much or "90 %" in promise.how_much


def test_a_visitor_reads_the_numbers_of_the_rule() -> None:
    promise = rule_of("shadow_days", {"days": 4, "roles": LIMITS, "productions": 1, "mentors": 2}).promise()

    assert promise.how_much == (
        "4, of which at least 2 assisting, at least 1 leading, at most 2 observing, at most 2 leading and 1 production"
    )
    assert promise.who_vouches == "At least 2 mentors"


def test_a_visitor_reads_of_windows_hours_and_scenes() -> None:
    terms = {"days": 9, "hours": 60, "scenes": {"KISS": 1}, "recency_days": 730, "days_per_production": 3}

    assert rule_of("shadow_days", terms).promise().how_much == (
        "9, of which at least 1 with kiss and at most 3 on one production; 60 hours or more; within 730 days"
    )


def test_a_visitor_reads_of_hours_by_role() -> None:
    assert rule_of("shadow_hours", HOURS | {"recency_days": 700}).promise().how_much == (
        "20 hours, of which at least 6 assisting and at most 8 observing; within 700 days"
    )
    assert rule_of("learning_hours", {"hours": 1}).promise().how_much == "1 hour or more"


# What is true of every kind --------------------------------------------------------------------------------


def random_record(chance: random.Random) -> Record:
    modules = tuple(
        module(done, done + chance.choice((0, 0, 1, 3))) for done in chance.choices(range(5), k=chance.randint(0, 3))
    )
    quizzes = tuple(quiz(chance.choice((None, "50", "79.99", "80", "95", "100"))) for _ in range(chance.randint(0, 3)))
    return Record(
        modules=modules,
        quizzes=quizzes,
        days=random_days(chance, 6),
        waiting_days=chance.randint(0, 2),
        agreements=chance.choice(({}, code(signed=None), code(signed=1), code(signed=2))),
    )


def more_read(record: Record, chance: random.Random) -> Record:
    return replace(record, modules=tuple(replace(each, done=max(each.done, each.total)) for each in record.modules))


def better_marks(record: Record, chance: random.Random) -> Record:
    best = Decimal(chance.choice(("80", "90", "100")))
    return replace(
        record,
        quizzes=tuple(
            replace(each, best=max(each.best or Decimal(0), best), passed=each.passed or best >= each.pass_mark)
            for each in record.quizzes
        ),
    )


def another_day(record: Record, chance: random.Random) -> Record:
    return replace(record, days=record.days + random_days(chance, 6)[:1])


def another_mentor(record: Record, chance: random.Random) -> Record:
    return replace(record, days=record.days + days(OBSERVE, mentor=99))


def another_production(record: Record, chance: random.Random) -> Record:
    return replace(record, days=record.days + days(OBSERVE, production=99))


def signed(record: Record, chance: random.Random) -> Record:
    return replace(record, agreements=code(signed=2))


ADDITIONS: list[Callable[[Record, random.Random], Record]] = [
    more_read,
    better_marks,
    another_day,
    another_mentor,
    another_production,
    signed,
]


def rules(chance: random.Random) -> list[tuple[str, dict[str, Any]]]:
    return [*EXAMPLES, ("shadow_days", random_terms(chance))]


def test_more_evidence_never_undoes_what_was_met() -> None:
    chance = random.Random(1)
    was_met = 0
    for _ in range(400):
        record = random_record(chance)
        for kind, terms in rules(chance):
            try:
                rule = rule_of(kind, terms)
            except BadTerms:
                continue
            before = rule.finding(record)
            was_met += before.met
            for add in ADDITIONS:
                more = add(record, chance)
                after = rule.finding(more)
                assert after.met or not before.met, (kind, terms, add.__name__, record, more)
                assert after.have >= before.have, (kind, terms, add.__name__, record, more)
    assert was_met > 200


def test_the_sentence_says_met_exactly_when_it_is() -> None:
    chance = random.Random(1)
    for _ in range(400):
        record = random_record(chance)
        for kind, terms in rules(chance):
            try:
                found = rule_of(kind, terms).finding(record)
            except BadTerms:
                continue
            assert found.sentence.startswith("Met") == found.met
            assert found.met == (found.state is State.MET)
            assert found.sentence.endswith(".")
            assert 0 <= found.have <= found.need or not found.need
            assert found.have == found.need or not found.met
            assert found.place
            assert found.action


def test_nothing_at_all_meets_no_rule() -> None:
    for kind, terms in EXAMPLES:
        assert not rule_of(kind, terms).finding(Record()).met


def test_the_public_summary_names_nobody() -> None:
    record = Record(
        modules=(module(1, 1),),
        quizzes=(quiz("100"),),
        days=days(LEAD, production=1, mentor=1) + days(LEAD, begin=1, production=1, mentor=2),
    )

    assert [rule_of(kind, terms).finding(record).summary for kind, terms in EXAMPLES[:4]] == [
        "1 module, 1 unit",
        "1 quiz passed at 80 % or more",
        "1 quiz passed at 90 % or more",
        "2 signed days, 2 mentors, 1 production: 2 led",
    ]
