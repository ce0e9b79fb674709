"""Once somebody else may have a key: is it trusted no more, and is everything that stands signed again, once, and sound?"""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse

from certificates import compromise
from certificates.checking import check_certificate, is_sound
from certificates.compromise import mark_compromised, sign_again, to_give_tokens, to_sign_again
from certificates.credential_tokens import served_token
from certificates.documents import did_document
from certificates.issuer import issuer_did
from certificates.models import Certificate, EditionReason, KeyAlgorithm, PastEdition, SigningKey, Status, StatusList
from certificates.signing import CannotSign, active_signer, published_keys, stage_key
from certificates.tokens import token_says
from cms import records
from cms.accounts import history
from cms.accounts.models import Entry
from tests.courses.races import side_by_side
from tests.factories.certificates import (
    make_certificate,
    make_certificate_that_is,
    make_completion,
    make_signing_key,
    make_token_key,
)
from tests.factories.people import NOON

LATER = NOON + timedelta(days=10)


def compromised(key: SigningKey) -> SigningKey:
    return mark_compromised(key=key, by=None, at=LATER)


def status_of(certificate: Certificate, client) -> tuple[int, str]:
    address = reverse("certificates:verify_number", args=[certificate.number])
    response = client.get(address, headers={"accept": "application/json"})
    return response.status_code, response.json()["status"]


@pytest.mark.django_db
def test_a_compromised_key_is_published_no_more() -> None:
    compromised(make_signing_key())

    said = did_document(did=issuer_did(), keys=published_keys())
    successor = active_signer().key
    assert [method["id"] for method in said["verificationMethod"]] == [successor.kid]
    assert said["assertionMethod"] == [successor.kid]


@pytest.mark.django_db
def test_a_staged_key_takes_over_since_verifiers_know_it() -> None:
    key = make_signing_key()
    staged = stage_key(by=None, at=NOON)

    compromised(key)

    assert active_signer().key == staged
    assert list(Entry.objects.filter(chain__name="keys").order_by("number").values_list("verb", flat=True))[-3:] == [
        "key.staged",
        "key.compromised",
        "key.activated",
    ]


@pytest.mark.django_db
def test_a_retired_and_a_staged_key_are_compromised_without_a_successor() -> None:
    active = make_signing_key()
    staged = stage_key(by=None, at=NOON)

    compromised(staged)

    assert active_signer().key == active
    assert SigningKey.objects.count() == 2


@pytest.mark.django_db
def test_marking_again_changes_nothing() -> None:
    key = make_signing_key()
    compromised(key)
    entries = Entry.objects.count()

    again = mark_compromised(key=key, by=None, at=LATER + timedelta(days=1))

    assert again.compromised_at == LATER
    assert Entry.objects.count() == entries


@pytest.mark.django_db
def test_where_no_other_key_can_be_made_it_is_said_and_nothing_is_marked(settings) -> None:
    key = make_signing_key()
    settings.CREDENTIAL_KEY_SECRET = ""

    with pytest.raises(CannotSign):
        compromised(key)

    key.refresh_from_db()
    assert key.compromised_at is None


@pytest.mark.django_db
def test_what_stands_is_signed_again_under_the_same_ids_with_the_award_kept() -> None:
    certificate = make_certificate(at=NOON)
    key = certificate.signing_key
    compromised(key)

    (progress,) = sign_again(by=None, at=LATER)

    again = Certificate.objects.get()
    before, after = json.loads(certificate.credential), json.loads(again.credential)
    assert (progress.certificates, progress.total) == (1, 1)
    assert (again.number, again.edition, again.signing_key) == (certificate.number, 2, active_signer().key)
    for name in ("id", "awardedDate", "validUntil", "credentialStatus"):
        assert after[name] == before[name]
    assert after["credentialSubject"] == before["credentialSubject"]
    assert (before["validFrom"], after["validFrom"]) == ("2026-11-23T12:00:00Z", "2026-12-03T12:00:00Z")
    assert PastEdition.objects.get().replaced_because == EditionReason.KEY
    assert is_sound(again)
    assert list(records.faults()) == []


