"""Is a certificate the output of rules over evidence, once, and does nothing change it afterwards?"""

import json
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.db import DatabaseError
from django.utils import timezone

from certificates import issuing
from certificates.bitstring import decode, is_set
from certificates.checking import as_json, check_certificate, is_sound
from certificates.eligibility import publish_requirements
from certificates.issuing import (
    CannotIssue,
    NotEligible,
    check_name,
    issue_certificate,
    replace_certificate,
    row_digest,
)
from certificates.models import Certificate, RequirementSet, RevocationReason, StatusList
from certificates.numbers import read_number
from certificates.printing import certificate_pdf, printed
from certificates.signing import CannotSign
from certificates.snapshots import digest_of
from certificates.status import revoke_certificate, suspend_certificate
from cms.accounts import history
from cms.accounts.academy import AcademySettings
from cms.accounts.models import Entry
from courses.enrolling import withdraw
from courses.models import CredentialKind, Enrolment
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import (
    make_certificate,
    make_completion,
    make_ready,
    make_rules,
    make_signing_key,
    signing_key,  # noqa: F401  a fixture
)
from tests.factories.courses import lessons_of, make_enrolment, make_programme
from tests.factories.people import NOON, make_registrar
from tests.unguarded import lift_guards

DAY = timedelta(days=1)
NAME = "Ana Núñez"


def issue(enrolment: Enrolment, **changes: object) -> Certificate:
    values = {"holder_name": NAME, "confirmed_by": None, "at": NOON} | changes
    return issue_certificate(enrolment=enrolment, **values)


def make_due(**programme: object) -> Enrolment:
    """Ready for a certificate of completion, which is issued without a registrar."""
    return make_ready(kind=CredentialKind.COMPLETION, valid_years=None, **programme)


def credential_of(certificate: Certificate) -> dict:
    return json.loads(certificate.credential)


# What is issued --------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
def test_everything_printed_is_copied_onto_the_row() -> None:
    academy = AcademySettings.load()
    academy.name, academy.registrar_name = "The Academy", "Philippa Grange"
    academy.save()
    enrolment = make_ready(title="The programme", credential_title="The title", valid_years=3)
    registrar = make_registrar()

    certificate = issue(enrolment, confirmed_by=registrar)

    assert {
        "holder": certificate.holder,
        "holder_name": certificate.holder_name,
        "kind": certificate.kind,
        "title": certificate.title,
        "programme_title": certificate.programme_title,
        "version": certificate.requirements_version,
        "is_example": certificate.rules_are_example,
        "basis": certificate.basis,
        "issuer": (certificate.issuer_name, certificate.issuer_did, certificate.registrar_name),
        "by": certificate.confirmed_by,
        "dates": (certificate.issued_at, certificate.awarded_on, certificate.valid_until),
    } == {
        "holder": enrolment.learner,
        "holder_name": NAME,
        "kind": CredentialKind.CERTIFICATION,
        "title": "The title",
        "programme_title": "The programme",
        "version": "2026.1",
        "is_example": True,
        "basis": [{"requirement": "Study", "summary": "1 module, 1 unit, 10 hours"}],
        "issuer": ("The Academy", "did:web:localhost%3A8000", "Philippa Grange"),
        "by": registrar,
        "dates": (NOON, date(2026, 11, 23), datetime(2029, 11, 23, 12, tzinfo=UTC)),
    }
    assert read_number(certificate.number) == certificate.number
    assert is_sound(Certificate.objects.get(pk=certificate.pk))


@pytest.mark.django_db
def test_the_first_certificate_publishes_the_list_it_is_on() -> None:
    certificate = make_certificate()

    listed = json.loads(StatusList.objects.get().document)["credentialSubject"]
    assert not is_set(decode(listed["encodedList"]), certificate.status_index)


@pytest.mark.django_db
def test_two_certificates_share_neither_number_nor_subject() -> None:
    programme = make_programme()
    first, second = make_certificate(programme=programme), make_certificate(programme=programme)

    assert first.number != second.number
    assert first.status_index != second.status_index
    assert credential_of(first)["credentialSubject"]["id"] != credential_of(second)["credentialSubject"]["id"]


