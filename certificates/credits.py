"""Which credits count towards a renewal? Entries and terms in, sums and sentences out; no database.

A credit is an hour of learning; amounts are quarter-hours, which is how finely anybody counts. Of each category as much
counts as its terms let, the earliest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import QUARTERS


@dataclass(frozen=True, kw_only=True)
class Category:
    """A kind of continuing education. `least` and `most` are credits; `most` None: all of it counts."""

    slug: str
    name: str
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One entry of the ledger. `key` tells it apart from others of its day."""

    key: int
    category: str
    quarters: int
    on: date
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class CategoryTally:
    """Of one category, in quarter-hours: what was accepted, what of it counts, and what more is asked for."""

    category: Category
    accepted: int
    counted: int
    waiting: int

    @property
    def over(self) -> int:
        return self.accepted - self.counted

    @property
    def missing(self) -> int:
        return max(0, self.category.least * QUARTERS - self.counted)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """One span held against its terms, in quarter-hours. `of_entry` says what counts of each accepted entry in it."""

    needed: int
    categories: tuple[CategoryTally, ...]
    of_entry: dict[int, int]

    @property
    def counted(self) -> int:
        return sum(each.counted for each in self.categories)

    @property
    def waiting(self) -> int:
        return sum(each.waiting for each in self.categories)

    @property
    def met(self) -> bool:
        return self.counted >= self.needed and not any(each.missing for each in self.categories)

    def sentences(self) -> list[str]:
        """Where one stands, what does not count and why, and what is missing; the first has the sum."""
        said = [
            _("%(have)s of %(need)s.") % {"have": figure(self.counted), "need": in_credits(self.needed)},
        ]
        for each in self.categories:
            if each.over:
                said.append(
                    ngettext(
                        "%(credits)s over the cap of %(name)s does not count.",
                        "%(credits)s over the cap of %(name)s do not count.",
                        1 if each.over == QUARTERS else 2,
                    )
                    % {"credits": figure(each.over), "name": each.category.name}
                )
        said += [
            _("%(name)s: %(missing)s more.") % {"name": each.category.name, "missing": in_credits(each.missing)}
            for each in self.categories
            if each.missing
        ]
        if self.waiting:
            said.append(_("%(credits)s with the registrar.") % {"credits": in_credits(self.waiting)})
        return said

    def sentence(self) -> str:
        """The same on one line: “12 of 20 credits; 3 over the cap of Teaching do not count.”"""
        return "; ".join(sentence.removesuffix(".") for sentence in self.sentences()) + "."


def tally(
    claims: Iterable[Claim], *, categories: Sequence[Category], needed_credits: int, begins_on: date, last_day: date
) -> Tally:
    """What counts of `claims` from the one day to the other, both included. Categories that are not named count nothing."""
    inside = sorted(
        (claim for claim in claims if begins_on <= claim.on <= last_day), key=lambda claim: (claim.on, claim.key)
    )
    of_entry: dict[int, int] = {}
    tallies = []
    for category in categories:
        mine = [claim for claim in inside if claim.category == category.slug]
        room = None if category.most is None else category.most * QUARTERS
        counted = 0
        for claim in mine:
            if claim.accepted:
                takes = claim.quarters if room is None else min(claim.quarters, room - counted)
                of_entry[claim.key] = takes
                counted += takes
        tallies.append(
            CategoryTally(
                category=category,
                accepted=sum(claim.quarters for claim in mine if claim.accepted),
                counted=counted,
                waiting=sum(claim.quarters for claim in mine if not claim.accepted),
            )
        )
    return Tally(needed=needed_credits * QUARTERS, categories=tuple(tallies), of_entry=of_entry)


def figure(quarters: int) -> str:
    """Quarter-hours as credits: “12”, “1.25”."""
    return f"{quarters / QUARTERS:g}"


def in_credits(quarters: int) -> str:
    """The same with its word."""
    words = ngettext("%(n)s credit", "%(n)s credits", 1 if quarters == QUARTERS else 2)
    return words % {"n": figure(quarters)}
