"""Which picture stands for a certificate? A badge that names the award and who gave it, with the credential baked in.

The holder's name is in the credential, where they agreed to it, and not on the picture. The same certificate in the same
look always gives the same bytes.
"""

import base64
import re
from xml.sax.saxutils import escape

from cms.accounts.typesetting.glyphs import drawable
from cms.accounts.typesetting.press import picture

from .baking import bake_png, bake_svg
from .pdf import SHEET, Look, PrintedCertificate

# How the typesetter writes a drawing within a drawing.
NESTED = re.compile(
    r'<image( transform="[^"]*") xlink:href="data:image/svg\+xml;base64,([^"]*)"((?: [\w-]+="[^"]*")*)/>'
)
DOTS = 144  # to the inch: 600 pixels along each side


def badge_png(printed: PrintedCertificate, *, look: Look, credential: str) -> bytes:
    """The badge as a PNG that carries `credential`."""
    return bake_png(picture(SHEET / "badge.typ", words=_words(printed, look), form="png", dots=DOTS), credential)


def badge_svg(printed: PrintedCertificate, *, look: Look, credential: str) -> str:
    """The badge as an SVG that carries `credential`. Its letters are outlines, so it looks the same everywhere."""
    drawing = picture(SHEET / "badge.typ", words=_words(printed, look), form="svg").decode()
    drawing = NESTED.sub(_opened, drawing)
    said = escape(f"{printed.title}. {printed.kind_label}, {printed.issuer_name}")
    # Outlines say nothing to who cannot see them.
    opening, rest = drawing.split(">", 1)
    return bake_svg(f'{opening} role="img"><title>{said}</title>{rest}', credential)


def _opened(nested: re.Match[str]) -> str:
    """A drawing in the drawing, out of its envelope: programs that clean what they show throw such envelopes away."""
    place, held, size = nested.groups()
    inner = base64.b64decode(held).decode().replace("<svg ", f"<svg{size} ", 1)
    return f"<g{place}>{inner}</g>"


def _words(printed: PrintedCertificate, look: Look) -> dict[str, object]:
    words = {
        "title": printed.title,
        "kind_label": printed.kind_label,
        "issuer_name": printed.issuer_name,
        "lang": printed.language.split("-")[0],
        "design": {"ink": look.ink, "accent": look.accent, "seal": look.seal},
    }
    return {key: drawable(value) for key, value in words.items()}
