import pytest
from django.core.exceptions import ValidationError

from courses.blocks import CheckBlock, ComparisonBlock, drawing_choices


def clean(block, value):
    return block.clean(block.to_python(value))


def check(*right):
    return {
        "question": "What first?",
        "choices": [{"text": f"Answer {place}", "right": flag, "feedback": "So."} for place, flag in enumerate(right)],
    }


@pytest.mark.parametrize("right", [(False, False), (True, True), (True, False, True)])
def test_a_check_has_exactly_one_right_answer(right):
    with pytest.raises(ValidationError) as refusal:
        clean(CheckBlock(), check(*right))

    assert refusal.value.non_block_errors[0] == "Mark exactly one answer as right."


def test_a_check_with_one_right_answer_is_kept():
    assert [choice["right"] for choice in clean(CheckBlock(), check(False, True))["choices"]] == [False, True]


def table(*rows):
    return {"caption": "Two", "columns": ["A", "B"], "rows": [{"cells": list(row)} for row in rows]}


@pytest.mark.parametrize("row", [["one"], ["one", "two", "three"]])
def test_every_row_of_a_comparison_has_one_cell_under_each_column(row):
    with pytest.raises(ValidationError) as refusal:
        clean(ComparisonBlock(), table(["one", "two"], row))

    assert refusal.value.non_block_errors[0] == "Every row needs one cell under each column."


def test_a_comparison_pairs_each_cell_with_its_heading():
    value = clean(ComparisonBlock(), table(["one", "two"]))

    assert value.lines == [[("A", "one"), ("B", "two")]]


def test_every_house_drawing_may_be_chosen():
    assert ("closed-set-plan", "closed set plan") in drawing_choices()
