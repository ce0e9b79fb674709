"""Is every act a row with its reason, kept for ever as it was written?"""

import pytest
from django.db import IntegrityError, connection, transaction

from certificates.deciding import confirm_certification, decline_certification
from certificates.decisions import LONGEST_REASON, ReasonMissing, checked_reason, digest_of_decision
from certificates.models import Decision, DecisionKind
from certificates.status import reinstate_certificate, suspend_certificate
from cms.accounts.models import Entry
from tests.factories.cases import DAY, make_case, make_held_case, make_revoked
from tests.factories.certificates import make_completion, make_request, make_signing_key
from tests.factories.people import NOON, make_registrar

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(Decision.objects.order_by("pk").values_list("kind", flat=True))


def test_each_answer_to_a_request_is_one():
    make_signing_key()
    registrar = make_registrar()
    confirmed, declined = make_request(), make_request()

    for _twice in range(2):
        confirm_certification(request=confirmed, by=registrar, at=NOON)
        decline_certification(request=declined, reason="No.", by=registrar, at=NOON)

    assert kinds() == [DecisionKind.CERTIFY, DecisionKind.DECLINE]
    assert [(said.by, said.at, said.reason) for said in Decision.objects.order_by("pk")] == [
        (registrar, NOON, ""), (registrar, NOON, "No."),
    ]  # fmt: skip


def test_each_change_of_status_is_one():
    certificate, registrar = make_completion(at=NOON), make_registrar()

    for _twice in range(2):
        suspend_certificate(certificate=certificate, reason="A case", because="A letter.", by=registrar, at=NOON + DAY)
    reinstate_certificate(certificate=certificate, by=registrar, at=NOON + DAY)
    make_revoked(certificate)

    assert kinds() == ["SUSPEND", "REINSTATE", "OPEN", "PROPOSE", "REVOKE"]


def test_each_step_of_a_case_is_one():
    make_held_case()

    assert kinds() == ["OPEN", "NOTICE", "SUSPEND", "HOLD"]


def test_history_knows_each_by_its_digest():
    make_held_case()

    told = Entry.objects.filter(chain__name="certificates", facts__has_key="decision")
    assert {entry.facts["decision"]: entry.facts["decided"] for entry in told} == {
        decision.pk: digest_of_decision(decision) for decision in Decision.objects.all()
    }


@pytest.mark.parametrize("change", [{"reason": "Otherwise."}, {"kind": "CERTIFY"}, {"at": NOON}])
def test_the_database_lets_nobody_change_one(change):
    make_case()

    with pytest.raises(IntegrityError, match="kept as it was written"), transaction.atomic():
        Decision.objects.update(**change)


def test_the_database_lets_nobody_take_one_away():
    make_case()

    with (
        pytest.raises(IntegrityError, match="kept as it was written"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM certificates_decision")


def test_the_database_refuses_decisions_that_cannot_be():
    case, registrar = make_held_case(), make_registrar()
    request = make_request()
    decline_certification(request=request, reason="No.", by=registrar, at=NOON)
    impossible = [
        ("decision_is_about_something", {"kind": "OPEN"}),
        ("decision_in_a_case_is_about_a_certificate", {"kind": "OPEN", "request": request, "case": case}),
        ("decision_answers_a_request_once|UNIQUE", {"kind": "CERTIFY", "request": request}),
        ("decision_ends_a_case_once|UNIQUE", {"kind": "CORRECT", "certificate": case.certificate, "case": case}),
    ]

    for name, values in impossible:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Decision.objects.create(by=registrar, at=NOON, **values)


@pytest.mark.parametrize("reason", ["", " \n", "x" * (LONGEST_REASON + 1)])
def test_a_reason_has_words_and_not_too_many(reason):
    with pytest.raises(ReasonMissing):
        checked_reason(reason)


def test_rows_say_what_they_are_without_a_query(django_assert_num_queries):
    case = make_case()
    decision = Decision.objects.get()

    with django_assert_num_queries(0):
        assert str(case) == f"Case {case.pk}: certificate {case.certificate_id}"
        assert str(decision) == f"Decision {decision.pk}: OPEN"
