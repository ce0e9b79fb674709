from fractions import Fraction
from itertools import chain, combinations

import pytest

from assessments.grading import marks_for, read_number
from assessments.questions import Kind


def every_choice_of(options: int) -> list[list[int]]:
    return [list(some) for some in chain.from_iterable(combinations(range(options), n) for n in range(options + 1))]


@pytest.mark.parametrize(
    ("kind", "key", "response", "marks"),
    [
        (Kind.SINGLE, {"right": [2]}, [2], 1),
        (Kind.SINGLE, {"right": [2]}, [1], 0),
        (Kind.SINGLE, {"right": [2]}, None, 0),
        (Kind.SINGLE, {"right": [0]}, [0], 1),
        (Kind.MULTIPLE, {"right": [0, 2, 3]}, [0, 2, 3], 1),
        (Kind.MULTIPLE, {"right": [0, 2, 3]}, [3, 0, 2], 1),
        (Kind.MULTIPLE, {"right": [0, 2, 3]}, [0, 2], Fraction(2, 3)),
        (Kind.MULTIPLE, {"right": [0, 2, 3]}, [0, 1], 0),
        (Kind.MULTIPLE, {"right": [0, 2, 3]}, [0, 2, 1], Fraction(1, 3)),
        (Kind.MULTIPLE, {"right": [0]}, [1, 2], 0),
        (Kind.MULTIPLE, {"right": [0]}, None, 0),
        (Kind.MULTIPLE, {"right": [0]}, [], 0),
        (Kind.TRUE_FALSE, {"truth": True}, True, 1),
        (Kind.TRUE_FALSE, {"truth": True}, False, 0),
        (Kind.TRUE_FALSE, {"truth": False}, False, 1),
        (Kind.TRUE_FALSE, {"truth": False}, None, 0),
        (Kind.NUMERIC, {"number": "48", "tolerance": "0"}, "48", 1),
        (Kind.NUMERIC, {"number": "48", "tolerance": "0"}, "48.0", 1),
        (Kind.NUMERIC, {"number": "48", "tolerance": "0"}, "48,0", 1),
        (Kind.NUMERIC, {"number": "48", "tolerance": "0"}, " 48 ", 1),
        (Kind.NUMERIC, {"number": "48.000", "tolerance": "0.000"}, "48", 1),
        (Kind.NUMERIC, {"number": "48", "tolerance": "0"}, "48.1", 0),
        (Kind.NUMERIC, {"number": "48", "tolerance": "0.1"}, "48.1", 1),
        (Kind.NUMERIC, {"number": "48", "tolerance": "0.1"}, "47,9", 1),
        (Kind.NUMERIC, {"number": "48", "tolerance": "0.1"}, "48.1000001", 0),
        (Kind.NUMERIC, {"number": "-2.5", "tolerance": "0"}, "−2,5", 1),
        (Kind.NUMERIC, {"number": "12000", "tolerance": "0"}, "12 000", 1),
        (Kind.NUMERIC, {"number": "48", "tolerance": "0"}, "forty-eight", 0),
        (Kind.NUMERIC, {"number": "48", "tolerance": "0"}, None, 0),
    ],
)
def test_an_answer_earns_its_marks(kind, key, response, marks):
    assert marks_for(kind=kind, key=key, response=response) == marks


def test_a_kind_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="ESSAY"):
        marks_for(kind="ESSAY", key={}, response="words")


@pytest.mark.parametrize(
    "typed", ["", " ", ".", ",", "-", "1e3", "NaN", "Infinity", "1,200.5", "1_000", "0x10", "9" * 16, 48]
)
def test_what_is_not_a_number_is_not_read(typed):
    assert read_number(typed) is None


@pytest.mark.parametrize(("typed", "number"), [("48.", 48), (",5", Fraction(1, 2)), ("+3", 3), ("1 200\u00a0", 1200)])
def test_a_number_is_read_as_people_write_it(typed, number):
    assert read_number(typed) == number


def test_multiple_response_always_earns_from_nought_to_one_and_one_only_for_exactly_the_right_ones():
    for options in range(3, 6):
        for right in every_choice_of(options)[1:]:
            for chosen in every_choice_of(options):
                marks = marks_for(kind=Kind.MULTIPLE, key={"right": right}, response=chosen)

                assert 0 <= marks <= 1
                assert (marks == 1) == (chosen == right)


def test_one_more_wrong_answer_never_earns_more_and_one_more_right_answer_never_less():
    right = [0, 2]
    for chosen in every_choice_of(5):
        marks = marks_for(kind=Kind.MULTIPLE, key={"right": right}, response=chosen)
        for more in set(range(5)) - set(chosen):
            then = marks_for(kind=Kind.MULTIPLE, key={"right": right}, response=[*chosen, more])

            assert then >= marks if more in right else then <= marks


def test_marks_do_not_depend_on_the_order_the_options_were_shown_in():
    turned = [3, 1, 0, 2]  # where each option went
    for chosen in every_choice_of(4):
        straight = marks_for(kind=Kind.MULTIPLE, key={"right": [0, 3]}, response=chosen)
        shuffled = marks_for(
            kind=Kind.MULTIPLE, key={"right": [turned[0], turned[3]]}, response=[turned[place] for place in chosen]
        )

        assert straight == shuffled


def test_a_tolerance_reaches_as_far_up_as_down_and_no_further():
    for tenths in range(-30, 31):
        given = f"{10 + tenths / 10:.1f}"
        marks = marks_for(kind=Kind.NUMERIC, key={"number": "10", "tolerance": "1.5"}, response=given)

        assert marks == (abs(tenths) <= 15)
