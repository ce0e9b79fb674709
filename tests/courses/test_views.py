from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.enrolling import invite, withdraw
from courses.models import Access, Enrolment, Invitation, Order
from tests.factories.courses import lessons_of, make_enrolment, make_programme
from tests.factories.people import make_person, make_registrar


@pytest.fixture
def person(client, db):
    person = make_person(email="nell@example.org")
    client.force_login(person)
    return person


# Enrolling -----------------------------------------------------------------------------------------------------


def test_enrolling_free_leads_to_the_first_unit(client, person):
    programme = make_programme()

    response = client.post(reverse("courses:enrol", args=[programme.slug]))

    assert response.url == lessons_of(programme)[0].get_url()
    assert Enrolment.objects.get().learner == person


def test_enrolling_on_a_programme_without_units_leads_to_its_page(client, person):
    programme = make_programme(modules=0)

    assert client.post(reverse("courses:enrol", args=[programme.slug])).url == programme.get_url()


def test_a_programme_by_invitation_is_refused_with_a_sentence(client, person):
    programme = make_programme(access=Access.INVITATION)

    response = client.post(reverse("courses:enrol", args=[programme.slug]), follow=True)

    assert response.redirect_chain == [(programme.get_url(), 302)]
    assert "This programme is not open to everyone." in response.content.decode()
    assert not Enrolment.objects.exists()


@pytest.mark.django_db
def test_who_is_on_a_programme_for_a_fee_is_led_to_it_and_orders_nothing(client):
    enrolment = make_enrolment(programme=make_programme(access=Access.FEE))
    client.force_login(enrolment.learner)

    response = client.post(reverse("courses:enrol", args=[enrolment.programme.slug]))

    assert response.url == enrolment.programme.get_url()
    assert not Order.objects.exists()


def test_after_signing_in_one_is_led_to_the_programme_and_not_enrolled(client, person):
    programme = make_programme()

    assert client.get(reverse("courses:enrol", args=[programme.slug])).url == programme.get_url()
    assert not Enrolment.objects.exists()


@pytest.mark.django_db
def test_a_visitor_enrols_on_nothing(client):
    programme = make_programme()

    response = client.post(reverse("courses:enrol", args=[programme.slug]))

    assert response.url.startswith("/accounts/login/")
    assert not Enrolment.objects.exists()


def test_a_programme_that_is_not_published_is_not_there(client, person):
    programme = make_programme()
    programme.unpublish()

    assert client.post(reverse("courses:enrol", args=[programme.slug])).status_code == 404


# Invitations ---------------------------------------------------------------------------------------------------


def make_invitation(at=None):
    return invite(
        programme=make_programme(access=Access.INVITATION),
        email="nell@example.org",
        by=make_registrar(),
        at=at or timezone.now(),
    )


def address_of(invitation):
    return f"/programmes/invitations/{invitation.token}/"


@pytest.mark.django_db
def test_a_visitor_reads_what_they_are_invited_to_and_signs_up_first(client):
    invitation = make_invitation()

    page = client.get(address_of(invitation)).content.decode()

    assert invitation.programme.title in page
    assert f'href="/accounts/signup/?next={address_of(invitation)}"' in page
    assert "nell@example.org" not in page


@pytest.mark.django_db
def test_a_visitor_who_presses_is_led_to_sign_in_and_back(client):
    invitation = make_invitation()

    response = client.post(address_of(invitation))

    assert response.url == f"/accounts/login/?next={address_of(invitation)}"
    assert not Enrolment.objects.exists()


def test_opening_the_link_takes_nothing_and_the_button_does(client, person):
    invitation = make_invitation()

    page = client.get(address_of(invitation)).content.decode()
    assert not Enrolment.objects.exists()
    response = client.post(address_of(invitation), follow=True)

    assert "Take the place" in page
    assert response.redirect_chain == [(invitation.programme.get_url(), 302)]
    assert "Your place is taken" in response.content.decode()
    assert Enrolment.objects.get().learner == person


def test_the_link_leads_to_the_programme_once_it_was_used(client, person):
    invitation = make_invitation()
    client.post(address_of(invitation))

    assert client.get(address_of(invitation)).url == invitation.programme.get_url()


@pytest.mark.django_db
def test_somebody_else_with_the_link_is_refused_without_the_address(client):
    invitation = make_invitation()
    client.force_login(make_person())

    response = client.post(address_of(invitation))

    assert response.status_code == 422
    assert "This invitation went to another address than yours." in response.content.decode()
    assert "nell@example.org" not in response.content.decode()


def test_an_invitation_that_ran_out_says_when(client, person):
    invitation = make_invitation(at=timezone.now() - timedelta(days=30))

    page = client.get(address_of(invitation)).content.decode()

    assert f"This invitation ran out on {timezone.localtime(invitation.expires_at):%-d %B %Y}." in page
    assert "Take the place" not in page
    assert client.post(address_of(invitation)).status_code == 422


@pytest.mark.django_db
def test_a_used_invitation_says_so_to_others(client):
    invitation, first = make_invitation(), make_person(email="nell@example.org")
    client.force_login(first)
    client.post(address_of(invitation))
    client.force_login(make_person())

    assert "This invitation has been used." in client.get(address_of(invitation)).content.decode()


def test_who_has_left_reads_that_the_invitation_was_used(client, person):
    invitation = make_invitation()
    client.post(address_of(invitation))
    withdraw(enrolment=Enrolment.objects.get(), by=person, at=timezone.now())

    assert "This invitation has been used." in client.get(address_of(invitation)).content.decode()


def test_an_invitation_to_what_is_not_published_says_so(client, person):
    invitation = make_invitation()
    invitation.programme.unpublish()

    assert "This programme is not published at present." in client.get(address_of(invitation)).content.decode()


@pytest.mark.django_db
def test_a_token_that_does_not_exist_is_not_there(client):
    make_invitation()

    assert client.get("/programmes/invitations/guess/").status_code == 404


# Names -----------------------------------------------------------------------------------------------------------


def test_tokens_are_long_and_different():
    tokens = {Invitation().token for _ in range(100)}

    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 32


# The catalogue, and rows that name themselves ------------------------------------------------------------------


@pytest.mark.django_db
def test_the_catalogue_lists_what_is_published(client):
    shown, hidden = make_programme(title="Shown"), make_programme(title="Hidden")
    hidden.unpublish()

    page = client.get(shown.get_parent().get_url()).content.decode()

    assert "Shown" in page
    assert "Hidden" not in page


def test_rows_name_themselves_by_numbers_only(client, person):
    invitation, enrolment = make_invitation(), make_enrolment()

    assert str(invitation) == f"Invitation {invitation.pk} to programme {invitation.programme_id}"
    assert str(enrolment) == (
        f"Enrolment {enrolment.pk}: learner {enrolment.learner_id}, programme {enrolment.programme_id}"
    )
