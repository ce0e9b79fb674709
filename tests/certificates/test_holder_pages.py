"""Does a holder find everything about one certificate of theirs, and nobody else any of it?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate, NameRequest, PastEdition, Status, WalletOffer
from certificates.renaming import ask_for_name, return_name_request
from certificates.sharing import linkedin_url, sharing_of
from tests.factories.certificates import make_certificate, make_certificate_that_is, make_completion
from tests.factories.people import make_person, make_registrar

pytestmark = pytest.mark.django_db
NOW = timezone.now()
GETS = ("own", "name", "share")
POSTS = {
    "shown": {"consent": "name", "shows": "no"},
    "name": {"new_name": "Noor Prosser", "kind": "CHANGE"},
    "name_withdraw": {},
    "offer": {},
    "offer_end": {},
}


@pytest.fixture
def certificate():
    return make_certificate(at=NOW - timedelta(days=3))


def address(certificate: Certificate, page: str) -> str:
    return reverse(f"certificates:{page}", args=[certificate.number])


def words_of(client, certificate: Certificate, page: str) -> str:
    client.force_login(certificate.holder)
    response = client.get(address(certificate, page))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.content.decode()


def post(client, certificate: Certificate, page: str, said=None, **more):
    client.force_login(certificate.holder)
    return client.post(address(certificate, page), POSTS[page] if said is None else said, **more)


# Whose it is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", GETS)
def test_to_others_the_pages_are_not_there(client, certificate, page: str) -> None:
    client.force_login(make_registrar())

    response = client.get(address(certificate, page))

    assert response.status_code == 404
    assert "Ana" not in response.content.decode()


@pytest.mark.parametrize("page", POSTS)
def test_others_change_nothing(client, certificate, page: str) -> None:
    client.force_login(make_person("Other"))

    assert client.post(address(certificate, page), POSTS[page]).status_code == 404

    assert Certificate.objects.get().shows_name
    assert not NameRequest.objects.exists()
    assert not WalletOffer.objects.exists()


@pytest.mark.parametrize("number", ["CS-00000-00000-0", "nothing", "register-me"])
def test_a_number_that_is_none_leads_nowhere(client, number: str) -> None:
    client.force_login(make_person())

    assert client.get(reverse("certificates:own", args=[number])).status_code == 404


def test_a_number_is_read_forgivingly(client, certificate) -> None:
    client.force_login(certificate.holder)

    assert client.get(f"/certificates/{certificate.number.lower()}/").status_code == 200


@pytest.mark.parametrize("page", ["shown", "name_withdraw", "offer", "offer_end"])
def test_nothing_is_changed_by_looking(client, certificate, page: str) -> None:
    client.force_login(certificate.holder)

    assert client.get(address(certificate, page)).status_code == 405


# What others read -------------------------------------------------------------------------------------------


def test_the_page_shows_what_the_public_reads(client, certificate) -> None:
    shown = words_of(client, certificate, "own")
    post(client, certificate, "shown")

    hidden = words_of(client, certificate, "own")

    assert "The holder of this number</dd>" not in shown
    assert "The holder of this number</dd>" in hidden
    public = client.get(reverse("certificates:verify_number", args=[certificate.number])).content.decode()
    assert "Ana" not in public
    assert "The holder of this number" in public
    assert "None" not in public


def test_hiding_twice_from_two_pages_is_calm(client, certificate) -> None:
    for _page in range(2):
        response = post(client, certificate, "shown", follow=True)
        assert response.status_code == 200

    assert PastEdition.objects.count() == 1


@pytest.mark.parametrize("said", [{}, {"consent": "birth"}, {"consent": "name", "shows": "perhaps"}])
def test_a_switch_that_is_none_changes_nothing(client, certificate, said: dict) -> None:
    assert post(client, certificate, "shown", said).status_code == 302

    assert not PastEdition.objects.exists()


def test_hours_are_on_the_public_page_once_agreed(client, certificate) -> None:
    Certificate.objects.update(results=[{"name": "Shadow hours", "measure": "hours", "value": "176.5"}])
    public = reverse("certificates:verify_number", args=[certificate.number])
    before = client.get(public).content.decode()

    post(client, certificate, "shown", {"consent": "hours", "shows": "yes"})

    assert "176.5 hours" not in before
    assert "176.5 hours" in client.get(public).content.decode()


def test_a_revoked_certificate_has_no_switches(client) -> None:
    words = words_of(client, make_certificate_that_is(Status.REVOKED), "own")

    assert 'name="consent"' not in words
    assert "stays as it is" in words


# The name ---------------------------------------------------------------------------------------------------


def test_a_name_is_asked_for_and_taken_back(client, certificate) -> None:
    asked = post(client, certificate, "name", {"new_name": "Noor Prosser", "kind": "CHANGE", "words": "Thank you."})
    waiting = words_of(client, certificate, "name")
    post(client, certificate, "name_withdraw")

    assert asked.url == address(certificate, "own")
    assert "Noor Prosser" in waiting
    assert "Thank you." in waiting
    assert NameRequest.objects.get().withdrawn_at is not None
    assert "Ask for it" in words_of(client, certificate, "name")


def test_the_page_says_what_happens_to_the_former_name_before_one_asks(client, certificate) -> None:
    words = words_of(client, certificate, "name")

    assert "What happens to the former name" in words
    assert "Nobody asks why a name has changed." in words


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"new_name": "", "kind": "CHANGE"}, "Write the name as it is to be printed."),
        ({"new_name": "Noor Prosser"}, "Choose one of the two."),
        ({"new_name": "Ana Núñez", "kind": "SPELLING"}, "This is the name it has now."),
    ],
)
def test_a_refused_form_keeps_what_was_typed(client, certificate, said: dict, sentence: str) -> None:
    response = post(client, certificate, "name", said | {"words": "Kept words"})

    words = response.content.decode()
    assert response.status_code == 422
    assert sentence in words
    assert "Kept words" in words


def test_what_came_back_is_read_on_the_certificates_page(client, certificate) -> None:
    request = ask_for_name(
        certificate=certificate, by=certificate.holder, kind="CHANGE", new_name="Noor Prosser", at=NOW
    )
    return_name_request(request=request, because="Please call us.", by=make_person("Second"), at=NOW)

    assert "Please call us." in words_of(client, certificate, "own")


def test_what_has_run_out_says_why_not(client) -> None:
    words = words_of(client, make_certificate_that_is(Status.EXPIRED), "name")

    assert "has run out" in words
    assert "Ask for it" not in words


# Showing it -------------------------------------------------------------------------------------------------


def test_linkedin_is_filled_in(certificate) -> None:
    url = linkedin_url(certificate)

    until = certificate.valid_until
    assert url.startswith("https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&name=")
    assert f"issueYear={certificate.awarded_on.year}&issueMonth={certificate.awarded_on.month}&" in url
    assert f"expirationYear={until.year}&expirationMonth={until.month}&" in url
    assert url.endswith(f"certId={certificate.number}")


def test_linkedin_hears_of_no_end_where_there_is_none() -> None:
    assert "expiration" not in linkedin_url(make_completion(at=NOW - timedelta(days=2)))


def test_what_is_copied_has_no_script_and_escapes_what_was_typed(certificate) -> None:
    certificate.title = '<script>alert("x")</script>'

    sharing = sharing_of(certificate)

    for text in (sharing.signature, sharing.snippet, sharing.frame):
        assert "<script" not in text
        assert "Ana" not in text


def test_the_share_page_has_all_ways_and_files(client, certificate) -> None:
    words = words_of(client, certificate, "share")

    for said in (
        "linkedin.com",
        "&lt;iframe",
        "With the badge",
        "Offer it to a wallet",
        ".json",
        ".png",
        ".svg",
        ".pdf",
    ):
        assert said in words


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.SUSPENDED, Status.REVOKED])
def test_what_does_not_stand_is_not_shown_elsewhere(client, status: Status) -> None:
    words = words_of(client, make_certificate_that_is(status), "share")

    assert "Not just now" in words
    assert "linkedin" not in words


def test_an_offer_is_shown_to_its_holder_until_it_ends(client, certificate) -> None:
    post(client, certificate, "offer", {"asks_pin": "on"})
    with_pin = words_of(client, certificate, "share")
    post(client, certificate, "offer")
    without = words_of(client, certificate, "share")
    post(client, certificate, "offer_end")

    assert "openid-credential-offer://" in with_pin
    assert "The wallet asks for this code" in with_pin
    assert "lcw.app" not in with_pin
    assert "lcw.app" in without
    assert "openid-credential-offer://" not in words_of(client, certificate, "share")
    assert not WalletOffer.objects.filter(ended_at=None).exists()


def test_what_opens_the_offer_is_sealed_in_the_session(client, certificate) -> None:
    post(client, certificate, "offer")

    token = client.get(address(certificate, "share")).context["keys"].token

    assert token not in str(dict(client.session))


# The frame --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.EXPIRING, Status.EXPIRED, Status.SUSPENDED, Status.REVOKED])
def test_anybody_may_frame_the_badge_page_which_names_nobody(client, status: Status) -> None:
    certificate = make_certificate_that_is(status)

    response = client.get(reverse("certificates:credential_badge", args=[certificate.public_id]))

    words = response.content.decode()
    assert str(status.label) in words
    assert certificate.number in words
    assert "Ana" not in words
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    assert "<script" not in words


def test_no_other_page_may_be_framed_elsewhere(client, certificate) -> None:
    response = client.get(reverse("certificates:verify_number", args=[certificate.number]))

    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_row_altered_behind_our_back_is_not_confirmed_in_the_frame(client, certificate) -> None:
    Certificate.objects.update(title="Something else")

    words = client.get(reverse("certificates:credential_badge", args=[certificate.public_id])).content.decode()

    assert "Not confirmed" in words


# Costs ------------------------------------------------------------------------------------------------------

QUERIES = {"own": 10, "name": 8, "share": 7}  # session, person, certificate; what is about it; academy and menu


@pytest.mark.parametrize("held", [1, 3])
@pytest.mark.parametrize("page", QUERIES)
def test_a_page_costs_the_same_however_much_one_holds(client, django_assert_num_queries, page: str, held: int) -> None:
    person = make_person()
    for _ in range(held):
        certificate = make_completion(learner=person, at=NOW - timedelta(days=2))
    words_of(client, certificate, page)

    with django_assert_num_queries(QUERIES[page]):
        client.get(address(certificate, page))
