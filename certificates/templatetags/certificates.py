"""What do programme pages and certificates need of the rules?"""

from itertools import groupby
from typing import Any

import segno
from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
    """A QR code as one path, in the ink of the page: one square a dark module, runs of a row joined."""
    rows = [bytes(row) for row in segno.make_qr(address, error="m").matrix]
    path = []
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                path.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" aria-hidden="true"><path d="{1}"/></svg>', len(rows), "".join(path)
    )


@register.simple_tag
def url_of(place: tuple[str, ...]) -> str:
    """The address of a finding's next step."""
    name, *arguments = place
    return reverse(name, args=arguments)
