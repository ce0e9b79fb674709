"""What does a mentor do with a card beside signing it? And with several at once, and in a dispute?"""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.answering import decline_shift
from assessments.disputing import open_dispute
from assessments.models import (
    DeclineReason,
    HoursProposal,
    Shift,
    ShiftDispute,
    ShiftRole,
    ShiftState,
    VoidReason,
)
from assessments.shifts import amend_shift, change_shift, submit_shift, void_shift
from assessments.signing import sign_shift
from tests.factories.courses import make_enrolment
from tests.factories.people import make_person, make_registrar
from tests.factories.shifts import (
    days_ago,
    make_mentor,
    make_mentorship,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
    shift_fields,
)

from .test_mentoring_pages import an_hour_passes, sign_in

pytestmark = pytest.mark.django_db
QUEUE = "/mentoring/"
TOGETHER = "/mentoring/observing/"


@pytest.fixture
def at():
    return timezone.now() - timedelta(hours=1)


@pytest.fixture
def mentorship(at):
    person = make_person("Tomasz", password="a-long-evening", time_zone="Europe/London")
    learner = make_person("Wren")
    return make_mentorship(
        mentor=make_mentor(person=person, at=at), enrolment=make_enrolment(learner=learner, at=at), at=at
    )


def address(name: str, shift: Shift) -> str:
    return reverse(f"assessments:shift_{name}", args=[shift.pk])


def observing(mentorship, at, count: int = 3) -> list[Shift]:
    return [
        make_waiting_shift(mentorship, on=days_ago(place + 2), role=ShiftRole.OBSERVE, at=at) for place in range(count)
    ]


def ticks(page) -> list[str]:
    return [tick for _card, tick, _ticked in page.context["days"]]


# The card --------------------------------------------------------------------------------------------------


def test_a_card_shows_all_that_is_sealed(client, mentorship, at):
    make_waiting_shift(mentorship, on=days_ago(2), at=at)
    client.force_login(mentorship.mentor.person)

    lines = dict(client.get(QUEUE).context["card"].lines)

    assert lines["Region"] == "United Kingdom and Ireland"
    assert lines["Union"] == "Under a union agreement"
    assert len(lines["Practised"].split("; ")) == 3
    assert list(lines) == [
        "Production", "Call to wrap", "Counts as", "Region", "Union", "Phase", "Scenes", "Did", "Practised",
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "said"), [(14, ""), (15, "Late: handed in 15 days after.")])
def test_a_card_says_when_it_came_late(client, mentorship, at, days, said):
    make_waiting_shift(mentorship, on=days_ago(days), at=timezone.now())
    client.force_login(mentorship.mentor.person)

    page = client.get(QUEUE)

    assert page.context["card"].late == said
    assert said in page.text


def test_an_amendment_shows_what_was_signed_and_what_it_says_now(client, mentorship, at):
    signed = make_signed_shift(mentorship, on=days_ago(20), at=at)
    amendment = amend_shift(shift=signed, at=at)
    fields = shift_fields(on=days_ago(20), break_minutes=0, role=ShiftRole.LEAD)
    change_shift(shift=amendment, mentorship=mentorship, production=signed.production, at=at, **fields)
    submit_shift(shift=amendment, at=at)
    client.force_login(mentorship.mentor.person)

    page = client.get(QUEUE)
    card = page.context["card"]

    assert [(line.label, line.before, line.now) for line in card.differences] == [
        ("Role", "Assisted", "Led, under mentorship"),
        ("Call to wrap", "07:30 to 18:15, breaks 1 h 15", "07:30 to 18:15"),
        ("Counts as", "1 day, 9 h 30", "1 day, 10 h 45"),
    ]
    assert card.late == ""  # an amendment comes after its day by its nature
    assert "<del>1 day, 9 h 30</del>" in page.text


def test_an_amendment_that_says_the_same_says_so(client, mentorship, at):
    signed = make_signed_shift(mentorship, on=days_ago(5), at=at)
    submit_shift(shift=amend_shift(shift=signed, at=at), at=at)
    client.force_login(mentorship.mentor.person)

    assert "Every line says what was signed before." in client.get(QUEUE).text


