"""Is a learner held against the rules they joined under, and against what they really did?"""

from datetime import timedelta

import pytest

from assessments.agreements import publish_agreement, sign_agreement
from assessments.models import Shift, ShiftRole
from certificates.eligibility import (
    CannotPublish,
    current_set,
    publish_requirements,
    set_for,
    verdict_on,
)
from certificates.models import Requirement, RequirementSet
from cms.accounts.models import Entry
from courses.models import CompletedBy
from courses.progress import complete_unit
from tests.factories.certificates import make_ready, make_rules
from tests.factories.courses import lessons_of, make_enrolment, make_programme
from tests.factories.people import NOON, make_person
from tests.factories.quizzes import make_attempt, make_quiz, sit
from tests.factories.shifts import make_mentorship, make_signed_shift
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def publish(programme, **changes):
    values = {"version": "2026.1", "requirements": [("modules", {})], "by": None, "at": NOON} | changes
    return publish_requirements(programme=programme, **values)


# Publishing ------------------------------------------------------------------------------------------------


def test_a_published_set_copies_what_its_certificates_will_print() -> None:
    programme = make_programme(
        title="The programme", credential_title="The title", summary="What it is.", valid_years=2
    )

    rules = publish(programme, requirements=[("modules", {}), ("quizzes", {"mark": 80})])

    said = (rules.title, rules.programme_title, rules.description, rules.valid_years, rules.kind, rules.is_example)
    assert said == ("The title", "The programme", "What it is.", 2, "certification", True)
    assert list(rules.requirements.order_by("position").values_list("position", "kind", "terms")) == [
        (1, "modules", {}),
        (2, "quizzes", {"mark": 80}),
    ]
    assert list(Entry.objects.values_list("verb", "subject")) == [
        ("requirements.published", f"requirementset:{rules.pk}")
    ]