@pytest.mark.django_db
def test_history_has_digests_and_no_name() -> None:
    certificate = make_certificate(name="Siân Ŵyn Prosser")

    entry = Entry.objects.get(verb="certificate.issued")

    assert entry.facts == {
        "number": certificate.number,
        "digest": certificate.credential_digest,
        "row": row_digest(certificate),
        "evaluated": digest_of(certificate.evaluated),
    }
    assert (entry.subject, entry.chain.name) == (f"certificate:{certificate.pk}", "certificates")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("issued", "ends"),
    [
        (datetime(2024, 2, 29, 9, tzinfo=UTC), datetime(2027, 3, 1, 9, tzinfo=UTC)),
        (datetime(2026, 2, 28, 9, tzinfo=UTC), datetime(2029, 2, 28, 9, tzinfo=UTC)),
        (
            datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
            datetime(2029, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        ),
    ],
)
def test_a_certificate_runs_whole_years(issued: datetime, ends: datetime) -> None:
    certificate = make_certificate(at=issued)

    assert certificate.valid_until == ends
    assert is_sound(certificate)


@pytest.mark.django_db
def test_one_without_an_end_has_none_anywhere() -> None:
    certificate = make_completion()

    assert certificate.valid_until is None
    assert "validUntil" not in credential_of(certificate)
    assert as_json(check_certificate(number=certificate.number, at=NOON))["valid_until"] is None


# What is refused -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
def test_nothing_is_issued_before_everything_is_met() -> None:
    programme = make_programme(lessons=2)
    make_rules(programme, at=NOON - 30 * DAY)
    enrolment = make_enrolment(programme=programme, at=NOON - DAY)

    with pytest.raises(NotEligible) as refused:
        issue(enrolment, confirmed_by=make_registrar())

    assert refused.value.missing == ["Study: 0 of 1 modules; 2 units left."]
    assert (Certificate.objects.count(), Entry.objects.filter(verb="certificate.issued").count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
def test_without_published_rules_nothing_is_issued() -> None:
    with pytest.raises(NotEligible, match="no published requirements yet"):
        issue(make_enrolment(), confirmed_by=make_registrar())


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
def test_a_certification_needs_a_registrar() -> None:
    with pytest.raises(CannotIssue, match="confirmed by a registrar"):
        issue(make_ready())


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
def test_nobody_confirms_their_own() -> None:
    enrolment = make_ready(learner=make_registrar())

    with pytest.raises(CannotIssue, match="their own"):
        issue(enrolment, confirmed_by=enrolment.learner)


@pytest.mark.django_db
def test_without_a_key_nothing_is_issued() -> None:
    with pytest.raises(CannotSign):
        issue(make_due())

    assert Certificate.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
def test_a_signature_that_does_not_hold_issues_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "proof_holds", lambda document, public_key: False)

    with pytest.raises(CannotIssue, match="did not hold"):
        issue(make_due())

    assert Certificate.objects.count() == 0


@pytest.mark.django_db
def test_after_a_revocation_no_other_is_issued() -> None:
    certificate = make_completion()
    revoke_certificate(certificate=certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=NOON)

    with pytest.raises(CannotIssue, match="revoked"):
        issue(certificate.enrolment, at=NOON + DAY)


# Names -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["Ana Núñez", "李小龍", "ليلى", "Siân Ŵyn", "O’Neill", "Nguyễn Văn Á", "Ж", "X Æ A-12"]
)
def test_a_name_is_printed_and_signed_as_it_is_written(name: str) -> None:
    certificate = make_completion(name=name)

    names = {
        line["identityType"]: line["identityHash"]
        for line in credential_of(certificate)["credentialSubject"]["identifier"]
    }
    assert names["name"] == name
    assert is_sound(certificate)
    assert certificate_pdf(certificate).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("typed", "written"),
    [("Ana  Núñez", "Ana Núñez"), ("  Ana Núñez ", "Ana Núñez"), ("Ana Nu\u0301n\u0303ez", "Ana Núñez")],
)
def test_a_name_is_tidied_before_it_is_signed(typed: str, written: str) -> None:
    assert check_name(typed) == written


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("\u200b", "empty"),
        ("Ana\nNúñez", "line break"),
        ("Ana\tNúñez", "tab"),
        ("Ana\x00Núñez", "control character"),
        ("Ana\x1b[31m", "control character"),
        ("Ana\u202eNúñez", "reorders"),
        ("Ana\u2066Núñez", "reorders"),
        ("Ana\u200bNúñez", "invisible"),
        ("Ana\u00adNúñez", "invisible"),
        ("Ana \ud800", "half a character"),
        ("Ana \ue000", "does not define"),
        ("x" * 61, "longer than 60"),
        ("Ana \U00013080", "typefaces"),
    ],
)
def test_a_name_that_cannot_be_signed_or_printed_is_refused_with_a_sentence(name: str, because: str) -> None:
    with pytest.raises(CannotIssue, match=because) as refused:
        check_name(name)

    assert str(refused.value).endswith(".")