def test_a_deep_stack_is_counted_whole_and_listed_in_part(client, mentorship, at):
    for place in range(15):
        make_waiting_shift(mentorship, on=days_ago(place + 2), at=at + timedelta(seconds=place))
    client.force_login(mentorship.mentor.person)

    page = client.get(QUEUE)

    assert "<h1>15 to sign</h1>" in page.text
    assert (len(page.context["others"]), page.context["deeper"]) == (12, 2)


# Other hours -----------------------------------------------------------------------------------------------


def test_other_hours_are_proposed_by_the_clock_of_the_place(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), zone="America/New_York", at=at)
    following = make_waiting_shift(mentorship, on=days_ago(4), at=at + timedelta(minutes=1))
    client.force_login(mentorship.mentor.person)

    form = client.get(address("propose", shift)).context["form"]
    page = client.post(
        address("propose", shift),
        {"call": "07:30", "wrap": "01:10", "break_minutes": "60", "words": "We ran over."},
        follow=True,
    )

    proposal = HoursProposal.objects.get()
    assert [form[name].value().strftime("%H:%M") for name in ("call", "wrap")] == ["07:30", "18:15"]
    assert (proposal.wrap_at - proposal.call_at, proposal.break_minutes) == (timedelta(hours=17, minutes=40), 60)
    assert Shift.objects.whole().get(pk=shift.pk).state is ShiftState.PROPOSED
    assert "Proposed. It comes back to you" in page.text
    assert page.context["card"].line.shift == following
    assert [item.question for item in page.context["asked"]] == ["We ran over."]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "These are the hours as recorded"),
        ({"wrap": "07:30"}, "The wrap is the same as the call"),
        ({"wrap": ""}, "When was the wrap?"),
        ({"break_minutes": "700"}, "The breaks are as long as the shift"),
    ],
)
def test_hours_that_cannot_be_are_refused_with_what_was_typed(client, mentorship, at, changes, said):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    client.force_login(mentorship.mentor.person)

    page = client.post(
        address("propose", shift),
        {"call": "07:30", "wrap": "18:15", "break_minutes": "75", "words": "Hm."} | changes,
    )

    assert page.status_code == 422
    assert said in page.text
    assert "Hm." in page.text
    assert not HoursProposal.objects.exists()


def test_on_the_night_the_clocks_go_back_it_is_asked_which(client, at):
    autumn = timezone.now().replace(year=2025, month=11, day=1)
    mentorship = make_mentorship(at=autumn - timedelta(days=30))
    shift = make_waiting_shift(mentorship, on=date(2025, 10, 25), at=autumn)
    client.force_login(mentorship.mentor.person)
    said = {"call": "18:00", "wrap": "01:30", "break_minutes": "0"}

    asked = client.post(address("propose", shift), said)
    answer = client.post(address("propose", shift), said | {"wrap_which": "second"})

    assert (asked.status_code, "Which of the two was the wrap?" in asked.text) == (422, True)
    assert answer.url == QUEUE
    assert HoursProposal.objects.get().wrap_at.hour == 1  # UTC: after the clocks went back


# Declining -------------------------------------------------------------------------------------------------


