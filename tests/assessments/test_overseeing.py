"""Do the registrar's sums agree with what was recorded, in as many queries for three of each as for one?"""

from datetime import date, time, timedelta

import pytest

from assessments.answering import decline_shift, propose_hours, return_shift
from assessments.disputing import decide_dispute, letter_of, open_dispute
from assessments.mentor_figures import figures_of
from assessments.mentorships import end_mentorship
from assessments.models import (
    Competency,
    DeclineReason,
    Level,
    Outcome,
    ShadowingSettings,
    Shift,
    VoidReason,
)
from assessments.overseeing import Cohort, Limits, Pace, cohorts, limits, mentor_loads, paces_of
from assessments.shifts import void_shift
from assessments.signing import sign_shift
from courses.models import Access, Enrolment, Intake, PlanKind
from courses.transfers import record_transfer
from tests.courses.buying import a_plan, order_of
from tests.factories.courses import make_enrolment, make_programme
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentor, make_mentorship, make_shift, make_signed_shift, make_waiting_shift
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=30)


def day(number: int) -> date:
    return date(2026, 11, number)


def handed_in(shift: Shift, *, days: int) -> None:
    """As if it had been handed in so many days before LATER."""
    Shift.objects.filter(pk=shift.pk).update(submitted_at=LATER - timedelta(days=days))


# Cohorts ---------------------------------------------------------------------------------------------------


def test_a_cohort_counts_learners_distinct_signed_days_and_what_waits_by_age():
    programme = make_programme(title="Sets")
    mentorship = make_mentorship(enrolment=make_enrolment(programme=programme))
    make_enrolment(programme=programme)
    make_signed_shift(mentorship, on=day(1), wrap=time(12))
    make_signed_shift(mentorship, on=day(1), call=time(13), wrap=time(19))
    void = make_signed_shift(mentorship, on=day(2))
    void_shift(shift=void, by=make_registrar(), reason=VoidReason.TWICE, at=NOON, as_registrar=True)
    make_shift(mentorship, on=day(3))
    for number, days in enumerate((0, 7, 8, 21, 22), start=10):
        handed_in(make_waiting_shift(mentorship, on=day(number)), days=days)

    [found] = [cohort for cohort in cohorts(LATER, limits()) if cohort.programme == "Sets"]

    assert found == Cohort(programme="Sets", intake="", learners=2, signed_days=1, fresh=2, late=2, overdue=1)


def test_learners_of_an_intake_are_a_cohort_of_their_own():
    programme = make_programme(title="Sets", access=Access.FEE)
    make_enrolment(programme=programme)
    intake = Intake.objects.create(programme=programme, name="Spring 2027", starts_on=date(2027, 3, 1), places=3)
    order = order_of(a_plan(PlanKind.INVOICE, programme=programme), buyer=make_person("Payer"), intake=intake)
    record_transfer(order=order, amount_minor=order.total_minor, by=make_registrar(), at=NOON)

    found = [(cohort.intake, cohort.learners) for cohort in cohorts(LATER, limits())]

    assert found == [("", 1), ("Spring 2027", 1)]


def test_who_withdrew_is_in_no_cohort():
    mentorship = make_mentorship()
    make_signed_shift(mentorship)
    make_waiting_shift(mentorship, on=day(3))
    Enrolment.objects.update(withdrawn_at=LATER)

    assert cohorts(LATER, limits()) == []


def test_ages_follow_the_academys_own_days_in_whatever_order_they_were_typed():
    ShadowingSettings.objects.update_or_create(defaults={"remind_days": 30, "escalate_days": 10})

    assert limits() == Limits(first=10, second=30)


@pytest.mark.parametrize("each", [1, 3])
def test_cohorts_take_as_many_queries_for_three_as_for_one(django_assert_num_queries, each):
    for _number in range(each):
        mentorship = make_mentorship()
        make_signed_shift(mentorship)
        make_waiting_shift(mentorship, on=day(3))
    within = limits()

    with django_assert_num_queries(5):
        found = cohorts(LATER, within)

    assert len(found) == each


# Mentors ---------------------------------------------------------------------------------------------------


def test_a_mentors_load_is_mentees_of_their_capacity_cards_and_the_oldest_of_them():
    busy, idle = make_mentor("Busy"), make_mentor("Idle")
    mentorship = make_mentorship(mentor=busy)
    make_mentorship(mentor=busy, begun=False)
    over = make_mentorship(mentor=busy)
    end_mentorship(mentorship=over, by=over.learner, at=NOON)
    for number, days in ((3, 4), (4, 9)):
        handed_in(make_waiting_shift(mentorship, on=day(number)), days=days)

    loads = mentor_loads(LATER)

    assert [(load.mentor, load.mentees, load.waiting, load.oldest) for load in loads] == [
        (busy, 1, 2, LATER - timedelta(days=9)),
        (idle, 0, 0, None),
    ]


