"""What did a holder learn since, and does it count? Nothing else writes CreditEntry.

The holder enters, a registrar accepts or returns, and nothing is deleted. The enrolment's row is the lock, as for renewing:
what a renewal rests on is neither withdrawn nor returned any more.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.mentors import today_of
from assessments.models.documents import private_files
from assessments.uploads import Upload
from cms.accounts import history
from cms.accounts.models import User
from courses.models import Enrolment

from .allowing import lock
from .models import Certificate, CountedCredit, CreditCategory, CreditEntry
from .renewal_spans import span_of
from .snapshots import digest_of

LONGEST_TITLE, LONGEST_WORDS = 120, 1_000  # characters
MOST_QUARTERS = 400  # of one entry: 100 credits
MOST_WAITING = 40  # entries of one ledger that the registrar has not looked at


class CannotEnter(Exception):
    """This cannot be entered or withdrawn. `field` names what is to be put right."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class CannotJudge(Exception):
    """The registrar cannot say this about this entry; the message says why."""


@transaction.atomic
def enter_credit(
    *,
    certificate: Certificate,
    category: CreditCategory,
    quarters: int,
    on: date,
    title: str,
    provider: str,
    reference: str = "",
    upload: Upload | None = None,
    by: User,
    at: datetime,
) -> CreditEntry:
    """Enter something learned, in quarter-hours; it waits for a registrar. The same again gives the entry there is.

    Raises CannotEnter for what is not of the span one is in, or not of its categories.
    """
    enrolment = lock(certificate.enrolment)
    if enrolment.learner_id != by.pk:
        raise CannotEnter(_("Only the holder writes in their ledger."))
    if certificate.revoked_at:
        raise CannotEnter(_("This certificate is revoked. That is final."))
    span = span_of(certificate)
    if span is None or category.terms_id != span.terms.pk:
        raise CannotEnter(_("This is not one of the categories that hold for you."), field="category")
    title, provider, reference = (" ".join(words.split()) for words in (title, provider, reference))
    _refuse(title, provider, reference, quarters)
    if on > today_of(by, at):
        raise CannotEnter(_("That day is still to come."), field="on")
    if on < span.begins_on:
        raise CannotEnter(
            _("Only what was done since %(day)s counts.") % {"day": date_format(span.begins_on, "j F Y")}, field="on"
        )
    said = {
        "category": category,
        "quarters": quarters,
        "on": on,
        "title": title,
        "provider": provider,
        "reference": reference,
    }
    mine = CreditEntry.objects.filter(enrolment=enrolment, returned_at=None, withdrawn_at=None)
    if known := mine.filter(file_digest=upload.digest if upload else "", **said).first():
        return known
    if mine.filter(accepted_at=None).count() >= MOST_WAITING:
        raise CannotEnter(_("Forty entries wait for the registrar. Enter more once those are answered."))
    entry = CreditEntry(enrolment=enrolment, entered_at=at, **said)
    if upload is not None:
        entry.file_type, entry.file_digest = upload.type, upload.digest
        entry.file.save("", ContentFile(upload.content), save=False)
    try:
        entry.save(force_insert=True)
        _note(entry, "credit.entered", by=by, at=at)
    except BaseException:
        if entry.file:
            entry.file.storage.delete(entry.file.name or "")
        raise
    return entry


@transaction.atomic
def withdraw_credit(*, entry: CreditEntry, by: User, at: datetime) -> CreditEntry:
    """Take one's own entry back; its file is deleted, the row stays. Repeating changes nothing. Raises CannotEnter."""
    enrolment, entry = _lock(entry)
    if enrolment.learner_id != by.pk:
        raise CannotEnter(_("Only the holder writes in their ledger."))
    if entry.withdrawn_at:
        return entry
    if is_counted(entry):
        raise CannotEnter(_("A renewal rests on this entry, so it stays."))
    kept = entry.file.name
    entry.file, entry.withdrawn_at = "", at
    entry.save(update_fields=["file", "withdrawn_at"])
    _note(entry, "credit.withdrawn", by=by, at=at)
    if kept:
        # Only once it is sure; and what goes wrong with the disk is logged, as the holder can do nothing about it.
        transaction.on_commit(partial(private_files().delete, kept), robust=True)
    return entry


