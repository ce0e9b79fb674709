"""What does this text say, if every reader must read it alike? Strict JSON within bounds."""

import json
import math
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from ..canonical import DEEPEST, LARGEST_DOCUMENT
from .refusal import CheckFails

MOST_OBJECTS = 1_000
LONGEST_NUMBER = 40  # characters; longer digits cost time and mean nothing


def read_json(text: str) -> dict[str, Any]:
    """The JSON object in `text`.

    Raises CheckFails when two readers could read it differently, or when it is too large, deep or wide.
    """
    # A character has at least one byte: a long text is refused before anything is done with it.
    if len(text) > LARGEST_DOCUMENT or len(text.encode(errors="surrogatepass")) > LARGEST_DOCUMENT:
        raise CheckFails(_("The credential is larger than 256 KB, which no honest one is."))
    try:
        document = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
    except RecursionError:
        raise CheckFails(_("The credential is nested too deeply.")) from None
    except ValueError:
        raise CheckFails(_("The credential is not readable JSON. Ask for the file as it was downloaded.")) from None
    if not isinstance(document, dict):
        raise CheckFails(_("The file has no credential in it."))
    _check_bounds(document)
    return document


def _check_bounds(document: dict[str, Any]) -> None:
    objects = 0
    pending: list[tuple[Any, int]] = [(document, 1)]
    while pending:
        value, depth = pending.pop()
        if depth > DEEPEST:
            raise CheckFails(_("The credential is nested too deeply."))
        if isinstance(value, dict):
            objects += 1
            pending.extend((item, depth + 1) for item in value.values())
        elif isinstance(value, list):
            pending.extend((item, depth + 1) for item in value)
        if objects > MOST_OBJECTS:
            raise CheckFails(_("The credential has more parts than any honest one."))


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) != len(pairs):
        raise CheckFails(_("The credential says something twice, so that two readers could read it differently."))
    return said


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if len(digits) > LONGEST_NUMBER or not math.isfinite(number):
        raise ValueError
    return number


def _no_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(name)
