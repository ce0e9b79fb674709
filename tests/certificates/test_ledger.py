"""What a holder learned: entered by them, judged by another, capped, never deleted."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from assessments.uploads import read_upload
from certificates.ledger import CannotEnter, CannotJudge, accept_credit, enter_credit, return_credit, withdraw_credit
from certificates.models import CreditEntry
from certificates.renewing import prospect_of
from cms.accounts import history
from tests.factories.evidence import a_pdf
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.renewals import DAY, make_credit, make_renewable, make_terms

pytestmark = pytest.mark.django_db


def counted(certificate) -> int:
    prospect = prospect_of(certificate, at=NOON)
    assert prospect is not None
    return prospect.tally.counted


def test_an_entry_counts_once_it_is_accepted_and_no_more_when_it_comes_back(
    django_capture_on_commit_callbacks, mailoutbox
) -> None:
    certificate = make_renewable()
    entry = make_credit(certificate, accepted=False)
    before = counted(certificate)

    accept_credit(entry=entry, by=make_registrar(), at=NOON)
    accepted = counted(certificate)
    mailoutbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        return_credit(entry=entry, words="Which day was it?", by=make_registrar(), at=NOON + DAY)

    assert (before, accepted, counted(certificate)) == (0, 16, 0)
    assert [mail.subject for mail in mailoutbox] == ["Something came back to you"]
    assert "Which day" not in mailoutbox[0].body
    assert [each.verb for each in history.entries_about(entry)] == [
        "credit.entered",
        "credit.accepted",
        "credit.returned",
    ]


def test_repeating_is_calm() -> None:
    certificate = make_renewable()
    said = {"title": "Listening", "accepted": False}
    entry, registrar = make_credit(certificate, **said), make_registrar()

    again = make_credit(certificate, **said)
    accepted = [accept_credit(entry=entry, by=registrar, at=NOON + n * DAY).accepted_at for n in range(2)]
    returned = [return_credit(entry=entry, words="Why?", by=registrar, at=NOON + n * DAY).returned_at for n in range(2)]
    withdrawn = [withdraw_credit(entry=entry, by=certificate.holder, at=NOON + n * DAY).withdrawn_at for n in range(2)]

    assert again == entry
    assert (accepted, returned, withdrawn) == ([NOON, NOON], [NOON, NOON], [NOON, NOON])
    assert history.entries_about(entry).count() == 4


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": (NOON + 2 * DAY).date()}, "on"),
        ({"on": (NOON - 1200 * DAY).date()}, "on"),
        ({"credits": 0}, "credits"),
        ({"credits": 101}, "credits"),
        ({"title": " "}, "title"),
        ({"provider": "x" * 121}, "provider"),
        ({"reference": "x" * 121}, "reference"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(changes: dict, field: str) -> None:
    certificate = make_renewable()

    with pytest.raises(CannotEnter) as refusal:
        make_credit(certificate, **changes)

    assert refusal.value.field == field
    assert not CreditEntry.objects.exists()


def test_a_category_of_other_terms_is_refused() -> None:
    certificate = make_renewable()
    other = make_terms(certificate.enrolment.programme, version="2026.R2", at=NOON)

    with pytest.raises(CannotEnter, match="categories that hold for you"):
        enter_credit(
            certificate=certificate,
            category=other.categories.first(),
            quarters=4,
            on=NOON.date(),
            title="Listening",
            provider="Even Keel",
            by=certificate.holder,
            at=NOON,
        )


def test_only_the_holder_enters_and_withdraws_and_nobody_judges_their_own() -> None:
    registrar, stranger = make_registrar(), make_person()
    certificate = make_renewable(learner=registrar)
    entry = make_credit(certificate, accepted=False)

    with pytest.raises(CannotEnter):
        withdraw_credit(entry=entry, by=stranger, at=NOON)
    with pytest.raises(CannotJudge, match="your own"):
        accept_credit(entry=entry, by=registrar, at=NOON)
    with pytest.raises(CannotJudge, match="your own"):
        return_credit(entry=entry, words="No.", by=registrar, at=NOON)


def test_a_paper_is_kept_until_it_is_withdrawn(django_capture_on_commit_callbacks) -> None:
    certificate = make_renewable()
    entry = make_credit(certificate, accepted=False, upload=read_upload(a_pdf()))
    storage, name = entry.file.storage, entry.file.name
    assert storage.exists(name)

    with django_capture_on_commit_callbacks(execute=True):
        withdraw_credit(entry=entry, by=certificate.holder, at=NOON)

    assert not storage.exists(name)
    assert CreditEntry.objects.get().file_digest == entry.file_digest


def test_another_file_in_its_place_is_not_accepted() -> None:
    certificate = make_renewable()
    entry = make_credit(certificate, accepted=False, upload=read_upload(a_pdf()))
    with entry.file.storage.open(entry.file.name, "wb") as kept:
        kept.write(a_pdf())

    with pytest.raises(CannotJudge, match="not the one that was handed in"):
        accept_credit(entry=entry, by=make_registrar(), at=NOON)


def test_what_was_withdrawn_is_neither_accepted_nor_returned() -> None:
    certificate = make_renewable()
    entry = withdraw_credit(entry=make_credit(certificate, accepted=False), by=certificate.holder, at=NOON)

    with pytest.raises(CannotJudge):
        accept_credit(entry=entry, by=make_registrar(), at=NOON)
    with pytest.raises(CannotJudge):
        return_credit(entry=entry, words="No.", by=make_registrar(), at=NOON)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"quarters": 0}, "creditentry_from_a_quarter_to_100_credits"),
        ({"title": ""}, "creditentry_says_what_and_with_whom"),
        ({"accepted_at": NOON}, "creditentry_accepted_at_and_by_together"),
        ({"returned_at": NOON}, "creditentry_returned_at_and_by_together"),
        ({"withdrawn_at": NOON - timedelta(days=1)}, "creditentry_withdrawn_after_it_was_entered"),
        ({"file_type": "application/pdf"}, "creditentry_file_type_and_digest_together"),
        ({"file": "evidence/x"}, "creditentry_has_its_file_until_withdrawn"),
    ],
)
def test_the_database_refuses_an_impossible_entry(changes: dict, constraint: str) -> None:
    make_credit(make_renewable(), accepted=False)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CreditEntry.objects.update(**changes)


def test_the_database_refuses_an_acceptance_after_a_return() -> None:
    entry = make_credit(make_renewable())

    with pytest.raises(IntegrityError, match="creditentry_never_accepted_once_returned"), transaction.atomic():
        CreditEntry.objects.filter(pk=entry.pk).update(
            accepted_at=NOON + DAY, returned_at=NOON, returned_by=make_registrar()
        )
