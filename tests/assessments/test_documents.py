"""How does an outside document become evidence, and what does the database refuse about it?"""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from assessments.documents import (
    CannotReview,
    CannotShow,
    accept_document,
    digest_of_file,
    documents_of,
    hand_in_document,
    record_background_check,
    return_document,
    withdraw_document,
)
from assessments.models import DocumentKind, DocumentState, EvidenceDocument
from assessments.models.documents import private_files
from cms.accounts import history
from tests.factories.evidence import (
    DATES,
    ISSUED,
    LAST_DAY,
    a_pdf,
    an_upload,
    make_accepted_document,
    make_background_check,
    make_document,
)
from tests.factories.people import NOON, make_person, make_registrar

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def accept(document: EvidenceDocument, **said) -> EvidenceDocument:
    return accept_document(document=document, **{"by": make_registrar(), "at": NOON} | DATES | said)


def verbs(document: EvidenceDocument) -> list[str]:
    return [entry.verb for entry in history.entries_about(document)]


# Handing in ------------------------------------------------------------------------------------------------


def test_handing_in_keeps_the_file_under_a_name_that_says_nothing():
    upload = an_upload()

    document = make_document(content=upload.content)

    assert document.state is DocumentState.WAITING
    assert document.file.name.startswith("evidence/")
    assert len(document.file.name) == len("evidence/") + 40
    assert digest_of_file(document) == document.file_digest == upload.digest
    assert verbs(document) == ["document.handed_in"]


def test_history_holds_codes_and_digests_only():
    document = make_document(kind=DocumentKind.OTHER, title="Fight directing", issuer="Blade School")

    [entry] = history.entries_about(document)

    assert set(entry.facts) == {"kind", "file", "row"}
    assert "Blade" not in str(entry.facts)


def test_the_same_file_sent_twice_is_one_document():
    person, content = make_person(), a_pdf()

    first, second = make_document(person, content=content), make_document(person, content=content)

    assert first == second
    assert verbs(first) == ["document.handed_in"]


