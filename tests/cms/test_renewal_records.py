"""Are terms, ledgers and renewals that were altered behind the product's back found, and named to the row?"""

import pytest
from django.db import connection

from assessments.uploads import read_upload
from certificates.ledger import withdraw_credit
from certificates.models import Certificate, CountedCredit, CreditCategory, CreditEntry, Renewal, RenewalTerms
from certificates.renewing import confirm_renewal, decline_renewal
from cms.records import counts, faults
from cms.records import renewals as records
from tests.factories.evidence import a_pdf
from tests.factories.people import NOON, make_registrar
from tests.factories.renewals import make_asked, make_credit, make_renewable

pytestmark = pytest.mark.django_db


def reasons() -> dict[str, str]:
    return {fault.row: fault.reason for fault in records.faults()}


def confirmed() -> Renewal:
    renewal = make_asked()
    confirm_renewal(renewal=renewal, by=make_registrar(), at=NOON)
    renewal.refresh_from_db()
    return renewal


def test_untouched_renewals_are_as_they_were():
    confirmed()
    decline_renewal(renewal=make_asked(), reason="No.", by=make_registrar(), at=NOON)
    certificate = make_renewable()
    make_credit(certificate, upload=read_upload(a_pdf()))
    withdraw_credit(entry=make_credit(certificate), by=certificate.holder, at=NOON)

    assert list(faults()) == []
    assert (counts()["renewals"], counts()["credit entries"]) == (2, 6)


@pytest.mark.parametrize("change", [{"credits": 1}, {"grace_days": 90}, {"version": "x"}], ids=str)
def test_changed_terms_are_named(change):
    renewal = confirmed()
    RenewalTerms.objects.update(**change)

    assert reasons() == {f"renewalterms:{renewal.terms_id}": records.ALTERED}


def test_a_changed_category_is_named():
    renewal = confirmed()
    CreditCategory.objects.filter(slug="teaching").update(most=50)

    assert reasons() == {f"renewalterms:{renewal.terms_id}": records.ALTERED}


@pytest.mark.parametrize("change", [{"quarters": 400}, {"title": "Another"}, {"on": "2026-01-01"}], ids=str)
def test_a_changed_entry_is_named(change):
    confirmed()
    entry = CreditEntry.objects.first()
    CreditEntry.objects.filter(pk=entry.pk).update(**change)

    assert reasons() == {f"creditentry:{entry.pk}": records.ALTERED}


def test_a_paper_that_is_gone_or_another_is_named():
    certificate = make_renewable()
    gone, other = (make_credit(certificate, upload=read_upload(a_pdf())) for _ in range(2))
    gone.file.storage.delete(gone.file.name)
    with other.file.storage.open(other.file.name, "wb") as kept:
        kept.write(b"%PDF-1.7 other")

    assert reasons() == {
        f"creditentry:{gone.pk}": "its file is gone",
        f"creditentry:{other.pk}": "its file is not the one that was handed in",
    }


@pytest.mark.parametrize(
    "change", [{"excused_because": "No.", "phase": "LAPSED"}, {"counted_quarters": 101}, {"asked_at": NOON.replace(year=2020)}],
    ids=str,
)  # fmt: skip
def test_a_changed_renewal_is_named(change):
    renewal = confirmed()
    Renewal.objects.update(**change)

    assert reasons()[f"renewal:{renewal.pk}"] == records.ALTERED


def test_what_was_counted_cannot_be_changed_unseen():
    renewal = confirmed()
    CountedCredit.objects.filter(quarters=8).update(quarters=9)

    assert reasons() == {f"renewal:{renewal.pk}": records.ALTERED}


def test_what_history_does_not_know_is_named():
    renewal = make_asked()
    forged = CreditEntry.objects.create(
        enrolment=renewal.certificate.enrolment,
        category=CreditCategory.objects.first(),
        quarters=4,
        on=NOON.date(),
        title="Forged",
        provider="Nobody",
        entered_at=NOON,
    )
    terms = RenewalTerms.objects.create(
        programme=renewal.terms.programme, version="forged", published_at=NOON, credits=0
    )

    assert reasons() == {
        f"creditentry:{forged.pk}": "history does not know it",
        f"renewalterms:{terms.pk}": "history does not know it",
    }


def test_a_certificate_says_what_its_last_renewal_counted():
    renewal = confirmed()
    certificate = Certificate.objects.get()
    row = f"certificate:{certificate.pk} ({certificate.number})"

    Certificate.objects.update(basis=[*certificate.basis[:-1], certificate.basis[-1] | {"summary": "99 credits"}])
    other_sum = reasons()
    Certificate.objects.update(basis=certificate.basis, valid_until=renewal.from_until)
    other_end = reasons()
    CountedCredit.objects.all().delete()
    Renewal.objects.all().delete()
    without = reasons()

    assert other_sum == {row: "its basis does not say what its last renewal counted"}
    assert other_end == {row: "its end is not that of its last renewal"}
    assert without == {
        row: "its basis tells of a renewal that history does not know",
        f"renewal:{renewal.pk}": "it was recorded, and is gone",
    }


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite keeps any text in any column")
def test_what_cannot_be_read_is_named():
    confirmed()
    entry = CreditEntry.objects.first()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE certificates_creditentry SET \"on\" = 'never' WHERE id = %s", [entry.pk])

    assert reasons() == {f"creditentry:{entry.pk}": "it cannot be read"}
