"""Who may do what with certificates? The rules of this layer."""

from cms.accounts.models import User
from cms.accounts.policy import holders_of, rule
from cms.accounts.roles import Role

from .models import Certificate, RegisterBlock, RegisterMessage, Watch

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
