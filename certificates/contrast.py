"""Can a colour be read on paper? By the figure of WCAG 2.2, with its meaning in plain words."""

import re

from django.utils.translation import gettext as _

PAPER = "#ffffff"  # what one prints on
READABLE = 4.5  # to 1. Source: WCAG 2.2, success criterion 1.4.3
COLOUR = re.compile(r"#[0-9a-f]{6}")


def contrast(colour: str, ground: str = PAPER) -> float:
    """How far apart two colours (#rrggbb) are in lightness, from 1 (the same) to 21. Source: WCAG 2.2, contrast ratio."""
    lighter, darker = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def unreadable(colour: str) -> str | None:
    """Why words in this colour cannot be on a certificate, as a sentence; None when they can."""
    if not COLOUR.fullmatch(colour):
        return _("Write the colour as # and six figures or letters a to f, such as #472a66.")
    if (ratio := contrast(colour)) < READABLE:
        return _(
            "This colour is too light to read on paper: its contrast is %(ratio)s to 1, and words need %(least)s to 1. "
            "Choose a darker one."
        ) % {"ratio": _rounded_down(ratio), "least": READABLE}
    return None


def in_words(colour: str) -> str:
    """How well this colour reads on paper."""
    ratio = contrast(colour)
    said = _("easy to read, small print too") if ratio >= 7 else _("readable")
    return _("%(colour)s: %(ratio)s to 1 on white paper, %(said)s") % {
        "colour": colour, "ratio": _rounded_down(ratio), "said": said
    }  # fmt: skip


def softer(colour: str) -> str:
    """A quieter shade of the same colour for small print: a quarter nearer to the paper, as far as it stays readable."""
    for share in (0.26, 0.18, 0.1):
        mixed = "#" + "".join(f"{round(c + (255 - c) * share):02x}" for c in bytes.fromhex(colour[1:]))
        if contrast(mixed) >= READABLE + 0.5:
            return mixed
    return colour


def _rounded_down(ratio: float) -> str:
    """So that 4.49 is never called 4.5."""
    return f"{int(ratio * 10) / 10:g}"


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in bytes.fromhex(colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
