"""Does a learner ask for a word, a mentor give it after proving who they are, and nobody read what is not theirs?"""

import time

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Advice, Recommendation, RecommendationRequest
from assessments.recommending import ask_for_recommendation
from tests.factories.evidence import make_recommendation
from tests.factories.mentoring import make_outside_mentorship
from tests.factories.people import make_person, make_registrar
from tests.factories.shifts import make_mentor, make_mentorship

pytestmark = pytest.mark.django_db
LIST = "/certificates/recommendations/"
PASSWORD = "a-long-evening"
WORDS = {
    "advice": "RECOMMEND",
    "words_to_registrar": "Steady hands, in confidence.",
    "words_to_learner": "Keep asking alone.",
}


@pytest.fixture
def mentorship():
    return make_mentorship(at=timezone.now())


def page_of(mentorship) -> str:
    return reverse("assessments:recommend", args=[mentorship.pk])


def sign_in(client, mentor):
    mentor.set_password(PASSWORD)
    mentor.save()
    client.post(reverse("account_login"), {"login": mentor.email, "password": PASSWORD})


def an_hour_passes(client):
    session = client.session
    session["account_authentication_methods"] = [
        record | {"at": time.time() - 3600} for record in session["account_authentication_methods"]
    ]
    session.save()


def test_a_learner_asks_and_the_mentor_finds_it_on_their_first_page(client, mentorship):
    client.force_login(mentorship.learner)
    asked = client.post(reverse("assessments:recommendation_ask", args=[mentorship.pk]), follow=True)
    client.force_login(mentorship.mentor.person)

    queue = client.get("/mentoring/").content.decode()

    assert "Asked. They answer" in asked.content.decode()
    assert "Your word, please" in queue
    assert page_of(mentorship) in queue


@pytest.mark.parametrize("who", ["another learner", "the mentor", "a registrar"])
def test_nobody_else_asks_for_them(client, mentorship, who):
    person = {
        "another learner": make_person,
        "the mentor": lambda: mentorship.mentor.person,
        "a registrar": make_registrar,
    }[who]()
    client.force_login(person)

    assert client.post(reverse("assessments:recommendation_ask", args=[mentorship.pk])).status_code == 404
    assert not RecommendationRequest.objects.exists()


def test_a_fresh_proof_seals_it_at_once(client, mentorship):
    sign_in(client, mentorship.mentor.person)

    page = client.post(page_of(mentorship), WORDS, follow=True)

    given = Recommendation.objects.get()
    assert "Given and sealed." in page.content.decode()
    assert (given.advice, given.words_to_registrar) == (Advice.RECOMMEND, "Steady hands, in confidence.")
    assert given.sealed["authentication"] == "password"


def test_an_hour_later_the_password_is_asked_and_the_words_wait_encrypted(client, mentorship):
    sign_in(client, mentorship.mentor.person)
    an_hour_passes(client)

    asked = client.post(page_of(mentorship), WORDS)
    waiting = str(dict(client.session.items()))
    page = client.post(asked.url, {"password": PASSWORD, "next": page_of(mentorship)}, follow=True)

    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert "Steady hands" not in waiting
    assert "Given and sealed." in page.content.decode()
    assert Recommendation.objects.get().words_to_learner == "Keep asking alone."


def test_words_that_were_not_sealed_here_are_not_read(client, mentorship):
    sign_in(client, mentorship.mentor.person)

    page = client.post(page_of(mentorship), {"sealed": "made up"})

    assert page.status_code == 302
    assert not Recommendation.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [({"advice": ""}, "Choose one of the two"), ({"words_to_registrar": ""}, "Say why, in a few sentences")],
)
def test_what_is_missing_comes_back_with_what_was_typed(client, mentorship, change, words):
    sign_in(client, mentorship.mentor.person)

    page = client.post(page_of(mentorship), WORDS | change)

    assert page.status_code == 422
    assert words in page.content.decode()
    assert "Keep asking alone." in page.content.decode()


@pytest.mark.parametrize("who", ["the learner", "another mentor", "a registrar", "anybody"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_to_others_the_mentors_page_is_not_there(client, mentorship, who, method):
    given = make_recommendation(mentorship, at=timezone.now())
    person = {
        "the learner": lambda: mentorship.learner,
        "another mentor": lambda: make_mentor().person,
        "a registrar": make_registrar,
        "anybody": make_person,
    }[who]()
    client.force_login(person)

    for address in (page_of(mentorship), reverse("assessments:recommendation_withdraw", args=[given.pk])):
        response = getattr(client, method)(address, WORDS | {"reason": "No."} if method == "post" else None)

        assert response.status_code == 404
        assert "Steady hands" not in response.content.decode()
    given.refresh_from_db()
    assert given.stands


def test_the_learner_reads_the_word_and_what_is_for_them_and_no_more(client, mentorship):
    make_recommendation(mentorship, at=timezone.now())
    client.force_login(mentorship.learner)

    page = client.get(LIST).content.decode()

    assert "Recommends you" in page
    assert "Keep asking." in page
    assert "Steady hands" not in page
    assert "Ask for their word" not in page


def test_another_learner_sees_nothing_of_it(client, mentorship):
    make_recommendation(mentorship, at=timezone.now())
    client.force_login(make_person())

    page = client.get(LIST).content.decode()

    assert "No mentor yet" in page
    assert "Keep asking." not in page


def test_not_yet_is_said_calmly(client, mentorship):
    make_recommendation(mentorship, advice=Advice.NOT_YET, words_to_learner="Lead two more days.", at=timezone.now())
    client.force_login(mentorship.learner)

    page = client.get(LIST).content.decode()

    assert "Not yet" in page
    assert "Lead two more days." in page
    assert "Ask for their word" in page


def test_an_outside_coordinator_is_not_asked(client):
    mentorship = make_outside_mentorship(at=timezone.now())
    client.force_login(mentorship.learner)

    assert "has no account here" in client.get(LIST).content.decode()


def test_taking_it_back_needs_a_reason(client, mentorship):
    given = make_recommendation(mentorship, at=timezone.now())
    client.force_login(mentorship.mentor.person)
    address = reverse("assessments:recommendation_withdraw", args=[given.pk])

    empty = client.post(address, {"reason": ""})
    page = client.post(address, {"reason": "I heard more."}, follow=True)

    assert empty.status_code == 422
    assert "Taken back." in page.content.decode()
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("mentors", [1, 3])
def test_the_learners_page_costs_the_same_for_one_and_for_three(client, mentorship, mentors, django_assert_num_queries):
    for _number in range(mentors - 1):
        make_mentorship(enrolment=mentorship.enrolment, at=timezone.now())
    for each in mentorship.enrolment.mentorships.all():
        ask_for_recommendation(mentorship=each, at=timezone.now())
        make_recommendation(each, advice=Advice.NOT_YET, at=timezone.now())
    client.force_login(mentorship.learner)
    client.get(LIST)

    with django_assert_num_queries(9):  # session, person; mentorships, words, requests; academy, menu and rights
        assert len(client.get(LIST).context["lines"]) == mentors


@pytest.mark.parametrize("words", [1, 3])
def test_the_mentors_page_costs_the_same_for_one_word_and_for_three(
    client, mentorship, words, django_assert_num_queries
):
    for number in range(words):
        make_recommendation(mentorship, words_to_learner=f"Word {number}.", at=timezone.now())
    client.force_login(mentorship.mentor.person)
    client.get(page_of(mentorship))

    with django_assert_num_queries(11):
        assert client.get(page_of(mentorship)).status_code == 200
