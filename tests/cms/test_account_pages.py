"""Can people come in, look after their account and leave, without anybody learning who has one?"""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cms.accounts.academy import AcademySettings
from cms.accounts.models import User
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db
SECRET = "a calm long sentence 7"


def sign_up(client: Client, email: str = "nia@example.org"):
    return client.post(
        reverse("account_signup"), {"display_name": "Nia", "email": email, "password1": SECRET}, follow=True
    )


def link_in(body: str) -> str:
    return re.search(r"http://\S+?(/accounts/\S+)", body).group(1)


def test_signing_up_confirming_and_signing_in(client: Client):
    response = sign_up(client)
    assert "Look in your mail" in response.content.decode()
    assert [sent.subject for sent in mail.outbox] == ["Confirm your address"]
    assert mail.outbox[0].body.endswith("Closed Set Academy\ntestserver")

    confirm = link_in(mail.outbox[0].body)
    asked = client.get(confirm)
    assert "Is this your address?" in asked.content.decode()
    assert not EmailAddress.objects.get().verified  # following the link is not enough: mail scanners do that

    confirmed = client.post(confirm, follow=True)
    assert "nia@example.org is confirmed." in confirmed.content.decode()

    signed_in = client.post(reverse("account_login"), {"login": "nia@example.org", "password": SECRET})
    assert signed_in["Location"] == reverse("cms:learn")
    assert User.objects.get().display_name == "Nia"


def test_who_was_going_somewhere_gets_there_once_the_address_is_confirmed(client: Client):
    wanted = "/programmes/seats/a-token/"
    shown = client.get(reverse("account_signup"), {"next": wanted}).content.decode()
    assert f'name="next" value="{wanted}"' in shown
    client.post(
        reverse("account_signup"),
        {"display_name": "Nia", "email": "nia@example.org", "password1": SECRET, "next": wanted},
    )

    confirmed = client.post(link_in(mail.outbox[0].body))

    assert confirmed["Location"] == f"{reverse('account_login')}?{urlencode({'next': wanted})}"
    asked = client.get(confirmed["Location"]).content.decode()
    assert f'name="next" value="{wanted}"' in asked
    signed_in = client.post(reverse("account_login"), {"login": "nia@example.org", "password": SECRET, "next": wanted})
    assert signed_in["Location"] == wanted


def test_signing_up_leads_nowhere_outside(client: Client):
    client.post(
        reverse("account_signup"),
        {"display_name": "Nia", "email": "nia@example.org", "password1": SECRET, "next": "https://evil.example/"},
    )

    assert "evil" not in client.post(link_in(mail.outbox[0].body))["Location"]


def test_signing_in_before_confirming_leads_back_to_the_mail(client: Client):
    sign_up(client)

    response = client.post(reverse("account_login"), {"login": "nia@example.org", "password": SECRET}, follow=True)

    assert "Look in your mail" in response.content.decode()
    assert client.get(reverse("cms:account")).status_code == 302


def test_signing_up_with_a_known_address_looks_the_same_and_the_owner_is_told(client: Client):
    newcomer = sign_up(client, "new@example.org").content.decode()
    make_person(email="known@example.org", password=SECRET)

    known = sign_up(Client(), "known@example.org").content.decode()

    assert known == newcomer.replace("new@example.org", "known@example.org")
    assert [sent.subject for sent in mail.outbox] == ["Confirm your address", "Your account"]
    assert User.objects.filter(email="known@example.org").count() == 1


def test_asking_for_a_new_password_looks_the_same_for_a_stranger(client: Client):
    make_person(email="known@example.org", password=SECRET)

    known = client.post(reverse("account_reset_password"), {"email": "known@example.org"}, follow=True)
    stranger = Client().post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)

    assert "If there is an account with that address" in known.content.decode()
    assert known.content == stranger.content
    assert [sent.to for sent in mail.outbox] == [["known@example.org"]]


def test_choosing_a_new_password_by_the_link(client: Client):
    make_person(email="known@example.org", password=SECRET)
    client.post(reverse("account_reset_password"), {"email": "known@example.org"})
    link = link_in(mail.outbox[0].body)

    form = client.get(link, follow=True)
    assert "Choose a new password" in form.content.decode()
    done = client.post(
        form.request["PATH_INFO"], {"password1": "another calm line 8", "password2": "another calm line 8"}, follow=True
    )

    assert "You have a new password" in done.content.decode()
    assert "This link does not work any more" in client.get(link, follow=True).content.decode()
    assert [sent.subject for sent in mail.outbox] == ["A new password", "Your password was changed"]


