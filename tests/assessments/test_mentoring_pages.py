"""What does a mentor see and do?"""

from datetime import timedelta

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from assessments.mentors import suspend_mentor
from assessments.models import Mentorship, Shift, ShiftState
from assessments.shifts import change_shift, messages_for, submit_shift, take_back_shift
from cms.accounts.models import User
from tests.factories.courses import make_enrolment
from tests.factories.people import make_person, make_registrar
from tests.factories.shifts import (
    days_ago,
    make_mentor,
    make_mentorship,
    make_returned_shift,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
    shift_fields,
)

pytestmark = pytest.mark.django_db
QUEUE = "/mentoring/"


@pytest.fixture
def at():
    return timezone.now() - timedelta(hours=1)


@pytest.fixture
def mentorship(at) -> Mentorship:
    person = make_person("Tomasz", password="a-long-evening", time_zone="Europe/London")
    learner = make_person("Wren", pronouns="they/them")
    return make_mentorship(
        mentor=make_mentor(person=person, at=at), enrolment=make_enrolment(learner=learner, at=at), at=at
    )


def sign_in(client, person: User) -> None:
    """Through the door, so that the session knows how they proved who they are."""
    answer = client.post(reverse("account_login"), {"login": person.email, "password": "a-long-evening"})
    assert answer.status_code == 302


def an_hour_passes(client) -> None:
    session = client.session
    records = session[AUTHENTICATION_METHODS_SESSION_KEY]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [record | {"at": record["at"] - 3_600} for record in records]
    session.save()


def sign_url(shift: Shift) -> str:
    return reverse("assessments:shift_sign", args=[shift.pk])


# The stack -------------------------------------------------------------------------------------------------


def test_the_oldest_card_is_on_top_and_the_rest_lies_under_it(client, mentorship, at):
    second = make_waiting_shift(mentorship, on=days_ago(3), at=at + timedelta(minutes=2))
    first = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    make_shift(mentorship, on=days_ago(4), at=at)
    make_signed_shift(mentorship, on=days_ago(5), at=at)
    make_waiting_shift(make_mentorship(at=at), on=days_ago(2), at=at)
    client.force_login(mentorship.mentor.person)

    page = client.get(QUEUE)

    assert page.context["card"].line.shift == first
    assert [line.shift for line in page.context["others"]] == [second]
    assert "<h1>2 to sign</h1>" in page.text
    assert 'data-under="1"' in page.text


def test_a_card_says_what_will_be_sealed(client, mentorship, at):
    make_waiting_shift(mentorship, on=days_ago(2), at=at)
    client.force_login(mentorship.mentor.person)

    page = client.get(QUEUE)

    for words in (
        "Wren", "they/them", "Assisted", "series", "07:30 to 18:15, breaks 1 h 15", "1 day, 9 h 30",
        "Rehearsal, shoot", "2 kiss, 1 partial nudity", "Rider check, garments, monitor control, daily report",
        "Low Tide",
    ):  # fmt: skip
        assert words in page.text


def test_an_empty_stack_says_so(client, mentorship):
    client.force_login(mentorship.mentor.person)

    page = client.get(QUEUE)

    assert "That’s a wrap" in page.text
    assert "0 to sign" in page.text


def test_a_given_card_can_be_opened_and_one_that_left_is_read_on_its_own_page(client, mentorship, at):
    make_waiting_shift(mentorship, on=days_ago(2), at=at)
    other = make_waiting_shift(mentorship, on=days_ago(3), at=at + timedelta(minutes=1))
    signed = make_signed_shift(mentorship, on=days_ago(4), at=at)
    client.force_login(mentorship.mentor.person)

    page = client.get(reverse("assessments:queue_shift", args=[other.pk]))
    gone = client.get(reverse("assessments:queue_shift", args=[signed.pk]))

    assert page.context["card"].line.shift == other
    assert gone.url == reverse("assessments:shift_detail", args=[signed.pk])


@pytest.mark.parametrize("shifts", [1, 3])
def test_the_stack_takes_as_many_queries_for_one_card_as_for_three(
    client, mentorship, at, shifts, django_assert_num_queries
):
    for place in range(shifts):
        make_waiting_shift(mentorship, on=days_ago(place + 2), at=at)
        make_returned_shift(mentorship, on=days_ago(place + 12), at=at)
    client.force_login(mentorship.mentor.person)
    client.get(QUEUE)

    # six of every page, the mentor, cards, counts, limits, messages, passkey, asked (2), disputes, people, check-ins (3),
    # standing
    with django_assert_num_queries(21):
        client.get(QUEUE)


def test_what_is_with_a_learner_shows_the_last_question(client, mentorship, at):
    make_returned_shift(mentorship, question="Was the wrap 02:10?", on=days_ago(2), at=at)
    client.force_login(mentorship.mentor.person)

    assert "You asked: Was the wrap 02:10?" in client.get(QUEUE).text


def test_only_mentors_have_a_stack(client, mentorship):
    client.force_login(mentorship.learner)

    assert client.get(QUEUE).status_code == 404


def test_the_standing_of_a_mentor_counts_their_own_signatures(client, mentorship, at):
    make_signed_shift(mentorship, on=days_ago(2), at=at)
    make_signed_shift(make_mentorship(at=at), on=days_ago(2), at=at)
    client.force_login(mentorship.mentor.person)

    page = client.get(QUEUE)

    # "This year" is the calendar's; on New Year's Day the day before yesterday was in another.
    this_year = days_ago(2).year == timezone.now().year
    assert page.context["signed_this_year"] == ((1, 1) if this_year else (0, 0))
    assert mentorship.mentor.credential_number in page.text


