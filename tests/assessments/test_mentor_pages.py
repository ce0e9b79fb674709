"""How does somebody apply as a mentor, and what does a mentor say of themselves?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.applying import accept_application, decline_application
from assessments.inviting import invite_mentor
from assessments.mentor_profile import announce_stop
from assessments.models import Mentor, MentorApplication
from tests.factories.mentoring import make_application
from tests.factories.people import make_person, make_registrar
from tests.factories.shifts import make_mentor, make_mentorship

pytestmark = pytest.mark.django_db
APPLY, PROFILE = "/mentoring/apply/", "/mentoring/profile/"
SAID = {
    "credential_number": "AP-77", "credential_expires_on": "2031-12-31", "regions": ["US", "EUROPE"], "capacity": 3,
    "conflicts": "An agency.", "words": "Twelve years.",
}  # fmt: skip


@pytest.fixture
def at():
    return timezone.now() - timedelta(days=2)


# Applying --------------------------------------------------------------------------------------------------


def test_somebody_applies_from_their_account_and_reads_that_it_waits(client):
    person = make_person()
    client.force_login(person)

    assert APPLY in client.get(reverse("cms:account")).text
    assert "Where you work" in client.get(APPLY).text
    page = client.post(APPLY, SAID, follow=True)

    application = MentorApplication.objects.get()
    assert (application.person, application.regions, application.capacity) == (person, ["US", "EUROPE"], 3)
    assert "Sent. The registrar reads it" in page.text
    assert "With the registrar" in page.text
    assert "Send to the registrar" not in page.text


def test_an_application_that_cannot_be_comes_back_with_what_was_typed(client):
    client.force_login(make_person())

    past = client.post(APPLY, SAID | {"credential_expires_on": "2020-01-01"})
    nowhere = client.post(APPLY, SAID | {"regions": []})

    assert (past.status_code, nowhere.status_code) == (422, 422)
    assert "run out already" in past.text
    assert "Twelve years." in past.text
    assert not MentorApplication.objects.exists()


def test_a_no_is_read_with_its_reason_and_one_can_ask_again(client, at):
    application = make_application(at=at)
    decline_application(application=application, reason="Send the whole number.", by=make_registrar(), at=at)
    client.force_login(application.person)

    page = client.get(APPLY)

    assert "Send the whole number." in page.text
    assert "Send to the registrar" in page.text
    assert client.post(APPLY, SAID).status_code == 302
    assert MentorApplication.objects.count() == 2


def test_another_persons_application_is_nowhere(client, at):
    application = make_application(at=at)
    decline_application(application=application, reason="Send the whole number.", by=make_registrar(), at=at)
    client.force_login(make_person())

    assert "Send the whole number." not in client.get(APPLY).text


def test_a_mentor_sends_a_newer_credential_and_nothing_else(client, at):
    mentor = make_mentor(at=at)
    client.force_login(mentor.person)

    page = client.get(APPLY)
    client.post(APPLY, {"credential_number": "AP-77", "credential_expires_on": "2031-06-30"})
    accept_application(application=MentorApplication.objects.get(), by=make_registrar(), at=timezone.now())

    assert "A newer credential" in page.text
    assert "Conflicts of interest" not in page.text
    mentor.refresh_from_db()
    assert mentor.credential_number == "AP-77"
    assert "A newer credential" in client.get(APPLY).text


# Invited ---------------------------------------------------------------------------------------------------


def invited(email: str, at):
    invitation = invite_mentor(email=email, by=make_registrar(), at=at)
    return invitation, reverse("assessments:mentor_invitation", args=[invitation.token])


def test_a_visitor_reads_what_they_are_invited_to_and_signs_in_to_apply(client, at):
    _invitation, link = invited("ines@example.org", at)

    page = client.get(link)

    assert page.status_code == 200
    assert f"next={link}" in page.text
    assert "ines@example.org" not in page.text
    assert client.post(link, SAID).url.startswith(reverse("account_login"))
    assert page.headers["Cache-Control"].startswith("max-age=0")


def test_whoever_has_the_address_applies_and_the_link_is_used_up(client, at):
    person = make_person("Ines", email="ines@example.org")
    invitation, link = invited("INES@example.org", at)
    client.force_login(person)

    assert "Where you work" in client.get(link).text
    assert client.post(link, SAID).url == APPLY
    application = MentorApplication.objects.get()
    assert application.invitation == invitation
    decline_application(application=application, reason="No.", by=make_registrar(), at=timezone.now())

    used = client.get(link)
    assert used.status_code == 422
    assert "has been used" in used.text


def test_another_address_run_out_and_unknown_links(client, at):
    _invitation, link = invited("ines@example.org", at)
    _late, late = invited("late@example.org", timezone.now() - timedelta(days=22))

    assert "run out" in client.get(late).text
    client.force_login(make_person("Mallory"))
    refused = client.post(link, SAID)

    assert refused.status_code == 422
    assert "another address" in refused.text
    assert "Where you work" not in refused.text
    assert client.get(reverse("assessments:mentor_invitation", args=["nonsense"])).status_code == 404
    assert not MentorApplication.objects.exists()


def test_a_used_link_tells_a_visitor_so(client, at):
    person = make_person("Ines", email="ines@example.org")
    _invitation, link = invited(person.email, at)
    client.force_login(person)
    client.post(link, SAID)
    client.logout()

    assert "has been used" in client.get(link).text


# The profile -----------------------------------------------------------------------------------------------


def test_a_mentor_changes_what_they_say_of_themselves(client, at):
    mentor = make_mentor(at=at)
    make_mentorship(mentor=mentor, at=at)
    client.force_login(mentor.person)

    assert PROFILE in client.get("/mentoring/").text
    assert PROFILE in client.get(reverse("cms:account")).text
    page = client.get(PROFILE)
    said = {"regions": ["CANADA"], "capacity": 2, "conflicts": "An agency.", "shows_name": "on"}
    saved = client.post(PROFILE, said, follow=True)

    mentor.refresh_from_db()
    assert "1 of 4" in page.text
    assert "Saved. Learners see it from now on." in saved.text
    assert (mentor.regions, mentor.capacity, mentor.conflicts) == (["CANADA"], 2, "An agency.")
    assert (mentor.shows_name, mentor.takes_mentees) == (True, False)


def test_what_a_mentor_cannot_say_comes_back(client, at):
    mentor = make_mentor(at=at)
    client.force_login(mentor.person)

    refused = client.post(PROFILE, {"regions": [], "capacity": 0, "conflicts": "An agency."})

    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"regions", "capacity"}
    assert "An agency." in refused.text


def test_a_mentor_announces_that_they_stop_and_goes_on_after_all(client, at):
    mentor = make_mentor(at=at)
    make_mentorship(mentor=mentor, at=at)
    client.force_login(mentor.person)
    stop, today = reverse("assessments:mentor_stop"), timezone.now().date()

    question = client.get(stop)
    soon = client.post(stop, {"last_day": today.isoformat()})
    said = client.post(stop, {"last_day": (today + timedelta(days=9)).isoformat()}, follow=True)
    on = client.post(reverse("assessments:mentor_stop_take_back"), follow=True)

    assert "1 mentee is written to." in question.text
    assert soon.status_code == 422
    assert "7 days of notice" in soon.text
    assert "You sign for the last time on" in said.text
    assert "You go on signing." in on.text
    assert Mentor.objects.get().stops_on is None


def test_a_mentor_who_has_stopped_reads_whom_to_write_to(client):
    long_ago = timezone.now() - timedelta(days=60)
    mentor = make_mentor(at=long_ago)
    announce_stop(mentor=mentor, last_day=(long_ago + timedelta(days=10)).date(), at=long_ago)
    client.force_login(mentor.person)

    page = client.get(PROFILE)
    refused = client.post(reverse("assessments:mentor_stop_take_back"), follow=True)

    assert "You have stopped. Write to the registrar" in page.text
    assert "Write to the registrar to begin again" in refused.text


def test_only_mentors_have_a_profile(client):
    client.force_login(make_person())

    for name in ("mentor_profile", "mentor_stop"):
        assert client.get(reverse(f"assessments:{name}")).status_code == 404
    assert client.post(reverse("assessments:mentor_stop_take_back")).status_code == 404
