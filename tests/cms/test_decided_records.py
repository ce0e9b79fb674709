"""Is a decision, a case, a proposal or a complaint that was altered behind the product's back found, and named to the row?"""

import pytest

from certificates.complaints import add_to_complaint, answer_complaint
from certificates.models import Appeal, Case, Complaint, ComplaintMessage, Decision, RevocationProposal
from certificates.revoking import reject_revocation
from cms.records import counts, faults
from tests.factories.cases import (
    make_appeal,
    make_complaint,
    make_contact,
    make_held_case,
    make_ombud,
    make_proposal,
    make_revoked,
)
from tests.factories.people import NOON, make_registrar
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db


def rows() -> list[str]:
    return [fault.row for fault in faults()]


@pytest.fixture
def everything():
    make_contact()
    make_appeal(make_held_case())
    make_revoked()
    reject_revocation(proposal=make_proposal(), reason="No.", by=make_registrar(), at=NOON)
    complaint = make_complaint().complaint
    add_to_complaint(complaint=complaint, words="More.", at=NOON)
    answer_complaint(complaint=complaint, words="Thank you.", by=make_ombud(), at=NOON)


def test_untouched_they_are_as_they_were(everything):
    assert rows() == []
    assert counts()["cases"] == 3


@pytest.mark.parametrize("change", [{"reason": "Otherwise."}, {"by": None}, {"kind": "OPEN"}])
def test_a_changed_decision_is_named(everything, change):
    lift_guards()
    decision = Decision.objects.filter(kind="NOTICE").get()
    if "by" in change:
        change = {"by": make_registrar()}
    Decision.objects.filter(pk=decision.pk).update(**change)

    assert rows() == [f"decision:{decision.pk}"]


def test_a_decision_added_or_taken_away_is_named(everything):
    lift_guards()
    notice = Decision.objects.get(kind="NOTICE")
    added = Decision.objects.create(
        kind="OPEN", certificate=notice.certificate, case=notice.case, by=notice.by, at=NOON
    )
    Decision.objects.filter(pk=notice.pk).delete()

    assert rows() == [f"decision:{added.pk}", f"decision:{notice.pk}"]


@pytest.mark.parametrize("change", [{"response": "I was not."}, {"appeal_by": "2030-01-01"}, {"flag": ""}])
def test_a_changed_case_is_named(everything, change):
    case = Case.objects.get(outcome="HOLD")
    if "flag" in change:
        change = {"opened_by": make_registrar()}
    Case.objects.filter(pk=case.pk).update(**change)

    assert rows() == [f"case:{case.pk}"]


def test_a_changed_appeal_is_named_by_its_case(everything):
    appeal = Appeal.objects.get()
    Appeal.objects.update(contact=make_registrar())

    assert rows() == [f"case:{appeal.case_id}"]


@pytest.mark.parametrize("change", ["reason", "answer", "proposer"])
def test_a_changed_proposal_is_named(everything, change):
    proposal = RevocationProposal.objects.get(confirmed=False)
    changes = {
        "reason": {"reason": "ERROR"},
        "answer": {"confirmed": None, "answered": None, "answered_by": None},
        "proposer": {"proposed_by": make_registrar()},
    }[change]
    RevocationProposal.objects.filter(pk=proposal.pk).update(**changes)

    assert rows() == [f"revocationproposal:{proposal.pk}"]


def test_a_proposal_that_went_or_was_put_there_is_named(everything):
    confirmed, rejected = RevocationProposal.objects.order_by("pk")
    RevocationProposal.objects.filter(pk=confirmed.pk).delete()
    added = RevocationProposal.objects.create(
        certificate=rejected.certificate,
        case=rejected.case,
        reason="ERROR",
        proposed=confirmed.proposed,
        proposed_by=confirmed.proposed_by,
    )

    assert rows() == [f"revocationproposal:{added.pk}", f"revocationproposal:{confirmed.pk}"]


def test_changed_complaints_and_messages_are_named(everything):
    complaint = Complaint.objects.get()
    first, second = ComplaintMessage.objects.order_by("pk")
    ComplaintMessage.objects.filter(pk=first.pk).update(words="Less.")
    ComplaintMessage.objects.filter(pk=second.pk).delete()
    added = ComplaintMessage.objects.create(complaint=complaint, words="And.", at=NOON)
    Complaint.objects.update(words="They did not.")

    assert rows() == [
        f"complaint:{complaint.pk}",
        f"complaintmessage:{first.pk}",
        f"complaintmessage:{added.pk}",
        f"complaintmessage:{second.pk}",
    ]


def test_what_cannot_be_opened_is_named_with_its_column(everything):
    from django.db import connection

    complaint, message = Complaint.objects.get(), ComplaintMessage.objects.order_by("pk").first()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE certificates_complaintmessage SET words = 'x' WHERE id = %s", [message.pk])

    assert rows() == [f"complaintmessage:{message.pk}"]
    assert complaint.pk