def test_a_name_of_sixty_letters_is_fine() -> None:
    assert check_name("x" * 60) == "x" * 60


# Nothing is altered afterwards -----------------------------------------------------------------------------


def shown(certificate: Certificate) -> tuple:
    row = Certificate.objects.get(pk=certificate.pk)
    answer = check_certificate(number=row.number, at=NOON + DAY)
    return as_json(answer), row.credential, printed(row), certificate_pdf(row), row_digest(row)


@pytest.mark.django_db
def test_no_later_change_alters_a_certificate_its_answer_or_its_paper() -> None:
    certificate = make_certificate(at=NOON)
    before = shown(certificate)
    enrolment, programme = certificate.enrolment, certificate.enrolment.programme

    publish_requirements(
        programme=programme, version="2030.1", requirements=[("shadow_days", {"days": 99})], by=None, at=NOON + DAY
    )
    lift_guards()
    RequirementSet.objects.filter(pk=certificate.requirement_set_id).update(title="Another", programme_title="Other")
    programme.title = programme.credential_title = "Renamed"
    programme.save_revision().publish()
    for lesson in lessons_of(programme):
        lesson.unpublish()
    person = certificate.holder
    person.certificate_name = person.display_name = "Somebody Else"
    person.save()
    academy = AcademySettings.load()
    academy.name, academy.registrar_name = "Renamed Academy", "Another Registrar"
    academy.save()
    withdraw(enrolment=enrolment, by=person, at=NOON + DAY)

    assert shown(certificate) == before
    assert is_sound(Certificate.objects.get(pk=certificate.pk))


@pytest.mark.django_db
def test_the_same_certificate_gives_the_same_paper() -> None:
    certificate = make_certificate()

    assert certificate_pdf(certificate) == certificate_pdf(Certificate.objects.get(pk=certificate.pk))


# Repeats and races -----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("signing_key")
def test_issuing_again_gives_the_same_certificate(mailoutbox, django_capture_on_commit_callbacks) -> None:
    enrolment = make_due()

    with django_capture_on_commit_callbacks(execute=True):
        first = issue(enrolment)
        again = issue(enrolment, holder_name="Another Name", at=NOON + DAY)

    assert again == first
    assert again.holder_name == NAME
    assert Entry.objects.filter(verb="certificate.issued").count() == 1
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_make_one_certificate_and_everybody_gets_it(mailoutbox) -> None:
    make_signing_key()
    enrolment = make_due()

    answers = side_by_side(*(partial(issue, enrolment) for _ in range(8)))

    assert [type(answer).__name__ for answer in answers] == ["Certificate"] * 8
    assert {answer.number for answer in answers} == {Certificate.objects.get().number}
    assert Entry.objects.filter(verb="certificate.issued").count() == 1
    assert [mail.to for mail in mailoutbox] == [[enrolment.learner.email]]
    assert list(history.breaks()) == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_of_two_callers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    make_signing_key()
    enrolment = make_due()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, issuing, "verdict_on")

    answers = side_by_side(partial(issue, enrolment), partial(issue, enrolment))

    # The constraints kept the data true; the lock would have kept both callers calm.
    assert sum(isinstance(answer, DatabaseError) for answer in answers) == 1
    assert Certificate.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_first_certificates_of_all_issued_at_once_share_one_list() -> None:
    make_signing_key()
    programme = make_programme(kind=CredentialKind.COMPLETION, valid_years=None)
    enrolments = [make_ready(programme=programme) for _ in range(4)]

    answers = side_by_side(*(partial(issue, enrolment) for enrolment in enrolments))

    assert [type(answer).__name__ for answer in answers] == ["Certificate"] * 4
    assert StatusList.objects.count() == 1
    assert all(is_sound(certificate) for certificate in Certificate.objects.select_related("status_list"))


@pytest.mark.django_db(transaction=True)
def test_issuing_and_revoking_at_once_wait_for_each_other_in_one_order() -> None:
    make_signing_key()
    programme = make_programme(kind=CredentialKind.COMPLETION, valid_years=None)
    standing = [make_completion(programme=programme) for _ in range(3)]
    due = [make_ready(programme=programme) for _ in range(3)]
    registrar = make_registrar()
    revoke = partial(revoke_certificate, reason=RevocationReason.ERROR, by=registrar, at=NOON + DAY)

    answers = side_by_side(
        *(partial(issue, enrolment) for enrolment in due),
        *(partial(revoke, certificate=certificate) for certificate in standing),
    )

    assert [type(answer).__name__ for answer in answers] == ["Certificate"] * 6
    assert all(is_sound(certificate) for certificate in Certificate.objects.select_related("status_list"))
    assert list(history.breaks()) == []


