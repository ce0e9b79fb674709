"""Is a day captured on set kept once, whoever asks how often?"""

import json
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.capture import owner_key
from assessments.capture_views import Facts
from assessments.mentorships import end_mentorship
from assessments.models import Mentorship, Production, Shift, ShiftState
from assessments.shifts import change_shift, make_production, submit_shift
from tests.factories.courses import make_enrolment
from tests.factories.people import make_person
from tests.factories.shifts import days_ago, make_mentor, make_mentorship, make_shift, make_signed_shift, shift_fields

pytestmark = pytest.mark.django_db

PAGE = "/shifts/today/"
SHELL = "/shifts/today/shell/"
SEND = "/shifts/today/send/"
KEY = "0b9f0f0e-51d6-4a8e-9a63-2f1c5f1f7a01"


@pytest.fixture
def mentorship() -> Mentorship:
    at = timezone.now()
    learner = make_person("Wren", time_zone="Europe/London")
    return make_mentorship(mentor=make_mentor("Tomasz", at=at), enrolment=make_enrolment(learner=learner, at=at), at=at)


def said(own: Mentorship, **changes: object) -> dict[str, object]:
    """What a browser posts for a plain day: three days ago, assisting, on a new production."""
    return {
        "worked_on": days_ago(3).isoformat(),
        "call": "07:30",
        "wrap": "18:15",
        "break_minutes": "75",
        "time_zone": "Europe/London",
        "production": "new",
        "new_code": "PRJ-K4D",
        "medium": "SERIES",
        "region": "UK_IRELAND",
        "union": "UNION",
        "mentorship": str(own.pk),
        "role": "ASSIST",
        "phases": ["SHOOT"],
        "scene_KISS": "2",
    } | changes


def draft(own: Mentorship, key: str = KEY, **changes: object) -> dict[str, object]:
    fields = {name: value if isinstance(value, list) else [value] for name, value in said(own, **changes).items()}
    return {"key": key, "fields": fields}


def sending(client: Client, own: Mentorship, *drafts: dict[str, object], owner: str = ""):
    body = {"owner": owner or owner_key(own.learner), "drafts": drafts}
    return client.post(SEND, json.dumps(body), content_type="application/json")


# The page --------------------------------------------------------------------------------------------------


def test_a_day_is_kept_as_a_draft_and_its_page_follows(client, mentorship):
    client.force_login(mentorship.learner)

    page = client.post(PAGE, said(mentorship, device_key=KEY), follow=True)

    shift = Shift.objects.get()
    assert page.redirect_chain == [(reverse("assessments:shift_detail", args=[shift.pk]), 302)]
    assert (shift.state, shift.device_key, shift.production.code) == (ShiftState.DRAFT, KEY, "PRJ-K4D")
    assert (shift.minutes, shift.scenes, shift.learning_note, shift.competencies) == (570, {"KISS": 2}, "", [])
    assert "Kept. Add what you learnt" in page.text


def test_pressing_twice_keeps_one_shift_and_one_production(client, mentorship):
    client.force_login(mentorship.learner)

    for _time in range(2):
        client.post(PAGE, said(mentorship, device_key=KEY, new_code=""))

    assert (Shift.objects.count(), Production.objects.count()) == (1, 1)


def test_pressed_again_with_other_words_the_draft_takes_them_and_keeps_what_its_own_page_asks(client, mentorship):
    client.force_login(mentorship.learner)
    client.post(PAGE, said(mentorship, device_key=KEY))
    shift = Shift.objects.whole().get()
    change_shift(
        shift=shift, mentorship=mentorship, production=shift.production, at=timezone.now(),
        **shift_fields(on=days_ago(3), learning_note="Ask first."),
    )  # fmt: skip

    client.post(PAGE, said(mentorship, device_key=KEY, wrap="19:15"))

    shift.refresh_from_db()
    assert (shift.minutes, shift.learning_note, shift.competencies) == (630, "Ask first.", ["SAG-1", "SAG-4", "SKSIC6"])


def test_a_shift_that_was_handed_in_meanwhile_stays_and_the_page_says_so(client, mentorship):
    client.force_login(mentorship.learner)
    client.post(PAGE, said(mentorship, device_key=KEY))
    submit_shift(shift=Shift.objects.get(), at=timezone.now())

    page = client.post(PAGE, said(mentorship, device_key=KEY, wrap="19:15"), follow=True)

    assert Shift.objects.get().minutes == 570
    assert "in your log already, and stays as it is" in page.text


