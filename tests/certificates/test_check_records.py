"""Does a record say what was answered, and never more than may be said today?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from certificates.check_record_views import RECORDS
from certificates.check_records import CannotKeep, keep_check
from certificates.checking import check_certificate
from certificates.editions import new_edition
from certificates.issuing import replace_certificate
from certificates.models import Certificate, CheckRecord, EditionReason, Status
from certificates.numbers import EXAMPLE, RECORD, new_number, read_number
from certificates.status import revoke_certificate
from cms.accounts.models import Entry
from cms.records import faults
from tests.factories.certificates import make_certificate, make_certificate_that_is
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db


def make_record(certificate: Certificate | None = None, *, at=NOON) -> CheckRecord:
    certificate = certificate or make_certificate()
    return keep_check(answer=check_certificate(number=certificate.number, at=at))


def page(client, record: CheckRecord):
    return client.get(reverse("certificates:check_record", args=[record.number]))


def reasons() -> dict[str, str]:
    return {fault.row: fault.reason for fault in faults()}


@pytest.mark.parametrize("status", list(Status))
def test_a_record_is_kept_from_the_page_of_an_answer(client, status: Status) -> None:
    certificate = make_certificate_that_is(status)

    response = client.post(reverse("certificates:keep_record", args=[certificate.number]))

    record = CheckRecord.objects.get()
    assert response.url == reverse("certificates:check_record", args=[record.number])
    assert (record.certificate, record.status) == (certificate, status)
    assert read_number(record.number, RECORD) == record.number
    shown = client.get(response.url)
    words = " ".join(shown.content.decode().split())
    assert f"Then: {status.label}" in words
    assert "It may have changed since." in words
    assert 'content="noindex"' in words
    assert ("Ana Núñez" in words) == (status is not Status.SUPERSEDED)
    assert reasons() == {}


def test_a_record_holds_no_name_and_nobody(client) -> None:
    record = make_record()

    entry = Entry.objects.get(verb="check.kept")
    assert "Núñez" not in str(record.said) + str(entry.facts)
    assert entry.actor is None
    assert "holder" not in record.said


def test_a_record_keeps_what_it_said(client) -> None:
    record = make_record()
    revoke_certificate(certificate=record.certificate, reason="ERROR", by=make_person(), at=NOON + timedelta(days=1))

    assert "Then: Active" in page(client, record).content.decode()


def test_a_former_name_goes_from_records_too(client) -> None:
    record = make_record()
    replace_certificate(certificate=record.certificate, holder_name="Ana Prosser", by=make_person(), at=timezone.now())

    words = page(client, record).content.decode()

    assert "Núñez" not in words
    assert "Prosser" not in words


def test_a_name_that_was_taken_back_goes_from_records_too(client) -> None:
    record = make_record()
    new_edition(
        certificate=record.certificate, because=EditionReason.CONSENT, by=None, at=timezone.now(), shows_name=False
    )

    assert "Núñez" not in page(client, record).content.decode()


def test_what_we_cannot_confirm_is_not_kept(client) -> None:
    certificate = make_certificate()
    Certificate.objects.filter(pk=certificate.pk).update(title="Certified Intimacy Director")

    with pytest.raises(CannotKeep):
        make_record(certificate)
    response = client.post(reverse("certificates:keep_record", args=[certificate.number]))
    assert response.url == reverse("certificates:verify_number", args=[certificate.number])
    assert not CheckRecord.objects.exists()


@pytest.mark.parametrize("number", ["nonsense", EXAMPLE])
def test_there_is_no_record_of_nothing(client, number: str) -> None:
    assert client.post(reverse("certificates:keep_record", args=[number])).status_code == 404
    assert client.get(reverse("certificates:check_record", args=[number])).status_code == 404
    assert client.get(reverse("certificates:check_record", args=[new_number(RECORD)])).status_code == 404


def test_a_number_written_differently_leads_to_the_record(client) -> None:
    record = make_record()

    response = client.get(reverse("certificates:check_record", args=[record.number.lower()]))

    assert response.url == reverse("certificates:check_record", args=[record.number])


def test_a_record_needs_to_be_asked_for_by_a_form(client) -> None:
    certificate = make_certificate()

    assert client.get(reverse("certificates:keep_record", args=[certificate.number])).status_code == 405


def test_too_many_records_in_a_minute_are_asked_to_wait(client) -> None:
    certificate = make_certificate()
    address = reverse("certificates:keep_record", args=[certificate.number])

    answers = [client.post(address).status_code for _ in range(RECORDS + 1)]

    assert answers == [302] * RECORDS + [429]
    assert CheckRecord.objects.count() == RECORDS


@pytest.mark.parametrize(
    "change", [{"said": {"status": "active"}}, {"status": "revoked"}, {"checked_at": timezone.now()}]
)
def test_a_record_that_was_changed_is_found(change: dict) -> None:
    record = make_record()

    CheckRecord.objects.filter(pk=record.pk).update(**change)

    assert reasons() == {f"checkrecord:{record.pk}": "it is not what was answered"}


def test_a_record_whose_words_were_changed_is_not_shown(client) -> None:
    record = make_record()
    CheckRecord.objects.filter(pk=record.pk).update(said=record.said | {"title": "Director"})

    response = page(client, record)

    assert response.status_code == 503
    assert "We cannot confirm this record" in response.content.decode()
    assert "Director" not in response.content.decode()


def test_a_record_that_is_gone_or_slipped_in_is_found() -> None:
    kept, other = make_record(), make_record()
    row = f"checkrecord:{kept.pk}"
    CheckRecord.objects.filter(pk=kept.pk).delete()
    other.pk, other.number = None, new_number(RECORD)
    other.save(force_insert=True)

    assert reasons() == {
        row: "it was recorded, and is gone",
        f"checkrecord:{other.pk}": "history does not know it",
    }


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"number": EXAMPLE}, "checkrecord_numbered_as_a_record"),
        ({"status": "unknown"}, "checkrecord_status_is_one_we_answer"),
    ],
)
def test_the_database_refuses_what_is_no_record(change: dict, constraint: str) -> None:
    record = make_record()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CheckRecord.objects.filter(pk=record.pk).update(**change)


RECORD_QUERIES = 2  # the record with its certificate, and the academy


def test_the_page_of_a_record_costs_little(client, django_assert_num_queries) -> None:
    record = make_record()
    page(client, record)

    with django_assert_num_queries(RECORD_QUERIES):
        page(client, record)
