"""Where a programme asks for it, can other people's verifiers read a suspension, and is a revocation never unset?"""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from joserfc import jws

from certificates import status
from certificates.bitstring import decode, is_set
from certificates.checking import is_sound
from certificates.documents import InvalidCredential, check_schema, status_entries
from certificates.editions import new_edition
from certificates.issuing import replace_certificate
from certificates.models import Certificate, EditionReason, RevocationReason, SigningKey, StatusList, StatusPurpose
from certificates.status import (
    build_list,
    build_lists,
    reinstate_certificate,
    revoke_certificate,
    signed_places,
    suspend_certificate,
)
from certificates.tokens import token_says
from cms import records
from tests.courses.races import side_by_side
from tests.factories.certificates import make_certificate, make_completion, make_token_key
from tests.factories.courses import make_programme
from tests.factories.people import NOON, make_person, make_registrar

DAY = timedelta(days=1)


def make_suspendable(**made) -> Certificate:
    return make_certificate(at=NOON, suspendable=True, **made)


def suspended(certificate: Certificate) -> bool:
    listed = StatusList.objects.get(purpose=StatusPurpose.SUSPENSION)
    subject = json.loads(listed.document)["credentialSubject"]
    return is_set(decode(subject["encodedList"]), Certificate.objects.get(pk=certificate.pk).suspension_index)


def suspend(certificate: Certificate, at=NOON + DAY) -> Certificate:
    return suspend_certificate(
        certificate=certificate, reason="A case is being looked into", by=make_person("Registrar"), at=at
    )


@pytest.mark.django_db
def test_a_suspendable_one_names_both_lists_and_another_its_one() -> None:
    both, one = make_suspendable(), make_completion(at=NOON)

    entries = json.loads(both.credential)["credentialStatus"]

    assert [entry["statusPurpose"] for entry in entries] == ["revocation", "suspension"]
    assert entries[1] == {
        "id": f"http://localhost:8000/status/suspension/1#{both.suspension_index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "suspension",
        "statusListIndex": str(both.suspension_index),
        "statusListCredential": "http://localhost:8000/status/suspension/1",
    }
    assert isinstance(json.loads(one.credential)["credentialStatus"], dict)
    assert (one.suspension_list, one.suspension_index) == (None, None)
    assert is_sound(both)
    assert list(records.faults()) == []


@pytest.mark.django_db
def test_a_suspension_sets_its_bit_and_lifting_it_unsets_it() -> None:
    certificate, bystander = make_suspendable(), make_suspendable()

    suspend(certificate)
    assert (suspended(certificate), suspended(bystander)) == (True, False)
    assert is_sound(Certificate.objects.get(pk=certificate.pk))
    assert list(records.faults()) == []

    reinstate_certificate(certificate=certificate, by=make_registrar(), at=NOON + 2 * DAY)
    assert suspended(certificate) is False
    assert is_sound(Certificate.objects.get(pk=certificate.pk))


@pytest.mark.django_db
def test_a_suspension_undone_in_the_database_is_not_sound() -> None:
    certificate = suspend(make_suspendable())

    Certificate.objects.filter(pk=certificate.pk).update(suspended_at=None, suspension_reason="")

    assert not is_sound(Certificate.objects.get())


@pytest.mark.django_db
def test_a_replacement_is_suspended_on_a_place_of_its_own() -> None:
    old = suspend(make_suspendable())

    new = replace_certificate(certificate=old, holder_name="Ana Prosser", by=make_registrar(), at=NOON + 2 * DAY)

    assert new.suspension_index != old.suspension_index
    assert (suspended(old), suspended(new)) == (True, True)
    assert all(is_sound(certificate) for certificate in Certificate.objects.all())
    assert list(records.faults()) == []


@pytest.mark.django_db
def test_a_new_edition_keeps_its_place_among_suspensions() -> None:
    certificate = make_suspendable()

    renewed = new_edition(certificate=certificate, because=EditionReason.RENEWAL, by=None, at=NOON + DAY)

    assert renewed.suspension_index == certificate.suspension_index
    assert len(json.loads(renewed.credential)["credentialStatus"]) == 2
    assert is_sound(Certificate.objects.get())


@pytest.mark.django_db
def test_the_flag_counts_from_the_set_that_was_published_with_it() -> None:
    programme = make_programme()
    before = make_certificate(at=NOON, programme=programme)
    programme.suspendable = True
    programme.save()

    after = make_certificate(at=NOON, programme=programme)

    assert (before.suspension_list, after.suspension_list) == (None, None)


@pytest.mark.django_db
def test_two_entries_pass_the_schema_as_one_does_and_three_do_not() -> None:
    document = json.loads(make_suspendable().credential)
    first, second = document["credentialStatus"]

    check_schema(document)
    for wrong in ([first, second, second], [first, {"id": "https://x"}], [], [first]):
        with pytest.raises(InvalidCredential):
            check_schema({**document, "credentialStatus": wrong})
    assert status_entries({"id": "x"}) == []


@pytest.mark.django_db(transaction=True)
def test_two_suspended_at_once_are_both_on_the_list() -> None:
    certificates = [make_suspendable() for _ in range(3)]

    side_by_side(*(partial(suspend, certificate) for certificate in certificates))

    assert [suspended(certificate) for certificate in certificates] == [True] * 3


