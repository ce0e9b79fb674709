"""Who may do what with certificates? The rules of this layer."""

from cms.accounts.models import User
from cms.accounts.policy import holders_of, rule
from cms.accounts.roles import Role

from .case_states import is_told
from .models import (
    ApiToken,
    Appeal,
    Case,
    Certificate,
    Complaint,
    CreditEntry,
    RegisterBlock,
    RegisterMessage,
    RequestQuestion,
    RevocationProposal,
    Watch,
)

rule("certification.decide")(holders_of(Role.REGISTRAR))
rule("rules.write")(holders_of(Role.REGISTRAR))  # drafts, publishing, and what rules would mean
rule("rules.move")(holders_of(Role.REGISTRAR))
rule("requirement.waive")(holders_of(Role.REGISTRAR))
rule("certificate.change_status")(holders_of(Role.REGISTRAR))
rule("name.answer")(holders_of(Role.REGISTRAR))
rule("certificate_design.keep")(holders_of(Role.REGISTRAR))


@rule("certificate.hold")
def holds(person: User, certificate: Certificate) -> bool:
    return certificate.holder_id == person.pk


rule("register.moderate")(holders_of(Role.REGISTRAR))


@rule("register_message.read")
def got(person: User, message: RegisterMessage) -> bool:
    return message.entry.holder_id == person.pk and message.passed_on_at is not None


@rule("register_block.lift")
def blocked(person: User, block: RegisterBlock) -> bool:
    return block.holder_id == person.pk


@rule("watch.end")
def watches_or_is_watched(person: User, watch: Watch) -> bool:
    return person.pk in {watch.watcher_id, watch.certificate.holder_id}


@rule("certificate.decide_about")
def decides_about(person: User, certificate: Certificate | None) -> bool:
    """A registrar, except about a certificate of their own. Also to read what is decided about it."""
    return Role.REGISTRAR in person.roles and (certificate is None or certificate.holder_id != person.pk)


@rule("case.handle")
def handles_case(person: User, case: Case | None) -> bool:
    return decides_about(person, case.certificate if case else None)


@rule("revocation.decide")
def decides_revocation(person: User, proposal: RevocationProposal | None) -> bool:
    return decides_about(person, proposal.certificate if proposal else None)


@rule("case.answer")
def answers_case(person: User, case: Case) -> bool:
    """The holder, once they were told of it."""
    return case.certificate.holder_id == person.pk and is_told(case)


@rule("question.answer")
def answers_question(person: User, question: RequestQuestion) -> bool:
    return question.request.enrolment.learner_id == person.pk


@rule("appeal.decide")
def decides_appeal(person: User, appeal: Appeal) -> bool:
    """The independent contact named for it, whatever else they are here."""
    return appeal.contact_id == person.pk


@rule("complaint.read")
def reads_complaint(person: User, complaint: Complaint | None) -> bool:
    """The ombud. Not one who is a registrar as well: whoever complains was told that no registrar reads it."""
    return Role.OMBUD in person.roles and Role.REGISTRAR not in person.roles


@rule("api_token.end")
def made_it(person: User, token: ApiToken) -> bool:
    return token.owner_id == person.pk


rule("renewal.decide")(holders_of(Role.REGISTRAR))
rule("renewal_terms.write")(holders_of(Role.REGISTRAR))


@rule("credit.keep")
def keeps_credit(person: User, entry: CreditEntry) -> bool:
    return entry.enrolment.learner_id == person.pk


@rule("credit.review")
def reviews_credit(person: User, entry: CreditEntry | None) -> bool:
    """A registrar, except over an entry of their own."""
    return Role.REGISTRAR in person.roles and (entry is None or entry.enrolment.learner_id != person.pk)
