"""Does it take two to end a certificate, one of them its holder where they want it themselves, also when they press at once?"""

import ast
from functools import partial
from pathlib import Path

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from certificates import revoking
from certificates.issuing import replace_certificate
from certificates.models import (
    Case,
    Certificate,
    Decision,
    DecisionKind,
    GiveUpWish,
    Outcome,
    RevocationProposal,
    RevocationReason,
    Status,
)
from certificates.revoking import (
    CannotRevoke,
    confirm_revocation,
    propose_revocation,
    reject_revocation,
    revoke_at_request,
    say_wish,
    take_back_proposal,
    take_back_wish,
)
from certificates.status import CannotChangeStatus, revoke_certificate
from cms.accounts import history
from cms.accounts.models import Entry
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.cases import DAY, make_case, make_noticed_case, make_proposal, make_revoked
from tests.factories.certificates import make_completion
from tests.factories.people import NOON, make_registrar

TOMORROW = NOON + DAY


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def propose(certificate, by, **given):
    values = {"reason": RevocationReason.ETHICS, "private_reason": "A breach.", "at": TOMORROW} | given
    return propose_revocation(certificate=certificate, by=by, **values)


# Proposing -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_proposing_changes_nothing_and_asks_the_other_registrars(mailoutbox, django_capture_on_commit_callbacks):
    certificate, first, second = make_completion(at=NOON), make_registrar("First"), make_registrar("Second")

    with django_capture_on_commit_callbacks(execute=True):
        proposal = propose(certificate, first)
        again = propose(certificate, first, private_reason="Another word")

    assert again == proposal
    assert fresh(certificate).status(TOMORROW) is Status.ACTIVE
    assert [letter.to for letter in mailoutbox] == [[second.email]]
    assert "breach" not in mailoutbox[0].subject + mailoutbox[0].body
    assert "breach" not in str(list(Entry.objects.values_list("facts", flat=True)))
    assert proposal.proposed.reason == "A breach."
    assert (proposal.case.certificate, proposal.case.decided_at) == (certificate, None)


@pytest.mark.django_db
def test_nobody_proposes_about_their_own():
    registrar = make_registrar()
    certificate = make_completion(learner=registrar, at=NOON)

    with pytest.raises(CannotChangeStatus, match="your own certificate"):
        propose(certificate, registrar)

    assert not RevocationProposal.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"private_reason": "  "}, "Write the reason"),
        ({"private_reason": "x" * 4_001}, "under 4,000"),
        ({"reason": RevocationReason.REQUEST}, "the holder’s own wish"),
    ],
)
def test_a_proposal_needs_a_reason_that_can_be_confirmed(given, words):
    with pytest.raises(CannotRevoke, match=words):
        propose(make_completion(at=NOON), make_registrar(), **given)

    assert (RevocationProposal.objects.count(), Case.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_one_proposal_waits_at_a_time():
    proposal = make_proposal()

    with pytest.raises(CannotRevoke, match="Another registrar has proposed it already"):
        propose(proposal.certificate, make_registrar("Second"))
    with pytest.raises(IntegrityError, match="revocationproposal_one_waits|UNIQUE"), transaction.atomic():
        RevocationProposal.objects.create(
            certificate=proposal.certificate,
            case=proposal.case,
            reason=RevocationReason.ERROR,
            proposed=Decision.objects.get(kind=DecisionKind.OPEN),
            proposed_by=make_registrar(),
        )


@pytest.mark.django_db
def test_with_an_open_case_it_is_proposed_there_and_only_once_the_holder_was_heard():
    registrar = make_registrar()
    case = make_noticed_case(by=registrar)

    with pytest.raises(CannotRevoke, match="Propose it there"):
        propose(case.certificate, registrar)
    with pytest.raises(CannotRevoke, match="has not been heard"):
        propose(case.certificate, registrar, case=case, at=NOON + 15 * DAY)
    assert propose(case.certificate, registrar, case=case, at=NOON + 16 * DAY).case == case


# The second person -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_second_registrar_confirms_and_it_is_revoked_with_both_kept(mailoutbox, django_capture_on_commit_callbacks):
    proposal = make_proposal()
    second = make_registrar("Second")

    with django_capture_on_commit_callbacks(execute=True):
        certificate = confirm_revocation(proposal=proposal, by=second, at=TOMORROW)
        again = confirm_revocation(proposal=proposal, by=second, at=TOMORROW + DAY)

    assert certificate == again
    certificate, proposal, case = fresh(certificate), fresh(proposal), fresh(proposal.case)
    assert (certificate.revoked_at, certificate.revocation_reason) == (TOMORROW, RevocationReason.EVIDENCE)
    assert (proposal.confirmed, proposal.answered_by) == (True, second)
    assert (case.outcome, case.decided_at, case.appeal_by) == (Outcome.REVOKE, TOMORROW, (TOMORROW + 30 * DAY).date())
    kinds = list(Decision.objects.order_by("pk").values_list("kind", "by__display_name"))
    assert kinds == [("OPEN", "First"), ("PROPOSE", "First"), ("REVOKE", "Second")]
    assert {letter.to[0] for letter in mailoutbox} == {certificate.holder.email, proposal.proposed_by.email}
    assert not [letter for letter in mailoutbox if "evoke" in letter.subject + letter.body]


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["confirm", "reject"])
def test_nobody_answers_their_own_proposal(answer):
    proposal = make_proposal()
    first = proposal.proposed_by

    with pytest.raises(CannotRevoke, match="You proposed this yourself"):
        if answer == "confirm":
            confirm_revocation(proposal=proposal, by=first, at=TOMORROW)
        else:
            reject_revocation(proposal=proposal, reason="No.", by=first, at=TOMORROW)

    assert fresh(proposal).confirmed is None


