"""How does a document stand, in words and a shape? Facts in, sentences out; no database here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .documents_running_out import DAYS_BEFORE
from .models import DocumentKind, DocumentState, EvidenceDocument


@dataclass(frozen=True, kw_only=True)
class DocumentLine:
    """One document as its learner sees it."""

    document: EvidenceDocument
    name: str
    dates: str
    state: str
    tone: str
    icon: str
    with_file: bool
    may_hand_in_again: bool


def line_of(document: EvidenceDocument, on: date) -> DocumentLine:
    """How it stands on that day."""
    state, tone, icon = _standing(document, on)
    is_check = document.kind == DocumentKind.BACKGROUND_CHECK
    return DocumentLine(
        document=document,
        name=document.name,
        dates=dates_of(document),
        state=state,
        tone=tone,
        icon=icon,
        with_file=bool(document.file),
        may_hand_in_again=not is_check and document.state in {DocumentState.RETURNED, DocumentState.WAITING},
    )


def dates_of(document: EvidenceDocument) -> str:
    issued = date_format(document.issued_on, "j F Y")
    if document.expires_on is None:
        return _("Issued on %(issued)s, without a last day") % {"issued": issued}
    last = date_format(document.expires_on, "j F Y")
    return _("Issued on %(issued)s, valid until %(last)s") % {"issued": issued, "last": last}


def _standing(document: EvidenceDocument, on: date) -> tuple[str, str, str]:
    match document.state:
        case DocumentState.WITHDRAWN:
            return _("Withdrawn"), "", "rotate-ccw"
        case DocumentState.WAITING:
            return _("With the registrar"), "wait", "hourglass"
        case DocumentState.RETURNED:
            return _("Came back to you"), "wait", "message-circle-question"
    if document.expires_on is not None and document.expires_on < on:
        return _("Ran out"), "", "calendar-days"
    if document.expires_on is not None and document.expires_on <= on + timedelta(days=max(DAYS_BEFORE)):
        return _("Accepted, runs out soon"), "wait", "calendar-days"
    return (_("Seen") if document.kind == DocumentKind.BACKGROUND_CHECK else _("Accepted")), "good", "check"
