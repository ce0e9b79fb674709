"""How does somebody write to a holder on the register without learning their address? Nothing else writes RegisterMessage.

Written on the entry's page, confirmed by a link in a mail to the sender (whose words are nobody's: it holds none of theirs,
so the form is no way to send mail to others), then passed on. The holder answers here, and the answer goes out as our own
mail. The entry's row is the lock for what is passed on to one person in a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .models import RegisterBlock, RegisterEntry, RegisterMessage, RegisterSettings
from .register import on_register
from .registering import CHAIN

CONFIRM_WITHIN = timedelta(days=2)
DAY = timedelta(days=1)
FROM_ONE = 3  # messages a day that one address may write to one person
UNCONFIRMED = 3  # messages a day that one address is asked to confirm
LONGEST_TEXT = 2_000  # characters
LONGEST_REPORT = 1_000
SENDERS = "closed-set:register-sender"
CONFIRMING = "closed-set:register-confirm"


class CannotWrite(Exception):
    """The message cannot be taken or passed on; the message is fit for who wrote it."""


class CannotAnswer(Exception):
    """The answer cannot be given like this."""


@transaction.atomic
def write_message(
    *, entry: RegisterEntry, name: str, email: str, company: str, text: str, at: datetime
) -> RegisterMessage:
    """Keep a message to the holder of `entry`, and ask its sender by mail to confirm their address.

    The same message sent again is the same message, and no second mail. Raises CannotWrite for somebody who is not on the
    register now or takes no messages, who has had many today, and for an address that has many to confirm.
    """
    entry = _locked(entry, at)
    email = email.strip().lower()
    digest = sender_digest(email)
    lately = list(RegisterMessage.objects.filter(sender_digest=digest, written_at__gt=at - DAY, confirmed_at=None))
    for known in lately:
        if (known.entry_id, known.text) == (entry.pk, text):
            return known
    if len(lately) >= UNCONFIRMED:
        raise CannotWrite(
            _("Several messages from this address wait to be confirmed. Open the mails we sent there first.")
        )
    _refuse_when_full(entry, digest, at)
    message = RegisterMessage.objects.create(
        entry=entry, sender_name=name, sender_email=email, sender_digest=digest, company=company, text=text, written_at=at
    )  # fmt: skip
    from .tasks import ask_sender_to_confirm

    transaction.on_commit(partial(ask_sender_to_confirm.enqueue, message.pk))
    return message


@transaction.atomic
def confirm_message(*, message: RegisterMessage, at: datetime) -> RegisterMessage:
    """Its sender proved their address: pass it on, unless the holder wants nothing from them, which nobody is told.

    Repeating changes nothing. Raises CannotWrite when it is too old, the holder left or takes no more today.
    """
    entry = _locked(message.entry, at)
    message = RegisterMessage.objects.get(pk=message.pk)
    if message.confirmed_at:
        return message
    if message.written_at + CONFIRM_WITHIN <= at:
        raise CannotWrite(_("This link worked for two days. Please write the message once more."))
    _refuse_when_full(entry, message.sender_digest, at)
    message.confirmed_at = at
    if not _blocked(entry, message):
        message.passed_on_at = at
        from .tasks import tell_holder_of_message

        transaction.on_commit(partial(tell_holder_of_message.enqueue, message.pk))
    message.save(update_fields=["confirmed_at", "passed_on_at"])
    return message


@transaction.atomic
def answer_message(*, message: RegisterMessage, text: str, at: datetime) -> RegisterMessage:
    """Answer once: the words go to the sender in a mail of ours. Raises CannotAnswer for a second, another answer."""
    message = RegisterMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise CannotAnswer(_("Write an answer of up to 2,000 letters."))
    if message.answered_at:
        if message.answer == text:
            return message
        raise CannotAnswer(_("You have answered already. They can write to you again."))
    message.answer, message.answered_at = text, at
    message.save(update_fields=["answer", "answered_at"])
    from .tasks import pass_answer_on

    transaction.on_commit(partial(pass_answer_on.enqueue, message.pk))
    return message


@transaction.atomic
def block_sender(*, message: RegisterMessage, by: User, for_all: bool = False, at: datetime) -> None:
    """Pass on nothing more from that address: to `by`, or to anybody. Repeating changes nothing."""
    holder = None if for_all else by
    _block, is_new = RegisterBlock.objects.get_or_create(
        holder=holder, sender_digest=message.sender_digest, defaults={"blocked_at": at, "blocked_by": by}
    )
    if is_new:
        _note(message, "register.sender_blocked", actor=by, at=at, facts={"for_all": for_all})


@transaction.atomic
def unblock_sender(*, block: RegisterBlock, by: User, at: datetime) -> None:
    """Let that address write again. Repeating changes nothing."""
    deleted, _models = RegisterBlock.objects.filter(pk=block.pk).delete()
    if deleted:
        history.record(
            chain=CHAIN, verb="register.sender_let_back", subject=f"registerblock:{block.pk}", actor=by, at=at
        )


@transaction.atomic
def report_message(*, message: RegisterMessage, report: str, at: datetime) -> RegisterMessage:
    """Show the message to the registrar, with a word about why. Repeating changes nothing. Raises CannotAnswer."""
    message = RegisterMessage.objects.select_for_update(of=("self",)).select_related("entry__holder").get(pk=message.pk)
    report = report.strip()
    if not report or len(report) > LONGEST_REPORT:
        raise CannotAnswer(_("Say in up to 1,000 letters what is wrong with it."))
    if message.reported_at is None:
        message.report, message.reported_at = report, at
        message.save(update_fields=["report", "reported_at"])
        _note(message, "register.message_reported", actor=message.entry.holder, at=at)
    return message


@transaction.atomic
def close_report(*, message: RegisterMessage, bar_sender: bool, by: User, at: datetime) -> RegisterMessage:
    """Close a report; with `bar_sender`, nothing more from that address reaches anybody. Repeating changes nothing."""
    message = RegisterMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if message.closed_at is None:
        message.closed_at, message.closed_by = at, by
        message.save(update_fields=["closed_at", "closed_by"])
        _note(message, "register.report_closed", actor=by, at=at, facts={"barred": bar_sender})
        if bar_sender:
            block_sender(message=message, by=by, for_all=True, at=at)
    return message


def forget_messages(*, at: datetime) -> int:
    """Delete what is older than it is kept for, and what nobody confirmed. Returns how many. Safe to repeat."""
    kept = at - timedelta(days=RegisterSettings.load().message_days)
    open_report = Q(reported_at__isnull=False, closed_at=None)
    old = Q(written_at__lte=kept) & (Q(closed_at=None) | Q(closed_at__lte=kept)) & ~open_report
    unconfirmed = Q(confirmed_at=None, written_at__lte=at - CONFIRM_WITHIN)
    return RegisterMessage.objects.filter(old | unconfirmed).delete()[0]


def passed_on_to(holder: User) -> QuerySet[RegisterMessage]:
    """What reached this person, through whichever entry of theirs."""
    return RegisterMessage.objects.filter(entry__holder=holder, passed_on_at__isnull=False)


def open_reports() -> QuerySet[RegisterMessage]:
    return RegisterMessage.objects.filter(reported_at__isnull=False, closed_at=None)


def sender_digest(email: str) -> str:
    """By which an address is counted and blocked: a keyed digest, from which nobody gets the address back."""
    return salted_hmac(SENDERS, email.strip().lower(), algorithm="sha256").hexdigest()


def confirm_token(message: RegisterMessage) -> str:
    """What the link to the sender carries: made when it is mailed, and kept nowhere."""
    return TimestampSigner(salt=CONFIRMING, sep=".").sign(message.public_id.hex)


def message_of(token: str) -> RegisterMessage | None:
    """The message that a link confirms, with its entry; None for a link that opens nothing (any more). One query."""
    try:
        key = TimestampSigner(salt=CONFIRMING, sep=".").unsign(token, max_age=CONFIRM_WITHIN)
    except BadSignature:
        return None
    return RegisterMessage.objects.select_related("entry__certificate").filter(public_id=key).first()


def _locked(entry: RegisterEntry, at: datetime) -> RegisterEntry:
    entry = RegisterEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
    if not entry.takes_messages or not on_register(at).filter(pk=entry.pk).exists():
        raise CannotWrite(_("This person is not on the register now, or takes no messages through it."))
    return entry


def _refuse_when_full(entry: RegisterEntry, digest: str, at: datetime) -> None:
    lately = RegisterMessage.objects.filter(entry__holder=entry.holder_id, confirmed_at__gt=at - DAY)
    if lately.filter(sender_digest=digest).count() >= FROM_ONE:
        raise CannotWrite(_("You have written to this person several times today. Please wait until tomorrow."))
    if lately.filter(passed_on_at__isnull=False).count() >= RegisterSettings.load().messages_a_day:
        raise CannotWrite(_("This person has had many messages today. Please try again tomorrow."))


def _blocked(entry: RegisterEntry, message: RegisterMessage) -> bool:
    by_whom = Q(holder=entry.holder_id) | Q(holder=None)
    return RegisterBlock.objects.filter(by_whom, sender_digest=message.sender_digest).exists()


def _note(
    message: RegisterMessage, verb: str, *, actor: User, at: datetime, facts: history.Facts | None = None
) -> None:
    history.record(chain=CHAIN, verb=verb, subject=history.name_of(message), actor=actor, at=at, facts=facts)
