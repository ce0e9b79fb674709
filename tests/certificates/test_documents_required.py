"""Are outside documents required in date and recent enough, and a recommendation as often and as lately as asked?"""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from assessments.models import DocumentKind, DocumentState
from certificates.requirements import BadTerms, DocumentFacts, Finding, RecommendationFacts, Record, rule_of

DAY = date(2026, 11, 23)
HEALTH, HARASSMENT, CHECK = (
    DocumentKind.MENTAL_HEALTH_FIRST_AID,
    DocumentKind.ANTI_HARASSMENT,
    DocumentKind.BACKGROUND_CHECK,
)
ACCEPTED, WAITING, RETURNED = DocumentState.ACCEPTED, DocumentState.WAITING, DocumentState.RETURNED


def shown(
    kind: DocumentKind = HEALTH,
    *,
    issued: int = 100,
    lasts: int | None = 100,
    state: DocumentState = ACCEPTED,
) -> DocumentFacts:
    """Issued so many days ago, good for so many more."""
    return DocumentFacts(
        kind=kind,
        state=state,
        issued_on=DAY - timedelta(days=issued),
        expires_on=None if lasts is None else DAY + timedelta(days=lasts),
    )


def word(mentor: int = 1, *, ago: int = 10, recommends: bool = True) -> RecommendationFacts:
    return RecommendationFacts(mentor=mentor, recommends=recommends, given_on=DAY - timedelta(days=ago))


def finding(kind: str, terms: dict[str, Any], **record: Any) -> Finding:
    return rule_of(kind, terms).finding(Record(on=DAY, **record))


def said(found: Finding) -> tuple[bool, str, int, int]:
    return found.met, found.sentence, found.have, found.need


# Documents -------------------------------------------------------------------------------------------------

ONE = {"kinds": [HEALTH.value]}
RECENT = {"kinds": [HEALTH.value], "recency_days": {HEALTH.value: 365}}
TWO = {"kinds": [HEALTH.value, HARASSMENT.value]}
NAME = "Mental health first aid"


@pytest.mark.parametrize(
    ("terms", "documents", "expected"),
    [
        (ONE, (), (False, f"0 of 1 in date. {NAME}: not handed in yet.", 0, 1)),
        (ONE, (shown(HARASSMENT),), (False, f"0 of 1 in date. {NAME}: not handed in yet.", 0, 1)),
        (ONE, (shown(state=WAITING),), (False, f"0 of 1 in date. {NAME}: with the registrar.", 0, 1)),
        (
            ONE,
            (shown(state=RETURNED),),
            (False, f"0 of 1 in date. {NAME}: it came back to you with a few words.", 0, 1),
        ),
        (ONE, (shown(lasts=-1),), (False, f"0 of 1 in date. {NAME}: it ran out on 22 November 2026.", 0, 1)),
        (ONE, (shown(lasts=-1), shown(state=WAITING)), (False, f"0 of 1 in date. {NAME}: with the registrar.", 0, 1)),
        (ONE, (shown(lasts=0),), (True, "Met: 1 in date. The first runs out on 23 November 2026.", 1, 1)),
        (ONE, (shown(lasts=None),), (True, "Met: 1 in date.", 1, 1)),
        (
            ONE,
            (shown(lasts=5), shown(lasts=50)),
            (True, "Met: 1 in date. The first runs out on 12 January 2027.", 1, 1),
        ),
        (ONE, (shown(issued=0),), (True, "Met: 1 in date. The first runs out on 3 March 2027.", 1, 1)),
        (RECENT, (shown(issued=365, lasts=None),), (True, "Met: 1 in date.", 1, 1)),
        (
            RECENT,
            (shown(issued=366),),
            (False, f"0 of 1 in date. {NAME}: issued on 22 November 2025, and it may be 365 days old at most.", 0, 1),
        ),
        (RECENT, (shown(issued=366), shown(issued=2, lasts=None)), (True, "Met: 1 in date.", 1, 1)),
        (
            TWO,
            (shown(),),
            (False, "1 of 2 in date. Anti-harassment training: not handed in yet.", 1, 2),
        ),
        (
            TWO,
            (),
            (False, f"0 of 2 in date. {NAME}: not handed in yet. Anti-harassment training: not handed in yet.", 0, 2),
        ),
        (
            TWO,
            (shown(lasts=9), shown(HARASSMENT, lasts=4)),
            (True, "Met: 2 in date. The first runs out on 27 November 2026.", 2, 2),
        ),
        (
            {"kinds": [CHECK.value]},
            (),
            (
                False,
                "0 of 1 in date. Background check: show it to the registrar, who keeps its dates and no copy.",
                0,
                1,
            ),
        ),
    ],
)
def test_documents(terms, documents, expected) -> None:
    assert said(finding("documents", terms, documents=documents)) == expected


