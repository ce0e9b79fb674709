"""Does each thing that shakes a certificate flag it, does none alter it, and does an answer hold until there is news?"""

from datetime import date, timedelta

import pytest

from assessments.mentors import reinstate_mentor, suspend_mentor
from assessments.models import Attempt, Shift, VoidReason
from assessments.shifts import void_shift
from certificates.cases import decide_case
from certificates.flags import flagged, flags_in, flags_of, scores_below, with_flags
from certificates.issuing import replace_certificate
from certificates.models import (
    Certificate,
    Decision,
    DecisionKind,
    Flag,
    FlagSetAside,
    Outcome,
    RulesInError,
    SeenScore,
    Status,
)
from certificates.setting_aside import CannotSetAside, mark_rules_in_error, set_flag_aside
from courses.models import Ended, Grant
from tests.factories.cases import make_case, make_revoked
from tests.factories.certificates import make_certificate, make_completion
from tests.factories.people import NOON, make_registrar
from tests.factories.quizzes import make_attempt, make_quiz, sit
from tests.factories.shifts import make_mentorship, make_signed_shift
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
AFTER = NOON + 30 * DAY


def aside(certificate, flag, *, at=AFTER, by=None, reason="It rests on others as well."):
    return set_flag_aside(certificate=certificate, flag=flag, reason=reason, by=by or make_registrar(), at=at)


def certified(**terms) -> Certificate:
    """Its rules are given their lines afterwards: what it was awarded on is not what these tests are about."""
    certificate = make_certificate(at=NOON + DAY)
    lift_guards()
    lines = certificate.requirement_set.requirements
    lines.create(position=2, kind="shadow_days", terms={"days": 1})
    lines.create(position=3, kind="quizzes", terms=terms)
    return certificate


def a_day(certificate, *, on=date(2026, 11, 20)):
    return make_signed_shift(make_mentorship(enrolment=certificate.enrolment), on=on, at=NOON)


def sat(certificate, *, right=4) -> Attempt:
    quiz = make_quiz(programme=certificate.enrolment.programme)
    return sit(make_attempt(quiz=quiz, enrolment=certificate.enrolment, at=NOON), right=right)


def marked_again(attempt, score):
    """What another marking would leave behind."""
    Attempt.objects.filter(pk=attempt.pk).update(score=score, passed=score >= attempt.pass_mark)


def pay_back(certificate, *, at=AFTER - DAY):
    grants = Grant.objects.filter(enrolment=certificate.enrolment)
    grants.update(ended_at=at, ended_because=Ended.REFUNDED)


def void(shift, *, at=AFTER - DAY):
    void_shift(shift=shift, by=make_registrar(), reason=VoidReason.UNTRUE, at=at, as_registrar=True)


def fall(certificate, flag):
    """Let that happen which the flag is about."""
    match flag:
        case Flag.PAID_BACK:
            pay_back(certificate)
        case Flag.SHIFT:
            void(a_day(certificate))
        case Flag.QUIZ:
            marked_again(sat(certificate), 10)
        case Flag.MENTOR:
            suspend_mentor(mentor=a_day(certificate).mentorship.mentor, by=make_registrar(), at=AFTER - DAY)
        case Flag.RULES:
            rules = certificate.requirement_set
            mark_rules_in_error(
                requirement_set=rules, reason="A line was missing.", by=make_registrar(), at=AFTER - DAY
            )


@pytest.mark.parametrize("flag", Flag)
def test_each_flags_and_none_alters(flag):
    certificate, bystander = certified(), certified()
    a_day(bystander)
    sat(bystander)
    before = Certificate.objects.values().get(pk=certificate.pk)
    assert not flagged().exists()

    fall(certificate, flag)

    assert list(flagged()) == list(flagged(flag)) == [certificate]
    assert flags_of(certificate) == [flag]
    assert Certificate.objects.values().get(pk=certificate.pk) == before
    assert certificate.status(AFTER) is Status.ACTIVE


@pytest.mark.parametrize("flag", Flag)
def test_what_is_set_aside_is_gone_with_its_reason_kept(flag):
    certificate, registrar = certified(), make_registrar()
    fall(certificate, flag)

    set_aside = aside(certificate, flag, by=registrar)
    again = aside(certificate, flag, at=AFTER + DAY)

    assert not flagged().exists()
    assert again is None
    decision = Decision.objects.get(kind=DecisionKind.SET_ASIDE)
    assert (set_aside.decision, decision.by, decision.reason) == (decision, registrar, "It rests on others as well.")


def test_a_second_shift_that_falls_flags_again():
    certificate = certified()
    first, second = a_day(certificate), a_day(certificate, on=date(2026, 11, 19))
    void(first)
    aside(certificate, Flag.SHIFT)
    assert not flagged().exists()

    void(second, at=AFTER + DAY)

    assert flags_of(certificate) == [Flag.SHIFT]


def test_another_payment_that_went_back_flags_again():
    certificate = certified()
    pay_back(certificate)
    aside(certificate, Flag.PAID_BACK)

    pay_back(certificate, at=AFTER + DAY)

    assert flags_of(certificate) == [Flag.PAID_BACK]


