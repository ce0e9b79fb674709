"""Does a change of status show everywhere at once, is it final where it says so, and does the list tell the truth?"""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse

from certificates import bitstring, status
from certificates.bitstring import decode, is_set
from certificates.models import Certificate, RevocationReason, SigningKey, Status, StatusList
from certificates.proofs import proof_holds, raw_public_key
from certificates.signing import CannotSign, activate_key, stage_key
from certificates.status import (
    FRESH,
    VALID,
    CannotChangeStatus,
    allocate_index,
    build_list,
    reinstate_certificate,
    revoke_certificate,
    served_list,
    suspend_certificate,
)
from cms.accounts import history
from cms.accounts.models import Entry
from tests.courses.races import side_by_side
from tests.factories.certificates import make_certificate_that_is, make_completion
from tests.factories.people import NOON, make_person, make_registrar

DAY = timedelta(days=1)
REASON = "A case is being looked into"


def revoke(certificate: Certificate, **changes: object) -> Certificate:
    values = {"reason": RevocationReason.EVIDENCE, "by": make_person("Registrar"), "at": NOON + DAY} | changes
    return revoke_certificate(certificate=certificate, **values)


def suspend(certificate: Certificate, **changes: object) -> Certificate:
    values = {"reason": REASON, "by": make_person("Registrar"), "at": NOON + DAY} | changes
    return suspend_certificate(certificate=certificate, **values)


def reinstate(certificate: Certificate, **changes: object) -> Certificate:
    return reinstate_certificate(
        certificate=certificate, **({"by": make_person("Registrar"), "at": NOON + 2 * DAY} | changes)
    )


def bit_of(certificate: Certificate) -> bool:
    document = json.loads(StatusList.objects.get(pk=certificate.status_list_id).document)
    return is_set(decode(document["credentialSubject"]["encodedList"]), certificate.status_index)


def changes_of_status() -> list[tuple[str, dict]]:
    entries = Entry.objects.filter(chain__name="certificates").exclude(verb__startswith="certification")
    told = entries.exclude(verb="certificate.issued").order_by("number").values_list("verb", "facts")
    # Which decision it was is what tests/certificates/test_decisions.py is about.
    return [(verb, {key: said for key, said in facts.items() if not key.startswith("deci")}) for verb, facts in told]


@pytest.mark.django_db
def test_a_revocation_sets_the_bit_and_is_written_down() -> None:
    certificate, bystander = make_completion(at=NOON), make_completion(at=NOON)

    revoked = revoke(certificate)

    assert revoked.status(NOON + DAY) is Status.REVOKED
    assert (bit_of(certificate), bit_of(bystander)) == (True, False)
    assert changes_of_status() == [("certificate.revoked", {"number": certificate.number, "reason": "EVIDENCE"})]


@pytest.mark.django_db
def test_revoking_again_changes_nothing() -> None:
    certificate = make_completion(at=NOON)
    revoke(certificate)
    built = StatusList.objects.get().built_at

    again = revoke(certificate, reason=RevocationReason.REQUEST, at=NOON + 2 * DAY)

    assert (again.revoked_at, again.revocation_reason) == (NOON + DAY, RevocationReason.EVIDENCE)
    assert StatusList.objects.get().built_at == built
    assert len(changes_of_status()) == 1


@pytest.mark.django_db
def test_a_reason_that_is_not_in_the_list_revokes_nothing() -> None:
    certificate = make_completion(at=NOON)

    with pytest.raises(ValueError, match="WHIM"):
        revoke(certificate, reason="WHIM")

    assert Certificate.objects.get().revoked_at is None


@pytest.mark.django_db
def test_a_suspension_is_lifted_and_the_bit_is_left_alone() -> None:
    certificate = make_completion(at=NOON)

    suspended = suspend(certificate, reason=f"  {REASON} ")
    assert (suspended.status(NOON + DAY), suspended.suspension_reason) == (Status.SUSPENDED, REASON)
    assert bit_of(certificate) is False

    lifted = reinstate(certificate)
    assert (lifted.status(NOON + 2 * DAY), lifted.suspension_reason) == (Status.ACTIVE, "")
    assert [verb for verb, _facts in changes_of_status()] == ["certificate.suspended", "certificate.reinstated"]


@pytest.mark.django_db
def test_suspending_and_lifting_again_change_nothing() -> None:
    certificate = make_completion(at=NOON)

    suspend(certificate)
    assert suspend(certificate, reason="Another", at=NOON + 2 * DAY).suspension_reason == REASON
    reinstate(certificate)
    reinstate(certificate, at=NOON + 3 * DAY)

    assert len(changes_of_status()) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "   ", "x" * 121])
def test_a_suspension_needs_words_the_public_can_read(reason: str) -> None:
    certificate = make_completion(at=NOON)

    with pytest.raises(CannotChangeStatus):
        suspend(certificate, reason=reason)

    assert Certificate.objects.get().suspended_at is None


@pytest.mark.django_db
def test_a_revocation_is_final() -> None:
    certificate = make_completion(at=NOON)
    suspend(certificate)
    revoke(certificate, at=NOON + 2 * DAY)

    with pytest.raises(CannotChangeStatus, match="That is final"):
        suspend(certificate, at=NOON + 3 * DAY)
    with pytest.raises(CannotChangeStatus, match="That is final"):
        reinstate(certificate, at=NOON + 3 * DAY)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [revoke, suspend, reinstate])
