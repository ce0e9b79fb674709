"""Which keys, lists and JWTs does the database itself refuse?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from certificates.models import Certificate, CredentialToken, SigningKey, StatusList, StatusPurpose
from tests.factories.certificates import make_certificate, make_completion, make_signing_key, make_token_key
from tests.factories.people import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def make_key(**fields: object) -> SigningKey:
    values = {"kid": "did:web:x#1", "public_multibase": "z1", "handle": b"x", "made_at": NOON}
    return SigningKey.objects.create(**(values | fields))


def test_every_constraint_on_keys_has_a_test() -> None:
    assert {constraint.name for constraint in SigningKey._meta.constraints} == {
        "signingkey_one_active_of_each_algorithm",
        "signingkey_activated_after_made",
        "signingkey_retired_after_activated",
        "signingkey_compromised_after_made",
        "signingkey_of_an_algorithm_we_sign_with",
    }


@pytest.mark.parametrize("same", [{"public_multibase": "z2"}, {"kid": "did:web:x#2"}], ids=["kid", "public key"])
def test_two_keys_never_share_a_name_or_a_public_half(same: dict) -> None:
    make_key()

    with pytest.raises(IntegrityError):
        make_key(**same)


def test_one_key_of_each_algorithm_is_active() -> None:
    make_signing_key()

    make_key(kid="did:web:x#2", public_multibase="z2", algorithm="rs256", activated_at=NOON)
    with pytest.raises(IntegrityError):
        make_key(activated_at=NOON)


@pytest.mark.parametrize("ended", [{"retired_at": NOON}, {"compromised_at": NOON}], ids=["retired", "compromised"])
def test_what_was_active_makes_room_for_another(ended: dict) -> None:
    make_key(activated_at=NOON, **ended)

    make_key(kid="did:web:x#2", public_multibase="z2", activated_at=NOON)

    assert [key.state for key in SigningKey.objects.order_by("pk")] == [next(iter(ended)).removesuffix("_at"), "active"]


@pytest.mark.parametrize(
    ("impossible", "constraint"),
    [
        ({"activated_at": NOON - DAY}, "signingkey_activated_after_made"),
        ({"retired_at": NOON}, "signingkey_retired_after_activated"),
        ({"activated_at": NOON, "retired_at": NOON - DAY}, "signingkey_retired_after_activated"),
        ({"compromised_at": NOON - DAY}, "signingkey_compromised_after_made"),
        ({"algorithm": "es256"}, "signingkey_of_an_algorithm_we_sign_with"),
    ],
)
def test_the_dates_of_a_key_follow_each_other(impossible: dict, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        make_key(**impossible)


def test_a_status_list_has_its_number_to_itself_among_its_kind() -> None:
    StatusList.objects.create(number=7)

    StatusList.objects.create(number=7, purpose=StatusPurpose.SUSPENSION)
    with pytest.raises(IntegrityError):
        StatusList.objects.create(number=7)


@pytest.mark.parametrize("impossible", ["a list without a place", "a place without a list", "a place past the end"])
def test_a_list_of_suspensions_and_a_place_on_it_go_together(impossible: str) -> None:
    certificate = make_completion()
    listed = StatusList.objects.create(number=1, purpose=StatusPurpose.SUSPENSION)
    changes: dict[str, object] = {
        "a list without a place": {"suspension_list": listed},
        "a place without a list": {"suspension_index": 3},
        "a place past the end": {"suspension_list": listed, "suspension_index": 131_072},
    }[impossible]

    with pytest.raises(IntegrityError, match="certificate_suspension_list_and_index_together"):
        Certificate.objects.filter(pk=certificate.pk).update(**changes)


def test_two_certificates_never_share_a_place_among_suspensions() -> None:
    listed = StatusList.objects.create(number=1, purpose=StatusPurpose.SUSPENSION)
    first, second = make_completion(), make_completion()
    Certificate.objects.filter(pk=first.pk).update(suspension_list=listed, suspension_index=3)

    with pytest.raises(IntegrityError):
        Certificate.objects.filter(pk=second.pk).update(suspension_list=listed, suspension_index=3)


def test_a_credential_has_one_token_by_each_key() -> None:
    make_token_key()
    token = make_certificate().tokens.get()

    token.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        token.save(force_insert=True)

    assert CredentialToken.objects.count() == 1
    assert str(CredentialToken.objects.get()).startswith("CredentialToken ")
