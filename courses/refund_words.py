"""What is given back to who leaves, in sentences? Pure: rules in, words out."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def rules_in_words(tiers: Sequence[Sequence[int]], *, cooling_off_hours: int, dated: bool) -> list[str]:
    """A sentence for each rule, first the hours of cooling off; always one at least.

    `tiers` are days before the start and per cent, as orders freeze them. Without a date to count to (`dated`) they
    give nothing. The same rule in numbers: `pricing.percent_given_back`.
    """
    said = []
    if cooling_off_hours:
        said.append(
            ngettext(
                "Within %(n)d hour of paying, everything is given back.",
                "Within %(n)d hours of paying, everything is given back.",
                cooling_off_hours,
            )
            % {"n": cooling_off_hours}
        )
    giving = sorted(((days, percent) for days, percent in tiers if percent), reverse=True) if dated else []
    for days, percent in giving:
        said.append(_tier(days, percent))
    if giving and giving[-1][0] == 0:
        return [*said, _("Once the intake has begun, nothing is given back.")]
    return [*said, _("After that, nothing is given back.") if said else _("Nothing is given back.")]


def _tier(days: int, percent: int) -> str:
    how_much = _("everything") if percent == 100 else _("%(percent)d %% of what you paid") % {"percent": percent}
    if days == 0:
        return _("Until the day your intake begins, %(how_much)s is given back.") % {"how_much": how_much}
    return ngettext(
        "Until %(n)d day before your intake begins, %(how_much)s is given back.",
        "Until %(n)d days before your intake begins, %(how_much)s is given back.",
        days,
    ) % {"n": days, "how_much": how_much}
