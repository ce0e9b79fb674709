"""Who questions what in the demo? A case that waits for its decision, and something somebody told the ombud."""

from datetime import datetime, timedelta

from certificates.cases import give_notice, open_case, respond, suspend_meanwhile
from certificates.complaints import complain
from certificates.models import CaseSettings, Certificate, RevocationReason, Subject
from certificates.revoking import confirm_revocation, propose_revocation
from cms.accounts.models import User

DAY = timedelta(days=1)
CONCERN = (
    "Two of the days that count were signed for a production that, as its office says, had wrapped by then. "
    "Nothing is decided. (Example, invented.)"
)
NOTICE = (
    "Two of your days on set, in the autumn of your second year, were signed for a production that had wrapped by then, "
    "as its office says. Your certificate rests on them.\n\n"
    "Please tell us what you remember, and send what you have: a call sheet, a message, the name of the week. If both days "
    "fall, your certificate may be suspended until you have made them good. (Example, invented.)"
)
RESPONSE = (
    "They were pick-ups, three weeks after the wrap, with a crew of nine. I have the call sheets of both days and can send "
    "them. My mentor was there. (Example, invented.)"
)
REASONS = "A mentor withdrew their signatures under six days. Without them it was never earned. (Example, invented.)"
COMPLAINT = (
    "My mentor is late to answer, and when I asked about it I was told that others do not ask so much. I do not want to lose "
    "the mentorship. Is that how it is meant to be? (Example, invented.)"
)


def revoke(certificate: Certificate, *, by: User, and_by: User, at: datetime) -> None:
    """Proposed by one registrar, confirmed by another the day after."""
    proposal = propose_revocation(
        certificate=certificate, reason=RevocationReason.EVIDENCE, private_reason=REASONS, by=by, at=at - DAY
    )
    confirm_revocation(proposal=proposal, by=and_by, at=at)


def question(*, registrar: User, contact: User, now: datetime) -> None:
    """One case about the suspended certificate, answered by its holder; one complaint that the ombud has not read."""
    settings = CaseSettings.load()
    settings.contact_email = contact.email
    settings.save()
    certificate = Certificate.objects.get(holder__email="suspended@demo.example")
    at = now - 19 * DAY
    case = open_case(certificate=certificate, concern=CONCERN, by=registrar, at=at)
    suspend_meanwhile(case=case, because=CONCERN, by=registrar, at=at)
    give_notice(case=case, notice=NOTICE, by=registrar, at=at)
    respond(case=case, response=RESPONSE, at=now - 8 * DAY)
    complain(about=Subject.MENTOR, words=COMPLAINT, once="demo", at=now - 2 * DAY)
