"""Are many numbers answered as each one's own page answers, at the cost of few queries?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from certificates.checking import as_json, check_certificate
from certificates.issuing import replace_certificate
from certificates.models import Certificate, Status
from certificates.number_checks import VERDICTS, NumberStep, check_numbers
from certificates.numbers import EXAMPLE, new_number
from certificates.verifying import Outcome, Verdict
from tests.factories.certificates import make_certificate, make_certificate_that_is
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", list(Status))
def test_a_line_says_what_the_numbers_own_page_says(status: Status) -> None:
    at = timezone.now()
    certificate = make_certificate_that_is(status, now=at)

    [line] = check_numbers([certificate.number], at=at)

    alone = check_certificate(number=certificate.number, at=at)
    assert line.status == status
    assert line.verdict == VERDICTS[status]
    assert line.as_json()["certificate"] == as_json(alone)
    assert [check.check for check in line.checks] == list(NumberStep)
    assert all(check.outcome != Outcome.NOT_CHECKED for check in line.checks)
    assert any(check.outcome == Outcome.FAILED for check in line.checks) == (line.verdict != Verdict.VALID)


def test_the_answers_come_in_the_order_asked_and_as_often() -> None:
    certificate, unknown = make_certificate(), new_number()
    asked = [certificate.number.lower(), "nonsense", unknown, certificate.number.replace("-", " "), EXAMPLE[:-1] + "5"]

    lines = check_numbers(asked, at=NOON)

    assert [line.asked for line in lines] == asked
    assert [line.status for line in lines] == ["active", "malformed", "unknown", "active", "malformed"]
    assert [line.verdict for line in lines] == [
        Verdict.VALID, Verdict.MALFORMED, Verdict.MALFORMED, Verdict.VALID, Verdict.MALFORMED,
    ]  # fmt: skip
    assert lines[2].is_unknown
    assert not lines[1].is_unknown
    assert [check.outcome for check in lines[2].checks] == ["passed", "failed"] + ["not_checked"] * 3


def test_a_record_that_was_tampered_with_is_not_answered_for() -> None:
    certificate = make_certificate()
    Certificate.objects.filter(pk=certificate.pk).update(title="Certified Intimacy Director")

    [line] = check_numbers([certificate.number], at=NOON)

    assert (line.status, line.verdict) == ("cannot_check_now", Verdict.CANNOT_CHECK_NOW)
    assert line.as_json()["certificate"] is None


def test_what_was_replaced_twice_leads_to_the_newest() -> None:
    first = make_certificate()
    for days, name in ((1, "Ana Prosser"), (2, "Ana Wren")):
        standing = Certificate.objects.get(enrolment=first.enrolment, superseded_at=None)
        replace_certificate(
            certificate=standing, holder_name=name, by=make_person("Registrar"), at=NOON + timedelta(days=days)
        )
    numbers = list(Certificate.objects.order_by("pk").values_list("number", flat=True))

    lines = check_numbers(numbers, at=NOON + timedelta(days=3))

    assert [line.verdict for line in lines] == [Verdict.REVOKED, Verdict.REVOKED, Verdict.VALID]
    assert [line.answer.newest.number for line in lines[:2]] == [numbers[2], numbers[2]]
    assert [line.answer.holder for line in lines] == [None, None, "Ana Wren"]


QUERIES = 4  # the certificates, and of all together their keys, lists and rule sets


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_however_long(django_assert_num_queries, count: int) -> None:
    numbers = [make_certificate().number for _ in range(count)] + [new_number()] * count

    with django_assert_num_queries(QUERIES):
        lines = check_numbers(numbers, at=NOON)
        said = [line.as_json() for line in lines]

    assert [line["verdict"] for line in said] == ["valid"] * count + ["malformed"] * count


def test_five_hundred_numbers_cost_no_more_queries(django_assert_num_queries) -> None:
    known = make_certificate().number
    numbers = [known, *(new_number() for _ in range(499))]

    with django_assert_num_queries(QUERIES):
        lines = check_numbers(numbers, at=NOON)

    assert [line.is_unknown for line in lines] == [False] + [True] * 499