@pytest.mark.parametrize(
    ("days", "median"),
    [((1, 1, 1, 9, 9), 1.0), ((5, 1, 4, 2, 3), 3.0), ((1, 2, 3, 4, 5, 6), 3.5), ((1, 2, 3, 4), None)],
)
def test_the_median_of_days_to_an_answer_and_none_of_too_few(days, median):
    mentorship = make_mentorship()
    for number, took in enumerate(days, start=1):
        shift = make_signed_shift(mentorship, on=day(number))
        lift_guards()
        Shift.objects.filter(pk=shift.pk).update(signed_at=NOON + timedelta(days=took))

    assert paces_of(LATER) == {mentorship.mentor_id: Pace(answers=len(days), days=median)}
    assert paces_of(LATER, make_mentor()) == {}


def test_what_a_registrar_decided_is_no_answer_of_the_mentors():
    decided = []
    mentorship = make_mentorship()
    for number, outcome in enumerate(Outcome, start=1):
        shift = make_waiting_shift(mentorship, on=day(number))
        dispute = open_dispute(shift=shift, account="We were there.", letter=letter_of(b"%PDF-"), at=LATER)
        decided.append(
            decide_dispute(
                dispute=dispute, outcome=outcome, reason="So.", by=make_registrar(), authentication="password", at=LATER
            )
        )

    assert paces_of(LATER) == {}
    assert figures_of(mentorship.mentor, LATER).cards == 0


@pytest.mark.parametrize("mentors", [1, 3])
def test_loads_take_as_many_queries_for_three_mentors_as_for_one(django_assert_num_queries, mentors):
    for _number in range(mentors):
        mentorship = make_mentorship()
        make_signed_shift(mentorship)
        make_waiting_shift(mentorship, on=day(3))

    with django_assert_num_queries(3):
        loads = mentor_loads(LATER)

    assert [load.name for load in loads] == ["Tomasz"] * mentors


# Figures ---------------------------------------------------------------------------------------------------


def judge(mentorship, number: int, level: Level = Level.ASSISTED) -> Shift:
    shift = make_waiting_shift(mentorship, on=day(number))
    rubric = {Competency.TALKS: level}
    return sign_shift(shift=shift, mentor=mentorship.mentor, rubric=rubric, authentication="password", at=NOON)


def test_below_five_cards_there_is_only_their_number():
    mentorship = make_mentorship()
    for number in range(1, 5):
        judge(mentorship, number)

    figures = figures_of(mentorship.mentor, LATER)

    assert (figures.cards, figures.enough, figures.answers, figures.judged) == (4, False, (), ())


def test_how_a_mentor_answers_and_judges_next_to_all():
    mentorship, other = make_mentorship(), make_mentorship()
    mentor = mentorship.mentor
    for number in (1, 2):
        judge(mentorship, number, Level.LED)
    asked = make_waiting_shift(mentorship, on=day(3))
    return_shift(shift=asked, mentor=mentor, question="When?", at=NOON)
    hours = make_waiting_shift(mentorship, on=day(4))
    propose_hours(
        shift=hours,
        mentor=mentor,
        call_at=hours.call_at + timedelta(hours=1),
        wrap_at=hours.wrap_at,
        break_minutes=0,
        at=NOON,
    )
    no = make_waiting_shift(mentorship, on=day(5))
    decline_shift(shift=no, mentor=mentor, reason=DeclineReason.NOT_THERE, at=NOON)
    judge(other, 6, Level.OBSERVED)

    figures = figures_of(mentor, LATER)

    assert (figures.cards, figures.enough) == (5, True)
    assert figures.answers == (
        ("shift.signed", 2),
        ("shift.returned", 1),
        ("shift.hours_proposed", 1),
        ("shift.declined", 1),
    )
    talks = figures.judged[0]
    assert (talks.competency, talks.own, talks.all) == (Competency.TALKS, (0, 0, 2, 0), (1, 0, 2, 0))
    assert (figures.signed, figures.signed_by_all) == (2, 3)


@pytest.mark.parametrize("more", [0, 3])
def test_figures_take_as_many_queries_for_more_cards(django_assert_num_queries, more):
    mentorship = make_mentorship()
    for number in range(1, 6 + more):
        judge(mentorship, number)

    with django_assert_num_queries(7):
        figures_of(mentorship.mentor, LATER)
