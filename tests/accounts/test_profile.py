"""What can people say about themselves, and what does it change?"""

import pytest
from django.urls import reverse

from cms.accounts.models import User
from cms.accounts.passwords import DEMO_PASSWORD, NotTheDemoPassword
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db
SAID = {"display_name": "Robin", "pronouns": "they/them", "certificate_name": "Robin Hale", "time_zone": "Europe/Paris"}


def test_the_profile_is_saved_and_leads_back_to_the_account(client) -> None:
    person = make_person("Wren")
    client.force_login(person)

    answer = client.post(reverse("cms:profile"), SAID)

    person.refresh_from_db()
    assert (answer.status_code, answer.url) == (302, reverse("cms:account"))
    assert {name: getattr(person, name) for name in SAID} == SAID


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"display_name": ""}, "display_name"),
        ({"display_name": "   "}, "display_name"),
        ({"display_name": "x" * 81}, "display_name"),
        ({"certificate_name": "x" * 121}, "certificate_name"),
        ({"pronouns": "x" * 41}, "pronouns"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
    ],
)
def test_what_cannot_be_is_refused_with_the_values_kept(client, wrong: dict, field: str) -> None:
    person = make_person("Wren")
    client.force_login(person)

    answer = client.post(reverse("cms:profile"), SAID | wrong)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "they/them" in answer.content.decode() or field == "pronouns"
    person.refresh_from_db()
    assert person.display_name == "Wren"


def test_nobody_changes_anything_else_about_themselves(client) -> None:
    person = make_person("Wren")
    client.force_login(person)

    client.post(
        reverse("cms:profile"),
        SAID | {"is_superuser": "on", "email": "other@example.org", "is_active": "", "groups": "1", "id": "1"},
    )

    changed = User.objects.get(pk=person.pk)
    assert (changed.is_superuser, changed.email, changed.is_active) == (False, person.email, True)
    assert changed.roles == frozenset()


def test_nobody_changes_the_profile_of_another(client) -> None:
    wren, robin = make_person("Wren"), make_person("Sam")
    client.force_login(wren)

    client.post(reverse("cms:profile"), SAID | {"id": robin.pk, "pk": robin.pk})

    robin.refresh_from_db()
    assert robin.display_name == "Sam"


@pytest.mark.parametrize("page", ["cms:account", "cms:profile"])
def test_the_account_shows_ones_own_name_and_no_others(client, page: str) -> None:
    make_person("Charlie")
    client.force_login(make_person("Wren"))

    words = client.get(reverse(page)).content.decode()

    assert "Wren" in words
    assert "Charlie" not in words


def test_a_name_is_never_read_as_markup(client) -> None:
    client.force_login(make_person("<script>alert(1)</script>", email="x@example.org"))

    words = client.get(reverse("cms:account")).content.decode()

    assert "<script>alert" not in words


def test_the_demos_password_is_refused_by_a_sentence() -> None:
    with pytest.raises(Exception, match="demo’s password"):
        NotTheDemoPassword().validate(DEMO_PASSWORD)
    NotTheDemoPassword().validate("another one entirely")
    assert "demo" in NotTheDemoPassword().get_help_text()


def test_signing_up_with_the_demos_password_is_refused_outside_the_demo(client) -> None:
    answer = client.post(
        reverse("account_signup"),
        {"display_name": "Wren", "email": "wren@example.org", "password1": DEMO_PASSWORD},
    )

    assert "password1" in answer.context["form"].errors
    assert not User.objects.filter(email="wren@example.org").exists()


def test_signing_up_keeps_the_name_one_is_called(client, mailoutbox) -> None:
    client.post(
        reverse("account_signup"),
        {"display_name": "Wren", "email": "Wren@Example.org", "password1": "a long enough phrase"},
    )

    person = User.objects.get(email="wren@example.org")
    assert person.display_name == "Wren"
    assert person.get_username() == "wren@example.org"
    assert [mail.to for mail in mailoutbox] == [["wren@example.org"]]
