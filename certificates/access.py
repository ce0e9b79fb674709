"""Who may do what with certificates? The rules of this layer."""

from cms.accounts.models import User
from cms.accounts.policy import holders_of, rule
from cms.accounts.roles import Role

from .models import Certificate

rule("certification.decide")(holders_of(Role.REGISTRAR))
rule("certificate.change_status")(holders_of(Role.REGISTRAR))
rule("certificate_design.keep")(holders_of(Role.REGISTRAR))


@rule("certificate.hold")
def holds(person: User, certificate: Certificate) -> bool:
    return certificate.holder_id == person.pk
