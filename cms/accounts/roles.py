"""Which roles do staff hold? Each is a Django group of the same name, so the Wagtail admin reads them as they are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .models import User


class Role(models.TextChoices):
    EDITOR = "Editors", _("Editor")  # writes what is taught; sees no learner
    REGISTRAR = "Registrars", _("Registrar")  # runs intakes and cases, answers for every certificate
    OMBUD = "Ombuds", _("Ombud")  # hears complaints about the school itself


@transaction.atomic
def grant_role(*, person: User, role: Role, by: User | None, at: datetime) -> None:
    """Give `person` the role and write it down. Repeating changes nothing and writes nothing."""
    from . import history

    group, _created = Group.objects.get_or_create(name=role.value)
    if person.groups.filter(pk=group.pk).exists():
        return
    person.groups.add(group)
    person.__dict__.pop("roles", None)
    history.record(
        chain="staff", verb="role.granted", subject=history.name_of(person), actor=by, at=at, facts={"role": role.name}
    )


@transaction.atomic
def end_role(*, person: User, role: Role, by: User | None, at: datetime) -> None:
    """Take the role from `person` and write it down. Repeating changes nothing and writes nothing."""
    from . import history

    group = person.groups.filter(name=role.value).first()
    if group is None:
        return
    person.groups.remove(group)
    person.__dict__.pop("roles", None)
    history.record(
        chain="staff", verb="role.ended", subject=history.name_of(person), actor=by, at=at, facts={"role": role.name}
    )
