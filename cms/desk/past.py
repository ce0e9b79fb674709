"""What happened to a row, in words?"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.models import RevocationReason
from cms.accounts import history
from cms.accounts.templatetags.look import money

WORDS = {
    "certificate.issued": gettext_lazy("Issued"),
    "certificate.replaced": gettext_lazy("Issued in place of an earlier one"),
    "certificate.suspended": gettext_lazy("Suspended"),
    "certificate.reinstated": gettext_lazy("Reinstated"),
    "certificate.revoked": gettext_lazy("Revoked"),
    "certification.asked": gettext_lazy("Asked"),
    "certification.confirmed": gettext_lazy("Confirmed"),
    "certification.declined": gettext_lazy("Declined"),
    "mentor.approved": gettext_lazy("Approved"),
    "mentor.credential_renewed": gettext_lazy("Credential renewed"),
    "mentor.suspended": gettext_lazy("Suspended"),
    "mentor.reinstated": gettext_lazy("Reinstated"),
    "order.placed": gettext_lazy("Ordered"),
    "order.fulfilled": gettext_lazy("Paid, and given"),
    "order.cancelled": gettext_lazy("Cancelled"),
    "order.months_ended": gettext_lazy("Monthly payments ended"),
    "payment.arrived": gettext_lazy("Money arrived"),
    "refund.given": gettext_lazy("Money given back"),
    "dispute.needs_response": gettext_lazy("Disputed: the bank waits for an answer"),
    "dispute.under_review": gettext_lazy("Disputed: the bank decides"),
    "dispute.won": gettext_lazy("Dispute won"),
    "dispute.lost": gettext_lazy("Dispute lost"),
    "refund.asked": gettext_lazy("Refund asked for"),
    "refund.failed": gettext_lazy("Refund did not arrive"),
    "access.given": gettext_lazy("On the programme"),
    "access.held": gettext_lazy("Access paused"),
    "access.resumed": gettext_lazy("Access open again"),
    "access.ended": gettext_lazy("Access ended"),
    "concern.settled": gettext_lazy("Looked at, and settled"),
    "plan.opened": gettext_lazy("Offered"),
    "plan.changed": gettext_lazy("Changed"),
    "plan.closed": gettext_lazy("Closed"),
    "intake.opened": gettext_lazy("Opened"),
    "intake.changed": gettext_lazy("Changed"),
    "intake.closed": gettext_lazy("Closed"),
    "learner.read": gettext_lazy("Record read at the desk"),
}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One entry of the history, for a reader."""

    at: datetime
    words: str
    more: str
    by: str
    digest: str  # the first letters of the entry's digest: enough to compare by eye


def past_of(*things: Model, last: int | None = None) -> list[Event]:
    """What happened to these rows, oldest first; or only so many of the last, newest first. One query."""
    entries = history.entries_about(*things)
    if last is not None:
        entries = entries.order_by("-pk")[:last]
    return [
        Event(
            at=entry.at,
            words=str(WORDS.get(entry.verb, entry.verb)),
            more=_more(entry.facts),
            by=entry.actor.display_name if entry.actor else _("the system"),
            digest=entry.digest[:12],
        )
        for entry in entries
    ]


def _more(facts: history.Facts) -> str:
    if (reason := facts.get("reason")) in RevocationReason.names:
        return str(RevocationReason[str(reason)].label)
    amount, currency = facts.get("amount_minor"), facts.get("currency")
    if isinstance(amount, int) and isinstance(currency, str):
        return money(amount, currency)
    if replaced := facts.get("replaces"):
        return _("In place of %(number)s") % {"number": replaced}
    return ""
