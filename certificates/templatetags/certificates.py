"""What do programme pages and certificates need of the rules?"""

import io
from typing import Any

import segno
from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from courses.models import ProgrammePage

from ..eligibility import current_set
from ..requirements import rule_of

register = template.Library()


@register.inclusion_tag("certificates/requirements_of.html")
def requirements_of(programme: ProgrammePage) -> dict[str, Any]:
    """What the programme asks of somebody who joins today, in a table: two queries."""
    rules = current_set(programme) if programme.pk else None
    promises = (
        [rule_of(rule.kind, rule.terms).promise() for rule in rules.requirements.order_by("position")] if rules else []
    )
    return {"rules": rules, "promises": promises}


@register.simple_tag
def qr(address: str) -> SafeString:
    """A QR code as a drawing of one path, in the colour of the words around it."""
    out = io.BytesIO()
    segno.make_qr(address, error="m").save(
        out, kind="svg", border=0, dark="currentColor", xmldecl=False, svgns=False, omitsize=True,
        svgclass="qr", lineclass=None,
    )  # fmt: skip
    return mark_safe(out.getvalue().decode())  # noqa: S308 - drawn by the library from an address of ours


@register.simple_tag
def url_of(place: tuple[str, ...]) -> str:
    """The address of a finding's next step."""
    name, *arguments = place
    return reverse(name, args=arguments)
