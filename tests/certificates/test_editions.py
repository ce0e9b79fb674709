"""A new edition keeps number and address; the earlier one is kept to the byte, and never shown."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates.bitstring import decode, is_set
from certificates.checking import check_certificate, is_sound
from certificates.editions import new_edition
from certificates.issuing import CannotIssue
from certificates.models import Certificate, EditionReason, PastEdition, Status, StatusList
from cms.records import awards
from tests.factories.certificates import make_certificate, make_certificate_that_is
from tests.factories.people import NOON

LATER = NOON + timedelta(days=100)


def bit(status_list: StatusList, index: int) -> bool:
    document = json.loads(StatusList.objects.get(pk=status_list.pk).document)
    return is_set(decode(document["credentialSubject"]["encodedList"]), index)


def test_a_renewed_certificate_keeps_number_address_award_and_place(db) -> None:
    certificate = make_certificate()
    until = certificate.valid_until + timedelta(days=1000)

    renewed = new_edition(certificate=certificate, because=EditionReason.RENEWAL, by=None, at=LATER, valid_until=until)

    document = json.loads(renewed.credential)
    before = json.loads(certificate.credential)
    assert (renewed.number, renewed.public_id, renewed.awarded_on, renewed.status_index) == (
        certificate.number,
        certificate.public_id,
        certificate.awarded_on,
        certificate.status_index,
    )
    assert renewed.edition == 2
    assert document["id"] == before["id"]
    assert document["credentialSubject"]["id"] == before["credentialSubject"]["id"]
    assert document["awardedDate"] == before["awardedDate"]
    assert document["validFrom"] > before["validFrom"]
    assert document["validUntil"] > before["validUntil"]
    assert is_sound(Certificate.objects.get(pk=renewed.pk))
    assert not bit(renewed.status_list, renewed.status_index)


def test_the_earlier_edition_is_kept_to_the_byte(db) -> None:
    certificate = make_certificate()

    new_edition(certificate=certificate, because=EditionReason.KEY, by=None, at=LATER)

    past = PastEdition.objects.get()
    assert (past.edition, past.credential, past.credential_digest) == (
        1,
        certificate.credential,
        certificate.credential_digest,
    )


def test_who_shows_less_takes_a_new_place_and_the_old_file_ends(db) -> None:
    certificate = make_certificate()

    changed = new_edition(
        certificate=certificate, because=EditionReason.CONSENT, by=certificate.holder, at=LATER, shows_name=False
    )

    answer = check_certificate(number=changed.number, at=LATER)
    assert "Ana" not in changed.credential
    assert answer.holder is None
    assert answer.sound
    assert bit(certificate.status_list, certificate.status_index)
    assert not bit(changed.status_list, changed.status_index)


def test_results_are_in_the_file_only_where_the_holder_agreed(db) -> None:
    certificate = make_certificate()
    Certificate.objects.filter(pk=certificate.pk).update(
        results=[
            {
                "name": "Consent",
                "measure": "score",
                "value": "92.5",
                "minimum": "0",
                "maximum": "100",
                "required": "80",
            },
            {"name": "Shadow hours", "measure": "hours", "value": "176.5"},
        ]
    )
    agreed = {"certificate": certificate, "because": EditionReason.CONSENT, "by": certificate.holder, "at": LATER}

    hours = json.loads(new_edition(**agreed, shows_hours=True).credential)
    both = json.loads(new_edition(**agreed, shows_scores=True).credential)

    assert "result" not in json.loads(certificate.credential)["credentialSubject"]
    assert [result["value"] for result in hours["credentialSubject"]["result"]] == ["176.5"]
    assert [result["value"] for result in both["credentialSubject"]["result"]] == ["92.5", "176.5"]


@pytest.mark.parametrize("status", [Status.REVOKED, Status.SUPERSEDED])
def test_what_ended_gets_no_new_edition(db, status: Status) -> None:
    certificate = make_certificate_that_is(status)

    with pytest.raises(CannotIssue):
        new_edition(certificate=certificate, because=EditionReason.RENEWAL, by=None, at=timezone.now())

    assert not PastEdition.objects.exists()


def test_an_edition_does_not_change_who_holds_it(db) -> None:
    certificate = make_certificate()

    with pytest.raises(TypeError):
        new_edition(
            certificate=certificate, because=EditionReason.RENEWAL, by=None, at=LATER, holder_name="Somebody Else"
        )


def test_records_hold_after_editions_and_name_one_that_was_altered_or_lost(db) -> None:
    certificate = make_certificate()
    new_edition(certificate=certificate, because=EditionReason.KEY, by=None, at=LATER)
    new_edition(
        certificate=certificate, because=EditionReason.CONSENT, by=None, at=LATER + timedelta(days=1), shows_name=False
    )
    whole = list(awards.faults())

    PastEdition.objects.filter(edition=2).update(credential="{}")
    altered = [fault.reason for fault in awards.faults()]
    PastEdition.objects.filter(edition=1).delete()
    lost = [fault.reason for fault in awards.faults()]

    assert whole == []
    assert altered == ["its edition 2 is not the one that history recorded"]
    assert lost == ["its edition 1 is gone", "its edition 2 is not the one that history recorded"]


@pytest.mark.parametrize(
    "changes", [{"edition": 0}, {"replaced_at": NOON - timedelta(days=1)}, {"status_index": 131_072}]
)
def test_the_database_refuses_an_impossible_past_edition(db, changes: dict) -> None:
    certificate = make_certificate()
    new_edition(certificate=certificate, because=EditionReason.KEY, by=None, at=LATER)

    with pytest.raises(IntegrityError), transaction.atomic():
        PastEdition.objects.update(**changes)