def test_the_same_file_with_other_dates_is_another_document():
    person, content = make_person(), a_pdf()

    assert make_document(person, content=content) != make_document(person, content=content, expires_on=None)


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"kind": DocumentKind.BACKGROUND_CHECK}, "kind", "is not kept here"),
        ({"issuer": "  "}, "issuer", "who issued it"),
        ({"kind": DocumentKind.OTHER}, "title", "what it is called"),
        ({"issued_on": date(2026, 11, 24), "expires_on": None}, "issued_on", "still to come"),
        ({"expires_on": ISSUED - DAY}, "expires_on", "before the day it was issued"),
        ({"expires_on": date(2026, 11, 22)}, "expires_on", "ran out on 22 November 2026"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(said, field, words):
    with pytest.raises(CannotShow, match=words) as refusal:
        make_document(**said)

    assert refusal.value.field == field
    assert not EvidenceDocument.objects.exists()


def test_one_whose_last_day_is_today_is_taken():
    assert make_document(expires_on=NOON.date()).is_in_date(NOON.date()) is False  # not accepted yet


def test_a_thirteenth_that_waits_is_refused():
    person = make_person()
    for _number in range(12):
        make_document(person)

    with pytest.raises(CannotShow, match="Twelve"):
        make_document(person)


# The registrar's answer ------------------------------------------------------------------------------------


def test_accepting_takes_the_dates_as_on_the_paper(django_capture_on_commit_callbacks):
    document, registrar = make_document(), make_registrar()

    with django_capture_on_commit_callbacks(execute=True):
        accepted = accept(document, by=registrar, issuer=" Even  Keel ", expires_on=date(2029, 3, 1))

    assert (accepted.issuer, accepted.expires_on) == ("Even Keel", date(2029, 3, 1))
    assert (accepted.accepted_by, accepted.accepted_at) == (registrar, NOON)
    entry = history.entries_about(document).get(verb="document.accepted")
    assert entry.facts["file"] == document.file_digest
    [sent] = mail.outbox
    assert sent.subject == "An answer from the registrar"
    assert "health" not in sent.body


def test_accepting_again_is_calm_and_with_other_dates_is_refused():
    document = make_document()
    first = accept(document)

    again = accept(document, at=NOON + DAY)

    assert (again, again.accepted_at) == (first, NOON)
    assert verbs(document) == ["document.handed_in", "document.accepted"]
    with pytest.raises(CannotReview, match="with other dates"):
        accept(document, expires_on=None)


def test_a_file_that_was_exchanged_is_not_accepted():
    document = make_document()
    with document.file.storage.open(document.file.name, "wb") as kept:
        kept.write(a_pdf())

    with pytest.raises(CannotReview, match="not the one that was handed in"):
        accept(document)


def test_nobody_answers_their_own():
    registrar = make_registrar()
    document = make_document(registrar)

    with pytest.raises(CannotReview, match="Another registrar"):
        accept(document, by=registrar)
    with pytest.raises(CannotReview, match="Another registrar"):
        return_document(document=document, words="Fine.", by=registrar, at=NOON)
    with pytest.raises(CannotReview, match="Another registrar"):
        make_background_check(registrar, by=registrar)


def test_returning_needs_words_and_is_calm(django_capture_on_commit_callbacks):
    document, registrar = make_document(), make_registrar()

    with pytest.raises(CannotReview, match="what is missing"):
        return_document(document=document, words="  ", by=registrar, at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        returned = return_document(document=document, words="The second page too.", by=registrar, at=NOON)
        again = return_document(document=document, words="The second page too.", by=registrar, at=NOON + DAY)

    assert returned.state is DocumentState.RETURNED
    assert again.returned_at == NOON
    assert len(mail.outbox) == 1
    assert "second page" not in mail.outbox[0].body
    with pytest.raises(CannotReview, match="does not wait"):
        accept(document)


def test_one_that_was_accepted_can_be_returned_and_is_then_no_evidence():
    document = make_accepted_document()
    assert document.is_in_date(NOON.date())

    returned = return_document(document=document, words="It was not yours.", by=make_registrar(), at=NOON + DAY)

    assert returned.state is DocumentState.RETURNED
    assert not returned.is_in_date(NOON.date())


@pytest.mark.parametrize(
    ("on", "in_date"), [(ISSUED - DAY, False), (ISSUED, True), (LAST_DAY, True), (LAST_DAY + DAY, False)]
)
def test_it_is_in_date_from_its_first_day_to_its_last(on, in_date):
    assert make_accepted_document().is_in_date(on) is in_date


# Background checks -----------------------------------------------------------------------------------------


def test_a_background_check_is_dates_and_who_saw_it():
    person, registrar = make_person(), make_registrar()

    seen = make_background_check(person, by=registrar)
    again = make_background_check(person, by=registrar)

    assert seen == again
    assert (seen.accepted_by, seen.accepted_at, seen.file.name, seen.file_digest) == (registrar, NOON, "", "")
    assert verbs(seen) == ["document.seen"]


def test_the_database_keeps_no_file_of_a_background_check():
    seen = make_background_check()

    for change in (
        {"file": "evidence/x"},
        {"file_digest": "ab" * 32},
        {"file_type": "application/pdf"},
        {"accepted_at": None, "accepted_by": None},
    ):
        with pytest.raises(IntegrityError, match="background_check_is_seen"), transaction.atomic():
            EvidenceDocument.objects.filter(pk=seen.pk).update(**change)


# Withdrawing -----------------------------------------------------------------------------------------------


def test_withdrawing_deletes_the_file_once_it_is_sure_and_keeps_the_row(django_capture_on_commit_callbacks):
    document = make_accepted_document()
    name = document.file.name

    with django_capture_on_commit_callbacks(execute=False) as later:
        withdrawn = withdraw_document(document=document, by=document.person, at=NOON)
        again = withdraw_document(document=document, by=document.person, at=NOON + DAY)
    assert private_files().exists(name)
    for call in later:
        call()

    assert not private_files().exists(name)
    assert (withdrawn.state, withdrawn.file.name, again.withdrawn_at) == (DocumentState.WITHDRAWN, "", NOON)
    assert withdrawn.file_digest
    assert not documents_of(document.person).exists()


def test_what_is_rolled_back_deletes_nothing():
    document = make_document()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        withdraw_document(document=document, by=document.person, at=NOON)
        raise ZeroDivisionError

    document.refresh_from_db()
    assert document.withdrawn_at is None
    assert private_files().exists(document.file.name)


def test_only_its_person_withdraws_it():
    with pytest.raises(CannotShow, match="Only who handed it in"):
        withdraw_document(document=make_document(), by=make_registrar(), at=NOON)


def test_another_in_its_place_withdraws_the_one_that_came_back(django_capture_on_commit_callbacks):
    old = make_document()
    old = return_document(document=old, words="Blurred.", by=make_registrar(), at=NOON)
    name, person = old.file.name, old.person

    with django_capture_on_commit_callbacks(execute=True):
        new = make_document(person, in_place_of=old)
    old.refresh_from_db()

    assert (new.replaces, old.state, list(documents_of(person))) == (old, DocumentState.WITHDRAWN, [new])
    assert not private_files().exists(name)


def test_an_accepted_one_and_somebody_elses_are_not_replaced():
    accepted, others = make_accepted_document(), make_document()

    for document in (accepted, others):
        with pytest.raises(CannotShow, match="answered since"):
            make_document(accepted.person, in_place_of=document)


# Impossible rows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"file": ""}, "has_a_file_until_withdrawn"),
        ({"file_digest": ""}, "has_a_file_until_withdrawn"),
        ({"withdrawn_at": NOON}, "has_a_file_until_withdrawn"),
        ({"title": "Something"}, "named_when_of_another_kind"),
        ({"kind": "other"}, "named_when_of_another_kind"),
        ({"issuer": ""}, "has_an_issuer"),
        ({"expires_on": ISSUED - DAY}, "runs_out_after_it_was_issued"),
        ({"accepted_at": NOON}, "accepted_at_and_by_together"),
        ({"returned_at": NOON}, "returned_at_and_by_together"),
        ({"file": "", "withdrawn_at": NOON - DAY}, "withdrawn_after_it_was_shown"),
    ],
)
def test_the_database_refuses_rows_that_cannot_be(change, name):
    document = make_document()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        EvidenceDocument.objects.filter(pk=document.pk).update(**change)


