"""Who may do what at the desk? The rules that belong to no other package."""

from cms.accounts.policy import holders_of, rule
from cms.accounts.roles import Role

rule("learner.read")(holders_of(Role.REGISTRAR))
