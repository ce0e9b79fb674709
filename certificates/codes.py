"""Which number does somebody mean who shows us an address, or a picture of a code?"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

import zxingcpp
from django.conf import settings
from PIL import Image, UnidentifiedImageError

from .numbers import BadNumber, read_number

MOST_PIXELS = 50_000_000  # of a photograph; told by its head, before it is unpacked
LONGEST_SIDE = 2_400  # pixels: a code that fills a tenth of the picture is still read
PICTURES = ("PNG", "JPEG", "WEBP", "GIF")
_PLACE = re.compile(r"/verify/([^/]{1,60})/?")


@dataclass(frozen=True, kw_only=True)
class Code:
    """What a code on a picture says: a number of ours, or that it leads elsewhere."""

    text: str
    number: str | None

    @property
    def host(self) -> str | None:
        """Where it leads, if it is an address: cut to what can be shown."""
        try:
            parts = urlsplit(self.text)
            return parts.hostname[:253] if parts.scheme in {"http", "https"} and parts.hostname else None
        except ValueError:
            return None


def read_code(picture: bytes) -> Code | None:
    """The QR code on a photograph or a screenshot; None when there is none that can be read.

    Of several, the one that leads to us. Never raises for what `picture` holds, and nothing is kept of it.
    """
    opened = _open(picture)
    if opened is None:
        return None
    found = [
        Code(text=code.text, number=number_meant(code.text))
        for code in zxingcpp.read_barcodes(opened, formats=zxingcpp.BarcodeFormat.QRCode)
        if code.text
    ]
    return next((code for code in found if code.number), found[0] if found else None)


def number_meant(text: str) -> str | None:
    """The certificate number in `text`, written out or as the address of its answer here; None for anything else."""
    text = text.strip()
    if "/" in text:
        ours, there = urlsplit(settings.BASE_URL), _parts(text)
        match = _PLACE.fullmatch(there.path) if there and there.netloc.lower() == ours.netloc.lower() else None
        if match is None or there is None or there.scheme not in {"http", "https", ""}:
            return None
        text = unquote(match[1])
    try:
        return read_number(text)
    except BadNumber:
        return None


def _parts(text: str) -> SplitResult | None:
    try:
        return urlsplit(text if "://" in text else f"//{text}")
    except ValueError:
        return None


def _open(picture: bytes) -> Image.Image | None:
    """The picture in shades of grey, small enough to look through quickly."""
    try:
        opened = Image.open(io.BytesIO(picture), formats=PICTURES)
        if opened.width * opened.height > MOST_PIXELS:
            return None
        opened.draft("L", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is unpacked no larger than it is looked at
        grey = opened.convert("L")
        grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Warning, Image.DecompressionBombError):
        return None
    return grey
