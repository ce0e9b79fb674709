"""Is whatever was altered behind the product's back found, and named to the row?"""

import hashlib
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from assessments.agreements import digest_of_words, publish_agreement, sign_agreement
from assessments.models import Agreement, AgreementSignature, Shift
from assessments.sealing import seal_holds, seal_of
from certificates.issuing import replace_certificate
from certificates.models import (
    Allowance,
    Certificate,
    CertificatePaper,
    DesignVersion,
    PaperFormat,
    RequirementSet,
    RevocationReason,
    RulesMove,
    SigningKey,
    Status,
    StatusList,
)
from certificates.moving import Keeping, move_learner
from certificates.papers import paper_of
from certificates.proofs import public_multibase
from certificates.status import revoke_certificate, suspend_certificate
from cms.accounts.models import Entry
from cms.records import faults
from tests.certificates.awards import make_key
from tests.factories.certificates import (
    make_certificate,
    make_certificate_that_is,
    make_completion,
    make_rules,
    make_signing_key,
)
from tests.factories.courses import make_programme
from tests.factories.designs import SEAL, make_design, make_draft
from tests.factories.desk import make_waiver
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_signed_shift
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate() -> Certificate:
    certificate = make_certificate(at=timezone.now() - timedelta(days=2))
    revoke_certificate(certificate=certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=timezone.now())
    return Certificate.objects.get(pk=certificate.pk)


def rows() -> list[str]:
    return [fault.row.split(" ")[0] for fault in faults()]