def test_a_no_has_a_reason_and_brings_the_next_card(client, mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    following = make_waiting_shift(mentorship, on=days_ago(4), at=at + timedelta(minutes=1))
    client.force_login(mentorship.mentor.person)
    url = address("decline", shift)

    none = client.post(url, {"words": "Hm."})
    bare = client.post(url, {"reason": "OTHER"})
    page = client.post(url, {"reason": "NOT_THERE"}, follow=True)

    assert (none.status_code, bare.status_code) == (422, 422)
    assert "Say in a sentence" in bare.text
    assert Shift.objects.get(pk=shift.pk).decline_reason == DeclineReason.NOT_THERE
    assert "Declined. They are told" in page.text
    assert page.context["card"].line.shift == following


@pytest.mark.parametrize("name", ["ask", "propose", "decline", "sign", "passkey"])
def test_other_mentors_learners_and_registrars_find_nothing(client, mentorship, at, name):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    for person in (make_mentor(at=at).person, mentorship.learner, make_registrar()):
        client.force_login(person)
        assert client.post(address(name, shift)).status_code == 404
        assert client.get(address(name, shift)).status_code in {404, 405}


# Several at once -------------------------------------------------------------------------------------------


def test_several_days_of_observing_are_signed_with_one_proof(client, mentorship, at):
    observing(mentorship, at)
    make_waiting_shift(mentorship, on=days_ago(9), at=at)
    sign_in(client, mentorship.mentor.person)

    assert TOGETHER in client.get(QUEUE).text
    days = ticks(client.get(TOGETHER))
    page = client.post(TOGETHER, {"days": days}, follow=True)

    signed = Shift.objects.filter(signed_at__isnull=False)
    assert len(days) == 3
    assert len({shift.seal for shift in signed}) == 3
    assert {shift.role for shift in signed} == {ShiftRole.OBSERVE}
    assert "3 days signed, each with a seal of its own. 1 more." in page.text


def test_several_days_need_a_password_or_a_passkey(client, mentorship, at):
    observing(mentorship, at)
    mentor = mentorship.mentor.person
    mentor.set_unusable_password()
    mentor.save()
    client.force_login(mentor)

    page = client.post(TOGETHER, {"days": ticks(client.get(TOGETHER))}, follow=True)

    assert "Set a password or a passkey" in page.text
    assert not Shift.objects.filter(signed_at__isnull=False).exists()


def test_only_what_is_ticked_is_signed(client, mentorship, at):
    observing(mentorship, at)
    sign_in(client, mentorship.mentor.person)
    days = ticks(client.get(TOGETHER))

    none = client.post(TOGETHER, {})
    client.post(TOGETHER, {"days": days[:1]})

    assert (none.status_code, "Tick the days that you have read." in none.text) == (422, True)
    assert Shift.objects.filter(signed_at__isnull=False).count() == 1


def test_an_hour_later_the_password_is_asked_once_for_all(client, mentorship, at):
    observing(mentorship, at)
    sign_in(client, mentorship.mentor.person)
    an_hour_passes(client)
    days = ticks(client.get(TOGETHER))

    asked = client.post(TOGETHER, {"days": days})
    page = client.post(asked.url, {"password": "a-long-evening", "next": TOGETHER}, follow=True)

    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert "3 days signed" in page.text


def test_one_that_changed_meanwhile_keeps_all_unsigned_and_ticked(client, mentorship, at):
    shifts = observing(mentorship, at)
    sign_in(client, mentorship.mentor.person)
    days = ticks(client.get(TOGETHER))
    days[1] = f"{shifts[1].pk}:{'0' * 64}"

    page = client.post(TOGETHER, {"days": days})

    assert (page.status_code, "changed this shift while you were reading" in page.text) == (422, True)
    assert [ticked for _card, _tick, ticked in page.context["days"]].count(True) == 2
    assert not Shift.objects.filter(signed_at__isnull=False).exists()


@pytest.mark.parametrize("whose", ["assisting", "another mentor"])
def test_neither_more_than_observing_nor_another_mentors_day_goes_along(client, mentorship, at, whose):
    observing(mentorship, at, 1)
    other = make_waiting_shift(
        mentorship if whose == "assisting" else make_mentorship(at=at),
        on=days_ago(9), role=ShiftRole.ASSIST if whose == "assisting" else ShiftRole.OBSERVE, at=at,
    )  # fmt: skip
    sign_in(client, mentorship.mentor.person)
    days = ticks(client.get(TOGETHER))

    page = client.post(TOGETHER, {"days": [*days, f"{other.pk}:{'0' * 64}"]})

    assert page.status_code == 422
    assert not Shift.objects.filter(signed_at__isnull=False).exists()


@pytest.mark.parametrize("shifts", [1, 3])
def test_the_page_of_several_takes_as_many_queries_for_one_as_for_three(
    client, mentorship, at, shifts, django_assert_num_queries
):
    observing(mentorship, at, shifts)
    client.force_login(mentorship.mentor.person)
    client.get(TOGETHER)

    with django_assert_num_queries(10):  # six of every page, the mentor, days, limits, passkey
        client.get(TOGETHER)


def test_when_nothing_is_left_it_says_so(client, mentorship):
    client.force_login(mentorship.mentor.person)

    assert "Nothing to sign together" in client.get(TOGETHER).text


# Reading afterwards ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["signed", "declined", "disputed", "superseded", "voided"])
def test_a_mentor_reads_what_they_answered(client, mentorship, at, state):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    if state in {"signed", "superseded"}:
        shift = make_signed_shift(mentorship, on=days_ago(3), at=at)
    if state == "superseded":
        amendment = submit_shift(shift=amend_shift(shift=shift, at=at), at=at)
        sign_shift(shift=amendment, mentor=mentorship.mentor, rubric={}, authentication="password", at=at)
    if state in {"declined", "disputed"}:
        decline_shift(shift=shift, mentor=mentorship.mentor, reason=DeclineReason.NOT_SO, at=at)
    if state == "disputed":
        open_dispute(shift=shift, account="I was there.", at=at)
    if state == "voided":
        void_shift(shift=shift, by=make_registrar(), reason=VoidReason.TWICE, at=at, as_registrar=True)
    client.force_login(mentorship.mentor.person)

    page = client.get(reverse("assessments:shift_detail", args=[shift.pk]))
    card = client.get(reverse("assessments:queue_shift", args=[shift.pk]))

    assert page.status_code == 200
    assert page.context["page"].state == state
    assert card.url == reverse("assessments:shift_detail", args=[shift.pk])


def test_what_was_taken_back_is_the_learners_again(client, mentorship, at):
    shift = make_shift(mentorship, on=days_ago(2), at=at)
    client.force_login(mentorship.mentor.person)

    assert client.get(reverse("assessments:shift_detail", args=[shift.pk])).status_code == 404


# Disputes --------------------------------------------------------------------------------------------------


@pytest.fixture
def dispute(mentorship, at) -> ShiftDispute:
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    decline_shift(shift=shift, mentor=mentorship.mentor, reason=DeclineReason.NOT_SO, at=at)
    return open_dispute(shift=shift, account="I was there all day.", at=at)


def test_a_mentor_gives_their_own_account_without_leaning_on_the_other(client, mentorship, dispute):
    client.force_login(mentorship.mentor.person)
    url = f"/mentoring/disputes/{dispute.pk}/"

    queue, page = client.get(QUEUE), client.get(url)
    empty = client.post(url, {"account": " "})
    answer = client.post(url, {"account": "They came at noon."}, follow=True)

    assert url in queue.text
    assert "I was there all day." not in page.text
    assert empty.status_code == 422
    assert "The registrar has your account" in answer.text
    assert answer.context["disputes"] == []
    dispute.refresh_from_db()
    assert dispute.mentor_account == "They came at noon."


def test_an_account_is_given_once_and_calmly(client, mentorship, dispute):
    client.force_login(mentorship.mentor.person)
    url = f"/mentoring/disputes/{dispute.pk}/"
    client.post(url, {"account": "They came at noon."})

    same, other = client.post(url, {"account": "They came at noon."}), client.post(url, {"account": "Or at one."})

    assert same.url == QUEUE
    assert (other.status_code, "given your account already" in other.text) == (422, True)


def test_nobody_else_answers_a_dispute(client, mentorship, dispute, at):
    for person in (make_mentor(at=at).person, mentorship.learner, make_registrar(), make_person("Charlie")):
        client.force_login(person)
        assert client.get(f"/mentoring/disputes/{dispute.pk}/").status_code == 404
        assert client.post(f"/mentoring/disputes/{dispute.pk}/", {"account": "Hm."}).status_code == 404