@transaction.atomic
def accept_credit(*, entry: CreditEntry, by: User, at: datetime) -> CreditEntry:
    """Let it count. Repeating changes nothing. Raises CannotJudge for one's own, and for one that does not wait."""
    entry = _judged(entry, by)
    if entry.is_accepted:
        return entry
    if not entry.is_waiting:
        raise CannotJudge(_("This entry was returned or withdrawn. It does not wait any more."))
    if entry.file_digest and digest_of_file(entry) != entry.file_digest:
        raise CannotJudge(_("The file is not the one that was handed in. Return the entry, and ask for it again."))
    entry.accepted_at, entry.accepted_by = at, by
    entry.save(update_fields=["accepted_at", "accepted_by"])
    _note(entry, "credit.accepted", by=by, at=at)
    return entry


@transaction.atomic
def return_credit(*, entry: CreditEntry, words: str, by: User, at: datetime) -> CreditEntry:
    """Give it back with words, also one that was accepted: it counts no more. Repeating changes nothing.

    Raises CannotJudge for one's own, without words, and once a renewal rests on it.
    """
    entry = _judged(entry, by)
    words = words.strip()
    if not words or len(words) > LONGEST_WORDS:
        raise CannotJudge(_("Write what is missing and what to do next, in under 1,000 characters."))
    if entry.returned_at and not entry.withdrawn_at:
        return entry
    if entry.withdrawn_at:
        raise CannotJudge(_("This entry was withdrawn by its holder."))
    if is_counted(entry):
        raise CannotJudge(_("A renewal rests on this entry. Decide about the certificate instead."))
    entry.words, entry.returned_at, entry.returned_by = words, at, by
    entry.save(update_fields=["words", "returned_at", "returned_by"])
    _note(entry, "credit.returned", by=by, at=at)
    from .tasks import tell_credit_returned

    transaction.on_commit(partial(tell_credit_returned.enqueue, entry.pk))
    return entry


# Reads -----------------------------------------------------------------------------------------------------


def waiting_credits() -> QuerySet[CreditEntry]:
    return CreditEntry.objects.filter(accepted_at=None, returned_at=None, withdrawn_at=None)


def is_counted(entry: CreditEntry) -> bool:
    return CountedCredit.objects.filter(entry=entry).exists()


def digest_of_file(entry: CreditEntry) -> str:
    """SHA-256 of the file as it is kept now, in hexadecimal; empty where there is none."""
    if not entry.file:
        return ""
    try:
        with entry.file.open("rb") as kept:
            return hashlib.file_digest(kept, "sha256").hexdigest()  # type: ignore[arg-type]  # a file of Django's
    except FileNotFoundError:
        return ""


def digest_of_entry(entry: CreditEntry) -> str:
    """SHA-256 over everything on the row but the words to its holder and the name of the file, in hexadecimal."""
    moments = (getattr(entry, name) for name in ("entered_at", "accepted_at", "returned_at", "withdrawn_at"))
    return digest_of(
        [
            entry.pk, entry.enrolment_id, entry.category_id, entry.quarters, entry.on.isoformat(), entry.title, entry.provider,
            entry.reference, entry.file_type, entry.file_digest, entry.accepted_by_id, entry.returned_by_id,
            *(moment.timestamp() if moment else None for moment in moments),
        ]
    )  # fmt: skip


# Small things ----------------------------------------------------------------------------------------------


def _refuse(title: str, provider: str, reference: str, quarters: int) -> None:
    for name, words in (("title", title), ("provider", provider)):
        if not words or len(words) > LONGEST_TITLE:
            raise CannotEnter(_("Write it in up to 120 letters."), field=name)
    if len(reference) > LONGEST_TITLE:
        raise CannotEnter(_("Write it in up to 120 letters."), field="reference")
    if not 1 <= quarters <= MOST_QUARTERS:
        raise CannotEnter(_("An entry is worth a quarter of a credit to 100 credits."), field="credits")


def _lock(entry: CreditEntry) -> tuple[Enrolment, CreditEntry]:
    enrolment = lock(entry.enrolment)
    return enrolment, CreditEntry.objects.select_related("enrolment__learner", "category").get(pk=entry.pk)


def _judged(entry: CreditEntry, by: User) -> CreditEntry:
    enrolment, entry = _lock(entry)
    if enrolment.learner_id == by.pk:
        raise CannotJudge(_("This is your own entry. Another registrar looks at it."))
    return entry


def _note(entry: CreditEntry, verb: str, *, by: User, at: datetime) -> None:
    """One entry in the holder's chain, with the row as it is now. No title and no provider: somebody typed them."""
    history.record(
        chain=f"learner:{entry.enrolment.learner_id}",
        verb=verb,
        subject=history.name_of(entry),
        actor=by,
        at=at,
        facts={"quarters": entry.quarters, "file": entry.file_digest, "row": digest_of_entry(entry)},
    )