def test_untouched_records_are_as_they_were(certificate, capsys):
    make_signed_shift()

    call_command("verify_records")

    assert rows() == []
    assert "Everything is as it was recorded." in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [{"break_minutes": 1}, {"role": "LEAD"}, {"seal": "0" * 64}, {"scenes": {"KISS": 9}}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_shift_is_named(change):
    shift = make_signed_shift()
    lift_guards()
    Shift.objects.filter(pk=shift.pk).update(**change)

    assert rows() == [f"shift:{shift.pk}"]


def test_a_shift_sealed_anew_behind_our_back_is_named():
    shift = make_signed_shift()
    sealed = shift.sealed | {"role": "LEAD"}
    lift_guards()
    Shift.objects.filter(pk=shift.pk).update(role="LEAD", sealed=sealed, seal=seal_of(sealed))

    assert seal_holds(Shift.objects.whole().get(pk=shift.pk))
    assert rows() == [f"shift:{shift.pk}"]


@pytest.mark.parametrize(
    "change",
    [{"holder_name": "Somebody Else"}, {"basis": []}, {"credential": "{}"}, {"status_index": 7}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_certificate_is_named(certificate, change):
    Certificate.objects.filter(pk=certificate.pk).update(**change)

    assert f"certificate:{certificate.pk}" in rows()


def test_a_revocation_undone_in_the_database_is_named(certificate):
    Certificate.objects.filter(pk=certificate.pk).update(revoked_at=None, revocation_reason="")

    assert rows() == [f"certificate:{certificate.pk}"]


def test_a_changed_status_list_is_named(certificate):
    served = StatusList.objects.get()
    StatusList.objects.update(document=served.document.replace("revocation", "suspension"))

    assert f"statuslist:{served.pk}" in rows()


def test_changed_words_of_an_agreement_are_named_by_their_signatures():
    agreement = publish_agreement(slug="ethics-code", title="Ethics", text="I ask.", at=NOON)
    signature = sign_agreement(agreement=agreement, person=make_person(), at=NOON)
    Agreement.objects.update(text="I need not ask.")

    assert rows() == [f"agreementsignature:{signature.pk}"]


def test_a_changed_entry_is_named_and_the_command_fails(certificate):
    entry = Entry.objects.filter(verb="certificate.issued").get()
    lift_guards()
    Entry.objects.filter(pk=entry.pk).update(actor=None)

    assert f"entry:{entry.pk}" in rows()
    with pytest.raises(CommandError, match="not as they were recorded"):
        call_command("verify_records")


@pytest.mark.parametrize(
    "change",
    [
        {"registrar_name": "Another"},
        {"facts": [["Study", "99 modules"]]},
        {"rules_are_example": False},
        {"confirmed_by": None},
        {"issuer_name": "Another"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_word_that_only_the_paper_says_is_named_when_it_was_changed(certificate, change):
    Certificate.objects.filter(pk=certificate.pk).update(**change)

    assert rows() == [f"certificate:{certificate.pk}"]


def test_a_revocation_undone_together_with_its_list_is_named(certificate):
    other = make_certificate(at=timezone.now() - timedelta(days=1))
    before = StatusList.objects.get().document
    revoke_certificate(certificate=other, reason=RevocationReason.ERROR, by=make_registrar(), at=timezone.now())

    Certificate.objects.filter(pk=other.pk).update(revoked_at=None, revocation_reason="")
    StatusList.objects.update(document=before)  # an older one, truly signed

    assert rows() == [f"certificate:{other.pk}"]


@pytest.mark.parametrize("lifted", [True, False])
def test_a_suspension_lifted_or_made_in_the_database_is_named(lifted):
    certificate = make_certificate(at=timezone.now() - timedelta(days=2))
    if lifted:
        suspend_certificate(certificate=certificate, reason="A case", by=make_registrar(), at=timezone.now())
    assert rows() == []

    changes = {"suspended_at": None, "suspension_reason": ""}
    if not lifted:
        changes = {"suspended_at": timezone.now(), "suspension_reason": "A case"}
    Certificate.objects.filter(pk=certificate.pk).update(**changes)

    assert rows() == [f"certificate:{certificate.pk}"]


@pytest.mark.parametrize("status", list(Status))
def test_every_status_that_the_product_made_is_as_history_tells(status):
    certificate = make_certificate_that_is(status)
    if status is Status.SUSPENDED:
        replace_certificate(certificate=certificate, holder_name="Ana Prosser", by=make_registrar(), at=timezone.now())

    assert rows() == []


def test_a_key_swapped_in_the_database_is_named():
    key = make_signing_key()
    SigningKey.objects.update(public_multibase=public_multibase(make_key().public_key().public_bytes_raw()))

    assert rows() == [f"signingkey:{key.pk}"]


@pytest.mark.parametrize("document", ["", "{}", "null", "not json", '{"proof": {"verificationMethod": []}}'])
def test_a_list_that_cannot_be_read_is_named_with_what_relies_on_it(certificate, document):
    StatusList.objects.update(document=document)

    assert rows() == [f"certificate:{certificate.pk}", f"statuslist:{StatusList.objects.get().pk}"]


def test_a_signature_written_into_the_database_is_named():
    agreement = publish_agreement(slug="ethics-code", title="Ethics", text="I ask.", at=NOON)
    forged = AgreementSignature.objects.create(
        agreement=agreement, person=make_person(), signed_at=NOON, text_digest=digest_of_words(agreement)
    )

    assert rows() == [f"agreementsignature:{forged.pk}"]


def test_the_command_prints_what_was_counted(certificate, capsys):
    call_command("verify_records")

    said = capsys.readouterr().out
    assert "      1 certificates" in said
    assert "      1 signing keys" in said


def a_paid_order():
    from courses.models import PlanKind
    from courses.transfers import record_transfer
    from tests.courses.buying import a_plan, order_of

    order = order_of(a_plan(PlanKind.INVOICE), at=NOON)
    return record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=NOON)


@pytest.mark.parametrize("change", [{"amount_minor": 1}, {"currency": "EUR"}, {"tax_minor": 5}], ids=str)
def test_a_changed_ledger_entry_is_named(change):
    entry = a_paid_order().ledger.get()
    assert rows() == []

    type(entry).objects.update(**change)

    assert rows() == [f"ledgerentry:{entry.pk}"]


def test_a_ledger_entry_that_is_gone_is_named():
    entry = a_paid_order().ledger.get()
    key = entry.pk
    type(entry).objects.all().delete()

    assert rows() == [f"ledgerentry:{key}"]


def test_a_changed_paper_and_a_missing_number_are_named():
    first, second = a_paid_order(), a_paid_order()
    first.papers.filter(kind="RCT").update(total_minor=1)
    second.papers.filter(kind="INV").update(number=9)

    changed = first.papers.get(kind="RCT").pk
    moved = second.papers.get(kind="INV").pk
    assert set(rows()) == {f"moneypaper:{changed}", f"moneypaper:{moved}"}


@pytest.mark.parametrize("change", [{"contents": b"%PDF another"}, {"digest": "0" * 64}, {"format": "png", "size": ""}])
def test_a_file_that_is_not_the_one_given_out_is_named(change):
    paper = paper_of(make_completion(), form=PaperFormat.PDF, at=timezone.now())
    assert rows() == []
    CertificatePaper.objects.update(**change)

    assert rows() == [f"certificatepaper:{paper.pk}"]


def test_a_file_swapped_together_with_its_digest_is_named():
    paper = paper_of(make_completion(), form=PaperFormat.PDF, at=timezone.now())
    CertificatePaper.objects.update(contents=b"another", digest=hashlib.sha256(b"another").hexdigest())

    assert rows() == [f"certificatepaper:{paper.pk}"]


def test_a_file_that_nobody_made_and_one_that_is_gone_are_named():
    paper = paper_of(make_completion(), form=PaperFormat.PDF, at=timezone.now())
    before = paper.pk
    paper.delete()
    paper.pk, paper.format, paper.size = before + 100, "png", ""
    paper.save(force_insert=True)

    assert rows() == [f"certificatepaper:{before + 100}", f"certificatepaper:{before}"]


@pytest.mark.parametrize("change", [{"ink": "#000000"}, {"seal": SEAL}, {"first_name": "Another"}])
def test_a_design_changed_while_in_use_is_named(change):
    version = make_design()
    draft = make_draft()
    assert rows() == []
    DesignVersion.objects.update(**change)

    assert rows() == [f"designversion:{version.pk}"]
    assert draft.used_from is None


def test_a_design_put_to_use_behind_our_back_is_named():
    draft = make_draft()
    DesignVersion.objects.update(used_from=timezone.now(), used_by=draft.design.made_by)

    assert rows() == [f"designversion:{draft.pk}"]


@pytest.mark.parametrize(
    "change",
    [{"title": "Another"}, {"published_at": NOON}, {"valid_years": 99}],
    ids=lambda change: next(iter(change)),
)
def test_changed_rules_are_named(change):
    published = make_rules(make_programme())
    lift_guards()
    RequirementSet.objects.update(**change)

    assert rows() == [f"requirementset:{published.pk}"]


def test_a_changed_line_of_rules_and_an_added_one_are_named():
    one = make_rules(make_programme(), requirements=[("shadow_days", {"days": 20})])
    other = make_rules(make_programme())
    lift_guards()
    one.requirements.update(terms={"days": 1})
    other.requirements.create(position=2, kind="quizzes")

    assert rows() == [f"requirementset:{one.pk}", f"requirementset:{other.pk}"]


@pytest.mark.parametrize(
    "change",
    [{"reason": "Another."}, {"allowed_at": NOON}, {"withdrawn_at": NOON + timedelta(days=900)}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_waiver_is_named(change):
    waiver = make_waiver(at=timezone.now())
    if "withdrawn_at" in change:
        change = change | {"withdrawn_by": waiver.allowed_by}
    Allowance.objects.update(**change)

    assert rows() == [f"allowance:{waiver.pk}"]


def test_a_waiver_and_a_move_that_are_gone_are_named():
    waiver = make_waiver(at=timezone.now())
    enrolment = waiver.enrolment
    newer = make_rules(enrolment.programme, version="2", at=timezone.now())
    move = move_learner(
        enrolment=enrolment, away=waiver.requirement.requirement_set, to=newer, keeping=Keeping(), reason="So.",
        by=waiver.allowed_by, at=timezone.now(),
    )  # fmt: skip
    assert rows() == []
    Allowance.objects.all().delete()
    RulesMove.objects.all().delete()

    assert rows() == [f"rulesmove:{move.pk}", f"allowance:{waiver.pk}"]


@pytest.mark.parametrize("evaluated", [None, {}, {"record": {"modules": []}, "allowed": [None]}], ids=str)
def test_changed_facts_of_a_certificate_are_named(certificate, evaluated):
    Certificate.objects.update(evaluated=evaluated)

    assert rows() == [f"certificate:{certificate.pk}"]


def test_a_basis_that_no_longer_meets_its_rules_is_named(certificate):
    lift_guards()
    certificate.requirement_set.requirements.update(kind="shadow_days", terms={"days": 20})

    assert rows() == [f"requirementset:{certificate.requirement_set_id}", f"certificate:{certificate.pk}"]
