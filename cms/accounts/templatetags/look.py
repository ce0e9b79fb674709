"""Tags of the look, in every template without loading."""

import re
from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
DRAWINGS = Path(settings.BASE_DIR) / "templates" / "drawings"


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite, as decoration: the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {extra}" if extra else "",
        static("icons.svg"),
        name,
    )


@cache
def drawing_names() -> tuple[str, ...]:
    """The house drawings, by name: files of templates/drawings."""
    return tuple(sorted(path.stem for path in DRAWINGS.glob("*.svg")))


@cache
def _drawing(name: str) -> SafeString:
    if name not in drawing_names():
        return mark_safe("")
    text = (DRAWINGS / f"{name}.svg").read_text()
    return mark_safe(re.sub(r">\s+<", "><", text.strip()))  # noqa: S308 - our own files


@register.simple_tag
def drawing(name: str) -> SafeString:
    """A house drawing, inline so that it takes the page's colours; nothing for a name that is not there."""
    return _drawing(name)


@register.filter
def letter(value: str) -> str:
    """The first letter, large: how a strip names its role."""
    return value[:1].upper()


SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
SHORT_INPUTS = {"date", "time", "number"}


@register.filter
def money(minor: int, currency: str) -> str:
    """An amount in minor units, as people write it: `{{ 340000|money:"GBP" }}` is £3,400; pence where there are any."""
    whole, rest = divmod(int(minor), 100)
    amount = f"{whole:,}.{rest:02}" if rest else f"{whole:,}"
    return f"{SIGNS[currency]}{amount}" if currency in SIGNS else f"{amount} {currency}"


@register.filter
def dressed(field: BoundField) -> SafeString:
    """A field's input in our look, unless its widget names a class of its own. Other fields keep their looks."""
    widget = field.field.widget
    attrs: dict[str, str | bool] = {}
    if "class" not in widget.attrs:
        short = getattr(widget, "input_type", "") in SHORT_INPUTS
        attrs["class"] = "input input-short" if short else "input"
    if "placeholder" in widget.attrs:
        attrs["placeholder"] = False  # a label that vanishes as one types; ours stands above the field
    return field.as_widget(attrs=attrs)


@register.filter
def attribute(attrs: dict[str, str], name: str) -> str:
    """An attribute whose name has a hyphen."""
    return attrs.get(name, "")