def test_nobody_changes_their_own(change) -> None:
    certificate = make_completion(at=NOON, learner=make_registrar())

    with pytest.raises(CannotChangeStatus, match="your own certificate"):
        change(certificate, by=certificate.holder)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [revoke, suspend, reinstate])
def test_what_was_replaced_changes_no_more(change) -> None:
    certificate = make_certificate_that_is(Status.SUPERSEDED)

    with pytest.raises(CannotChangeStatus, match="Change that one"):
        change(certificate)


# The list --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_list_is_signed_by_the_key_it_names_and_valid_for_a_week() -> None:
    certificate = make_completion(at=NOON)

    document = json.loads(certificate.status_list.document)

    key = SigningKey.objects.get(kid=document["proof"]["verificationMethod"])
    assert proof_holds(document, public_key=raw_public_key(key.public_multibase))
    assert (document["validFrom"], document["validUntil"]) == ("2026-11-23T12:00:00Z", "2026-11-30T12:00:00Z")
    assert document["id"] == "http://localhost:8000/status/revocation/1"


@pytest.mark.django_db
def test_the_list_of_a_revoked_certificate_is_where_its_credential_says() -> None:
    certificate = revoke(make_completion(at=NOON))

    entry = json.loads(certificate.credential)["credentialStatus"]

    assert entry["statusListCredential"] == json.loads(StatusList.objects.get().document)["id"]
    assert is_set(
        decode(json.loads(StatusList.objects.get().document)["credentialSubject"]["encodedList"]),
        int(entry["statusListIndex"]),
    )


@pytest.mark.django_db
def test_a_list_is_signed_anew_once_a_day() -> None:
    make_completion(at=NOON)

    assert served_list(number=1, at=NOON + FRESH - timedelta(seconds=1)).built_at == NOON
    assert served_list(number=1, at=NOON + FRESH).built_at == NOON + FRESH


@pytest.mark.django_db
def test_a_list_is_served_within_its_week_while_nobody_can_sign() -> None:
    make_completion(at=NOON)
    SigningKey.objects.update(retired_at=NOON)

    assert served_list(number=1, at=NOON + VALID - DAY).built_at == NOON
    with pytest.raises(CannotSign):
        served_list(number=1, at=NOON + VALID)


@pytest.mark.django_db
def test_a_list_is_signed_by_the_new_key_once_there_is_one() -> None:
    certificate = make_completion(at=NOON)
    key = activate_key(key=stage_key(by=None, at=NOON), by=None, at=NOON + DAY, now=True)

    document = json.loads(build_list(status_list=certificate.status_list, at=NOON + DAY).document)

    assert document["proof"]["verificationMethod"] == key.kid
    assert proof_holds(document, public_key=raw_public_key(key.public_multibase))


@pytest.mark.django_db
def test_a_full_list_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "HALF", 2)

    numbers = [make_completion(at=NOON).status_list.number for _ in range(5)]

    assert numbers == [1, 1, 2, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_an_index_that_is_taken_is_not_given_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import transaction

    taken = make_completion(at=NOON).status_index
    free = (taken + 1) % bitstring.LENGTH
    draws = iter([taken, taken, free])
    monkeypatch.setattr(status.secrets, "randbelow", lambda most: next(draws))

    with transaction.atomic():
        assert allocate_index()[1] == free


@pytest.mark.django_db(transaction=True)
def test_revoked_by_four_at_once_it_is_revoked_once() -> None:
    certificate = make_completion(at=NOON)

    answers = side_by_side(*(partial(revoke, certificate, by=make_registrar()) for _ in range(4)))

    assert {type(answer) for answer in answers} == {Certificate}
    assert len(changes_of_status()) == 1
    assert list(history.breaks()) == []


@pytest.mark.django_db(transaction=True)
def test_two_revoked_at_once_are_both_in_the_list() -> None:
    certificates = [make_completion(at=NOON) for _ in range(3)]
    registrar = make_registrar()

    side_by_side(*(partial(revoke, certificate, by=registrar) for certificate in certificates))

    assert [bit_of(certificate) for certificate in certificates] == [True] * 3


# The address of the list -----------------------------------------------------------------------------------


def get_list(client, number: int = 1, **headers: str):
    return client.get(reverse("certificates:status_list", args=[number]), headers=headers)


@pytest.mark.django_db
def test_a_revocation_changes_the_tag_and_nothing_else_does(client) -> None:
    certificate = make_completion()

    first = get_list(client)
    unchanged = get_list(client, **{"if-none-match": first["ETag"]})
    revoke_certificate(certificate=certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=NOON + 300 * DAY)
    changed = get_list(client, **{"if-none-match": first["ETag"]})

    assert (first.status_code, first["Content-Type"]) == (200, "application/vc")
    assert (first["Access-Control-Allow-Origin"], first["Cache-Control"]) == (
        "*",
        "public, max-age=300, stale-if-error=86400",
    )
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", first["ETag"])
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, 2, 10**30])
def test_a_list_that_is_not_there_is_404(client, number: int) -> None:
    make_completion()

    assert get_list(client, number).status_code == 404


@pytest.mark.django_db
def test_a_list_too_old_to_serve_is_503(client) -> None:
    make_completion(at=NOON - 60 * DAY)
    SigningKey.objects.update(retired_at=NOON)

    assert get_list(client).status_code == 503


@pytest.mark.django_db
def test_a_fresh_list_costs_one_query(client, django_assert_num_queries) -> None:
    make_completion()
    get_list(client)

    with django_assert_num_queries(1):
        get_list(client)
