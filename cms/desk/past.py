"""What happened to a row, in words?"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.models import Flag, Outcome, RevocationReason
from cms.accounts import history
from cms.accounts.templatetags.look import money

WORDS = {
    "certificate.issued": gettext_lazy("Issued"),
    "certificate.replaced": gettext_lazy("Issued in place of an earlier one"),
    "certificate.suspended": gettext_lazy("Suspended"),
    "certificate.reinstated": gettext_lazy("Reinstated"),
    "certificate.revoked": gettext_lazy("Revoked"),
    "certificate.edition": gettext_lazy("A new edition signed"),
    "renewal.asked": gettext_lazy("Asked to renew"),
    "renewal.confirmed": gettext_lazy("Renewal confirmed"),
    "renewal.declined": gettext_lazy("Renewal declined"),
    "renewal.reminded": gettext_lazy("Reminded of its end"),
    "renewal_terms.published": gettext_lazy("Published"),
    "credit.entered": gettext_lazy("Entered"),
    "credit.accepted": gettext_lazy("Accepted"),
    "credit.returned": gettext_lazy("Returned with words"),
    "credit.withdrawn": gettext_lazy("Withdrawn"),
    "credit.file_read": gettext_lazy("Paper opened at the desk"),
    "design.begun": gettext_lazy("Begun"),
    "design.version_begun": gettext_lazy("A new version begun"),
    "design.changed": gettext_lazy("Draft changed"),
    "design.used": gettext_lazy("Put to use"),
    "design.chosen": gettext_lazy("Programmes chosen"),
    "certification.asked": gettext_lazy("Asked"),
    "certification.confirmed": gettext_lazy("Confirmed"),
    "certification.declined": gettext_lazy("Declined"),
    "session.planned": gettext_lazy("Planned"),
    "session.cancelled": gettext_lazy("Cancelled"),
    "attendance.noted": gettext_lazy("Noted that somebody was there, or made up for it"),
    "attendance.taken_back": gettext_lazy("Taken back that somebody was there"),
    "name.asked": gettext_lazy("Asked for another name"),
    "name.withdrawn": gettext_lazy("Taken back by the holder"),
    "name.accepted": gettext_lazy("Replaced under the new name"),
    "name.returned": gettext_lazy("Returned with words"),
    "name.read": gettext_lazy("Read at the desk"),
    "register.joined": gettext_lazy("Joined the register"),
    "register.changed": gettext_lazy("Changed what it says"),
    "register.left": gettext_lazy("Left the register"),
    "register.removed": gettext_lazy("Removed from the register"),
    "register.let_back": gettext_lazy("Let back"),
    "register.message_reported": gettext_lazy("Reported"),
    "register.report_read": gettext_lazy("Read at the desk"),
    "register.report_closed": gettext_lazy("Report closed"),
    "register.sender_blocked": gettext_lazy("Sender blocked"),
    "requirements.published": gettext_lazy("Published"),
    "requirements.draft_begun": gettext_lazy("Draft begun"),
    "requirements.draft_discarded": gettext_lazy("Draft given up"),
    "rules.moved": gettext_lazy("Moved to other rules"),
    "allowance.made": gettext_lazy("Made to count"),
    "allowance.withdrawn": gettext_lazy("Withdrawn"),
    "certification.question": gettext_lazy("The learner was asked"),
    "certification.question_answered": gettext_lazy("The learner answered"),
    "revocation.proposed": gettext_lazy("Proposed to revoke"),
    "revocation.confirmed": gettext_lazy("Confirmed by a second registrar"),
    "revocation.rejected": gettext_lazy("Not confirmed by a second registrar"),
    "revocation.taken_back": gettext_lazy("Proposal taken back"),
    "wish.said": gettext_lazy("The holder asked that it be ended"),
    "wish.taken_back": gettext_lazy("The holder keeps it after all"),
    "wish.done": gettext_lazy("Ended as the holder asked"),
    "flag.set_aside": gettext_lazy("Flag set aside"),
    "case.opened": gettext_lazy("Opened"),
    "case.noticed": gettext_lazy("Notice given to the holder"),
    "case.answered": gettext_lazy("Answered by the holder"),
    "case.suspended": gettext_lazy("Certificate suspended meanwhile"),
    "case.decided": gettext_lazy("Decided"),
    "case.suspension_ended": gettext_lazy("Stands again, as decided"),
    "case.read": gettext_lazy("Read at the desk"),
    "appeal.lodged": gettext_lazy("Appealed"),
    "appeal.contact_named": gettext_lazy("Independent contact named"),
    "appeal.decided": gettext_lazy("Appeal decided"),
    "complaint.made": gettext_lazy("Sent"),
    "complaint.added": gettext_lazy("Added to"),
    "complaint.answered": gettext_lazy("Answered"),
    "complaint.passed_on": gettext_lazy("Passed on to the registrars"),
    "complaint.closed": gettext_lazy("Closed"),
    "complaint.read": gettext_lazy("Read by the ombud"),
    "mentor.approved": gettext_lazy("Approved"),
    "mentor.credential_renewed": gettext_lazy("Credential renewed"),
    "mentor.suspended": gettext_lazy("Suspended"),
    "mentor.reinstated": gettext_lazy("Reinstated"),
    "mentor.given_account": gettext_lazy("Approved, known from outside before"),
    "mentor.profile_changed": gettext_lazy("Profile changed"),
    "mentor.stop_announced": gettext_lazy("Announced the last day of signing"),
    "mentor.stop_taken_back": gettext_lazy("Goes on signing"),
    "mentor.credential_reminded": gettext_lazy("Reminded that the credential runs out"),
    "mentor_application.made": gettext_lazy("Asked"),
    "mentor_application.accepted": gettext_lazy("Accepted"),
    "mentor_application.declined": gettext_lazy("Declined"),
    "shift.logged": gettext_lazy("Recorded"),
    "shift.amended": gettext_lazy("Begun as an amendment"),
    "shift.changed": gettext_lazy("Changed"),
    "shift.moved": gettext_lazy("Given to another mentor"),
    "shift.submitted": gettext_lazy("Handed in"),
    "shift.answered": gettext_lazy("Handed back with an answer"),
    "shift.taken_back": gettext_lazy("Taken back"),
    "shift.returned": gettext_lazy("Asked about"),
    "shift.hours_proposed": gettext_lazy("Other hours proposed"),
    "shift.hours_accepted": gettext_lazy("Hours accepted"),
    "shift.declined": gettext_lazy("Declined"),
    "shift.disputed": gettext_lazy("Taken to the registrar"),
    "shift.refused": gettext_lazy("Decided: it does not count"),
    "shift.signed": gettext_lazy("Signed and sealed"),
    "shift.decided": gettext_lazy("Decided: sealed on the evidence"),
    "shift.superseded": gettext_lazy("Replaced by an amendment"),
    "shift.voided": gettext_lazy("Made void"),
    "shift.read": gettext_lazy("Read at the desk"),
    "dispute.answered": gettext_lazy("The mentor gave their account"),
    "dispute.read": gettext_lazy("Both accounts read at the desk"),
    "dispute.letter_read": gettext_lazy("Letter downloaded"),
    "dispute.compared": gettext_lazy("Call sheet compared"),
    "audit.drawn": gettext_lazy("Drawn for a random check"),
    "audit.answered": gettext_lazy("Random check answered"),
    "audit.closed": gettext_lazy("Random check closed"),
    "audit.read": gettext_lazy("Read at the desk"),
    "audit.letter_read": gettext_lazy("Letter downloaded"),
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
    "document.handed_in": gettext_lazy("Handed in"),
    "document.seen": gettext_lazy("Seen, and its dates noted"),
    "document.accepted": gettext_lazy("Accepted"),
    "document.returned": gettext_lazy("Returned with words"),
    "document.withdrawn": gettext_lazy("Withdrawn; its file deleted"),
    "document.reminded": gettext_lazy("Reminded that it runs out"),
    "document.read": gettext_lazy("Read at the desk"),
    "document.file_read": gettext_lazy("File opened at the desk"),
    "agreement.published": gettext_lazy("Published"),
    "agreement.signed": gettext_lazy("Signed"),
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
    if isinstance(facts.get("same"), bool):
        return _("the same file") if facts["same"] else _("another file")
    if (flag := facts.get("flag")) in Flag.values:
        return str(Flag(flag).label)
    if (outcome := facts.get("outcome")) in Outcome.values:
        return str(Outcome(outcome).label)
    if (reason := facts.get("reason")) in RevocationReason.names:
        return str(RevocationReason[str(reason)].label)
    amount, currency = facts.get("amount_minor"), facts.get("currency")
    if isinstance(amount, int) and isinstance(currency, str):
        return money(amount, currency)
    if replaced := facts.get("replaces"):
        return _("In place of %(number)s") % {"number": replaced}
    return ""
