"""How does a certificate come to bear another name? Nothing else writes NameRequest.

The holder asks; a registrar makes sure that it is they who ask, and the certificate is replaced; or they return the request
with words. Why a name changed is nobody's business. Locks: the chain "certificates", the certificate, the request.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .issuing import CannotIssue, check_name, replace_certificate
from .models import Certificate, NameRequest, NameRequestKind

CHAIN = "names"
LONGEST_WORDS = 1_000  # characters


class CannotRename(Exception):
    """The request cannot be made or answered like this; the message is fit for the person. `field` names what to put right."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def ask_for_name(
    *,
    certificate: Certificate,
    by: User,
    kind: NameRequestKind,
    new_name: str,
    words: str = "",
    updates_profile: bool = False,
    at: datetime,
) -> NameRequest:
    """Ask for `new_name` on one's certificate. Asking the same again returns the request that waits.

    Raises CannotRename for who does not hold it, for a certificate that has ended, while another request waits, and for a
    name that it bears already or that cannot be signed or printed.
    """
    row = _locked(certificate)
    if row.holder_id != by.pk:
        raise CannotRename(_("Only its holder asks for another name on a certificate."))
    if refusal := why_not(row, at=at):
        raise CannotRename(refusal)
    try:
        new_name = check_name(new_name)
    except CannotIssue as problem:
        raise CannotRename(str(problem), field="new_name") from None
    words = words.strip()
    if len(words) > LONGEST_WORDS:
        raise CannotRename(_("Say it in up to 1,000 letters."), field="words")
    said = (kind, new_name, words, updates_profile)
    if waiting := waiting_for(row):
        if (waiting.kind, waiting.new_name, waiting.words, waiting.updates_profile) == said:
            return waiting
        raise CannotRename(_("A request of yours waits already. Take it back first, and ask anew."))
    if new_name == row.holder_name:
        raise CannotRename(_("This is the name it has now."), field="new_name")
    request = NameRequest.objects.create(
        certificate=row,
        asked_by=by,
        kind=kind,
        new_name=new_name,
        words=words,
        updates_profile=updates_profile,
        asked_at=at,
    )
    _note(request, "name.asked", actor=by, at=at, facts={"number": row.number, "digest": digest_of(request)})
    return request


@transaction.atomic
def withdraw_name_request(*, request: NameRequest, by: User, at: datetime) -> NameRequest:
    """Take one's request back. Repeating changes nothing. Raises CannotRename once it is answered, and for somebody else's."""
    request = _locked_request(request)
    if request.asked_by_id != by.pk:
        raise CannotRename(_("This request is not yours."))
    if request.answered_at:
        raise CannotRename(_("This request is answered already."))
    if request.withdrawn_at is None:
        request.withdrawn_at = at
        request.save(update_fields=["withdrawn_at"])
        _note(request, "name.withdrawn", actor=by, at=at)
    return request


@transaction.atomic
def accept_name(*, request: NameRequest, checked_on: date, by: User, at: datetime) -> Certificate:
    """Replace the certificate by one under the new name. Repeating returns the replacement.

    `checked_on` is the day on which a registrar made sure that the holder themselves ask. Raises CannotRename for one's own
    request, one that was returned or taken back, a day to come, and what `replace_certificate` refuses; CannotSign when no
    key is active.
    """
    request = _answerable(request, by=by)
    if request.replacement is not None:
        return request.replacement
    if request.answered_at:
        raise CannotRename(_("This request was returned already. The holder can ask anew."))
    if checked_on > timezone.localdate(at):
        raise CannotRename(_("This day is still to come."), field="checked_on")
    try:
        new = replace_certificate(certificate=request.certificate, holder_name=request.new_name, by=by, at=at)
    except CannotIssue as refusal:
        raise CannotRename(str(refusal)) from None
    request.answered_at, request.answered_by = at, by
    request.checked_on, request.replacement = checked_on, new
    request.save(update_fields=["answered_at", "answered_by", "checked_on", "replacement"])
    if request.updates_profile:
        User.objects.filter(pk=request.asked_by_id).update(certificate_name=request.new_name)
    _note(
        request,
        "name.accepted",
        actor=by,
        at=at,
        facts={"number": new.number, "checked_on": checked_on.isoformat()},
    )
    return new


@transaction.atomic
def return_name_request(*, request: NameRequest, because: str, by: User, at: datetime) -> NameRequest:
    """Return it with words for the holder; the certificate stays as it is. Repeating with the same words changes nothing.

    Raises CannotRename without words, for one's own request, and for one that was answered otherwise or taken back.
    """
    request = _answerable(request, by=by)
    because = because.strip()
    if not because or len(because) > LONGEST_WORDS:
        raise CannotRename(
            _("Write what is missing, in up to 1,000 letters; the holder will read it."), field="because"
        )
    if request.answered_at:
        if request.returned_because == because:
            return request
        raise CannotRename(_("This request is answered already."))
    request.answered_at, request.answered_by, request.returned_because = at, by, because
    request.save(update_fields=["answered_at", "answered_by", "returned_because"])
    _note(request, "name.returned", actor=by, at=at, facts={"digest": hashlib.sha256(because.encode()).hexdigest()})
    from .tasks import tell_name_returned

    transaction.on_commit(partial(tell_name_returned.enqueue, request.pk))
    return request


def why_not(certificate: Certificate, *, at: datetime) -> str:
    """Why no other name can be asked for, as a sentence; empty when it can. No query."""
    if certificate.superseded_at:
        return _("This certificate was replaced by a newer one. Ask for the name on that one.")
    if certificate.revoked_at:
        return _("This certificate was revoked. That is final.")
    if certificate.valid_until and certificate.valid_until <= at:
        return _("This certificate has run out. Renew it first; a replacement would run out with it.")
    return ""


def waiting_for(certificate: Certificate) -> NameRequest | None:
    """The request about this certificate that nobody has answered yet. One query."""
    return NameRequest.objects.filter(certificate=certificate, answered_at=None, withdrawn_at=None).first()


def digest_of(request: NameRequest) -> str:
    """SHA-256 over all that the holder asked, in hexadecimal: what history keeps of it."""
    words = [str(request.kind), request.new_name, request.words, request.updates_profile]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def _locked(certificate: Certificate) -> Certificate:
    history.lock("certificates")  # before the certificate, as whoever changes one does
    return Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)


def _locked_request(request: NameRequest) -> NameRequest:
    _locked(request.certificate)
    rows = NameRequest.objects.select_for_update(of=("self",)).select_related("certificate", "replacement")
    return rows.get(pk=request.pk)


def _answerable(request: NameRequest, *, by: User) -> NameRequest:
    request = _locked_request(request)
    if request.asked_by_id == by.pk:
        raise CannotRename(_("This is your own request. Somebody else answers it."))
    if request.withdrawn_at:
        raise CannotRename(_("The holder has taken this request back."))
    return request


def _note(request: NameRequest, verb: str, *, actor: User, at: datetime, facts: history.Facts | None = None) -> None:
    history.record(chain=CHAIN, verb=verb, subject=history.name_of(request), actor=actor, at=at, facts=facts)
