"""How does somebody tell the ombud that something is wrong, and read the answer, without saying who they are?

Nothing else writes Complaint and ComplaintMessage. Only the ombud reads them; a registrar learns of one when the ombud
passes it on, in the ombud's own words. The code that leads back to a complaint is made of what was sent, so that the same
form sent twice makes one, and is kept as a digest only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from cms.accounts.roles import Role

from .cases import open_case
from .models import Case, Certificate, Closing, Complaint, ComplaintMessage, Subject
from .models.complaints import LONGEST_WORDS
from .numbers import ALPHABET

CHAIN = "complaints"
SALT = "closed-set:complaint"
_LENGTH = 20  # characters of 5 bits: 100 bits
_READ_AS = str.maketrans("OIL", "011", " -\u2010\u2013\t\r\n")


class CannotComplain(Exception):
    """It cannot be sent or answered like this; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A complaint as it was sent, once: its row, and the code that the row does not know."""

    complaint: Complaint
    code: str


@transaction.atomic
def complain(*, about: Subject, words: str, number: str = "", address: str = "", once: str, at: datetime) -> Sent:
    """Tell the ombud. `once` is the form's own word: sent twice with all the same, it makes one. Raises CannotComplain.

    `number` is of a certificate, as typed. With an `address` they are written to when there is an answer.
    """
    words = _checked(words)
    number, address = number.strip()[:40], address.strip()
    code = _code_of([once, about, words, number, address])
    # The chain is the lock: two clicks find the first one's row.
    history.lock(CHAIN)
    if known := Complaint.objects.filter(digest=digest_of(code)).first():
        return Sent(complaint=known, code=code)
    complaint = Complaint.objects.create(
        digest=digest_of(code), about=about, words=words, number=number, address=address, made_at=at, waits_since=at
    )
    _note(complaint, "complaint.made", None, at)
    _tell_ombuds(complaint)
    return Sent(complaint=complaint, code=code)


def complaint_of(code: str) -> Complaint | None:
    """The complaint that this code leads to, in small letters or not, with or without hyphens. One query."""
    written = as_written(code)
    return Complaint.objects.filter(digest=digest_of(written)).first() if written else None


def as_written(code: str) -> str:
    """A code as it was given out, however it was typed; nothing for what can be none."""
    characters = code[:60].upper().translate(_READ_AS)
    return _written(characters) if len(characters) == _LENGTH and set(characters) <= set(ALPHABET) else ""


@transaction.atomic
def add_to_complaint(*, complaint: Complaint, words: str, at: datetime) -> ComplaintMessage:
    """Whoever complained adds something. Repeating what was added last changes nothing. Raises CannotComplain once closed."""
    complaint = _locked(complaint)
    words = _checked(words)
    if complaint.closed_at:
        raise CannotComplain(_("The ombud has closed this. Begin anew if there is more."))
    if known := _said_last(complaint, words, by=None):
        return known
    message = ComplaintMessage.objects.create(complaint=complaint, by=None, words=words, at=at)
    if complaint.waits_since is None:
        complaint.waits_since = at
        complaint.save(update_fields=["waits_since"])
    _note(complaint, "complaint.added", None, at, message=message)
    _tell_ombuds(complaint)
    return message


@transaction.atomic
def answer_complaint(*, complaint: Complaint, words: str, by: User, at: datetime) -> ComplaintMessage:
    """The ombud writes to whoever complained. Repeating what was written last changes nothing. Raises CannotComplain."""
    complaint = _locked(complaint)
    words = _checked(words)
    if complaint.closed_at:
        raise CannotComplain(_("This is closed."))
    return _answer(complaint, words, by=by, at=at)


@transaction.atomic
def pass_on(*, complaint: Complaint, certificate: Certificate, concern: str, by: User, at: datetime) -> Case:
    """Pass it on as a case about a certificate. The registrars read `concern`, the ombud's own words, and nothing else.

    Repeating gives the case there is. Raises CannotComplain once closed, and CannotDoInCase as opening a case does.
    """
    complaint = _locked(complaint)
    if known := Case.objects.filter(complaint=complaint).first():
        return known
    if complaint.closed_at:
        raise CannotComplain(_("This is closed."))
    case = open_case(certificate=certificate, concern=concern, by=by, at=at, complaint=complaint)
    _note(complaint, "complaint.passed_on", by, at)
    return case


@transaction.atomic
def close_complaint(*, complaint: Complaint, closing: Closing, words: str, by: User, at: datetime) -> Complaint:
    """Close it, with last words to whoever complained. Repeating changes nothing. Raises CannotComplain."""
    complaint = _locked(complaint)
    if complaint.closed_at:
        return complaint
    words = _checked(words)
    if closing == Closing.PASSED_ON and not Case.objects.filter(complaint=complaint).exists():
        raise CannotComplain(_("It has not been passed on yet."))
    _answer(complaint, words, by=by, at=at)
    complaint.closed_at, complaint.closed_by, complaint.closing = at, by, closing
    complaint.save(update_fields=["closed_at", "closed_by", "closing"])
    _note(complaint, "complaint.closed", by, at)
    return complaint


def ombuds() -> QuerySet[User]:
    """Who reads complaints: ombuds with an open account who are not registrars as well."""
    return User.objects.filter(is_active=True, groups__name=Role.OMBUD.value).exclude(groups__name=Role.REGISTRAR.value)


def waiting_complaints() -> QuerySet[Complaint]:
    return Complaint.objects.filter(waits_since__isnull=False)


def digest_of(code: str) -> str:
    """SHA-256 of a code as it is written, in hexadecimal: all that is kept of it."""
    return hashlib.sha256(code.encode()).hexdigest()


# -----------------------------------------------------------------------------------------------------------


def _answer(complaint: Complaint, words: str, *, by: User, at: datetime) -> ComplaintMessage:
    if known := _said_last(complaint, words, by=by):
        return known
    message = ComplaintMessage.objects.create(complaint=complaint, by=by, words=words, at=at)
    complaint.waits_since = None
    complaint.save(update_fields=["waits_since"])
    _note(complaint, "complaint.answered", by, at, message=message)
    if complaint.address:
        from .decision_tasks import tell_who_complained

        transaction.on_commit(partial(tell_who_complained.enqueue, complaint.pk))
    return message


def _said_last(complaint: Complaint, words: str, *, by: User | None) -> ComplaintMessage | None:
    last = complaint.messages.order_by("-pk").first()
    return last if last and last.words == words and last.by_id == (by.pk if by else None) else None


def _locked(complaint: Complaint) -> Complaint:
    return Complaint.objects.select_for_update(no_key=True).get(pk=complaint.pk)


def _checked(words: str) -> str:
    words = words.strip()
    if not words:
        raise CannotComplain(_("Write what happened, in your own words."))
    if len(words) > LONGEST_WORDS:
        raise CannotComplain(_("Keep it under 8,000 characters; you can add more afterwards."))
    return words


def _code_of(said: list[str]) -> str:
    """A code that nobody can work out without the server's key."""
    mac = salted_hmac(SALT, "\0".join(map(str, said)), algorithm="sha256").digest()
    number = int.from_bytes(mac)
    return _written("".join(ALPHABET[(number >> 5 * place) & 31] for place in range(_LENGTH)))


def _written(characters: str) -> str:
    return "-".join(characters[start : start + 5] for start in range(0, _LENGTH, 5))


def mark_of_message(message: ComplaintMessage | Complaint) -> str:
    """SHA-256 over a text with its key, in hexadecimal. The key keeps two alike apart."""
    return hashlib.sha256(f"{message._meta.model_name}:{message.pk}:{message.words}".encode()).hexdigest()


def _note(
    complaint: Complaint, verb: str, by: User | None, at: datetime, *, message: ComplaintMessage | None = None
) -> None:
    facts: history.Facts = {"row": mark_of_message(complaint), "closing": complaint.closing}
    if message is not None:
        facts |= {"message": message.pk, "written": mark_of_message(message)}
    history.record(chain=CHAIN, verb=verb, subject=history.name_of(complaint), actor=by, at=at, facts=facts)


def _tell_ombuds(complaint: Complaint) -> None:
    from .decision_tasks import tell_ombuds

    transaction.on_commit(partial(tell_ombuds.enqueue, complaint.pk))
