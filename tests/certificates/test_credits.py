"""Which credits count: caps, days, categories, and the sentence that says so."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates.credits import Category, Claim, Tally, figure, in_credits, tally

FIRST, LAST = date(2026, 3, 2), date(2029, 3, 2)
DAY = timedelta(days=1)
CATEGORIES = (
    Category(slug="ethics", name="Ethics", least=2),
    Category(slug="practice", name="Practice"),
    Category(slug="teaching", name="Teaching", most=5),
)


def claim(key: int, category: str, credits: float, *, on: date = FIRST + 10 * DAY, accepted: bool = True) -> Claim:  # noqa: A002
    return Claim(key=key, category=category, quarters=round(credits * 4), on=on, accepted=accepted)


def of(*claims: Claim) -> Tally:
    return tally(claims, categories=CATEGORIES, needed_credits=20, begins_on=FIRST, last_day=LAST)


@pytest.mark.parametrize(
    ("claims", "met", "sentence"),
    [
        ((), False, "0 of 20 credits; Ethics: 2 credits more."),
        ((claim(1, "ethics", 2), claim(2, "practice", 18)), True, "20 of 20 credits."),
        ((claim(1, "practice", 20),), False, "20 of 20 credits; Ethics: 2 credits more."),
        (
            (claim(1, "ethics", 2), claim(2, "practice", 5), claim(3, "teaching", 8)),
            False,
            "12 of 20 credits; 3 over the cap of Teaching do not count.",
        ),
        (
            (claim(1, "ethics", 2), claim(2, "practice", 13), claim(3, "teaching", 6)),
            True,
            "20 of 20 credits; 1 over the cap of Teaching does not count.",
        ),
        (
            (claim(1, "ethics", 2), claim(2, "practice", 1.25, accepted=False)),
            False,
            "2 of 20 credits; 1.25 credits with the registrar.",
        ),
        ((claim(1, "ethics", 1), claim(2, "dance", 30)), False, "1 of 20 credits; Ethics: 1 credit more."),
    ],
)
def test_what_counts_and_what_is_said(claims: tuple[Claim, ...], met: bool, sentence: str) -> None:
    counted = of(*claims)

    assert (counted.met, counted.sentence()) == (met, sentence)


@pytest.mark.parametrize(("on", "counts"), [(FIRST - DAY, 0), (FIRST, 16), (LAST, 16), (LAST + DAY, 0)])
def test_the_first_and_the_last_day_count_and_no_other_beyond_them(on: date, counts: int) -> None:
    assert of(claim(1, "practice", 4, on=on)).counted == counts


def test_of_a_full_category_the_earliest_count() -> None:
    counted = of(
        claim(1, "teaching", 4, on=FIRST + 9 * DAY), claim(2, "teaching", 3, on=FIRST), claim(3, "teaching", 1)
    )

    assert counted.of_entry == {2: 12, 1: 8, 3: 0}


def test_what_waits_counts_nothing() -> None:
    assert of(claim(1, "practice", 4, accepted=False)).of_entry == {}


@pytest.mark.parametrize(
    ("quarters", "words"), [(1, "0.25 credits"), (4, "1 credit"), (6, "1.5 credits"), (80, "20 credits")]
)
def test_credits_in_words(quarters: int, words: str) -> None:
    assert (in_credits(quarters), figure(quarters)) == (words, words.split()[0])


# The first example imports half the library; on a busy machine that is no fault of the strategy.
UNHURRIED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
CLAIMS = st.lists(
    st.builds(
        Claim,
        key=st.integers(1, 10_000),
        category=st.sampled_from(["ethics", "practice", "teaching", "dance"]),
        quarters=st.integers(1, 60),
        on=st.integers(-40, 1140).map(lambda day: FIRST + day * DAY),
        accepted=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda each: each.key,
)


@UNHURRIED
@given(claims=CLAIMS, at=st.integers(0, 11))
def test_one_more_accepted_entry_never_lowers_what_counts_nor_undoes_what_is_met(claims: list[Claim], at: int) -> None:
    whole = of(*claims)
    fewer = of(*(each for place, each in enumerate(claims) if place != at))

    assert whole.counted >= fewer.counted
    assert whole.met or not fewer.met


@UNHURRIED
@given(claims=CLAIMS)
def test_caps_hold_sums_agree_and_the_sentence_says_the_verdict(claims: list[Claim]) -> None:
    counted = of(*claims)
    inside = {each.key: each for each in claims if FIRST <= each.on <= LAST and each.accepted}

    for each in counted.categories:
        assert each.category.most is None or each.counted <= each.category.most * 4
    assert sum(counted.of_entry.values()) == counted.counted
    assert set(counted.of_entry) <= set(inside)
    assert all(takes <= inside[key].quarters for key, takes in counted.of_entry.items())
    assert counted.sentence().startswith(f"{figure(counted.counted)} of 20 credits")
    assert counted.met == (counted.counted >= 80 and "Ethics:" not in counted.sentence())