@pytest.mark.django_db(transaction=True)
def test_no_mail_is_sent_when_the_transaction_fails(mailoutbox, monkeypatch: pytest.MonkeyPatch) -> None:
    make_signing_key()
    enrolment = make_due()

    def fail(**anything: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(history, "record", fail)
    with pytest.raises(ZeroDivisionError):
        issue(enrolment)

    assert (Certificate.objects.count(), len(mailoutbox), StatusList.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_the_mails_subject_says_nothing(mailoutbox, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        certificate = make_completion()

    (mail,) = mailoutbox
    assert mail.subject == "Your document is ready"
    assert f"/verify/{certificate.number}/" in mail.body
    assert "ntimacy" not in mail.subject + mail.body


# Replacing -------------------------------------------------------------------------------------------------


def replace(certificate: Certificate, **changes: object) -> Certificate:
    values = {"holder_name": "Ana Prosser", "by": make_registrar(), "at": NOON + DAY} | changes
    return replace_certificate(certificate=certificate, **values)


@pytest.mark.django_db
def test_a_replacement_is_the_same_award_under_another_name() -> None:
    old = make_certificate(at=NOON)

    new = replace(old)

    old.refresh_from_db()
    assert (new.holder_name, new.issued_at, old.superseded_at) == ("Ana Prosser", NOON + DAY, NOON + DAY)
    for kept in ("awarded_on", "valid_until", "basis", "facts", "title", "requirements_version", "holder", "enrolment"):
        assert getattr(new, kept) == getattr(old, kept)
    assert (new.replaces, old.replaced_by) == (old, new)
    assert new.number != old.number
    assert credential_of(new)["awardedDate"][:10] == "2026-11-23"
    assert is_sound(Certificate.objects.get(pk=new.pk))
    assert is_sound(Certificate.objects.get(pk=old.pk))
    assert Entry.objects.get(verb="certificate.replaced").facts["replaces"] == old.number


@pytest.mark.django_db
def test_the_former_name_is_nowhere_in_the_new_certificate() -> None:
    new = replace(make_certificate(name="Former Name"))

    assert "Former" not in new.credential
    assert "Former" not in str(as_json(check_certificate(number=new.number, at=timezone.now())))


@pytest.mark.django_db
def test_replacing_again_under_the_same_name_gives_the_replacement() -> None:
    old = make_certificate(at=NOON)
    new = replace(old)

    assert replace(old, at=NOON + 2 * DAY) == new
    assert replace(old, holder_name=" Ana  Prosser ", at=NOON + 2 * DAY) == new
    with pytest.raises(CannotIssue, match="Change the newer one"):
        replace(old, holder_name="Third Name", at=NOON + 2 * DAY)


@pytest.mark.django_db
def test_a_replacement_can_be_replaced() -> None:
    first = make_certificate(at=NOON)
    second = replace(first)
    third = replace(second, holder_name="Third Name", at=NOON + 2 * DAY)

    answer = check_certificate(number=first.number, at=NOON + 3 * DAY)

    assert answer.newest == third
    assert third.awarded_on == first.awarded_on


@pytest.mark.django_db
def test_a_suspension_is_taken_along() -> None:
    old = make_certificate(at=NOON)
    suspend_certificate(certificate=old, reason="A case", by=make_registrar(), at=NOON + DAY / 2)

    new = replace(old)

    assert (new.suspended_at, new.suspension_reason) == (NOON + DAY / 2, "A case")


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["revoked", "run out", "your own", "empty"])
def test_what_cannot_be_replaced_is_refused_with_a_sentence(why: str) -> None:
    certificate = make_certificate(at=NOON)
    changes: dict[str, object] = {}
    match why:
        case "revoked":
            revoke_certificate(certificate=certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=NOON)
        case "run out":
            changes["at"] = NOON + 3 * 366 * DAY
        case "your own":
            changes["by"] = certificate.holder
        case _:
            changes["holder_name"] = " "

    with pytest.raises(CannotIssue, match=why):
        replace(certificate, **changes)

    assert Certificate.objects.count() == 1
    assert Certificate.objects.get().superseded_at is None


@pytest.mark.django_db(transaction=True)
def test_four_replacements_at_once_make_one() -> None:
    old = make_certificate(at=NOON)
    registrar = make_registrar()

    answers = side_by_side(*(partial(replace, old, by=registrar) for _ in range(4)))

    assert {answer.number for answer in answers} == {Certificate.objects.get(superseded_at=None).number}
    assert Certificate.objects.count() == 2
