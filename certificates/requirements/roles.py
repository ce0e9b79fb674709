"""How much may, and how much must, be done in each role? The same limits for days and for hours."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import ShiftRole

from .facts import BadTerms, take, whole

DOING = {
    ShiftRole.OBSERVE: gettext_lazy("observing"),
    ShiftRole.ASSIST: gettext_lazy("assisting"),
    ShiftRole.LEAD: gettext_lazy("leading"),
    ShiftRole.COVER: gettext_lazy("covering"),
}


def limits_of(terms: Mapping[str, Any], *, total: int, of: str) -> tuple[dict[ShiftRole, int], dict[ShiftRole, int]]:
    """The minimum and the maximum of each role that has one; `of` is the term with the `total`.

    Raises BadTerms for what cannot be read or met.
    """
    roles = terms.get("roles", {})
    if not isinstance(roles, dict) or set(roles) - set(ShiftRole.values):
        raise BadTerms(_("“roles” names a role that does not exist."), term="roles")
    for limits in roles.values():
        if not isinstance(limits, dict):
            raise BadTerms(_("Each role has its limits: “min”, “max” or both."), term="roles")
        take(limits, ("min", "max"))
    least = {ShiftRole(name): whole(limits, "min", 0) for name, limits in roles.items()}
    most = {ShiftRole(name): whole(limits, "max", 0) for name, limits in roles.items() if "max" in limits}
    if any(limit < least[role] for role, limit in most.items()):
        raise BadTerms(_("A role’s maximum is below its minimum."), term="roles")
    if sum(least.values()) > total:
        raise BadTerms(_("The minimums of the roles add up to more than “%(of)s”.") % {"of": of}, term="roles")
    if set(most) == set(ShiftRole) and sum(most.values()) < total:
        raise BadTerms(_("The maximums of the roles add up to less than “%(of)s”.") % {"of": of}, term="roles")
    return least, most


def limits_in_words(least: Mapping[ShiftRole, int], most: Mapping[ShiftRole, int]) -> list[str]:
    """What a visitor reads of them."""
    return [
        *(_("at least %(n)d %(doing)s") % {"n": n, "doing": DOING[role]} for role, n in least.items() if n),
        *(_("at most %(n)d %(doing)s") % {"n": n, "doing": DOING[role]} for role, n in most.items()),
    ]
