"""How do totals read, in words? Each reason as a sentence that fits learner and registrar; nothing here asks the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .counting import CountingRules, Reason, last_day
from .models import Shift, ShiftRole
from .shift_words import duration
from .totals import STOPS, Amount, Difference, Step, Totals
from .totals_parts import Part, by_medium, by_mentor, by_production, by_region, by_role, by_scene, by_union

WARN_DAYS = 60  # before days grow too old, it is said
PLAIN = {
    Reason.DRAFT: gettext_lazy("Drafts: not handed in yet."),
    Reason.VOID: gettext_lazy("Withdrawn, or made void: nothing of it counts."),
    Reason.REPLACED: gettext_lazy("Replaced by an amendment that is signed: only the newest version goes on."),
    Reason.WITH_MENTOR: gettext_lazy("With the mentor, who has not signed yet."),
    Reason.WITH_LEARNER: gettext_lazy("The mentor asked something or proposed other hours, and waits for an answer."),
    Reason.WITH_REGISTRAR: gettext_lazy("With the registrar, who decides."),
    Reason.DECLINED: gettext_lazy("Declined."),
    Reason.BROKEN: gettext_lazy("The seal is broken: something was changed after it was signed."),
}
BEYOND: dict[Reason, Callable[[Difference, CountingRules], str]] = {
    Reason.OLD: lambda difference, rules: ngettext(
        "More than %(n)d day ago: too long to count.", "More than %(n)d days ago: too long to count.", rules.recency_days or 0
    )
    % {"n": rules.recency_days or 0},
    Reason.ROLE: lambda difference, rules: _("No day in this role counts: %(role)s.") % {"role": _role(difference)},
    Reason.OVER_ROLE: lambda difference, rules: ngettext(
        "At most %(n)d day counts in this role: %(role)s.", "At most %(n)d days count in this role: %(role)s.",
        _most(difference, rules),
    )
    % {"role": _role(difference), "n": _most(difference, rules)},
    Reason.OVER_PRODUCTION: lambda difference, rules: ngettext(
        "At most %(n)d day on one production counts, and %(code)s has more.",
        "At most %(n)d days on one production count, and %(code)s has more.",
        rules.days_per_production or 0,
    )
    % {"n": rules.days_per_production or 0, "code": difference.production},
}  # fmt: skip
STEPS = {
    Step.RECORDED: gettext_lazy("Recorded"),
    Step.SUBMITTED: gettext_lazy("Handed in"),
    Step.SIGNED: gettext_lazy("Signed"),
    Step.COUNTS: gettext_lazy("Counts"),
}


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One line of the ladder from recorded to countable: a step reached, or what falls away before the next."""

    title: str
    amount: Amount
    hours: str
    is_step: bool
    shifts: tuple[Shift, ...] = ()


def sentence(difference: Difference, rules: CountingRules) -> str:
    """Why these shifts do not go on, in a sentence."""
    if difference.reason in PLAIN:
        return str(PLAIN[difference.reason])
    return BEYOND[difference.reason](difference, rules)


def ladder(totals: Totals) -> list[Rung]:
    """Every step, and between two of them each difference with its reason."""
    rungs = []
    for step in Step:
        amount = totals.amounts[step]
        rungs.append(Rung(title=str(STEPS[step]), amount=amount, hours=duration(amount.minutes), is_step=True))
        rungs += [
            Rung(
                title=sentence(difference, totals.rules),
                amount=difference.amount,
                hours=duration(difference.amount.minutes),
                is_step=False,
                shifts=difference.shifts,
            )
            for difference in totals.differences
            if STOPS[difference.reason] is step
        ]
    return rungs


def runs_out(totals: Totals) -> str:
    """A warning that days which count grow too old soon, with how many and the last date they count; else nothing."""
    leaving = totals.counted.leaving(totals.on, within=WARN_DAYS)
    if not leaving:
        return ""
    first, last = (_last(day, totals.rules) for day in (leaving[0], leaving[-1]))
    if first == last:
        return ngettext(
            "%(n)d day that counts grows too old after %(first)s.",
            "%(n)d days that count grow too old after %(first)s.",
            len(leaving),
        ) % {"n": len(leaving), "first": first}
    return _("%(n)d days that count grow too old by %(last)s, the first of them after %(first)s.") % {
        "n": len(leaving),
        "first": first,
        "last": last,
    }


def _last(day: date, rules: CountingRules) -> str:
    return date_format(last_day(day, rules) or day, "j F Y")


def _role(difference: Difference) -> str:
    return str(ShiftRole(difference.role).label).lower() if difference.role else ""


def _most(difference: Difference, rules: CountingRules) -> int:
    return rules.most.get(difference.role, 0) if difference.role else 0


# Tables ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table."""

    label: str
    signed_days: int
    signed_hours: str
    counting_days: int
    counting_hours: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """What signed days consist of by one thing; `whole` is the sum of its rows."""

    name: str  # for its anchor
    title: str
    column: str
    rows: list[Row]
    whole: Row


def tables(totals: Totals) -> list[Table]:
    """The parts of everything signed; none while nothing is."""
    if not totals.signed.shifts:
        return []
    return [
        _table("role", _("By role"), _("Role"), by_role(totals), totals),
        _table("production", _("By production"), _("Production"), by_production(totals), totals),
        _table("mentor", _("By mentor"), _("Mentor"), by_mentor(totals), totals),
        _table("medium", _("By what was made"), _("Medium"), by_medium(totals), totals),
        _table("region", _("By region"), _("Region"), by_region(totals), totals),
        _table("union", _("By union status"), _("Agreement"), by_union(totals), totals),
    ]


def _table(name: str, title: str, column: str, parts: Sequence[Part], totals: Totals) -> Table:
    return Table(
        name=name,
        title=title,
        column=column,
        rows=[_row(part.label, part.signed, part.countable) for part in parts if part.signed.shifts],
        whole=_row(_("All together"), totals.signed, totals.countable),
    )


def _row(label: str, signed: Amount, countable: Amount) -> Row:
    return Row(
        label=label,
        signed_days=signed.days,
        signed_hours=duration(signed.minutes),
        counting_days=countable.days,
        counting_hours=duration(countable.minutes),
    )


@dataclass(frozen=True, kw_only=True)
class SceneRow:
    """Scenes of one type in signed shifts, and the days on which there were any."""

    label: str
    scenes: int
    days: int


@dataclass(frozen=True, kw_only=True)
class SceneRows:
    rows: list[SceneRow]
    scenes: int  # all together


def scene_rows(totals: Totals) -> SceneRows:
    """What scenes signed shifts had."""
    rows = [
        SceneRow(label=part.label, scenes=part.signed, days=part.signed_days)
        for part in by_scene(totals)
        if part.signed
    ]
    return SceneRows(rows=rows, scenes=sum(row.scenes for row in rows))