@pytest.mark.parametrize(
    "requirements",
    [
        [],
        [("dancing", {})],
        [("modules", {}), ("quizzes", {"mark": 101})],
        [("shadow_days", {"days": 20, "roles": {"LEAD": 5}})],
        [("agreement", {})],
    ],
)
def test_a_set_that_cannot_be_read_is_not_published(requirements: list) -> None:
    with pytest.raises(CannotPublish):
        publish(make_programme(), requirements=requirements)

    assert (RequirementSet.objects.count(), Requirement.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_a_version_is_published_once() -> None:
    programme = make_programme()
    publish(programme)

    with pytest.raises(CannotPublish, match=r"Version 2026\.1 is published already"):
        publish(programme, at=NOON + DAY)


@pytest.mark.parametrize("earlier", [timedelta(0), DAY])
def test_a_version_never_begins_before_the_one_before_it(earlier: timedelta) -> None:
    programme = make_programme()
    publish(programme)

    with pytest.raises(CannotPublish, match="Choose a later time"):
        publish(programme, version="2026.2", at=NOON - earlier)


# Which set -------------------------------------------------------------------------------------------------


def test_a_learner_keeps_the_rules_they_joined_under() -> None:
    programme = make_programme()
    first = publish(programme, at=NOON)
    before = make_enrolment(programme=programme, at=NOON - DAY)
    joined = make_enrolment(programme=programme, at=NOON)
    second = publish(programme, version="2027.1", at=NOON + 10 * DAY)
    later = make_enrolment(programme=programme, at=NOON + 10 * DAY)

    assert [set_for(enrolment) for enrolment in (before, joined, later)] == [first, first, second]
    assert current_set(programme, NOON + 9 * DAY) == first
    assert current_set(programme, NOON + 10 * DAY) == second
    assert current_set(programme, NOON - DAY) is None


def test_without_a_set_there_is_no_verdict() -> None:
    enrolment = make_enrolment()

    assert set_for(enrolment) is None
    assert verdict_on(enrolment) is None


def test_the_rules_of_another_programme_are_not_looked_at() -> None:
    publish(make_programme())

    assert set_for(make_enrolment()) is None


# Facts -----------------------------------------------------------------------------------------------------


def test_a_verdict_turns_when_the_last_unit_is_read() -> None:
    programme = make_programme(lessons=2)
    make_rules(programme, at=NOON - DAY)
    enrolment = make_enrolment(programme=programme)
    first, second = lessons_of(programme)

    complete_unit(enrolment=enrolment, unit=first, event=CompletedBy.READING, at=NOON)
    assert verdict_on(enrolment).met is False
    assert [finding.sentence for finding in verdict_on(enrolment).missing] == ["0 of 1 modules; 1 unit left."]

    complete_unit(enrolment=enrolment, unit=second, event=CompletedBy.READING, at=NOON)
    assert verdict_on(enrolment).met is True
    assert verdict_on(enrolment).missing == ()
    assert verdict_on(enrolment).basis() == [{"requirement": "Study", "summary": "1 module, 2 units, 10 hours"}]


def test_a_programme_emptied_by_its_editors_certifies_nobody() -> None:
    enrolment = make_ready()
    assert verdict_on(enrolment).met

    for lesson in lessons_of(enrolment.programme):
        lesson.unpublish()

    assert verdict_on(enrolment).met is False


def test_a_quiz_counts_from_its_pass_mark_and_not_for_somebody_else() -> None:
    quiz = make_quiz()
    attempt = make_attempt(quiz=quiz)
    programme = attempt.enrolment.programme
    make_rules(programme, requirements=[("quizzes", {})], at=NOON - DAY)
    other = make_enrolment(programme=programme)

    sit(attempt, right=2)
    assert verdict_on(attempt.enrolment).met is False

    again = make_attempt(quiz=quiz, enrolment=attempt.enrolment, at=NOON + DAY)
    sit(again, right=4, at=NOON + DAY)
    assert verdict_on(attempt.enrolment).met is True
    assert verdict_on(other).met is False


def test_a_day_counts_while_its_seal_holds() -> None:
    mentorship = make_mentorship()
    enrolment = mentorship.enrolment
    make_rules(
        enrolment.programme, requirements=[("shadow_days", {"days": 1, "mentors": 1, "productions": 1})], at=NOON - DAY
    )
    assert verdict_on(enrolment).met is False

    shift = make_signed_shift(mentorship)
    assert verdict_on(enrolment).met is True
    assert verdict_on(make_enrolment(programme=enrolment.programme)).met is False

    lift_guards()
    Shift.objects.filter(pk=shift.pk).update(role=ShiftRole.LEAD)
    assert verdict_on(enrolment).met is False


def test_the_current_version_of_an_agreement_is_the_one_that_counts() -> None:
    programme = make_programme()
    make_rules(programme, requirements=[("agreement", {"slug": "ethics-code"})], at=NOON - DAY)
    enrolment = make_enrolment(programme=programme)
    sentences = []

    sentences.append(verdict_on(enrolment).findings[0].sentence)
    first = publish_agreement(slug="ethics-code", title="Ethics code", text="One.", at=NOON)
    sentences.append(verdict_on(enrolment).findings[0].sentence)
    sign_agreement(agreement=first, person=make_person(), at=NOON)  # somebody else
    sentences.append(verdict_on(enrolment).findings[0].sentence)
    sign_agreement(agreement=first, person=enrolment.learner, at=NOON)
    sentences.append(verdict_on(enrolment).findings[0].sentence)
    publish_agreement(slug="ethics-code", title="Ethics code", text="Two.", at=NOON)
    sentences.append(verdict_on(enrolment).findings[0].sentence)

    assert sentences == [
        "The academy has not published it yet.",
        "Version 1 is not signed yet.",
        "Version 1 is not signed yet.",
        "Met: version 1 signed.",
        "You signed version 1; version 2 is the current one.",
    ]


@pytest.mark.parametrize("lessons", [1, 3])
def test_a_verdict_costs_the_same_however_much_was_done(django_assert_num_queries, lessons: int) -> None:
    enrolment = make_ready(programme=make_programme(lessons=lessons))
    verdict_on(enrolment)  # the address of the site is read once

    with django_assert_num_queries(VERDICT_QUERIES):
        assert verdict_on(enrolment).met


VERDICT_QUERIES = 8  # set, rules; done, units, modules, notes; quizzes; shifts


def test_no_rule_looks_at_a_learner_through_another_programme() -> None:
    enrolment = make_ready()
    elsewhere = make_enrolment(learner=enrolment.learner)
    make_rules(elsewhere.programme, at=NOON - 30 * DAY)

    assert verdict_on(elsewhere).met is False