def test_a_wrong_password_says_what_is_wrong_and_keeps_the_address(client: Client):
    make_person(email="known@example.org", password=SECRET)

    html = client.post(
        reverse("account_login"), {"login": "known@example.org", "password": "something else"}
    ).content.decode()

    assert "One thing to put right" in html
    assert 'value="known@example.org"' in html


def test_signing_in_offers_a_passkey_and_the_way_to_an_account(client: Client):
    html = client.get(reverse("account_login")).content.decode()

    assert "Use a passkey" in html
    assert f'href="{reverse("account_signup")}"' in html
    assert "Forgotten your password?" in html


def test_a_confirmation_link_that_is_made_up_says_so_calmly(client: Client):
    response = client.get(reverse("account_confirm_email", args=["made-up"]))

    assert "This link does not work any more" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("account_login", "Sign in"),
        ("account_signup", "Create an account"),
        ("account_email_verification_sent", "Look in your mail"),
        ("account_reset_password", "A new password"),
        ("account_reset_password_done", "Look in your mail"),
        ("account_reset_password_from_key_done", "You have a new password"),
        ("account_inactive", "This account is closed"),
    ],
)
def test_the_pages_at_the_door(client: Client, name: str, headline: str):
    response = client.get(reverse(name))

    assert response.status_code == 200
    assert f"<h1>{headline}</h1>" in response.content.decode()
    assert '<a class="brand" href="/">' in response.content.decode()


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("cms:account", "Your account"),
        ("cms:profile", "Name and pronouns"),
        ("account_email", "E-mail addresses"),
        ("account_change_password", "Change your password"),
        ("account_reauthenticate", "Just to be sure it is you"),
        ("account_logout", "Sign out?"),
        ("mfa_index", "Passkeys and second step"),
        ("mfa_list_webauthn", "Passkeys and security keys"),
    ],
)
def test_the_pages_behind_it(client: Client, name: str, headline: str):
    client.force_login(make_person(password=SECRET))

    response = client.get(reverse(name))

    assert response.status_code == 200
    assert f"<h1>{headline}</h1>" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("mfa_add_webauthn", "Add a passkey"),
        ("mfa_activate_totp", "Set up an authenticator app"),
    ],
)
def test_the_pages_that_ask_once_more_who_it_is(client: Client, name: str, headline: str):
    client.force_login(make_person(password=SECRET))
    asked = client.get(reverse(name), follow=True)
    assert "It holds for 15 minutes." in asked.content.decode()
    assert settings.ACCOUNT_REAUTHENTICATION_TIMEOUT == 15 * 60

    client.post(reverse("account_reauthenticate"), {"password": SECRET})

    assert f"<h1>{headline}</h1>" in client.get(reverse(name)).content.decode()


def test_the_account_page_shows_what_is_kept(client: Client, django_assert_num_queries: DjangoAssertNumQueries):
    person = make_person("Wren", pronouns="they, them")
    client.force_login(person)
    AcademySettings.load()  # there from the first page on

    # session, person, is a mentor, organisations, academy, menu: what they are here, and two for permissions
    with django_assert_num_queries(8):
        html = client.get(reverse("cms:account")).content.decode()

    assert person.email in html
    assert "they, them" in html
    assert "Not chosen yet" in html


def test_signing_out_is_one_press_from_the_account(client: Client):
    client.force_login(make_person())

    response = client.post(reverse("account_logout"), follow=True)

    assert response.redirect_chain == [("/", 302)]
    assert client.get(reverse("cms:account")).status_code == 302


def test_the_buttons_for_several_addresses_come_with_the_second(client: Client):
    person = make_person(password=SECRET)
    client.force_login(person)
    assert "Make it the main one" not in client.get(reverse("account_email")).content.decode()

    EmailAddress.objects.create(user=person, email="second@example.org", verified=False)

    html = client.get(reverse("account_email")).content.decode()
    assert "Make it the main one" in html
    assert "Not confirmed yet" in html


def test_subjects_tell_nothing_to_whoever_looks_over_a_shoulder():
    subjects = {
        path.stem: path.read_text()
        for folder in ("account", "mfa")
        for path in (Path(settings.BASE_DIR) / "templates" / folder / "email").glob("*_subject.txt")
    }

    assert len(subjects) == 16
    assert not [name for name, text in subjects.items() if re.search(r"intima|sex|consent|closed set|\{\{", text, re.I)]