@pytest.mark.django_db
def test_the_holder_answers_no_proposal_about_their_own():
    holder = make_registrar("Holder")
    proposal = make_proposal(make_completion(learner=holder, at=NOON))

    with pytest.raises(CannotChangeStatus, match="your own certificate"):
        confirm_revocation(proposal=proposal, by=holder, at=TOMORROW)
    with pytest.raises(CannotRevoke, match="your own certificate"):
        reject_revocation(proposal=proposal, reason="No.", by=holder, at=TOMORROW)

    assert fresh(proposal).confirmed is None


@pytest.mark.django_db
def test_the_database_refuses_a_confirmation_by_who_proposed_it():
    proposal = make_proposal()

    with pytest.raises(IntegrityError, match="revocationproposal_confirmed_by_another"):
        RevocationProposal.objects.update(confirmed=True, answered=proposal.proposed, answered_by=proposal.proposed_by)


@pytest.mark.django_db
@pytest.mark.parametrize("confirmed", [True, False])
def test_the_database_refuses_an_answer_by_nobody(confirmed):
    make_proposal()

    with pytest.raises(IntegrityError, match="revocationproposal_answered_by_somebody"):
        RevocationProposal.objects.update(confirmed=confirmed)


@pytest.mark.django_db
def test_the_database_refuses_to_propose_what_is_the_holders_to_wish():
    make_proposal()

    with pytest.raises(IntegrityError, match="revocationproposal_not_for_the_holders_own_wish"):
        RevocationProposal.objects.update(reason=RevocationReason.REQUEST)


@pytest.mark.django_db
def test_a_rejected_proposal_leaves_all_as_it_is_and_can_be_made_again():
    proposal = make_proposal()
    second = make_registrar("Second")

    rejected = reject_revocation(proposal=proposal, reason=" Not shown. ", by=second, at=TOMORROW)
    reject_revocation(proposal=proposal, reason="Again", by=second, at=TOMORROW)

    assert (rejected.confirmed, rejected.answered.kind, rejected.answered.reason) == (
        False, DecisionKind.REJECT, "Not shown.",
    )  # fmt: skip
    assert fresh(proposal.certificate).revoked_at is None
    assert fresh(proposal.case).decided_at is None
    assert Decision.objects.filter(kind=DecisionKind.REJECT).count() == 1
    with pytest.raises(CannotRevoke, match="was not confirmed"):
        confirm_revocation(proposal=proposal, by=second, at=TOMORROW)


