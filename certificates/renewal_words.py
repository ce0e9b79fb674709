"""How does a holder read where a renewal stands? Facts in, lines for the page out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .credits import CategoryTally, figure, in_credits
from .models import QUARTERS, Certificate, CreditEntry, RenewalPhase, RenewalTerms
from .renewal_spans import span_of
from .renewal_terms import categories_of
from .renewing import Prospect


@dataclass(frozen=True, kw_only=True)
class EntryLine:
    """One entry of the ledger, with what counts of it."""

    entry: CreditEntry
    credits: str
    state: str
    tone: str
    icon: str


@dataclass(frozen=True, kw_only=True)
class CategoryLine:
    """One category: how much counts, out of what, and how much would."""

    name: str
    words: str


def entry_lines(prospect: Prospect) -> list[EntryLine]:
    """The ledger of this span, newest first."""
    return [_line(entry, prospect.tally.of_entry.get(entry.pk)) for entry in prospect.entries]


def _line(entry: CreditEntry, counts: int | None) -> EntryLine:
    if entry.returned_at:
        state, tone, icon = _("Came back to you"), "wait", "message-circle-question"
    elif entry.accepted_at is None:
        state, tone, icon = _("With the registrar"), "wait", "hourglass"
    elif counts == entry.quarters:
        state, tone, icon = _("Counts"), "good", "check"
    elif counts:
        state, tone, icon = _("%(n)s of it count") % {"n": figure(counts)}, "good", "check"
    else:
        state, tone, icon = _("Over the cap"), "", "circle-dashed"
    return EntryLine(entry=entry, credits=in_credits(entry.quarters), state=state, tone=tone, icon=icon)


def category_lines(tallies: Sequence[CategoryTally]) -> list[CategoryLine]:
    return [CategoryLine(name=each.category.name, words=_of_category(each)) for each in tallies]


def _of_category(each: CategoryTally) -> str:
    if each.over:
        words = _("%(counted)s of %(accepted)s count") % {
            "counted": figure(each.counted),
            "accepted": in_credits(each.accepted),
        }
    else:
        words = in_credits(each.counted)
    if asked := limits(each.category.least, each.category.most):
        words += f" ({asked})"
    return words


def limits(least: int, most: int | None) -> str:
    """What is asked of a category, in credits: nothing where all of it counts."""
    said = [_("at least %(n)d") % {"n": least}] if least else []
    return ", ".join([*said, *([] if most is None else [_("at most %(n)d count") % {"n": most}])])


def terms_lines(terms: RenewalTerms, years: int | None) -> list[tuple[str, str]]:
    """The terms as label and words, for the holder's page and the desk."""
    said = [
        (_("Version"), _("%(version)s (example)") % {"version": terms.version} if terms.is_example else terms.version)
    ]
    if years:
        said.append((_("A renewal adds"), ngettext("%(n)d year", "%(n)d years", years) % {"n": years}))
    said += [
        (_("One may ask from"), _("%(days)s before the end") % {"days": _days(terms.window_days)}),
        (_("Days of grace"), _days(terms.grace_days) if terms.grace_days else _("none")),
        (_("Reinstatement"), _reinstatement(terms)),
        (_("Credits needed"), in_credits(terms.credits * QUARTERS)),
    ]
    for each in categories_of(terms):
        said.append((each.name, limits(each.least, each.most) or _("all of it counts")))
    return said


def _reinstatement(terms: RenewalTerms) -> str:
    if not terms.reinstatement_days:
        return _("not offered")
    words = _("for %(days)s after that") % {"days": _days(terms.reinstatement_days)}
    if terms.reinstatement_credits:
        more = in_credits(terms.reinstatement_credits * QUARTERS)
        words += ", " + _("with %(credits)s more, or by a registrar’s decision") % {"credits": more}
    return words


def _days(number: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", number) % {"n": number}


def hint_of(certificate: Certificate | None, *, at: datetime) -> str:
    """One sentence for the holder who could renew it now; empty when there is nothing to do. Four queries at most, and
    none long before its end: no window is wider than two years."""
    if certificate is None or certificate.revoked_at or certificate.superseded_at:
        return ""
    if certificate.valid_until is None or certificate.valid_until > at + timedelta(days=730):
        return ""
    span = span_of(certificate)
    phase = span.phase(at) if span else RenewalPhase.OVER
    if span is None or phase in {RenewalPhase.EARLY, RenewalPhase.OVER}:
        return ""
    day = {"day": date_format(span.until, "j F Y")}
    if phase is RenewalPhase.WINDOW:
        return _("It is valid until %(day)s, and you can renew it now.") % day
    last = span.grace_until if phase is RenewalPhase.GRACE else span.over_at
    return _("It ended on %(day)s. Until %(last)s there is a way to go on.") % (
        day | {"last": date_format(last, "j F Y")}
    )
