"""What is a file that somebody uploads, and what of it is kept? Told by its content, whatever it is called.

Of a JPEG and a PNG the picture is kept and nothing that a camera wrote beside it, such as the place: the picture is
written anew. A PDF and an HEIC are kept as they are, and the page says so.
"""

from __future__ import annotations

import hashlib
import struct
import warnings
from dataclasses import dataclass
from io import BytesIO

import filetype
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

LARGEST_UPLOAD = 10 * 1024 * 1024  # bytes
MOST_PIXELS = 50_000_000  # more than a telephone takes; what is small as a file can be vast as a picture
PDF, HEIC = "application/pdf", "image/heic"
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG"}
UPLOAD_TYPES = (PDF, *PICTURES, HEIC)
# Whatever bytes arrive, reading a picture of them ends in one of these.
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)


class CannotKeep(Exception):
    """This file is not kept; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as it will be kept: its bytes, and what they are."""

    content: bytes
    type: str

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def read_upload(content: bytes) -> Upload:
    """A file that can be kept. Raises CannotKeep for one that is too large, of another kind, or cannot be read."""
    if len(content) > LARGEST_UPLOAD:
        raise CannotKeep(_("The file is larger than 10 MB. Save it smaller, or as a PDF."))
    kind = filetype.guess_mime(content[:4096]) if content else None
    if kind not in UPLOAD_TYPES:
        raise CannotKeep(_("This is neither a PDF nor a JPEG, PNG or HEIC picture. Save it as one of these."))
    return Upload(content=_bare(content, PICTURES[kind]) if kind in PICTURES else content, type=kind)


def _bare(content: bytes, kind: str) -> bytes:
    """The picture alone, the right way up. The same bytes always give the same."""
    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            picture = Image.open(BytesIO(content), formats=["JPEG", "PNG"])
        if picture.width * picture.height > MOST_PIXELS:
            raise CannotKeep(_("The picture has more than 50 million points. Save it smaller, or as a PDF."))
        bare = ImageOps.exif_transpose(picture)
    except UNREADABLE:
        raise CannotKeep(_("The picture cannot be read. Open it, save it again, and choose that one.")) from None
    kept = BytesIO()
    if kind == "JPEG":
        if bare.mode not in {"L", "RGB"}:
            bare = bare.convert("RGB")
        bare.info = {}
        bare.save(kept, "JPEG", quality=92)
    else:
        bare.info = {name: value for name, value in bare.info.items() if name == "transparency"}
        bare.save(kept, "PNG")
    return kept.getvalue()
