"""How many marks does an answer earn? Facts in, a fraction out; nothing here reads the database."""

import re
from fractions import Fraction
from typing import Any

from .questions import Kind

# What a sitting freezes for each kind: {"right": [2, 0]} for choices (places in the options as shown, from 0),
# {"truth": true}, {"number": "48", "tolerance": "0.5"}.
Key = dict[str, Any]
# What a person answers: places in the options, a truth, or a number as they typed it. None until then.
Response = list[int] | bool | str | None

NUMBER = re.compile(r"[+-]?(\d{1,15}([.,]\d{0,9})?|[.,]\d{1,9})")


def marks_for(*, kind: str, key: Key, response: Response) -> Fraction:
    """The marks for one answer, from 0 to 1, exactly. No answer earns 0, and so does one that cannot be read.

    Single choice, true or false and numbers are all or nothing. Multiple response earns its right choices less its
    wrong ones, as a share of the right ones there are: ticking everything earns nothing more than it loses.
    """
    if response is None:
        return Fraction(0)
    match kind:
        case Kind.SINGLE:
            return Fraction(_places(response) == set(key["right"]))
        case Kind.MULTIPLE:
            chosen, right = _places(response), set(key["right"])
            return max(Fraction(0), Fraction(len(chosen & right) - len(chosen - right), len(right)))
        case Kind.TRUE_FALSE:
            return Fraction(response is key["truth"])
        case Kind.NUMERIC:
            given = read_number(response)
            if given is None:
                return Fraction(0)
            return Fraction(abs(given - Fraction(key["number"])) <= Fraction(key["tolerance"]))
    raise ValueError(f"No rule says how to mark a question of kind {kind}.")


def read_number(text: object) -> Fraction | None:
    """The number somebody typed, exactly; None when it is not one. Takes a point or a comma, and spaces anywhere."""
    if not isinstance(text, str):
        return None
    typed = "".join(text.split()).replace("−", "-")
    if not NUMBER.fullmatch(typed):
        return None
    return Fraction(typed.replace(",", ".").rstrip("."))


def _places(response: Response) -> set[int]:
    return set(response) if isinstance(response, list) else set()