@pytest.mark.django_db
def test_only_who_proposed_takes_it_back():
    proposal = make_proposal()

    with pytest.raises(CannotRevoke, match="Only whoever proposed it"):
        take_back_proposal(proposal=proposal, reason="No.", by=make_registrar(), at=TOMORROW)
    back = take_back_proposal(proposal=proposal, reason="I was wrong.", by=proposal.proposed_by, at=TOMORROW)

    assert (back.confirmed, back.answered.kind) == (False, DecisionKind.WITHDRAW)


@pytest.mark.django_db
def test_a_certificate_replaced_meanwhile_is_not_revoked_by_the_old_proposal():
    proposal = make_proposal()
    replace_certificate(certificate=proposal.certificate, holder_name="Ana Prosser", by=make_registrar(), at=TOMORROW)

    with pytest.raises(CannotChangeStatus, match="replaced by a newer one"):
        confirm_revocation(proposal=proposal, by=make_registrar(), at=TOMORROW)

    assert reject_revocation(proposal=proposal, reason="Replaced.", by=make_registrar(), at=TOMORROW).confirmed is False


@pytest.mark.django_db
def test_what_is_revoked_already_is_not_confirmed():
    proposal = make_proposal()
    revoke_certificate(
        certificate=proposal.certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=TOMORROW
    )

    with pytest.raises(CannotRevoke, match="revoked already"):
        confirm_revocation(proposal=proposal, by=make_registrar("Second"), at=TOMORROW)


# The holder's own wish -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_one_registrar_ends_what_its_holder_gave_up(mailoutbox, django_capture_on_commit_callbacks):
    certificate, registrar = make_completion(at=NOON), make_registrar()

    with django_capture_on_commit_callbacks(execute=True):
        wish = say_wish(certificate=certificate, at=TOMORROW)
        assert say_wish(certificate=certificate, at=TOMORROW + DAY) == wish
        revoke_at_request(wish=wish, by=registrar, at=TOMORROW)
        revoke_at_request(wish=wish, by=registrar, at=TOMORROW + DAY)

    certificate, wish = fresh(certificate), fresh(wish)
    assert (certificate.revoked_at, certificate.revocation_reason) == (TOMORROW, RevocationReason.REQUEST)
    assert (wish.ended_at, wish.done) == (TOMORROW, True)
    assert [letter.to for letter in mailoutbox] == [[registrar.email], [certificate.holder.email]]


@pytest.mark.django_db
def test_who_keeps_it_after_all_keeps_it():
    wish = say_wish(certificate=make_completion(at=NOON), at=TOMORROW)

    take_back_wish(wish=wish, at=TOMORROW)
    take_back_wish(wish=wish, at=TOMORROW + DAY)

    assert fresh(wish).ended_at == TOMORROW
    with pytest.raises(CannotRevoke, match="keeps it after all"):
        revoke_at_request(wish=wish, by=make_registrar(), at=TOMORROW)
    assert fresh(wish.certificate).revoked_at is None


@pytest.mark.django_db
def test_nobody_gives_up_a_certificate_to_be_spared_a_decision():
    certificate = make_completion(at=NOON)
    wish = say_wish(certificate=certificate, at=TOMORROW)
    make_case(certificate)

    with pytest.raises(CannotRevoke, match="It is decided first"):
        revoke_at_request(wish=wish, by=make_registrar(), at=TOMORROW)


@pytest.mark.django_db
def test_nobody_ends_their_own_at_their_own_request():
    registrar = make_registrar()
    wish = say_wish(certificate=make_completion(learner=registrar, at=NOON), at=TOMORROW)

    with pytest.raises(CannotChangeStatus, match="your own certificate"):
        revoke_at_request(wish=wish, by=registrar, at=TOMORROW)


@pytest.mark.django_db
def test_what_does_not_stand_is_not_given_up():
    with pytest.raises(CannotRevoke, match="does not stand any more"):
        say_wish(certificate=make_revoked(), at=TOMORROW)


