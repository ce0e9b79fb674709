"""What does this text say, if every reader must read it alike? Strict JSON within bounds."""

import json
import math
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from ..canonical import DEEPEST, LARGEST_DOCUMENT
from .refusal import CheckFails

MOST_OBJECTS = 1_000
MOST_VALUES = 5_000  # of any kind: each becomes a statement, of which the canonical form is sorted
LONGEST_NUMBER = 40  # characters; longer digits cost time and mean nothing


def read_json(text: str) -> dict[str, Any]:
    """The JSON object in `text`.

    Raises CheckFails when two readers could read it differently, or when it is too large, deep or wide.
    """
    # A character has at least one byte: a long text is refused before anything is done with it.
    if len(text) > LARGEST_DOCUMENT or len(text.encode(errors="surrogatepass")) > LARGEST_DOCUMENT:
        raise CheckFails(_("The credential is larger than 256 KB, which no honest one is."))
    counted = _Counted()
    try:
        document = json.loads(
            text,
            object_pairs_hook=counted.object,
            parse_int=counted.whole,
            parse_float=counted.fraction,
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
    values = 0
    pending: list[tuple[Any, int]] = [(document, 1)]
    while pending:
        value, depth = pending.pop()
        values += 1
        if depth > DEEPEST:
            raise CheckFails(_("The credential is nested too deeply."))
        if isinstance(value, dict | list):
            items = value.values() if isinstance(value, dict) else value
            pending.extend((item, depth + 1) for item in items)
        if values + len(pending) > MOST_VALUES:
            raise _too_wide()


class _Counted:
    """Counts while the text is read, so that too many of a thing end the reading."""

    def __init__(self) -> None:
        self.objects = self.numbers = 0

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        self.objects += 1
        said = dict(pairs)
        if len(said) != len(pairs):
            raise CheckFails(_("The credential says something twice, so that two readers could read it differently."))
        if self.objects > MOST_OBJECTS:
            raise _too_wide()
        return said

    def whole(self, digits: str) -> int:
        self._count(digits)
        return int(digits)

    def fraction(self, digits: str) -> float:
        self._count(digits)
        number = float(digits)
        if not math.isfinite(number):
            raise ValueError
        return number

    def _count(self, digits: str) -> None:
        self.numbers += 1
        if self.numbers > MOST_VALUES:
            raise _too_wide()
        if len(digits) > LONGEST_NUMBER:
            raise ValueError


def _too_wide() -> CheckFails:
    return CheckFails(_("The credential has more parts than any honest one."))


def _no_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(name)