# What was signed once --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_revocation_bit_stays_set_whatever_the_row_says_since() -> None:
    certificate = make_completion(at=NOON)
    revoke_certificate(certificate=certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=NOON + DAY)
    Certificate.objects.update(revoked_at=None, revocation_reason="")

    built = build_list(status_list=certificate.status_list, at=NOON + 2 * DAY)

    assert signed_places(built) == {certificate.status_index}
    assert not is_sound(Certificate.objects.get())


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["a bit more", "nothing", "an unknown key"])
def test_what_we_did_not_sign_sets_no_bit(how: str) -> None:
    certificate = make_completion(at=NOON)
    listed = StatusList.objects.get()
    document = json.loads(listed.document)
    if how == "a bit more":
        document["credentialSubject"]["encodedList"] = status.status_list_document(
            url="https://x", issuer_did="did:web:x", indices=[7], valid_from=NOON, valid_until=NOON + DAY
        )["credentialSubject"]["encodedList"]
    elif how == "an unknown key":
        document["proof"]["verificationMethod"] = "did:web:x#1"
    StatusList.objects.update(document="" if how == "nothing" else json.dumps(document))

    built = build_list(status_list=StatusList.objects.get(), at=NOON + DAY)

    assert signed_places(built) == set()
    assert is_sound(Certificate.objects.select_related("status_list").get(pk=certificate.pk))


@pytest.mark.django_db
def test_a_bit_that_is_nobodys_is_named() -> None:
    certificate = make_completion(at=NOON)
    free = (certificate.status_index + 1) % status.LENGTH
    real = status.set_places

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(status, "set_places", lambda listed: real(listed) | {free})
        build_list(status_list=StatusList.objects.get(), at=NOON + DAY)

    assert [fault.row for fault in records.faults()] == [f"statuslist:{StatusList.objects.get().pk} (number 1)"]


# Daily, and as a JWT ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_list_is_signed_every_day(capsys) -> None:
    make_suspendable()
    before = set(StatusList.objects.values_list("built_at", flat=True))

    call_command("build_status_lists")

    assert capsys.readouterr().out == "2 status lists signed.\n"
    assert min(StatusList.objects.values_list("built_at", flat=True)) > max(before)


@pytest.mark.django_db
def test_it_says_when_nobody_can_sign() -> None:
    make_suspendable()
    SigningKey.objects.update(retired_at=NOON)

    with pytest.raises(CommandError, match="keys stage"):
        call_command("build_status_lists")


@pytest.mark.django_db
def test_the_list_of_suspensions_is_served_under_its_own_address(client) -> None:
    make_suspendable()
    build_lists(at=NOON)

    response = client.get("/status/suspension/1")

    said = json.loads(response.content)
    assert (response.status_code, response["Content-Type"]) == (200, "application/vc")
    assert said["id"] == "http://localhost:8000/status/suspension/1"
    assert said["credentialSubject"]["statusPurpose"] == "suspension"
    assert client.get("/status/suspension/2").status_code == 404
    assert client.get("/status/elsewhere/1", follow=True).status_code == 404


@pytest.mark.django_db
def test_a_list_is_served_as_a_jwt_to_who_asks_with_a_tag_of_its_own(client) -> None:
    key = make_token_key()
    make_completion()

    token = client.get("/status/revocation/1", headers={"accept": "application/vc+jwt"})
    document = client.get("/status/revocation/1", headers={"accept": "application/vc, application/json;q=0.5"})
    unchanged = client.get(
        "/status/revocation/1", headers={"accept": "application/vc+jwt", "if-none-match": token["ETag"]}
    )

    assert token["Content-Type"] == "application/vc+jwt"
    assert jws.extract_compact(token.content).headers() == {"alg": "RS256", "kid": key.kid, "typ": "JWT"}
    assert token_says(token.content.decode(), json.loads(document.content), key=key)
    assert token["ETag"] != document["ETag"]
    assert unchanged.status_code == 304
    assert "Accept" in token["Vary"]


@pytest.mark.django_db
def test_without_a_key_for_jwts_the_list_is_there_as_it_always_is(client) -> None:
    make_completion()

    response = client.get("/status/revocation/1", headers={"accept": "application/vc+jwt"})

    assert (response.status_code, response["Content-Type"]) == (200, "application/vc")


@pytest.mark.django_db
def test_a_list_is_packed_once_and_not_again_on_its_way(client) -> None:
    make_completion()

    response = client.get("/status/revocation/1", headers={"accept-encoding": "gzip, br"})

    assert "Content-Encoding" not in response
    assert not response["ETag"].startswith("W/")


@pytest.mark.django_db
def test_a_list_that_changed_behind_our_back_is_named_in_its_jwt_form_too() -> None:
    make_token_key()
    make_completion(at=NOON)
    other = make_suspendable()

    StatusList.objects.filter(purpose="revocation").update(token=StatusList.objects.get(purpose="suspension").token)

    assert [fault.row for fault in records.faults()] == [f"statuslist:{other.status_list_id} (number 1)"]
