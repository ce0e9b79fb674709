"""How does an outside document become evidence? Handed in, looked at, accepted or returned. Nothing else writes them.

A learner's document is locked with its learner's enrolments where a certificate could rest on it, else by its own row.
A background check is never handed in: the registrar is shown it, and its dates are all that is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from . import tasks
from .mentors import today_of
from .models import DocumentKind, DocumentState, EvidenceDocument
from .models.documents import private_files
from .resting import a_certificate_rests_on, lock_enrolments
from .sealing import moment
from .uploads import Upload

LONGEST_ISSUER, LONGEST_TITLE, LONGEST_WORDS = 120, 80, 2_000  # characters
MOST_WAITING = 12  # documents of one person that the registrar has not looked at
DOMAIN = "closed-set:evidence-document"


class CannotShow(Exception):
    """This document cannot be handed in or withdrawn like this. `field` names what is to be put right."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class CannotReview(Exception):
    """The registrar cannot say this about this document. `field` names what is to be put right."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def hand_in_document(
    *,
    person: User,
    kind: DocumentKind,
    issuer: str,
    issued_on: date,
    expires_on: date | None,
    upload: Upload,
    title: str = "",
    in_place_of: EvidenceDocument | None = None,
    at: datetime,
) -> EvidenceDocument:
    """Hand a document to the registrar; `in_place_of` one that came back, which is withdrawn with it.

    The same file with the same dates gives the one there is. Raises CannotShow.
    """
    # The person's row is the lock: they hand in one at a time.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if kind == DocumentKind.BACKGROUND_CHECK:
        raise CannotShow(
            _("A background check is not kept here. Show it to the registrar, who notes its dates."), field="kind"
        )
    issuer, title = _named(kind, issuer, title, CannotShow)
    today = today_of(person, at)
    _dated(issued_on, expires_on, today, CannotShow)
    if expires_on and expires_on < today:
        raise CannotShow(
            _("It ran out on %(day)s. Hand in the newer one when you have it.") % {"day": _day(expires_on)},
            field="expires_on",
        )
    mine = EvidenceDocument.objects.filter(person=person, withdrawn_at=None)
    same = {"kind": kind, "title": title, "issuer": issuer, "issued_on": issued_on, "expires_on": expires_on}
    if known := mine.filter(file_digest=upload.digest, returned_at=None, **same).first():
        return known
    if mine.filter(accepted_at=None, returned_at=None).count() >= MOST_WAITING:
        raise CannotShow(_("Twelve of your documents wait for the registrar. Hand in more once those are answered."))
    if in_place_of:
        lock_enrolments(person)
        in_place_of = _lock(in_place_of)
        if in_place_of.person_id != person.pk or in_place_of.state not in {
            DocumentState.RETURNED,
            DocumentState.WAITING,
        }:
            raise CannotShow(_("That document has been answered since. Look at it once more."))
    document = EvidenceDocument(person=person, file_type=upload.type, file_digest=upload.digest, uploaded_at=at, **same)
    document.replaces = in_place_of
    document.file.save("", ContentFile(upload.content), save=False)
    try:
        document.save(force_insert=True)
        _note(document, "document.handed_in", by=person, at=at)
        # One that was accepted once stays, with its file, as long as a certificate rests on it.
        if in_place_of and not a_certificate_rests_on(in_place_of):
            _withdraw(in_place_of, by=person, at=at)
    except BaseException:
        document.file.storage.delete(document.file.name or "")
        raise
    return document


@transaction.atomic
def record_background_check(
    *, person: User, issuer: str, issued_on: date, expires_on: date | None, by: User, at: datetime
) -> EvidenceDocument:
    """Note that `by` has seen this person's background check: its issuer and dates, and nothing else of it.

    Repeating gives the one there is. Raises CannotReview.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.pk == by.pk:
        raise CannotReview(_("Nobody notes their own. Another registrar looks at it."))
    issuer, _title = _named(DocumentKind.BACKGROUND_CHECK, issuer, "", CannotReview)
    _dated(issued_on, expires_on, today_of(by, at), CannotReview)
    said = {"kind": DocumentKind.BACKGROUND_CHECK, "issuer": issuer, "issued_on": issued_on, "expires_on": expires_on}
    if known := EvidenceDocument.objects.filter(person=person, withdrawn_at=None, returned_at=None, **said).first():
        return known
    seen = EvidenceDocument.objects.create(person=person, uploaded_at=at, accepted_at=at, accepted_by=by, **said)
    _note(seen, "document.seen", by=by, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_document.enqueue, seen.pk))
    return seen


