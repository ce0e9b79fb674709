"""Who may do what with certificates? The rules of this layer."""

from cms.accounts.models import User
from cms.accounts.policy import holders_of, rule
from cms.accounts.roles import Role

from .models import Certificate

rule("certification.decide")(holders_of(Role.REGISTRAR))
rule("rules.write")(holders_of(Role.REGISTRAR))  # drafts, publishing, and what rules would mean
rule("rules.move")(holders_of(Role.REGISTRAR))
rule("requirement.waive")(holders_of(Role.REGISTRAR))
rule("certificate.change_status")(holders_of(Role.REGISTRAR))


@rule("certificate.hold")
def holds(person: User, certificate: Certificate) -> bool:
    return certificate.holder_id == person.pk
