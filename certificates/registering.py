"""How does a holder come onto the public register, and off it? Nothing else writes RegisterEntry and RegisterMark.

Being on it is the holder's consent to the name on their certificate, and ends with it: a certificate under another name is
another consent. The holder's own row is the lock.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.guard import EMAIL, HANDLE, LINK, PHONE
from cms.accounts import history
from cms.accounts.models import User

from .models import Availability, Certificate, Facet, RegisterEntry, RegisterMark
from .register import Said, in_order, may_hold, said_in

CHAIN = "register"
LONGEST_ABOUT = 400  # characters
LONGEST_REASON = 500
EXPLAINED = 1  # which wording of the page's description of what is shown was agreed to; raised when it changes


class CannotList(Exception):
    """The entry cannot be like this; the message is fit for the person. `field` names what is to be put right."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def put_on_register(*, holder: User, certificate: Certificate, said: Said, at: datetime) -> RegisterEntry:
    """Put `holder` on the register with one of their certificates, or change what the entry there says.

    With another certificate than before, it is another entry at another address. Repeating changes nothing. Raises
    CannotList for a certificate that does not stand or is not theirs, after a removal, and for text that gives an address.
    """
    User.objects.select_for_update(no_key=True).get(pk=holder.pk)
    said = _checked(said)
    if certificate.pk not in {each.pk for each in may_hold(holder, at)}:
        raise CannotList(
            _("Only a certificate of yours that stands, and shows your name, can be on the register."),
            field="certificate",
        )
    if barred(holder):
        raise CannotList(_("The registrar took your entry off the register. Write to them before you come back."))
    entry = RegisterEntry.objects.filter(holder=holder, left_at=None).first()
    if entry and entry.certificate_id != certificate.pk:
        _end(entry, "register.left", actor=holder, at=at)
        entry = None
    if entry and said_in(entry) == said:
        return entry
    is_new = entry is None
    entry = entry or RegisterEntry(holder=holder, certificate=certificate, joined_at=at)
    entry.about, entry.availability, entry.available_from = said.about, said.availability, said.available_from
    entry.takes_messages, entry.may_be_indexed = said.takes_messages, said.may_be_indexed
    entry.said_at = at
    entry.save()
    entry.marks.all().delete()
    RegisterMark.objects.bulk_create(
        RegisterMark(entry=entry, facet=facet, code=code) for facet in Facet for code in said.marks.get(facet, ())
    )
    facts: history.Facts = {"digest": digest_of(said), "explained": EXPLAINED}
    if is_new:
        facts["number"] = certificate.number
    _note(entry, "register.joined" if is_new else "register.changed", actor=holder, at=at, facts=facts)
    return entry


@transaction.atomic
def leave_register(*, holder: User, at: datetime) -> None:
    """Take `holder` off the register at once, and delete what they said of themselves there. Repeating changes nothing."""
    User.objects.select_for_update(no_key=True).get(pk=holder.pk)
    if entry := RegisterEntry.objects.filter(holder=holder, left_at=None).first():
        _end(entry, "register.left", actor=holder, at=at)


@transaction.atomic
def remove_entry(*, entry: RegisterEntry, reason: str, by: User, at: datetime) -> RegisterEntry:
    """Take somebody's entry off, with a reason they read; they come back when a registrar lets them.

    Repeating, or after they left, changes nothing. Raises CannotList without a reason, and for one's own entry.
    """
    User.objects.select_for_update(no_key=True).get(pk=entry.holder_id)
    entry = RegisterEntry.objects.get(pk=entry.pk)
    if entry.holder_id == by.pk:
        raise CannotList(_("This is your own entry. Somebody else decides about it; you can leave at any time."))
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise CannotList(_("Write the reason, in up to 500 letters; the holder will read it."), field="reason")
    if entry.left_at is None:
        entry.removed_by, entry.removal_reason = by, reason
        _end(entry, "register.removed", actor=by, at=at)
        from .tasks import tell_of_removal

        transaction.on_commit(partial(tell_of_removal.enqueue, entry.pk))
    return entry


@transaction.atomic
def let_back(*, entry: RegisterEntry, by: User, at: datetime) -> RegisterEntry:
    """Let the holder of an entry that was removed come back, if they wish to. Repeating changes nothing.

    Raises CannotList for one that was not removed, and for one's own.
    """
    User.objects.select_for_update(no_key=True).get(pk=entry.holder_id)
    entry = RegisterEntry.objects.get(pk=entry.pk)
    if entry.removed_by_id is None:
        raise CannotList(_("This entry was not removed."))
    if entry.holder_id == by.pk:
        raise CannotList(_("This is your own entry. Somebody else decides about it."))
    if entry.let_back_at is None:
        entry.let_back_at, entry.let_back_by = at, by
        entry.save(update_fields=["let_back_at", "let_back_by"])
        _note(entry, "register.let_back", actor=by, at=at)
    return entry


def barred(holder: User) -> bool:
    """Whether a registrar removed this person and has not let them back. One query."""
    return RegisterEntry.objects.filter(holder=holder, removed_by__isnull=False, let_back_at=None).exists()


def digest_of(said: Said) -> str:
    """SHA-256 over all that a holder says of themselves, in hexadecimal: what history keeps of it."""
    words = [
        {facet.value: list(said.marks.get(facet, ())) for facet in Facet},
        said.about,
        said.availability,
        said.available_from.isoformat() if said.available_from else "",
        said.takes_messages,
        said.may_be_indexed,
    ]
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _checked(said: Said) -> Said:
    """The same in its one spelling. Raises CannotList."""
    about = "\n".join(line.strip() for line in said.about.strip().splitlines())
    if len(about) > LONGEST_ABOUT:
        raise CannotList(_("Say it in up to 400 letters."), field="about")
    if any(pattern.search(about) for pattern in (EMAIL, LINK, HANDLE, PHONE)):
        raise CannotList(
            _("Leave out addresses, links and telephone numbers: people write to you through the register."),
            field="about",
        )
    later = said.availability == Availability.LATER
    if later and said.available_from is None:
        raise CannotList(_("Say from which day on."), field="available_from")
    return Said(
        marks={facet: in_order(facet, said.marks.get(facet, ())) for facet in Facet},
        about=about,
        availability=Availability(said.availability) if said.availability else "",
        available_from=said.available_from if later else None,
        takes_messages=said.takes_messages,
        may_be_indexed=said.may_be_indexed,
    )


def _end(entry: RegisterEntry, verb: str, *, actor: User, at: datetime) -> None:
    at = max(at, entry.joined_at)  # of two requests, the one that came second may have looked at its clock first
    entry.marks.all().delete()
    entry.about, entry.availability, entry.available_from, entry.may_be_indexed = "", "", None, False
    entry.left_at = at
    entry.save()
    _note(entry, verb, actor=actor, at=at)


def _note(entry: RegisterEntry, verb: str, *, actor: User, at: datetime, facts: history.Facts | None = None) -> None:
    history.record(chain=CHAIN, verb=verb, subject=history.name_of(entry), actor=actor, at=at, facts=facts)