@transaction.atomic
def accept_document(
    *,
    document: EvidenceDocument,
    issuer: str,
    issued_on: date,
    expires_on: date | None,
    by: User,
    at: datetime,
) -> EvidenceDocument:
    """Accept it, with issuer and dates as they are on the paper. Repeating changes nothing. Raises CannotReview.

    What the file is at that moment goes into history, by its digest.
    """
    document = _reviewed(document, by)
    issuer, _title = _named(document.kind, issuer, document.title, CannotReview)
    _dated(issued_on, expires_on, today_of(by, at), CannotReview)
    if document.state is DocumentState.ACCEPTED:
        if (document.issuer, document.issued_on, document.expires_on) == (issuer, issued_on, expires_on):
            return document
        raise CannotReview(_("This was accepted a moment ago, with other dates."))
    if document.state is not DocumentState.WAITING:
        raise CannotReview(_("This document does not wait for an answer any more."))
    if digest_of_file(document) != document.file_digest:
        raise CannotReview(_("The file is not the one that was handed in. Return the document, and ask for it again."))
    document.issuer, document.issued_on, document.expires_on = issuer, issued_on, expires_on
    document.accepted_at, document.accepted_by = at, by
    document.save(update_fields=["issuer", "issued_on", "expires_on", "accepted_at", "accepted_by"])
    _note(document, "document.accepted", by=by, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_document.enqueue, document.pk))
    return document


@transaction.atomic
def return_document(*, document: EvidenceDocument, words: str, by: User, at: datetime) -> EvidenceDocument:
    """Give it back with words to its learner; one that was accepted is then no longer. Repeating changes nothing.

    It changes no certificate: those that rest on it are shown to the registrar, who decides. Raises CannotReview.
    """
    document = _reviewed(document, by)
    words = words.strip()
    if not words or len(words) > LONGEST_WORDS:
        raise CannotReview(_("Write what is missing and what to do next, in under 2,000 characters."), field="words")
    if document.state is DocumentState.RETURNED and document.words == words:
        return document
    if document.state not in {DocumentState.WAITING, DocumentState.ACCEPTED}:
        raise CannotReview(_("This document has been returned or withdrawn already."))
    document.words, document.returned_at, document.returned_by = words, at, by
    document.save(update_fields=["words", "returned_at", "returned_by"])
    _note(document, "document.returned", by=by, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_document.enqueue, document.pk))
    return document


@transaction.atomic
def withdraw_document(*, document: EvidenceDocument, by: User, at: datetime) -> EvidenceDocument:
    """Take one's own document back: its file is deleted, that it was shown is kept. Repeating changes nothing.

    Raises CannotShow for somebody else's, and while a certificate rests on it.
    """
    lock_enrolments(document.person)
    document = _lock(document)
    if document.person_id != by.pk:
        raise CannotShow(_("Only who handed it in takes it back."))
    if document.withdrawn_at:
        return document
    if a_certificate_rests_on(document):
        raise CannotShow(_("A certificate of yours rests on this document, so it stays as long as that stands."))
    return _withdraw(document, by=by, at=at)


# Reads -----------------------------------------------------------------------------------------------------


def documents_of(person: User) -> QuerySet[EvidenceDocument]:
    """What this person has shown and not withdrawn, newest first."""
    return EvidenceDocument.objects.filter(person=person, withdrawn_at=None).order_by("-uploaded_at", "-pk")


def documents_of_many(people: Iterable[int]) -> dict[int, list[EvidenceDocument]]:
    """The same for many, by their keys, without the words: one query."""
    found: dict[int, list[EvidenceDocument]] = {person: [] for person in people}
    rows = EvidenceDocument.objects.filter(person__in=list(found), withdrawn_at=None)
    for document in rows.defer("words").order_by("-uploaded_at", "-pk"):
        found[document.person_id].append(document)
    return found