def test_the_public_reads_which_kinds_and_nothing_else() -> None:
    found = finding("documents", TWO, documents=(shown(), shown(HARASSMENT)))

    assert found.summary == "In date: Mental health first aid and Anti-harassment training"
    assert found.place == ("assessments:evidence",)


def test_a_visitor_reads_what_is_asked() -> None:
    promise = rule_of(
        "documents", {"kinds": [HEALTH.value, CHECK.value], "recency_days": {HEALTH.value: 730}}
    ).promise()

    assert promise.how_much == (
        "Mental health first aid, in date and issued within 730 days and Background check, in date"
    )


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"kinds": []},
        {"kinds": {"first_aid": 1}},
        {"kinds": ["driving"]},
        {"kinds": ["other"]},
        {"kinds": ["first_aid"], "recency_days": None},
        {"kinds": ["first_aid"], "recency_days": {"first_aid": 0}},
        {"kinds": ["first_aid"], "recency_days": {"first_aid": True}},
        {"kinds": ["first_aid"], "recency_days": {"background_check": 3}},
        {"kinds": ["first_aid"], "also": 1},
    ],
)
def test_terms_of_documents_that_cannot_be_read_are_refused(terms) -> None:
    with pytest.raises(BadTerms):
        rule_of("documents", terms)


def test_another_document_never_makes_a_met_requirement_unmet() -> None:
    chance = random.Random(11)
    for _ in range(500):
        kinds = [kind.value for kind in chance.sample([HEALTH, HARASSMENT, CHECK], chance.randint(1, 3))]
        terms = {
            "kinds": kinds,
            "recency_days": {kind: chance.randint(1, 400) for kind in kinds if chance.random() < 0.5},
        }
        documents: tuple[DocumentFacts, ...] = ()
        met = False
        for _step in range(8):
            documents += (
                shown(
                    chance.choice([HEALTH, HARASSMENT, CHECK]),
                    issued=chance.randint(0, 500),
                    lasts=chance.choice([None, chance.randint(-50, 50)]),
                    state=chance.choice([ACCEPTED, ACCEPTED, WAITING, RETURNED]),
                ),
            )
            found = finding("documents", terms, documents=documents)
            assert found.met or not met
            assert found.met == found.sentence.startswith("Met:") == (found.have == found.need)
            met = found.met


# Recommendation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "record", "expected"),
    [
        ({}, {}, (False, "0 of 1 mentor recommends you.", 0, 1)),
        (
            {},
            {"recommendations_asked": True},
            (False, "0 of 1 mentor recommends you. Your mentor has been asked.", 0, 1),
        ),
        ({}, {"recommendations": (word(),)}, (True, "Met: 1 mentor recommends you.", 1, 1)),
        (
            {},
            {"recommendations": (word(recommends=False),)},
            (False, "0 of 1 mentor recommends you. A mentor says “not yet”: talk about what is missing.", 0, 1),
        ),
        (
            {},
            {"recommendations": (word(), word(2, recommends=False))},
            (True, "Met: 1 mentor recommends you.", 1, 1),
        ),
        ({"count": 2}, {"recommendations": (word(), word())}, (False, "1 of 2 mentors recommend you.", 1, 2)),
        ({"count": 2}, {"recommendations": (word(), word(2))}, (True, "Met: 2 mentors recommend you.", 2, 2)),
        ({"within_days": 10}, {"recommendations": (word(ago=10),)}, (True, "Met: 1 mentor recommends you.", 1, 1)),
        (
            {"within_days": 10},
            {"recommendations": (word(ago=11),)},
            (False, "0 of 1 mentor recommends you. An earlier word is too old now: ask for it again.", 0, 1),
        ),
    ],
)
def test_recommendation(terms, record, expected) -> None:
    assert said(finding("recommendation", terms, **record)) == expected


def test_the_public_reads_how_many_and_no_name() -> None:
    assert finding("recommendation", {}, recommendations=(word(), word(2))).summary == "Recommended by 2 mentors"


@pytest.mark.parametrize(
    ("terms", "how_much"),
    [({}, "1 mentor"), ({"count": 2, "within_days": 180}, "2 mentors, not more than 180 days ago")],
)
def test_a_visitor_reads_how_many_mentors(terms, how_much) -> None:
    assert rule_of("recommendation", terms).promise().how_much == how_much


@pytest.mark.parametrize("terms", [{"count": 0}, {"count": "2"}, {"within_days": 0}, {"mentors": 1}])
def test_terms_of_recommendations_that_cannot_be_read_are_refused(terms) -> None:
    with pytest.raises(BadTerms):
        rule_of("recommendation", terms)
