"""A holder hides their scores and shows their hours, asks for another name, and gets it; the public reads the new one only."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from certificates.models import Certificate, NameRequest
from cms.accounts.models import User
from tests.factories.certificates import make_certificate
from tests.factories.courses import make_site
from tests.factories.desk import give_staff_their_rights
from tests.factories.people import make_person, make_registrar

from .conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)
MEASURED = [{"name": "Shadow hours", "measure": "hours", "value": "176.5"}]


def let_in(person: Watched, user: User) -> None:
    """Signed in by a cookie: signing in itself has its own journey."""
    client = Client()
    client.force_login(user)
    person.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": person.base}])


@pytest.mark.parametrize("look", [{"width": 1280}, {"width": 320, "dark": True}], ids=["desk", "telephone"])
def test_a_holder_changes_what_is_read_and_their_name(people, look: dict) -> None:
    make_site()
    give_staff_their_rights()
    registrar = make_registrar("Philippa")
    certificate = make_certificate(
        name="Ana Núñez", learner=make_person("Wren"), at=timezone.now(), by=make_person("Another registrar")
    )
    Certificate.objects.update(results=MEASURED)
    public = f"/verify/{certificate.number}/"
    holder, employer, desk = people(**look), people(**look), people()
    let_in(holder, certificate.holder)
    let_in(desk, registrar)

    # What others read: from the list to the certificate's own page, and its switches.
    holder.goto("/certificates/")
    holder.follow("What others read of it, and your name")
    holder.click(re.compile("Show.*Your hours"))
    holder.sees("176.5 hours")
    holder.click(re.compile("Hide.*Your name"))
    employer.goto(public)
    employer.sees("The holder of this number")
    employer.sees("176.5 hours")
    holder.click(re.compile("Show.*Your name"))
    employer.goto(public)
    employer.sees("Ana Núñez")

    # Another name: asked, checked, replaced.
    holder.follow("Ask for another name")
    holder.sees("What happens to the former name")
    holder.page.get_by_role("textbox", name="New name").fill("Noor Prosser")
    holder.click("Ask for it")  # the kind is missing
    holder.page.get_by_label("My name has changed").check()
    holder.click("Ask for it")
    holder.sees("With the registrar")
    asked = NameRequest.objects.get()
    desk.goto(f"/admin/desk/names/{asked.pk}/")
    desk.follow(re.compile("Replace"))
    desk.page.get_by_label("I made sure that the holder themselves ask for this").check()
    desk.click("Go on")
    desk.click("Issue the replacement")

    # The old number leads to the new one, and the former name is nowhere.
    new = Certificate.objects.get(replaces=certificate)
    employer.goto(public)
    employer.sees("There is a newer one")
    assert "Ana" not in employer.page.content()
    employer.follow(f"Check {new.number}")
    employer.sees("Noor Prosser")
    assert "Ana" not in employer.page.content()
    employer.goto(f"/credentials/{certificate.public_id}")
    assert employer.page.url.endswith(str(new.public_id))
    employer.sees("Noor Prosser")

    # And shown elsewhere.
    holder.goto(f"/certificates/{certificate.number}/")
    holder.follow("Show it elsewhere")
    holder.click("Offer it to a wallet")
    holder.sees("Open until")
    holder.follow("See what is in the frame")
    holder.sees(new.number)