@pytest.mark.django_db
def test_a_wish_is_over_or_not_done():
    say_wish(certificate=make_completion(at=NOON), at=TOMORROW)

    with pytest.raises(IntegrityError, match="giveupwish_done_once_it_ended"), transaction.atomic():
        GiveUpWish.objects.update(done=True)
    with pytest.raises(IntegrityError, match="giveupwish_one_at_a_time|UNIQUE"), transaction.atomic():
        GiveUpWish.objects.create(certificate=Certificate.objects.get(), said_at=TOMORROW)


# Nothing else ----------------------------------------------------------------------------------------------


def test_nothing_of_ours_revokes_but_through_the_two_of_them():
    callers = set()
    for package in ("certificates", "cms", "courses", "assessments"):
        for path in Path(package).rglob("*.py"):
            names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
            if "revoke_certificate" in names:
                callers.add(str(path))

    assert callers == {"certificates/revoking.py"}


# At once ---------------------------------------------------------------------------------------------------


def confirm(proposal, by):
    return confirm_revocation(proposal=proposal, by=by, at=TOMORROW)


@pytest.mark.django_db(transaction=True)
def test_two_registrars_who_confirm_at_once_revoke_once():
    proposal, second, third = make_proposal(), make_registrar("Second"), make_registrar("Third")
    mail.outbox.clear()

    answers = side_by_side(partial(confirm, proposal, second), partial(confirm, proposal, third))

    assert {type(answer) for answer in answers} == {Certificate}
    assert Entry.objects.filter(verb="certificate.revoked").count() == 1
    assert Decision.objects.filter(kind=DecisionKind.REVOKE).count() == 1
    assert len(mail.outbox) == 2  # the holder and who proposed
    assert list(history.breaks()) == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_confirmations_collide(monkeypatch):
    """The twin: what the database still keeps right, one of the two hears as an error."""
    proposal, second, third = make_proposal(), make_registrar("Second"), make_registrar("Third")
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, revoking, "_now")

    answers = side_by_side(partial(confirm, proposal, second), partial(confirm, proposal, third))

    assert sum(isinstance(answer, Certificate) for answer in answers) < 2
    assert Decision.objects.filter(kind=DecisionKind.REVOKE).count() <= 1


@pytest.mark.django_db(transaction=True)
def test_a_yes_and_a_no_at_once_are_one_of_the_two():
    proposal, second, third = make_proposal(), make_registrar("Second"), make_registrar("Third")

    answers = side_by_side(
        partial(confirm, proposal, second),
        partial(reject_revocation, proposal=proposal, reason="No.", by=third, at=TOMORROW),
    )

    certificate, proposal = fresh(proposal.certificate), fresh(proposal)
    assert sum(isinstance(answer, CannotRevoke) for answer in answers) == 1
    assert proposal.confirmed is (certificate.revoked_at is not None)
    assert list(history.breaks()) == []


@pytest.mark.django_db(transaction=True)
def test_two_registrars_who_propose_at_once_propose_once():
    certificate, first, second = make_completion(at=NOON), make_registrar("First"), make_registrar("Second")

    answers = side_by_side(partial(propose, certificate, first), partial(propose, certificate, second))

    assert sorted(type(answer).__name__ for answer in answers) == ["CannotRevoke", "RevocationProposal"]
    assert (RevocationProposal.objects.count(), Case.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_proposals_collide(monkeypatch):
    """The twin: the database keeps one of them, and the other hears an error that is not meant for people."""
    certificate, first, second = make_completion(at=NOON), make_registrar("First"), make_registrar("Second")
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, revoking, "_case_of")

    answers = side_by_side(partial(propose, certificate, first), partial(propose, certificate, second))

    assert not any(isinstance(answer, CannotRevoke) for answer in answers)
    assert RevocationProposal.objects.count() <= 1


@pytest.mark.django_db(transaction=True)
def test_proposing_again_while_another_confirms_ends_in_one_revocation():
    proposal, second = make_proposal(), make_registrar("Second")

    confirmed, proposed = side_by_side(
        partial(confirm, proposal, second), partial(propose, proposal.certificate, proposal.proposed_by)
    )

    assert isinstance(confirmed, Certificate)
    assert isinstance(proposed, (RevocationProposal, CannotRevoke))
    assert RevocationProposal.objects.count() == 1
    assert Entry.objects.filter(verb="certificate.revoked").count() == 1