def test_a_mentor_suspended_anew_flags_again_and_a_reinstated_one_no_more():
    certificate, registrar = certified(), make_registrar()
    mentor = a_day(certificate).mentorship.mentor
    suspend_mentor(mentor=mentor, by=registrar, at=AFTER - DAY)
    aside(certificate, Flag.MENTOR)
    assert not flagged().exists()

    reinstate_mentor(mentor=mentor, by=registrar, at=AFTER + DAY)
    suspend_mentor(mentor=mentor, by=registrar, at=AFTER + 2 * DAY)
    assert flags_of(certificate) == [Flag.MENTOR]

    reinstate_mentor(mentor=mentor, by=registrar, at=AFTER + 3 * DAY)
    assert not flagged().exists()


def test_a_mentor_suspended_before_the_award_flags_nothing():
    certificate = certified()
    suspend_mentor(mentor=a_day(certificate).mentorship.mentor, by=make_registrar(), at=NOON)

    assert not flagged().exists()


def test_a_day_sealed_by_a_registrar_does_not_rest_on_its_mentor():
    certificate = certified()
    shift = a_day(certificate)
    lift_guards()
    Shift.objects.filter(pk=shift.pk).update(sealed_by="REGISTRAR", signed_as=None)

    suspend_mentor(mentor=shift.mentorship.mentor, by=make_registrar(), at=AFTER)

    assert not flagged().exists()


def test_another_score_below_the_mark_is_news():
    certificate = certified()
    attempt = sat(certificate)
    marked_again(attempt, 60)
    aside(certificate, Flag.QUIZ)
    assert SeenScore.objects.get().attempt == attempt
    assert not flagged().exists()

    marked_again(attempt, 50)
    assert flags_of(certificate) == [Flag.QUIZ]

    marked_again(attempt, 100)
    assert not flagged().exists()


def test_a_result_below_the_rules_own_mark_flags_though_it_passes():
    certificate = certified(mark=90)
    attempt = sat(certificate)

    marked_again(attempt, 85)

    assert flags_of(certificate) == [Flag.QUIZ]
    assert scores_below(certificate) == [(attempt.pk, 85)]


def test_a_quiz_failed_and_then_passed_by_the_award_is_in_order():
    certificate = certified()
    quiz = make_quiz(programme=certificate.enrolment.programme)
    sit(make_attempt(quiz=quiz, enrolment=certificate.enrolment, at=NOON - 3 * DAY), right=0, at=NOON - 3 * DAY)
    sit(make_attempt(quiz=quiz, enrolment=certificate.enrolment, at=NOON), right=4)

    assert not flagged().exists()
    assert scores_below(certificate) == []


def test_a_quiz_sat_after_the_award_flags_nothing():
    certificate = certified()
    quiz = make_quiz(programme=certificate.enrolment.programme)
    sit(make_attempt(quiz=quiz, enrolment=certificate.enrolment, at=AFTER), right=0, at=AFTER)

    assert not flagged().exists()


def test_rules_said_to_be_in_error_flag_what_stands_under_them_once():
    certificate = certified()
    rules, registrar = certificate.requirement_set, make_registrar()

    first = mark_rules_in_error(requirement_set=rules, reason="A line.", by=registrar, at=AFTER)
    again = mark_rules_in_error(requirement_set=rules, reason="Another.", by=registrar, at=AFTER + DAY)

    assert first == again
    assert RulesInError.objects.get().reason == "A line."
    with pytest.raises(CannotSetAside, match="Write the reason"):
        mark_rules_in_error(requirement_set=certified().requirement_set, reason=" ", by=registrar, at=AFTER)


def test_what_was_answered_holds_for_the_certificate_in_its_place():
    certificate = make_completion(at=NOON)
    pay_back(certificate)
    aside(certificate, Flag.PAID_BACK)

    replace_certificate(certificate=certificate, holder_name="Ana Prosser", by=make_registrar(), at=AFTER + DAY)

    assert not flagged().exists()


def test_what_does_not_stand_has_no_flag():
    certificate = make_completion(at=NOON)
    pay_back(certificate)
    assert list(flagged()) == [certificate]

    make_revoked(certificate, at=AFTER)

    assert not flagged().exists()


def test_a_decided_case_answers_its_flag():
    certificate = certified()
    void(a_day(certificate))
    case = make_case(certificate, flag=Flag.SHIFT, at=AFTER)
    assert flags_of(certificate) == [Flag.SHIFT]

    decide_case(case=case, outcome=Outcome.NO_ACTION, reason="Enough days.", by=make_registrar(), at=AFTER)

    assert not flagged().exists()
    assert FlagSetAside.objects.get().decision.case == case


def test_nobody_sets_aside_about_their_own_nor_without_a_reason():
    registrar = make_registrar()
    own, other = make_completion(learner=registrar, at=NOON), make_completion(at=NOON)
    for certificate in (own, other):
        pay_back(certificate)

    with pytest.raises(CannotSetAside, match="your own certificate"):
        aside(own, Flag.PAID_BACK, by=registrar)
    with pytest.raises(CannotSetAside, match="Write the reason"):
        aside(other, Flag.PAID_BACK, reason=" ")
    assert flagged().count() == 2


@pytest.mark.parametrize("many", [1, 3])
def test_all_flags_of_a_list_cost_one_query(django_assert_num_queries, many):
    for _ in range(many):
        pay_back(make_completion(at=NOON))

    with django_assert_num_queries(1):
        found = [flags_in(certificate) for certificate in with_flags(Certificate.objects.all())]

    assert found == [[Flag.PAID_BACK]] * many
