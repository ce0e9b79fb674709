"""What do a learner and a mentor agree on, and what do their signatures cover? Values and rules; nothing is written here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from django.utils.translation import gettext as _

from .agreements import digest_of_words
from .models import Agreement, CoverRule, MentorshipTerms, Pay, ShiftRole

LONGEST_SCOPE = 2_000  # characters


class CannotAgree(Exception):
    """These terms cannot be proposed or signed now. The message says why."""


@dataclass(frozen=True, kw_only=True)
class TermsSaid:
    """What two people agree on. Source: Bectu, mentorship (domain.md §4a): agreed before it starts, never afterwards."""

    scope: str
    starts_on: date
    ends_on: date
    check_in_days: int  # days between check-ins
    pay: Pay
    counts: tuple[ShiftRole, ...]  # roles whose days count
    cover: CoverRule
    notice_days: int  # days of notice to end it


def said_in(terms: MentorshipTerms) -> TermsSaid:
    """A version's terms as plain values."""
    return TermsSaid(
        scope=terms.scope,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        check_in_days=terms.check_in_days,
        pay=Pay(terms.pay),
        counts=tuple(ShiftRole(role) for role in terms.counts),
        cover=CoverRule(terms.cover),
        notice_days=terms.notice_days,
    )


def digest_of_terms(agreement: Agreement, said: TermsSaid) -> str:
    """SHA-256 over the agreement's words and the terms, in hexadecimal: what both signatures cover."""
    values = asdict(said) | {"starts_on": said.starts_on.isoformat(), "ends_on": said.ends_on.isoformat()}
    text = json.dumps(["closed-set:mentorship", digest_of_words(agreement), values], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def checked(said: TermsSaid) -> TermsSaid:
    """The terms, trimmed and in order. Raises CannotAgree for what cannot be."""
    scope = said.scope.strip()
    if not scope:
        raise CannotAgree(_("Say in a sentence what you will work on."))
    if len(scope) > LONGEST_SCOPE:
        raise CannotAgree(_("Keep it under 2,000 characters."))
    if said.ends_on < said.starts_on:
        raise CannotAgree(_("The last day is before the first."))
    if not 1 <= said.check_in_days <= 366:
        raise CannotAgree(_("Check-ins are 1 to 366 days apart."))
    if said.notice_days > 366 or said.notice_days < 0:
        raise CannotAgree(_("Notice is 366 days at most."))
    counts = _in_order(said.counts)
    if not counts:
        raise CannotAgree(_("Say which days count: at least one role."))
    if said.cover != CoverRule.NEVER and said.pay == Pay.UNPAID and ShiftRole.COVER in counts:
        # Source: Bectu (domain.md §4a): whoever covers works as the coordinator that day, and is paid as one.
        raise CannotAgree(
            _("Whoever stands in works as the coordinator that day, and is paid. Change the pay or the rule.")
        )
    return TermsSaid(**{**asdict(said), "scope": scope, "counts": counts})


def _in_order(roles: Iterable[ShiftRole]) -> tuple[ShiftRole, ...]:
    held = set(roles)
    return tuple(role for role in ShiftRole if role in held)