# Signing ---------------------------------------------------------------------------------------------------


def test_a_mentor_who_just_came_in_signs_at_once_and_the_next_card_comes(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    following = make_waiting_shift(mentorship, on=days_ago(3), at=at + timedelta(minutes=1))
    sign_in(client, mentorship.mentor.person)
    seen = client.get(QUEUE).context["form"]["seen"].value()

    page = client.post(
        sign_url(shift), {"seen": seen, "TALKS": "ASSISTED", "DIRECTOR": "", "word": "Steady hands."}, follow=True
    )

    shift = Shift.objects.whole().get(pk=shift.pk)
    assert shift.state is ShiftState.SIGNED
    assert (shift.rubric, shift.sealed["authentication"]) == ({"TALKS": "ASSISTED"}, "password")
    assert [message.text for message in messages_for(shift, shift.learner)] == ["Steady hands."]
    assert "Signed and sealed. 1 more." in page.text
    assert page.context["card"].line.shift == following


def test_an_hour_later_the_password_is_asked_and_nothing_on_the_card_is_lost(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    sign_in(client, mentorship.mentor.person)
    an_hour_passes(client)

    asked = client.post(sign_url(shift), {"TALKS": "LED", "word": "Steady hands."})
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert Shift.objects.get(pk=shift.pk).signed_at is None
    stored = [Session.objects.get(pk=client.session.session_key).get_decoded(), str(dict(client.session.items()))]
    assert not [text for text in stored if "Steady" in str(text)]
    wrong = client.post(asked.url, {"password": "not it"})
    assert (wrong.status_code, Shift.objects.get(pk=shift.pk).signed_at) == (200, None)
    page = client.post(asked.url, {"password": "a-long-evening", "next": sign_url(shift)}, follow=True)

    shift = Shift.objects.whole().get(pk=shift.pk)
    assert (shift.state, shift.rubric) == (ShiftState.SIGNED, {"TALKS": "LED"})
    assert [message.text for message in messages_for(shift, shift.learner)] == ["Steady hands."]
    assert "Signed and sealed. That was the last one." in page.text


def test_a_session_that_never_proved_anything_signs_nothing(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    client.force_login(mentorship.mentor.person)

    answer = client.post(sign_url(shift))

    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert Shift.objects.get().signed_at is None


def test_a_mentor_without_password_and_passkey_is_told_to_set_one(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    mentor = mentorship.mentor.person
    mentor.set_unusable_password()
    mentor.save()
    client.force_login(mentor)

    page = client.post(sign_url(shift), follow=True)

    assert "Set a password or a passkey" in page.text
    assert Shift.objects.get().signed_at is None


def test_a_card_that_changed_meanwhile_comes_back_with_what_was_chosen(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    sign_in(client, mentorship.mentor.person)
    seen = client.get(QUEUE).context["form"]["seen"].value()
    take_back_shift(shift=shift, at=at)
    fields = shift_fields(on=days_ago(2), break_minutes=0)
    change_shift(shift=shift, mentorship=mentorship, production=shift.production, at=at, **fields)
    submit_shift(shift=shift, at=at)

    page = client.post(sign_url(shift), {"seen": seen, "TALKS": "LED", "word": "Steady hands."})

    assert page.status_code == 422
    assert "changed this shift while you were reading" in page.text
    assert "Steady hands." in page.text
    assert page.context["form"]["TALKS"].value() == "LED"
    assert "1 day, 10 h 45" in page.text
    again = client.post(sign_url(shift), {"seen": page.context["form"]["seen"].value()})
    assert again.url == QUEUE


def test_a_mark_that_is_no_word_of_the_scale_is_refused(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    sign_in(client, mentorship.mentor.person)

    page = client.post(sign_url(shift), {"TALKS": "GREAT"})

    assert page.status_code == 422
    assert Shift.objects.get().signed_at is None


def test_a_suspended_mentor_reads_why_and_cannot_press(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    suspend_mentor(mentor=mentorship.mentor, by=make_registrar(), at=at)
    sign_in(client, mentorship.mentor.person)

    page = client.get(QUEUE)
    refused = client.post(sign_url(shift))

    assert "You cannot sign today" in page.text
    assert "disabled" in page.text
    assert refused.status_code == 422
    assert Shift.objects.get().signed_at is None


def test_signing_again_is_calm(client, mentorship, at):
    shift = make_signed_shift(mentorship, on=days_ago(2), at=at)
    sign_in(client, mentorship.mentor.person)

    assert client.post(sign_url(shift)).url == QUEUE
    assert Shift.objects.get().seal == shift.seal


# Asking ----------------------------------------------------------------------------------------------------


def test_a_question_is_asked_on_a_page_of_its_own_and_from_the_card(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    client.force_login(mentorship.mentor.person)
    url = reverse("assessments:shift_ask", args=[shift.pk])

    card, alone = client.get(QUEUE), client.get(url)
    empty = client.post(url, {"question": " "})
    page = client.post(url, {"question": "Was the wrap 18:15?"}, follow=True)
    late = client.post(url, {"question": "And the call?"})

    assert f'href="{url}" data-dialog="ask"' in card.text
    assert f'action="{url}"' in card.text
    assert alone.status_code == 200
    assert (empty.status_code, late.status_code) == (422, 422)
    assert "Asked. It comes back to you" in page.text
    assert Shift.objects.get().state is ShiftState.RETURNED