def waiting_documents() -> QuerySet[EvidenceDocument]:
    return EvidenceDocument.objects.filter(accepted_at=None, returned_at=None, withdrawn_at=None)


def accepted_documents() -> QuerySet[EvidenceDocument]:
    """Those that were accepted, whether or not they are in date."""
    return EvidenceDocument.objects.filter(accepted_at__isnull=False, returned_at=None, withdrawn_at=None)


def digest_of_file(document: EvidenceDocument) -> str:
    """SHA-256 of the file as it is kept now, in hexadecimal; empty where there is none."""
    if not document.file:
        return ""
    try:
        with document.file.open("rb") as kept:
            return hashlib.file_digest(kept, "sha256").hexdigest()  # type: ignore[arg-type]  # a file of Django's
    except FileNotFoundError:
        return ""


def row_digest(document: EvidenceDocument) -> str:
    """SHA-256 over everything on the row but the words to its learner and the name of the file, in hexadecimal."""
    said = [
        document.pk,
        document.person_id,
        document.kind,
        document.title,
        document.issuer,
        document.issued_on.isoformat(),
        document.expires_on.isoformat() if document.expires_on else None,
        document.file_type,
        document.file_digest,
        document.accepted_by_id,
        document.returned_by_id,
        document.replaces_id,
        *(_moment(getattr(document, name)) for name in ("uploaded_at", "accepted_at", "returned_at", "withdrawn_at")),
    ]
    text = json.dumps([DOMAIN, said], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# Small things ----------------------------------------------------------------------------------------------


def _withdraw(document: EvidenceDocument, *, by: User, at: datetime) -> EvidenceDocument:
    kept = document.file.name
    document.file, document.withdrawn_at = "", at
    document.save(update_fields=["file", "withdrawn_at"])
    _note(document, "document.withdrawn", by=by, at=at)
    if kept:
        # Only once it is sure; and what goes wrong with the disk is logged, as the learner can do nothing about it.
        transaction.on_commit(partial(private_files().delete, kept), robust=True)
    return document


def _lock(document: EvidenceDocument) -> EvidenceDocument:
    EvidenceDocument.objects.select_for_update(no_key=True).get(pk=document.pk)
    return EvidenceDocument.objects.select_related("person").get(pk=document.pk)


def _reviewed(document: EvidenceDocument, by: User) -> EvidenceDocument:
    document = _lock(document)
    if document.person_id == by.pk:
        raise CannotReview(_("This is your own document. Another registrar looks at it."))
    return document


def _named(kind: str, issuer: str, title: str, refusal: type[CannotShow] | type[CannotReview]) -> tuple[str, str]:
    issuer, title = " ".join(issuer.split()), " ".join(title.split())
    if not issuer or len(issuer) > LONGEST_ISSUER:
        raise refusal(_("Write who issued it, in up to 120 letters."), field="issuer")
    if kind != DocumentKind.OTHER:
        return issuer, ""
    if not title or len(title) > LONGEST_TITLE:
        raise refusal(_("Write what it is called, in up to 80 letters."), field="title")
    return issuer, title


def _dated(
    issued_on: date, expires_on: date | None, today: date, refusal: type[CannotShow] | type[CannotReview]
) -> None:
    if issued_on > today:
        raise refusal(_("That day is still to come."), field="issued_on")
    if expires_on and expires_on < issued_on:
        raise refusal(_("The last day is before the day it was issued."), field="expires_on")


def _note(document: EvidenceDocument, verb: str, *, by: User, at: datetime) -> None:
    """One entry in the learner's chain, with the row as it is now. No issuer and no title: somebody typed them."""
    history.record(
        chain=f"learner:{document.person_id}",
        verb=verb,
        subject=history.name_of(document),
        actor=by,
        at=at,
        facts={"kind": document.kind, "file": document.file_digest, "row": row_digest(document)},
    )


def _moment(at: datetime | None) -> str | None:
    return moment(at) if at else None


def _day(on: date) -> str:
    return date_format(on, "j F Y")