def test_a_refused_day_keeps_what_was_typed(client, mentorship):
    client.force_login(mentorship.learner)

    page = client.post(PAGE, said(mentorship, device_key=KEY, role="", scene_KISS="5"))

    assert page.status_code == 422
    assert "Choose one of the four." in page.text
    assert f'value="{KEY}"' in page.text
    assert 'value="5"' in page.text
    assert not Shift.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"break_minutes": "645"}, "break_minutes", "breaks are as long"),
        ({"worked_on": "2999-01-01"}, "wrap", "not happened yet"),
        ({"mentorship": "0"}, "mentorship", "This mentor is not yours any more."),
        ({"production": "0"}, "production", "Choose one of your own codes"),
        ({"phases": []}, "phases", "Say which phase"),
        ({"device_key": "../../etc"}, "device_key", "valid value"),
    ],
)
def test_a_refusal_stands_at_its_field_and_keeps_no_code(client, mentorship, changes, field, sentence):
    client.force_login(mentorship.learner)

    page = client.post(PAGE, said(mentorship, **changes))

    assert page.status_code == 422
    assert sentence in str(page.context["form"].errors[field])
    assert not Shift.objects.exists()
    assert not Production.objects.exists()


def test_the_page_takes_from_the_last_day_what_tends_to_stay(client, mentorship):
    last = make_signed_shift(mentorship, on=days_ago(3), at=timezone.now())
    client.force_login(mentorship.learner)

    form = client.get(PAGE).context["form"]

    shown = {name: form[name].value() for name in ("medium", "region", "union", "phases", "role", "call", "duties")}
    assert shown == {
        "medium": "SERIES", "region": "UK_IRELAND", "union": "UNION", "phases": last.phases,
        "role": None, "call": None, "duties": None,
    }  # fmt: skip
    assert form["production"].value() == last.production_id


def test_same_as_last_time_shows_everything_but_the_date_and_the_scenes(client, mentorship):
    last = make_signed_shift(mentorship, on=days_ago(3), at=timezone.now())
    client.force_login(mentorship.learner)

    form = client.get(PAGE, {"same": 1}).context["form"]

    assert (f"{form['call'].value()}", f"{form['wrap'].value()}") == ("07:30:00", "18:15:00")
    assert (form["role"].value(), form["duties"].value(), form["break_minutes"].value()) == ("ASSIST", last.duties, 75)
    assert form["worked_on"].value() > last.worked_on
    assert form["scene_KISS"].value() is None


@pytest.mark.parametrize(
    ("now", "day", "wrap"),
    [
        ("2026-11-20T18:19:59+00:00", "2026-11-20", "18:15:00"),
        ("2026-11-21T01:40:00+00:00", "2026-11-20", "01:40:00"),
        ("2026-11-21T05:00:00+00:00", "2026-11-21", "05:00:00"),
    ],
    ids=["evening", "after midnight", "morning"],
)
def test_the_day_is_the_one_the_work_began_on_and_the_wrap_is_now(mentorship, now, day, wrap):
    form = Facts(mentorship.learner, at=datetime.fromisoformat(now)).form()

    assert (str(form["worked_on"].value()), str(form["wrap"].value())) == (day, wrap)


