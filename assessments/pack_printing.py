"""How is a signed record printed? As A4 sheets, PDF/A-3a and PDF/UA-1, with a way to check it where a link shows the same."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cms.accounts.typesetting.glyphs import drawable
from cms.accounts.typesetting.press import press
from cms.accounts.typesetting.squares import qr_svg

from .pack_words import WHAT_IT_IS, words_of_pack
from .packs import Pack

SHEET = Path(__file__).parent / "sheet" / "pack.typ"


def print_pack(
    pack: Pack, *, holder: str, academy: str, at: datetime, url: str = "", works_until: datetime | None = None
) -> bytes:
    """The record as it stands `at` that moment. `url` is the link that shows the same until `works_until`, if there is one.

    The same record and moment give the same bytes.
    """
    at = at.astimezone(UTC)
    words: dict[str, object] = asdict(words_of_pack(pack))
    words |= {
        "language": (get_language() or "en").split("-")[0],
        "printed_on": [at.year, at.month, at.day],
        "title": _("Signed shadow record"),
        "holder": holder,
        "academy": academy,
        "what_it_is": str(WHAT_IT_IS),
        "as_of": _("As it stood on %(when)s UTC") % {"when": date_format(at, "j F Y, H:i")},
        "sums_label": _("In sum"),
        "shifts_label": _("Shift by shift"),
        "signed_label": _("Signed by"),
        "seal_label": _("Seal"),
        "check_label": _("How to check it"),
        "check": _checking(works_until),
        "url": url,
        "qr_alt": _("QR code that opens this record online"),
    }
    code = {"qr_svg": qr_svg(url) if url else ""}
    return press(SHEET, words={key: drawable(value) for key, value in words.items()} | code, at=at)


def _checking(works_until: datetime | None) -> list[str]:
    """What the reader can check, and what not, in sentences."""
    seal = _(
        "A seal is a digest of what the signer confirmed, made at the moment of signing. A later change of any of it "
        "breaks the seal. Here are its first 12 letters."
    )
    if works_until is None:
        return [
            seal,
            _("This sheet has no link. Ask its holder for one: it shows whether each seal still holds today."),
        ]
    until = date_format(works_until.astimezone(UTC), "j F Y")
    return [
        seal,
        _(
            "The link shows the same record as it stands today, and whether each seal still holds. It works until %(day)s."
        )
        % {"day": until},
    ]
