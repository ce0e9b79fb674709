"""What does a learner see and do of their shifts?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.mentorships import end_mentorship
from assessments.models import Mentorship, Production, Shift, ShiftState
from assessments.shifts import make_production, messages_for
from cms.accounts.models import User
from cms.accounts.roles import Role
from tests.factories.courses import make_enrolment
from tests.factories.people import make_person
from tests.factories.shifts import (
    days_ago,
    make_mentor,
    make_mentorship,
    make_returned_shift,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
)
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def mentorship(at) -> Mentorship:
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
        "new_code": "prj-k4d",
        "new_title": "Low Tide",
        "medium": "SERIES",
        "region": "UK_IRELAND",
        "union": "UNION",
        "competencies": ["SAG-1"],
        "mentorship": own.pk,
        "role": "ASSIST",
        "phases": ["SHOOT"],
        "duties": ["RIDERS"],
        "scene_KISS": "2",
        "learning_note": "Ask before the door closes.",
        "do": "keep",
    } | changes


# Recording -------------------------------------------------------------------------------------------------


def test_a_shift_is_kept_as_a_draft(client, mentorship):
    client.force_login(mentorship.learner)

    page = client.post(reverse("assessments:shift_new"), said(mentorship), follow=True)

    shift = Shift.objects.get()
    assert page.redirect_chain == [(reverse("assessments:shift_detail", args=[shift.pk]), 302)]
    assert shift.state is ShiftState.DRAFT
    assert (shift.production.code, shift.production.title) == ("PRJ-K4D", "Low Tide")
    assert (shift.scenes, shift.phases, shift.duties, shift.minutes) == ({"KISS": 2}, ["SHOOT"], ["RIDERS"], 570)
    assert (shift.region, shift.union, shift.competencies) == ("UK_IRELAND", "UNION", ["SAG-1"])
    assert "Kept. Nobody else sees it" in page.text


def test_a_shift_is_handed_in_at_once(client, mentorship):
    client.force_login(mentorship.learner)

    page = client.post(reverse("assessments:shift_new"), said(mentorship, do="hand"), follow=True)

    assert Shift.objects.get().state is ShiftState.WAITING
    assert "Handed to Tomasz." in page.text


def test_pressing_twice_records_one_shift(client, mentorship):
    client.force_login(mentorship.learner)

    answers = [client.post(reverse("assessments:shift_new"), said(mentorship, do="hand")) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert (Shift.objects.count(), Production.objects.count()) == (1, 1)


def test_what_was_typed_stays_when_it_is_refused(client, mentorship):
    client.force_login(mentorship.learner)

    page = client.post(
        reverse("assessments:shift_new"), said(mentorship, break_minutes="700", role="", scene_KISS="5", do="hand")
    )

    assert page.status_code == 422
    assert "Choose one of the four." in page.text
    assert 'value="07:30"' in page.text
    assert 'value="5"' in page.text
    assert "Ask before the door closes." in page.text
    assert not Shift.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"break_minutes": "645"}, "break_minutes", "breaks are as long"),
        ({"worked_on": "2999-01-01"}, "wrap", "not happened yet"),
        ({"wrap": "07:30"}, "wrap", "same as the call"),
        ({"new_code": "A B"}, "new_code", "3 to 12 letters"),
        ({"phases": []}, "phases", "Say which phase"),
        ({"region": "MOON"}, "region", "Select a valid choice"),
        ({"union": ""}, "union", "required"),
        ({"competencies": ["SAG-10"]}, "competencies", "Select a valid choice"),
        ({"scene_KISS": "100"}, "scene_KISS", "99"),
        ({"scene_KISS": "1.5"}, "scene_KISS", "whole number"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Select a valid choice"),
        ({"mentorship": "0"}, "mentorship", "Select a valid choice"),
        ({"production": "0"}, "production", "Select a valid choice"),
        ({"learning_note": "a" * 2_001}, "learning_note", "2000"),
    ],
)
def test_a_refusal_stands_at_its_field(client, mentorship, changes, field, sentence):
    client.force_login(mentorship.learner)

    page = client.post(reverse("assessments:shift_new"), said(mentorship, **changes))

    assert page.status_code == 422
    assert sentence in str(page.context["form"].errors[field])
    assert not Shift.objects.exists()
    assert not Production.objects.exists()


def test_too_old_a_day_can_be_kept_and_not_handed_in(client, mentorship):
    client.force_login(mentorship.learner)
    old = said(mentorship, worked_on=days_ago(70).isoformat())

    refused = client.post(reverse("assessments:shift_new"), old | {"do": "hand"})

    assert refused.status_code == 422
    assert "within 60 days" in refused.text
    assert not Shift.objects.exists()
    assert client.post(reverse("assessments:shift_new"), old).status_code == 302


def test_on_the_night_the_clocks_go_back_the_form_asks_which(client, mentorship):
    client.force_login(mentorship.learner)
    night = said(mentorship, worked_on="2025-10-25", call="20:00", wrap="01:30")

    page = client.post(reverse("assessments:shift_new"), night)
    kept = client.post(reverse("assessments:shift_new"), night | {"wrap_which": "second"})

    assert page.status_code == 422
    assert "01:30 came twice" in page.text
    assert 'name="wrap_which"' in page.text
    assert 'name="call_which"' not in page.text
    assert kept.status_code == 302
    assert Shift.objects.get().minutes == 390 - 75
    edit = client.get(reverse("assessments:shift_edit", args=[Shift.objects.get().pk]))
    assert edit.context["form"]["wrap_which"].value() == "second"


def test_on_the_night_the_clocks_go_forward_the_form_says_so(client, mentorship):
    client.force_login(mentorship.learner)

    page = client.post(
        reverse("assessments:shift_new"), said(mentorship, worked_on="2026-03-29", call="01:30", wrap="09:00")
    )

    assert "01:30 never came" in str(page.context["form"].errors["call"])


def test_a_form_without_a_mentor_leads_to_one(client):
    client.force_login(make_person())

    page = client.get(reverse("assessments:shift_new"))

    assert "First, a mentor" in page.text
    assert reverse("assessments:shift_mentors") in page.text


def test_a_draft_is_changed_in_its_form(client, mentorship, at):
    shift = make_shift(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.learner)
    url = reverse("assessments:shift_edit", args=[shift.pk])

    form = client.get(url).context["form"]
    page = client.post(url, said(mentorship, production=shift.production_id, wrap="19:15"))

    assert (str(form["call"].value()), form["production"].value()) == ("07:30:00", shift.production_id)
    assert page.status_code == 302
    assert Shift.objects.get().minutes == 630


@pytest.mark.parametrize("make", [make_waiting_shift, make_signed_shift])
def test_what_is_with_the_mentor_or_signed_has_no_form(client, mentorship, at, make):
    shift = make(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.learner)

    page = client.get(reverse("assessments:shift_edit", args=[shift.pk]))

    assert page.url == reverse("assessments:shift_detail", args=[shift.pk])


def test_the_next_form_begins_with_what_stays_from_day_to_day(client, mentorship, at):
    other = make_mentorship(mentor=make_mentor("Ada", at=at), enrolment=mentorship.enrolment, at=at)
    old = make_production(learner=mentorship.learner, code="PRJ-OLD", at=at)
    make_production(learner=mentorship.learner, code="PRJ-NEW", at=at)
    make_shift(other, production=old, on=days_ago(3), at=at, zone="America/Toronto", region="CANADA", union="NON_UNION")
    client.force_login(mentorship.learner)

    form = client.get(reverse("assessments:shift_new")).context["form"]

    names = ("production", "mentorship", "region", "union", "time_zone")
    assert [form[name].value() for name in names] == [old.pk, other.pk, "CANADA", "NON_UNION", "America/Toronto"]
    assert [form[name].value() for name in ("call", "role", "learning_note")] == [None, None, None]


def test_a_day_like_the_last_begins_with_all_but_its_date_its_scenes_and_its_note(client, mentorship, at):
    shift = make_shift(mentorship, on=days_ago(1), at=at)
    client.force_login(mentorship.learner)
    like = f"{reverse('assessments:shift_new')}?like={shift.pk}"

    log, page = client.get(reverse("assessments:shift_list")), client.get(like)
    kept = client.post(like, said(mentorship, worked_on=days_ago(2).isoformat()))

    form = page.context["form"]
    assert "Same as yesterday" in log.text
    assert like in log.text
    assert (str(form["call"].value()), form["role"].value()) == ("07:30:00", "ASSIST")
    assert form["competencies"].value() == ["SAG-1", "SAG-4", "SKSIC6"]
    assert form["worked_on"].value() == timezone.localdate()
    assert (form["learning_note"].value(), form["scene_KISS"].value()) == (None, None)
    assert kept.status_code == 302
    assert Shift.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x", "0", "9" * 40, "-1"])
def test_a_day_like_none_is_an_empty_form_or_not_there(client, mentorship, key):
    client.force_login(mentorship.learner)

    assert client.get(f"{reverse('assessments:shift_new')}?like={key}").status_code == (404 if key else 200)


def test_another_learners_day_is_not_repeated(client, mentorship, at):
    other = make_shift(make_mentorship(at=at), on=days_ago(1), at=at)
    client.force_login(mentorship.learner)

    assert client.get(f"{reverse('assessments:shift_new')}?like={other.pk}").status_code == 404


def test_competencies_are_grouped_and_open_where_they_are_ticked(client, mentorship, at):
    shift = make_shift(mentorship, on=days_ago(3), at=at, competencies=["SKSIC6"])
    client.force_login(mentorship.learner)

    page = client.get(reverse("assessments:shift_edit", args=[shift.pk]))

    groups = page.context["form"].competency_groups
    assert [(group.frame.code, len(group.boxes), group.ticked) for group in groups] == [("SAG", 9, 0), ("NOS", 3, 1)]
    assert page.text.count('name="competencies"') == 12


# A word before it is kept ----------------------------------------------------------------------------------


def box_in(page, name: str) -> dict[str, str]:
    """The tick that keeps a text as it is."""
    warned = page.context["form"].warned[name]
    return {warned.box: warned.stamp}


def test_a_name_in_the_note_brings_the_form_back_with_it_quoted_and_nothing_lost(client, mentorship):
    client.force_login(mentorship.learner)
    naming = said(mentorship, learning_note="Sarah was calm. Ask on Quiet Harbour.", do="hand")

    page = client.post(reverse("assessments:shift_new"), naming)

    assert page.status_code == 422
    assert "<q>Sarah</q>" in page.text
    assert "<q>Quiet Harbour</q>" in page.text
    assert "Keep it as it is" in page.text
    assert "Sarah was calm. Ask on Quiet Harbour." in page.text
    assert 'value="prj-k4d"' in page.text
    assert not Shift.objects.exists()


def test_the_person_decides_and_it_is_kept_as_it_is(client, mentorship):
    client.force_login(mentorship.learner)
    naming = said(mentorship, learning_note="Sarah was calm.")
    page = client.post(reverse("assessments:shift_new"), naming)

    kept = client.post(reverse("assessments:shift_new"), naming | box_in(page, "learning_note"))

    assert kept.status_code == 302
    assert Shift.objects.get().learning_note == "Sarah was calm."


def test_keeping_one_text_does_not_keep_another(client, mentorship):
    client.force_login(mentorship.learner)
    page = client.post(reverse("assessments:shift_new"), said(mentorship, learning_note="Sarah was calm."))
    box = box_in(page, "learning_note")

    other = client.post(reverse("assessments:shift_new"), said(mentorship, learning_note="Tomasz was calm.") | box)

    assert other.status_code == 422
    assert "<q>Tomasz</q>" in other.text


def test_a_tick_stays_while_something_else_is_put_right(client, mentorship):
    client.force_login(mentorship.learner)
    naming = said(mentorship, learning_note="Sarah was calm.")
    box = box_in(client.post(reverse("assessments:shift_new"), naming), "learning_note")

    page = client.post(reverse("assessments:shift_new"), naming | box | {"role": ""})

    assert set(page.context["form"].errors) == {"role"}
    assert "checked><span>Keep it as it is" in page.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"new_code": "LOW-TIDE"}, "new_code"),
        ({"new_code": "SARAH-2", "new_title": ""}, "new_code"),
        ({"learning_note": "Everything on low tide was late."}, "learning_note"),
    ],
)
def test_a_title_that_is_being_sealed_is_looked_for_in_the_code_and_the_note(client, mentorship, changes, field):
    client.force_login(mentorship.learner)

    page = client.post(reverse("assessments:shift_new"), said(mentorship, **changes))

    assert set(page.context["form"].errors) == {field}
    assert (
        client.post(reverse("assessments:shift_new"), said(mentorship, **changes) | box_in(page, field)).status_code
        == 302
    )


def test_a_title_sealed_before_is_looked_for_in_an_answer(client, mentorship, at):
    shift = make_returned_shift(mentorship, on=days_ago(3), at=at)  # on a production titled Low Tide
    client.force_login(mentorship.learner)
    url = reverse("assessments:shift_submit", args=[shift.pk])

    page = client.post(url, {"answer": "low tide ran late."})
    kept = client.post(url, {"answer": "low tide ran late."} | box_in(page, "answer"))

    assert page.status_code == 422
    assert "You have sealed this title." in page.text
    assert "low tide ran late." in page.text
    assert kept.status_code == 302
    assert messages_for(shift, shift.learner)[-1].text == "low tide ran late."


# One shift -------------------------------------------------------------------------------------------------


def test_a_draft_is_handed_in_and_taken_back_from_its_page(client, mentorship, at):
    shift = make_shift(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.learner)

    client.post(reverse("assessments:shift_submit", args=[shift.pk]))
    assert Shift.objects.get().state is ShiftState.WAITING
    page = client.post(reverse("assessments:shift_take_back", args=[shift.pk]), follow=True)

    assert Shift.objects.get().state is ShiftState.DRAFT
    assert "It is a draft again" in page.text


def test_a_question_is_answered_on_its_page(client, mentorship, at):
    shift = make_returned_shift(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.learner)
    url = reverse("assessments:shift_detail", args=[shift.pk])

    assert "Was the wrap 18:15?" in client.get(url).text
    client.post(reverse("assessments:shift_submit", args=[shift.pk]), {"answer": "It was."})

    assert Shift.objects.get().state is ShiftState.WAITING
    assert [message.text for message in messages_for(shift, shift.learner)] == ["Was the wrap 18:15?", "It was."]


def test_a_hand_in_that_is_refused_says_why_on_the_page(client, mentorship, at):
    shift = make_returned_shift(mentorship, on=days_ago(3), at=at)
    end_mentorship(mentorship=mentorship, by=mentorship.learner, at=at)
    client.force_login(mentorship.learner)

    page = client.post(reverse("assessments:shift_submit", args=[shift.pk]), {"answer": "It was."})
    too_long = client.post(reverse("assessments:shift_submit", args=[shift.pk]), {"answer": "a" * 2_001})

    assert (page.status_code, too_long.status_code) == (422, 422)
    assert "This mentorship has ended" in page.text
    assert "It was." in page.text


def test_a_signed_shift_shows_its_seal_and_refuses_to_be_taken_back(client, mentorship, at):
    shift = make_signed_shift(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.learner)

    page = client.get(reverse("assessments:shift_detail", args=[shift.pk]))
    refused = client.post(reverse("assessments:shift_take_back", args=[shift.pk]), follow=True)

    assert shift.seal in page.text
    assert f"Signed by Tomasz (credential {shift.mentorship.mentor.credential_number})" in page.text
    assert "Signed and sealed" in page.text
    assert "It stays as it is" in refused.text


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ({"break_minutes": 0}, "Changed since: breaks."),
        ({"scenes": [], "role": "LEAD"}, "Changed since: role, scenes."),
        ({"phases": {"a": 1}, "duties": "all", "role": "DIRECT"}, "Changed since: role, phase, duties."),
        ({"sealed": []}, "Changed since: learner"),
        ({"seal": "0" * 64}, "Changed since: the seal itself."),
    ],
)
def test_a_broken_seal_is_shown_with_what_changed(client, mentorship, at, damage, named):
    shift = make_signed_shift(mentorship, on=days_ago(3), at=at)
    lift_guards()
    Shift.objects.filter(pk=shift.pk).update(**damage)
    client.force_login(mentorship.learner)

    page = client.get(reverse("assessments:shift_detail", args=[shift.pk]))
    log = client.get(reverse("assessments:shift_list"))

    assert "The seal is broken" in page.text
    assert named in page.text
    assert "Seal broken" in log.text


# The log ---------------------------------------------------------------------------------------------------


def test_the_log_begins_with_what_asks_and_shows_only_ones_own(client, mentorship, at):
    make_signed_shift(mentorship, on=days_ago(5), at=at)
    make_waiting_shift(mentorship, on=days_ago(4), at=at)
    make_returned_shift(mentorship, on=days_ago(3), at=at)
    make_shift(mentorship, on=days_ago(2), at=at)
    other = make_mentorship(mentor=mentorship.mentor, enrolment=make_enrolment(at=at), at=at)
    make_shift(other, on=days_ago(1), at=at)
    client.force_login(mentorship.learner)

    page = client.get(reverse("assessments:shift_list"))

    log = page.context["log"]
    assert [line.state for _title, line in log.asking] == [ShiftState.RETURNED]
    assert [line.state for line in log.drafts] == [ShiftState.DRAFT]
    assert [line.state for line in log.under_way] == [ShiftState.WAITING]
    assert [line.state for line in log.kept] == [ShiftState.SIGNED]
    assert [day.state for day in page.context["summary"].whole.days] == ["signed", "waiting"]
    assert "Tomasz has a question about" in page.text


def test_an_empty_log_says_what_comes_first(client, mentorship):
    client.force_login(mentorship.learner)
    assert "Record your first day on set" in client.get(reverse("assessments:shift_list")).text

    client.force_login(make_person())
    assert "Ask one to work with you" in client.get(reverse("assessments:shift_list")).text


@pytest.mark.parametrize("shifts", [1, 3])
def test_the_log_takes_as_many_queries_for_one_shift_as_for_three(
    client, mentorship, at, shifts, django_assert_num_queries
):
    for place in range(shifts):
        make_signed_shift(mentorship, on=days_ago(place + 2), at=at)
    client.force_login(mentorship.learner)
    client.get(reverse("assessments:shift_list"))

    # session, person, shifts, decisions, mentorships, enrolments, their rules, audits, readings, academy, is a mentor, two of
    # permissions
    with django_assert_num_queries(13):
        client.get(reverse("assessments:shift_list"))


@pytest.mark.parametrize("questions", [1, 3])
def test_a_shift_takes_as_many_queries_for_one_message_as_for_three(
    client, mentorship, at, questions, django_assert_num_queries
):
    shift = make_returned_shift(mentorship, on=days_ago(3), at=at)
    for place in range(questions - 1):
        shift.messages.create(author=mentorship.learner, written_at=at, text=f"Answer {place}")
    client.force_login(mentorship.learner)
    url = reverse("assessments:shift_detail", args=[shift.pk])
    client.get(url)

    # session, person, shift, versions, dispute, messages, history, academy, is a mentor, two of permissions
    with django_assert_num_queries(11):
        client.get(url)


# Who sees what ---------------------------------------------------------------------------------------------


def addresses(shift: Shift) -> list[str]:
    own = ("edit", "submit", "take_back", "accept_hours", "amend", "withdraw", "dispute", "letter")
    names = ["shift_detail", "journal", "queue_shift", "shift_sign", "shift_ask", *(f"shift_{name}" for name in own)]
    return [reverse(f"assessments:{name}", args=[shift.pk]) for name in names]


def every_way(client, url: str) -> list:
    """What the address answers to reading and to writing, where it takes either."""
    answers = [client.get(url), client.post(url, {"question": "Why?"})]
    return [answer for answer in answers if answer.status_code != 405]


@pytest.mark.parametrize("who", ["learner", "mentor", "editor", "registrar", "employer", "ombud", "nobody"])
def test_strangers_find_no_shift_anywhere_and_read_nothing_of_it(client, mentorship, at, who):
    shift = make_waiting_shift(mentorship, on=days_ago(3), at=at)
    strangers: dict[str, User] = {
        "learner": make_mentorship(at=at).learner,
        "mentor": make_mentor("Ada", at=at).person,
        "editor": make_person(roles=(Role.EDITOR,)),
        "registrar": make_person(roles=(Role.REGISTRAR,)),
        "employer": make_person("Jonah"),
        "ombud": make_person(roles=(Role.OMBUD,)),
        "nobody": make_person(),
    }
    client.force_login(strangers[who])

    for url in addresses(shift):
        answers = every_way(client, url)
        assert {answer.status_code for answer in answers} == {404}, url
        assert not [answer for answer in answers if "Low Tide" in answer.text or shift.production.code in answer.text]
    assert Shift.objects.get(pk=shift.pk).state is ShiftState.WAITING


def test_the_learner_themself_has_no_card(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(3), at=at)
    client.force_login(shift.learner)

    for name in ("queue_shift", "shift_ask"):
        assert client.get(reverse(f"assessments:{name}", args=[shift.pk])).status_code == 404
    assert client.post(reverse("assessments:shift_sign", args=[shift.pk])).status_code == 404


def test_a_mentor_reads_what_was_handed_to_them_and_changes_nothing(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.mentor.person)

    page = client.get(reverse("assessments:shift_detail", args=[shift.pk]))

    assert page.status_code == 200
    assert "Low Tide" in page.text
    assert "Take it back" not in page.text
    assert client.get(reverse("assessments:shift_edit", args=[shift.pk])).status_code == 404
    for name in ("shift_submit", "shift_take_back"):
        assert client.post(reverse(f"assessments:{name}", args=[shift.pk])).status_code == 404


def test_a_draft_is_not_visible_to_its_mentor(client, mentorship, at):
    shift = make_shift(mentorship, on=days_ago(3), at=at)
    client.force_login(mentorship.mentor.person)

    for url in addresses(shift):
        assert {answer.status_code for answer in every_way(client, url)} == {404}, url
    assert shift.production.code not in client.get(reverse("assessments:queue")).text


def test_anybody_else_is_asked_to_sign_in_first(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(3), at=at)
    fixed = ["shift_list", "shift_new", "queue"]
    urls = [reverse(f"assessments:{name}") for name in fixed] + addresses(shift)

    for url in urls:
        assert client.post(url).url.startswith(reverse("account_login")), url


def test_another_learners_production_and_mentorship_cannot_be_used(client, mentorship, at):
    other = make_mentorship(at=at)
    production = make_production(learner=other.learner, code="PRJ-OTH", at=at)
    client.force_login(mentorship.learner)

    page = client.post(
        reverse("assessments:shift_new"), said(mentorship, production=production.pk, mentorship=other.pk)
    )

    assert set(page.context["form"].errors) == {"production", "mentorship"}
    assert "PRJ-OTH" not in page.text


def test_after_the_mentorship_ended_both_still_read_what_was_signed(client, mentorship, at):
    shift = make_signed_shift(mentorship, on=days_ago(3), at=at)
    end_mentorship(mentorship=mentorship, by=mentorship.learner, at=at + timedelta(minutes=1))

    for person in (mentorship.learner, mentorship.mentor.person):
        client.force_login(person)
        assert client.get(reverse("assessments:shift_detail", args=[shift.pk])).status_code == 200
