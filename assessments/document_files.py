"""How is the file of a document given out? To whom a view has let in; never under its own name, never run by a browser."""

from __future__ import annotations

from typing import Any, Protocol

from django.http import FileResponse, Http404
from django.utils.cache import add_never_cache_headers

from .uploads import HEIC, PDF, PICTURES

SUFFIXES = {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png", HEIC: "heic"}
# Whatever is in it loads nothing, runs nothing, and is no page of this site.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class Kept(Protocol):
    """A row with a private file: an outside document, or what proves an entry of a ledger."""

    file: Any
    file_type: Any  # by its content


def file_answer(document: Kept) -> FileResponse:
    """The file: a picture to look at, anything else to save. Raises Http404 when there is none."""
    if not document.file or document.file_type not in SUFFIXES:
        raise Http404
    try:
        kept = document.file.open("rb")
    except FileNotFoundError:  # `verify_records` tells the registrar
        raise Http404 from None
    answer = FileResponse(
        kept,
        as_attachment=document.file_type not in PICTURES,
        filename=f"document.{SUFFIXES[document.file_type]}",
        content_type=document.file_type,
    )
    answer["Content-Security-Policy"] = POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    add_never_cache_headers(answer)
    return answer