@pytest.mark.parametrize("whose", ["accepted", "returned"])
def test_the_database_refuses_an_answer_by_its_person(whose):
    document = make_document()

    with pytest.raises(IntegrityError, match="never_reviewed_by_its_person"), transaction.atomic():
        EvidenceDocument.objects.filter(pk=document.pk).update(
            **{f"{whose}_at": NOON, f"{whose}_by": document.person_id}
        )


def test_the_database_refuses_to_accept_what_was_returned_before():
    document = return_document(document=make_document(), words="No.", by=make_registrar(), at=NOON)

    with pytest.raises(IntegrityError, match="never_accepted_once_returned"), transaction.atomic():
        EvidenceDocument.objects.filter(pk=document.pk).update(accepted_at=NOON + DAY, accepted_by=make_registrar())


def test_people_with_documents_stay():
    from django.db.models import ProtectedError

    document = make_document()

    with pytest.raises(ProtectedError):
        document.person.delete()


def test_a_row_that_cannot_be_kept_leaves_no_file_behind(monkeypatch):
    from assessments import documents

    kept = []
    storage = private_files()
    original = storage.save
    monkeypatch.setattr(
        type(storage), "save", lambda self, name, content, **more: kept.append(original(name, content)) or kept[-1]
    )
    monkeypatch.setattr(documents, "_note", lambda *args, **more: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        hand_in_document(person=make_person(), kind=DocumentKind.FIRST_AID, upload=an_upload(), at=NOON, **DATES)

    assert len(kept) == 1
    assert not storage.exists(kept[0])


def test_a_check_of_the_future_is_refused():
    with pytest.raises(CannotReview, match="still to come"):
        record_background_check(
            person=make_person(),
            issuer="Office",
            issued_on=date(2027, 1, 1),
            expires_on=None,
            by=make_registrar(),
            at=NOON,
        )
