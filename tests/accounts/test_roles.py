"""Are roles given and taken calmly, and written down?"""

import pytest
from django.contrib.auth.models import Group

from cms.accounts.models import Entry, User
from cms.accounts.roles import Role, end_role, grant_role
from tests.factories.people import NOON, make_person, make_registrar

pytestmark = pytest.mark.django_db


def verbs() -> list[tuple[str, dict]]:
    return list(Entry.objects.filter(chain__name="staff").order_by("number").values_list("verb", "facts"))


def test_every_role_is_a_group_from_the_start() -> None:
    for role in Role:
        Group.objects.get_or_create(name=role.value)

    assert set(Role.values) <= set(Group.objects.values_list("name", flat=True))


def test_a_role_given_twice_is_given_once() -> None:
    person, registrar = make_person(), make_registrar()

    grant_role(person=person, role=Role.EDITOR, by=registrar, at=NOON)
    grant_role(person=person, role=Role.EDITOR, by=registrar, at=NOON)

    assert person.roles == {Role.EDITOR}
    assert verbs() == [("role.granted", {"role": "EDITOR"})]
    assert Entry.objects.get().actor == registrar


def test_a_role_taken_twice_is_taken_once() -> None:
    person = make_person(roles=(Role.EDITOR, Role.OMBUD))
    assert person.roles == {Role.EDITOR, Role.OMBUD}

    end_role(person=person, role=Role.EDITOR, by=None, at=NOON)
    end_role(person=person, role=Role.EDITOR, by=None, at=NOON)

    assert person.roles == {Role.OMBUD}
    assert User.objects.get(pk=person.pk).roles == {Role.OMBUD}
    assert verbs() == [("role.ended", {"role": "EDITOR"})]


def test_a_group_that_is_no_role_gives_none() -> None:
    person = make_person()
    person.groups.add(Group.objects.create(name="Friends"))

    assert person.roles == frozenset()


def test_history_names_the_person_by_key_only() -> None:
    person = make_person("Wren")

    grant_role(person=person, role=Role.REGISTRAR, by=None, at=NOON)

    entry = Entry.objects.get()
    assert entry.subject == f"user:{person.pk}"
    assert "Wren" not in str(entry.facts)
