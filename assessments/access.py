"""Who may do what in assessments? The rules of this layer."""

from cms.accounts.models import User
from cms.accounts.policy import holders_of, rule
from cms.accounts.roles import Role

from .models import (
    Attempt,
    AuditDraw,
    EvidenceDocument,
    EvidenceShare,
    Mentor,
    Mentorship,
    Production,
    Recommendation,
    Shift,
    ShiftDispute,
)


@rule("attempt.sit")
def sits(person: User, attempt: Attempt) -> bool:
    return attempt.enrolment.learner_id == person.pk and attempt.enrolment.withdrawn_at is None


@rule("shift.read")
def reads_shift(person: User, shift: Shift) -> bool:
    """The learner, always; the mentor it is with, once it was handed to them."""
    if shift.learner_id == person.pk:
        return True
    return shift.mentorship.mentor.person_id == person.pk and shift.submitted_at is not None


@rule("shift.write")
def writes_shift(person: User, shift: Shift) -> bool:
    return shift.learner_id == person.pk


@rule("shift.sign")
def signs_shift(person: User, shift: Shift) -> bool:
    """The mentor it is with. Whether they may sign today is asked by `sign_shift` itself."""
    return (
        shift.mentorship.mentor.person_id == person.pk
        and shift.learner_id != person.pk
        and shift.submitted_at is not None
    )


@rule("dispute.answer")
def answers_dispute(person: User, dispute: ShiftDispute) -> bool:
    """The mentor the shift was with. Whether it is decided already is asked by `answer_dispute`."""
    shift = dispute.shift
    return shift.mentorship.mentor.person_id == person.pk and shift.learner_id != person.pk


@rule("share.end")
def ends_share(person: User, share: EvidenceShare) -> bool:
    return share.learner_id == person.pk


@rule("journal.keep")
def keeps_journal(person: User, shift: Shift) -> bool:
    """Nobody but the learner, whatever their roles."""
    return shift.learner_id == person.pk


@rule("dispute.letter")
def reads_letter(person: User, shift: Shift) -> bool:
    """The learner who sent it, and a registrar; not the mentor whose word it is held against, should they be one."""
    if shift.learner_id == person.pk:
        return True
    return Role.REGISTRAR in person.roles and shift.mentorship.mentor.person_id != person.pk


@rule("mentorship.answer")
def answers_mentorship(person: User, mentorship: Mentorship) -> bool:
    return mentorship.mentor.person_id == person.pk


@rule("mentorship.read")
def reads_mentorship(person: User, mentorship: Mentorship) -> bool:
    """Its terms and check-ins are for the two of them, also once it is over."""
    return person.pk in (mentorship.learner_id, mentorship.mentor.person_id)


@rule("mentorship.end")
def ends_mentorship(person: User, mentorship: Mentorship) -> bool:
    return person.pk in (mentorship.learner_id, mentorship.mentor.person_id)


@rule("mentor.ask")
def asks_mentor(person: User, mentor: Mentor) -> bool:
    return mentor.person_id != person.pk


@rule("mentoring.use")
def mentors(person: User, thing: None) -> bool:
    return hasattr(person, "mentor")


@rule("shift.oversee")
def oversees_shift(person: User, shift: Shift | None) -> bool:
    """A registrar, except over a shift that is their own, as its learner or its mentor."""
    if Role.REGISTRAR not in person.roles:
        return False
    return shift is None or person.pk not in (shift.learner_id, shift.mentorship.mentor.person_id)


@rule("title.read")
def reads_title(person: User, production: Production) -> bool:
    """To open what is sealed: a registrar, for a reason that `read_title` asks for. Learner and mentor need no such rule."""
    return Role.REGISTRAR in person.roles and production.learner_id != person.pk


@rule("dispute.decide")
def decides_dispute(person: User, dispute: ShiftDispute | None) -> bool:
    return oversees_shift(person, dispute.shift if dispute else None)


@rule("audit.close")
def closes_audit(person: User, draw: AuditDraw | None) -> bool:
    return oversees_shift(person, draw.shift if draw else None)


@rule("audit.answer")
def answers_audit(person: User, draw: AuditDraw) -> bool:
    return draw.shift.learner_id == person.pk


@rule("document.keep")
def keeps_document(person: User, document: EvidenceDocument) -> bool:
    """Its learner opens, replaces and withdraws it; whether it can be is asked there."""
    return document.person_id == person.pk


@rule("document.review")
def reviews_document(person: User, document: EvidenceDocument | None) -> bool:
    """A registrar, except over a document of their own."""
    return Role.REGISTRAR in person.roles and (document is None or document.person_id != person.pk)


@rule("mentorship.recommend")
def recommends(person: User, mentorship: Mentorship) -> bool:
    """Its mentor, once it has begun, also when it has ended."""
    return (
        mentorship.mentor.person_id == person.pk
        and mentorship.learner_id != person.pk
        and mentorship.begun_at is not None
    )


@rule("mentorship.ask_for_word")
def asks_for_word(person: User, mentorship: Mentorship) -> bool:
    return mentorship.learner_id == person.pk


@rule("recommendation.withdraw")
def withdraws_recommendation(person: User, recommendation: Recommendation) -> bool:
    return recommendation.given_by_id == person.pk


@rule("recommendation.read")
def reads_recommendation(person: User, recommendation: Recommendation) -> bool:
    """What is said in confidence: its mentor, and a registrar who is not whom it is about."""
    if recommendation.learner_id == person.pk:
        return False
    return recommendation.given_by_id == person.pk or Role.REGISTRAR in person.roles


rule("agreement.publish")(holders_of(Role.REGISTRAR))
rule("mentor.approve")(holders_of(Role.REGISTRAR))
rule("question.write")(holders_of(Role.EDITOR))