@pytest.mark.django_db
def test_until_it_is_signed_again_nothing_by_the_key_is_called_good(client) -> None:
    certificate = make_certificate_that_is(Status.ACTIVE)
    mark_compromised(key=certificate.signing_key, by=None, at=certificate.issued_at)

    assert status_of(certificate, client) == (503, "cannot_check_now")
    paper = client.get(reverse("certificates:credential", args=[certificate.public_id]))
    assert paper.headers["Location"] == reverse("certificates:verify_number", args=[certificate.number])
    page = client.get(paper.headers["Location"])
    assert page.status_code == 503
    assert "a key we no longer trust" in page.content.decode()

    list(sign_again(by=None, at=certificate.issued_at))

    assert status_of(certificate, client) == (200, "active")


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.REVOKED, Status.EXPIRED, Status.SUPERSEDED])
def test_what_had_ended_is_left_as_it_is_and_told_as_ended(client, status: Status) -> None:
    certificate = make_certificate_that_is(status)
    mark_compromised(key=certificate.signing_key, by=None, at=certificate.issued_at + timedelta(days=97))

    list(sign_again(by=None, at=certificate.issued_at + timedelta(days=4 * 365)))

    certificate.refresh_from_db()
    page = client.get(reverse("certificates:verify_number", args=[certificate.number])).content.decode()
    assert certificate.edition == 1
    assert reverse("certificates:credential", args=[certificate.public_id]) + '"' not in page
    assert status_of(certificate, client) == (200, status.value)


@pytest.mark.django_db
def test_a_suspended_one_is_signed_again_since_it_may_be_reinstated(client) -> None:
    certificate = make_certificate_that_is(Status.SUSPENDED)
    mark_compromised(key=certificate.signing_key, by=None, at=certificate.issued_at)

    list(sign_again(by=None, at=certificate.issued_at + timedelta(days=98)))

    assert status_of(certificate, client) == (200, "suspended")


@pytest.mark.django_db
def test_the_lists_are_signed_by_the_new_key() -> None:
    certificate = make_completion(at=NOON)
    compromised(certificate.signing_key)

    list(sign_again(by=None, at=LATER))

    document = json.loads(StatusList.objects.get().document)
    assert document["proof"]["verificationMethod"] == active_signer().key.kid


@pytest.mark.django_db
def test_a_token_is_signed_again_and_the_credential_left_alone() -> None:
    make_signing_key()
    token_key = make_token_key()
    certificate = make_completion(at=NOON)
    before = certificate.tokens.get()

    compromised(token_key)
    assert list(to_sign_again(at=LATER)) == []
    (progress,) = sign_again(by=None, at=LATER)

    after = served_token(certificate=certificate, at=LATER)
    assert (progress.certificates, progress.tokens) == (0, 1)
    assert after != before
    assert after.signing_key == active_signer(KeyAlgorithm.RS256).key
    assert token_says(after.token, json.loads(Certificate.objects.get().credential), key=after.signing_key)
    assert list(to_give_tokens(at=LATER)) == []
    assert list(records.faults()) == []


@pytest.mark.django_db
def test_a_run_that_was_killed_is_taken_up_where_it_was_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compromise, "BATCH", 2)
    certificates = [make_completion(at=NOON) for _ in range(5)]
    compromised(certificates[0].signing_key)
    next(sign_again(by=None, at=LATER))

    assert to_sign_again(at=LATER).count() == 3
    progress = list(sign_again(by=None, at=LATER))

    assert [(step.certificates, step.total) for step in progress] == [(2, 3), (3, 3)]
    assert set(Certificate.objects.values_list("edition", flat=True)) == {2}
    assert list(sign_again(by=None, at=LATER)) == []


@pytest.mark.django_db
def test_one_that_cannot_be_signed_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from certificates.issuing import CannotIssue

    first, second = make_completion(at=NOON), make_completion(at=NOON)
    compromised(first.signing_key)
    real = compromise.new_edition

    def refuse_first(*, certificate: Certificate, **said):
        if certificate.pk == first.pk:
            raise CannotIssue("Not this one.")
        return real(certificate=certificate, **said)

    monkeypatch.setattr(compromise, "new_edition", refuse_first)
    (progress,) = sign_again(by=None, at=LATER)

    assert (progress.certificates, progress.total) == (1, 2)
    assert list(to_sign_again(at=LATER)) == [first]
    assert [fault.row for fault in records.faults()] == [f"certificate:{first.pk} ({first.number})"]
    assert check_certificate(number=second.number, at=LATER).stands


@pytest.mark.django_db
def test_what_was_signed_under_another_address_is_left_for_that_one(settings) -> None:
    certificate = make_completion(at=NOON)
    settings.BASE_URL = "https://academy.example"
    make = mark_compromised(key=certificate.signing_key, by=None, at=LATER)

    assert make.compromised_at == LATER
    assert list(to_sign_again(at=LATER)) == []


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_sign_each_certificate_once() -> None:
    certificates = [make_completion(at=NOON) for _ in range(4)]
    compromised(certificates[0].signing_key)

    answers = side_by_side(*(partial(lambda: list(sign_again(by=None, at=LATER))) for _ in range(2)))

    assert [type(answer) for answer in answers] == [list, list]
    assert set(Certificate.objects.values_list("edition", flat=True)) == {2}
    assert PastEdition.objects.count() == 4
    assert list(history.breaks()) == []
