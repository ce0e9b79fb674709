"""People with boring defaults."""

from datetime import UTC, datetime
from importlib import import_module
from itertools import count

from django.apps import apps
from django.contrib.auth.models import Group

from cms.accounts.models import User
from cms.accounts.roles import Role

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
_numbers = count(1)


def make_person(name: str = "Wren", *, roles: tuple[Role, ...] = (), **fields: object) -> User:
    """Somebody with a verified address. Signed in with `client.force_login(person)`."""
    from allauth.account.models import EmailAddress

    fields.setdefault("email", f"{name.lower().replace(' ', '.')}{next(_numbers)}@example.org")
    person = User.objects.create_user(display_name=name, **fields)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    for role in roles:
        person.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return person


def make_registrar(name: str = "Registrar") -> User:
    return make_person(name, roles=(Role.REGISTRAR,))


def restore_staff_rights() -> None:
    """Give the roles' groups what the migration gave them: tests that really commit flush what migrations made."""
    for migration in ("0002_staff_rights", "0003_ombuds_have_a_desk"):
        import_module(f"cms.migrations.{migration}").give(apps, None)
