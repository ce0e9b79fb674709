"""Which credential is in this file? By what the bytes are, not by what the file is called."""

import re
import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later

from ..baking import BadlyBaked, unbake_png, unbake_svg
from ..canonical import LARGEST_DOCUMENT
from .refusal import CheckFails
from .report import FileKind

LARGEST_FILE = 8 * 1024 * 1024  # bytes, of a PDF or a PNG
LARGEST_DRAWING = 1024 * 1024  # bytes, of an SVG: reading one takes some 20 ms per megabyte
LARGEST_JWT = LARGEST_DOCUMENT * 4 // 3 + 4096  # bytes: the document in base 64, a header and a signature
PDF_SECONDS = 5  # of the clock; the reader itself stops after two seconds of work

FOUND_IN = {
    FileKind.JSON: _later("It is a credential as JSON."),
    FileKind.JWT: _later("It is a credential as JWT."),
    FileKind.PDF: _later("The PDF carries one credential; compare what is printed with what it says."),
    FileKind.PNG: _later("The picture carries one credential; compare what it shows with what it says."),
    FileKind.SVG: _later("The picture carries one credential; compare what it shows with what it says."),
}

_COMPACT = re.compile(rb"[A-Za-z0-9_-]{1,8192}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_READ_PDF = Path(__file__).with_name("read_pdf.py")


def kind_of(data: bytes) -> FileKind | None:
    """What the bytes are; None for what is not read here. Looks at the beginning only, but for a JWT."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if data.startswith(b"%PDF-"):
        return FileKind.PDF
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if start.startswith(b"{"):
        return FileKind.JSON
    if start.startswith(b"<"):
        return FileKind.SVG
    if len(data) <= LARGEST_JWT and _COMPACT.fullmatch(data.strip(b" \t\r\n")):
        return FileKind.JWT
    return None


def open_file(data: bytes, kind: FileKind) -> str:
    """The text of the one credential in `data`: JSON, or a compact JWT. Raises CheckFails with what to do instead."""
    _check_size(data, kind)
    try:
        if kind is FileKind.PNG:
            return unbake_png(data).strip()
        text = _from_pdf(data) if kind is FileKind.PDF else data.decode()
        return unbake_svg(text).strip() if kind is FileKind.SVG else text.strip()
    except BadlyBaked as problem:
        raise CheckFails(str(problem)) from None
    except UnicodeDecodeError:
        raise CheckFails(_("The file is damaged: its text cannot be read.")) from None


def _check_size(data: bytes, kind: FileKind) -> None:
    largest = {FileKind.JSON: LARGEST_DOCUMENT, FileKind.JWT: LARGEST_JWT, FileKind.SVG: LARGEST_DRAWING}
    if len(data) > largest.get(kind, LARGEST_FILE):
        raise CheckFails(_("The file is larger than any honest one of its kind."))


def _from_pdf(data: bytes) -> str:
    """The credential attached to a PDF, read by a process of its own: what a hostile PDF may cost is bounded there."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and the file goes in as data
            [sys.executable, "-I", str(_READ_PDF)],
            input=data,
            capture_output=True,
            timeout=PDF_SECONDS,
            env={},  # our secrets are in ours
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CheckFails(_("The PDF takes too long to read. Ask for the file as it was downloaded.")) from None
    if done.returncode == 3:
        raise CheckFails(
            _("This PDF carries no credential. A scan or a reprint does not; ask for the file as downloaded.")
        )
    if done.returncode == 4:
        raise CheckFails(_("This PDF carries more than one credential, so nobody can say which one counts."))
    if done.returncode:
        raise CheckFails(_("This PDF cannot be read. Ask for the file as it was downloaded, without a password."))
    return done.stdout.decode()