def test_the_last_four_codes_are_one_tap_away_and_an_older_one_once_it_is_chosen(client, mentorship):
    at = timezone.now()
    made = [
        make_production(learner=mentorship.learner, code=f"PRJ-{n}", at=at + timedelta(seconds=n))
        for n in range(10, 16)
    ]
    make_shift(mentorship, production=made[0], on=days_ago(1), at=at)
    client.force_login(mentorship.learner)

    fresh = client.get(PAGE).context["form"].shown_productions
    refused = client.post(PAGE, said(mentorship, role="", production=made[1].pk)).context["form"].shown_productions

    assert [box.choice_label for box in fresh] == ["PRJ-15", "PRJ-14", "PRJ-13", "PRJ-12", "PRJ-10", "A new one"]
    assert [box.choice_label for box in refused] == ["PRJ-15", "PRJ-14", "PRJ-13", "PRJ-12", "PRJ-11", "A new one"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_database_the_same_however_long_the_log(client, mentorship, count, django_assert_num_queries):
    for days in range(1, count + 1):
        make_shift(mentorship, on=days_ago(days), at=timezone.now())
    client.force_login(mentorship.learner)
    client.get(PAGE)

    with django_assert_num_queries(9):  # session, person, mentorships, productions, last shift; menu and academy
        client.get(PAGE)


def test_who_has_no_mentor_is_led_to_one_and_no_shell_is_kept(client):
    client.force_login(make_person())

    assert "First, a mentor" in client.get(PAGE).text
    assert client.get(SHELL).status_code == 404


@pytest.mark.parametrize("address", [PAGE, SHELL, SEND])
def test_a_visitor_is_asked_to_sign_in(client, address):
    answer = client.post(address) if address == SEND else client.get(address)

    assert answer.headers["location"].startswith(reverse("account_login"))


def test_another_persons_codes_and_mentors_are_neither_shown_nor_taken(client, mentorship):
    at = timezone.now()
    make_shift(mentorship, on=days_ago(3), at=at)
    other = make_mentorship(mentor=make_mentor("Isla", at=at), enrolment=make_enrolment(at=at), at=at)
    client.force_login(other.learner)

    page = client.get(PAGE)
    answer = client.post(PAGE, said(mentorship, production=Production.objects.get().pk))

    assert Production.objects.get().code not in page.text
    assert "Tomasz" not in page.text
    assert set(answer.context["form"].errors) == {"mentorship", "production"}


# What a device keeps ---------------------------------------------------------------------------------------


def test_the_shell_holds_codes_and_mentors_and_nothing_else_of_anybody(client, mentorship):
    shift = make_signed_shift(mentorship, on=days_ago(3), at=timezone.now())
    client.force_login(mentorship.learner)

    page = client.get(SHELL)

    assert shift.production.code in page.text
    assert "Tomasz" in page.text
    for word in (
        "Wren",
        mentorship.learner.email,
        "Low Tide",
        "Ask before the door",
        "csrfmiddlewaretoken",
        "Sign out",
    ):
        assert word not in page.text


def test_the_shell_needs_no_file_that_the_worker_does_not_keep(client, mentorship):
    client.force_login(mentorship.learner)

    page, worker = client.get(SHELL).text, client.get("/shifts/today/sw.js").text

    needed = set(re.findall(r'(?:href|src|data-drafts)="(/static/[^"#]+)', page))
    kept = set(re.findall(r'"(/static/[^"]+)"', worker))
    assert needed - kept == set()


def test_the_worker_is_for_this_page_only_and_is_there_for_a_visitor(client):
    answer = client.get("/shifts/today/sw.js")

    assert answer.headers["content-type"] == "text/javascript"
    assert answer.headers["service-worker-allowed"] == PAGE
    assert answer.headers["cache-control"] == "no-cache"
    assert "worker-src 'self'" in answer.headers["content-security-policy"]


def test_a_visitors_page_forgets_the_shell_and_a_learners_does_not(client, mentorship):
    assert "capture-forget" in client.get("/verify/").text

    client.force_login(mentorship.learner)

    assert "capture-forget" not in client.get(PAGE).text


# What a device sends ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_drafts_are_kept_and_each_is_answered(client, mentorship, count):
    client.force_login(mentorship.learner)
    keys = [f"{KEY[:-1]}{n}" for n in range(count)]

    answer = sending(
        client,
        mentorship,
        *[draft(mentorship, key, worked_on=days_ago(n + 2).isoformat()) for n, key in enumerate(keys)],
    )

    by_key = {shift.device_key: shift for shift in Shift.objects.all()}
    assert answer.json() == {
        "answers": [
            {"key": key, "outcome": "kept", "url": reverse("assessments:shift_detail", args=[by_key[key].pk])}
            for key in keys
        ]
    }
    assert Production.objects.count() == 1


def test_a_draft_sent_again_is_there_already_and_what_was_changed_since_stays(client, mentorship):
    client.force_login(mentorship.learner)
    sending(client, mentorship, draft(mentorship))
    shift = Shift.objects.whole().get()
    change_shift(
        shift=shift, mentorship=mentorship, production=shift.production, at=timezone.now(),
        **shift_fields(on=days_ago(3)) | {"break_minutes": 15},
    )  # fmt: skip

    answer = sending(client, mentorship, draft(mentorship))

    assert [one["outcome"] for one in answer.json()["answers"]] == ["there"]
    assert Shift.objects.get().break_minutes == 15


def test_a_refused_draft_comes_back_with_sentences_and_the_others_are_kept(client, mentorship):
    client.force_login(mentorship.learner)
    good, bad, late = f"{KEY[:-1]}5", f"{KEY[:-1]}6", f"{KEY[:-1]}7"

    answer = sending(
        client,
        mentorship,
        draft(mentorship, bad, role="", production="new", new_code="PRJ-B4D"),
        draft(mentorship, good),
        draft(mentorship, late, break_minutes="0"),
    )

    first, second, third = answer.json()["answers"]
    assert first == {
        "key": bad,
        "outcome": "refused",
        "sentences": ["Your role that day: Choose one of the four."],
    }
    assert (second["key"], second["outcome"]) == (good, "kept")
    assert third["outcome"] == "refused"
    assert third["sentences"][0].startswith("Call: You were on another shift then")
    assert [production.code for production in Production.objects.all()] == ["PRJ-K4D"]


def test_a_draft_for_a_mentorship_that_has_ended_is_refused_without_losing_it(client, mentorship):
    end_mentorship(mentorship=mentorship, by=mentorship.learner, at=timezone.now())
    client.force_login(mentorship.learner)

    answer = sending(client, mentorship, draft(mentorship))

    assert answer.json()["answers"][0]["sentences"] == ["Mentor: This mentor is not yours any more. Choose another."]


def test_the_drafts_of_another_person_on_the_same_device_are_not_kept_as_mine(client, mentorship):
    at = timezone.now()
    other = make_mentorship(mentor=make_mentor("Isla", at=at), enrolment=make_enrolment(at=at), at=at)
    client.force_login(other.learner)

    answer = sending(client, mentorship, draft(mentorship))

    assert answer.status_code == 409
    assert not Shift.objects.exists()


def test_one_key_of_two_people_is_two_shifts(client, mentorship):
    at = timezone.now()
    other = make_mentorship(mentor=make_mentor("Isla", at=at), enrolment=make_enrolment(at=at), at=at)

    for own in (mentorship, other):
        client.force_login(own.learner)
        assert sending(client, own, draft(own)).json()["answers"][0]["outcome"] == "kept"

    assert Shift.objects.filter(device_key=KEY).count() == 2


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"owner": 1, "drafts": []}',
        '{"owner": "a", "drafts": 3}',
        '{"owner": "a", "drafts": [{"key": "short", "fields": {}}]}',
        '{"owner": "a", "drafts": [{"key": "0123456789abcdef", "fields": []}]}',
        '{"owner": "a", "drafts": [{"key": "0123456789abcdef", "fields": {"call": "07:30"}}]}',
        '{"owner": "a", "drafts": [{"key": "0123456789abcdef", "fields": {"call": [7]}}]}',
        json.dumps({"owner": "a", "drafts": [{"key": "0123456789abcdef", "fields": {}}] * 21}),
        "\udcff",
    ],
)
def test_what_our_page_does_not_send_is_refused_in_words(client, mentorship, body):
    client.force_login(mentorship.learner)

    answer = client.post(SEND, body.encode(errors="surrogateescape"), content_type="application/json")

    assert (answer.status_code, list(answer.json())) == (400, ["reason"])


def test_an_empty_draft_is_refused_and_not_an_error(client, mentorship):
    client.force_login(mentorship.learner)

    answer = sending(client, mentorship, {"key": KEY, "fields": {}})

    assert answer.json()["answers"][0]["outcome"] == "refused"


def test_sending_needs_the_token_of_the_site(mentorship):
    client = Client(enforce_csrf_checks=True)
    client.force_login(mentorship.learner)

    assert sending(client, mentorship, draft(mentorship)).status_code == 403
    assert not Shift.objects.exists()


def test_the_log_and_the_first_screen_lead_there_once_there_is_a_mentor(client, mentorship):
    client.force_login(mentorship.learner)
    assert f'href="{PAGE}"' in client.get("/shifts/").text

    client.force_login(make_person())
    assert f'href="{PAGE}"' not in client.get("/shifts/").text
