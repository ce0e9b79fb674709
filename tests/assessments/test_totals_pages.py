"""Does a learner read what counts, and why the rest does not, and nobody else?"""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments import counting_rules
from assessments.counting import CountingRules
from assessments.counting_rules import rules_come_from, rules_of
from assessments.models import ShiftRole
from certificates.day_rules import rules_of_days
from certificates.eligibility import publish_requirements, verdict_on
from cms.accounts.models import AcademySettings
from tests.factories.courses import make_enrolment
from tests.factories.people import make_person, make_registrar
from tests.factories.shifts import (
    days_ago,
    make_mentor,
    make_mentorship,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
)

pytestmark = pytest.mark.django_db
HOURS = {"call": time(8), "wrap": time(16), "break_minutes": 0}
TERMS = {"days": 4, "roles": {"OBSERVE": {"max": 1}, "ASSIST": {"min": 2}}, "recency_days": 700}
LONG_AGO = timedelta(days=400)


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def mentorship(at):
    enrolment = make_enrolment(learner=make_person("Wren"), at=at - LONG_AGO / 2)
    publish(enrolment.programme, at - LONG_AGO)
    return make_mentorship(mentor=make_mentor("Tomasz", at=at), enrolment=enrolment, at=at)


def publish(programme, at, terms=TERMS, version="1"):
    requirements = [("modules", {}), ("shadow_days", terms)]
    return publish_requirements(programme=programme, version=version, requirements=requirements, by=None, at=at)


def page_of(client, person, **query):
    client.force_login(person)
    return client.get(reverse("assessments:totals"), query)


def test_the_page_says_what_counts_and_why_the_rest_does_not(client, mentorship, at):
    over = [make_signed_shift(mentorship, on=days_ago(n), role=ShiftRole.OBSERVE, at=at, **HOURS) for n in (20, 19)]
    make_signed_shift(mentorship, on=days_ago(18), at=at, **HOURS)
    make_waiting_shift(mentorship, on=days_ago(17), at=at, **HOURS)
    draft = make_shift(mentorship, on=days_ago(16), at=at, **HOURS)

    page = page_of(client, mentorship.learner)

    assert page.status_code == 200
    assert [(rung.title, rung.amount.days, rung.hours) for rung in page.context["ladder"]] == [
        ("Recorded", 5, "40 h"),
        ("Drafts: not handed in yet.", 1, "8 h"),
        ("Handed in", 4, "32 h"),
        ("With the mentor, who has not signed yet.", 1, "8 h"),
        ("Signed", 3, "24 h"),
        ("At most 1 day counts in this role: observe.", 1, "8 h"),
        ("Counts", 2, "16 h"),
    ]
    assert "2 of 4" in page.text
    for shift in (over[1], draft):
        assert reverse("assessments:shift_detail", args=[shift.pk]) in page.text
    assert "<title>Totals" in page.text


def test_the_page_and_the_certificate_rule_count_alike(client, mentorship, at):
    for n in (20, 19, 18):
        make_signed_shift(mentorship, on=days_ago(n), role=ShiftRole.OBSERVE, at=at)

    totals = page_of(client, mentorship.learner).context["totals"]
    days = verdict_on(mentorship.enrolment).findings[1]

    assert (totals.countable.days, totals.rules.days) == (days.have, days.need) == (1, 4)
    assert days.place == ("assessments:totals",)


def test_nobody_reads_the_totals_of_somebody_else(client, mentorship, at):
    make_signed_shift(mentorship, on=days_ago(20), at=at)
    key = mentorship.enrolment.pk

    for stranger in (make_person(), mentorship.mentor.person, make_registrar()):
        make_enrolment(learner=stranger)
        assert page_of(client, stranger, enrolment=key).status_code == 404
        assert page_of(client, stranger, enrolment="x").status_code == 404
        assert page_of(client, stranger).context["totals"].recorded.shifts == 0
    client.logout()
    assert client.get(reverse("assessments:totals")).status_code == 302


def test_each_enrolment_has_its_own_page_also_one_that_was_left(client, mentorship, at):
    left = make_enrolment(learner=mentorship.learner, at=at)
    make_signed_shift(make_mentorship(enrolment=left, at=at), on=days_ago(10), at=at)
    left.withdrawn_at = at
    left.save()

    newest = page_of(client, mentorship.learner)
    old = page_of(client, mentorship.learner, enrolment=left.pk)

    assert (newest.context["enrolment"], newest.context["others"]) == (mentorship.enrolment, [left])
    assert old.context["totals"].signed.days == 1
    assert old.context["totals"].rules == CountingRules()


@pytest.mark.parametrize("enrolled", [False, True])
def test_who_has_recorded_nothing_is_told_the_next_step(client, enrolled):
    learner = make_person()
    if enrolled:
        make_enrolment(learner=learner)

    page = page_of(client, learner)

    assert "Nothing to add up yet" in page.text


@pytest.mark.parametrize("shifts", [1, 3])
def test_the_page_costs_the_same_for_one_shift_and_for_three(client, mentorship, at, shifts, django_assert_num_queries):
    for n in range(shifts):
        make_signed_shift(mentorship, on=days_ago(20 - n), at=at)
    AcademySettings.load()
    client.force_login(mentorship.learner)

    with django_assert_num_queries(10):  # session, user; enrolments; sets, requirements; shifts; the frame’s four
        client.get(reverse("assessments:totals"))


def test_the_log_has_the_same_numbers_at_its_head(client, mentorship, at):
    for n in (20, 19):
        make_signed_shift(mentorship, on=days_ago(n), role=ShiftRole.OBSERVE, at=at, **HOURS)
    make_waiting_shift(mentorship, on=days_ago(18), at=at)
    make_shift(mentorship, on=days_ago(17), at=at)
    client.force_login(mentorship.learner)

    summary = client.get(reverse("assessments:shift_list")).context["summary"]

    assert (summary.whole.signed.days, summary.hours, summary.counting_days) == (2, "16 h", 1)
    assert (summary.waiting, summary.unanswered, summary.drafts) == (1, 0, 1)


# Where rules come from -------------------------------------------------------------------------------------


def test_rules_are_those_of_the_set_a_learner_joined_under(at):
    first = make_enrolment(at=at - LONG_AGO / 2)
    publish(first.programme, at - LONG_AGO)
    publish(first.programme, at - LONG_AGO / 4, {"days": 9}, version="2")
    second = make_enrolment(programme=first.programme, at=at)
    without = make_enrolment(at=at)

    found = rules_of([first, second, without])

    assert (found[first.pk].days, found[first.pk].most, found[first.pk].recency_days) == (
        4,
        {ShiftRole.OBSERVE: 1},
        700,
    )
    assert found[second.pk] == CountingRules(days=9)
    assert found[without.pk] == CountingRules()


@pytest.mark.parametrize("enrolments", [1, 3])
def test_rules_of_many_take_two_queries(at, enrolments, django_assert_num_queries):
    made = [make_enrolment(at=at) for _enrolment in range(enrolments)]
    for enrolment in made:
        publish(enrolment.programme, at - LONG_AGO)

    with django_assert_num_queries(2):
        rules_of(made)


def test_rules_have_one_source(monkeypatch):
    assert counting_rules._sources == [rules_of_days]
    with pytest.raises(ValueError, match="source already"):
        rules_come_from(lambda enrolments: {})

    monkeypatch.setattr(counting_rules, "_sources", [])
    enrolment = make_enrolment()
    assert rules_of([enrolment]) == {enrolment.pk: CountingRules()}
