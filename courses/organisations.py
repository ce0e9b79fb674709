"""Which organisation buys? Nothing else writes Organisation."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from cms.accounts import history
from cms.accounts.models import User

from .models import Organisation


@transaction.atomic
def organisation_of(*, owner: User, name: str, address: str = "", tax_number: str = "", at: datetime) -> Organisation:
    """The owner's organisation of that name, made where need be, with what is to be printed for it from now on.

    Repeating changes nothing. What was printed before keeps its words.
    """
    name = " ".join(name.split())
    organisation, made = Organisation.objects.update_or_create(
        owner=owner,
        name=name,
        defaults={"address": address.strip(), "tax_number": tax_number.strip()},
        create_defaults={"address": address.strip(), "tax_number": tax_number.strip(), "made_at": at},
    )
    if made:
        history.record(
            chain=f"learner:{owner.pk}",
            verb="organisation.made",
            subject=history.name_of(organisation),
            actor=owner,
            at=at,
        )
    return organisation
