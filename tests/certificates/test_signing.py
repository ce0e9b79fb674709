"""Who can sign, with which key, and where does its private half lie?"""

from datetime import timedelta
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certificates.models import KeyAlgorithm, SigningKey
from certificates.proofs import raw_public_key
from certificates.signers.local import unwrap, wrap
from certificates.signing import (
    PUBLISHED_BEFORE,
    CannotSign,
    TooEarly,
    activate_key,
    active_signer,
    published_keys,
    retire_key,
    stage_key,
)
from cms.accounts import history
from cms.accounts.models import Entry
from tests.courses.races import side_by_side
from tests.factories.certificates import make_signing_key
from tests.factories.people import NOON, make_person

HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_a_staged_key_is_published_and_does_not_sign() -> None:
    key = stage_key(by=None, at=NOON)

    assert key.kid == "did:web:localhost%3A8000#ed25519-2026-11"
    assert [published.kid for published in published_keys()] == [key.kid]
    with pytest.raises(CannotSign, match="keys stage"):
        active_signer()


@pytest.mark.django_db
def test_keys_of_one_month_are_told_apart() -> None:
    kids = [stage_key(by=None, at=NOON).kid.partition("#")[2] for _ in range(3)]

    assert kids == ["ed25519-2026-11", "ed25519-2026-11-2", "ed25519-2026-11-3"]


@pytest.mark.django_db
def test_the_active_key_signs_what_its_public_half_confirms() -> None:
    key = make_signing_key()

    signer = active_signer()

    assert signer.key == key
    Ed25519PublicKey.from_public_bytes(raw_public_key(key.public_multibase)).verify(signer.sign(b"words"), b"words")


@pytest.mark.django_db
def test_activating_a_key_retires_the_one_before_and_keeps_it_published() -> None:
    first, second = stage_key(by=None, at=NOON), stage_key(by=None, at=NOON)
    registrar = make_person()

    activate_key(key=first, by=registrar, at=NOON)
    activate_key(key=second, by=registrar, at=NOON + PUBLISHED_BEFORE)

    first.refresh_from_db()
    assert first.retired_at == NOON + PUBLISHED_BEFORE
    assert active_signer().key == second
    assert [published.kid for published in published_keys()] == [first.kid, second.kid]
    assert list(Entry.objects.filter(chain__name="keys").order_by("number").values_list("verb", flat=True)) == [
        "key.staged",
        "key.staged",
        "key.activated",
        "key.retired",
        "key.activated",
    ]


@pytest.mark.django_db
def test_the_first_key_signs_at_once_and_the_next_once_it_is_known() -> None:
    activate_key(key=stage_key(by=None, at=NOON), by=None, at=NOON)
    second = stage_key(by=None, at=NOON)

    with pytest.raises(TooEarly, match="after 2026-11-25 12:00 UTC"):
        activate_key(key=second, by=None, at=NOON + PUBLISHED_BEFORE - HOUR)
    activate_key(key=second, by=None, at=NOON + PUBLISHED_BEFORE)

    assert active_signer().key == second


@pytest.mark.django_db
def test_who_cannot_wait_says_so() -> None:
    make_signing_key(at=NOON)

    second = activate_key(key=stage_key(by=None, at=NOON), by=None, at=NOON, now=True)

    assert active_signer().key == second


@pytest.mark.django_db
def test_a_key_for_tokens_waits_for_no_key_for_proofs() -> None:
    make_signing_key(at=NOON)

    token_key = activate_key(key=stage_key(by=None, at=NOON, algorithm=KeyAlgorithm.RS256), by=None, at=NOON)

    assert token_key.kid == "did:web:localhost%3A8000#rs256-2026-11"
    assert active_signer(KeyAlgorithm.RS256).key == token_key
    assert active_signer().key.algorithm == KeyAlgorithm.ED25519


@pytest.mark.django_db
def test_a_key_is_retired_once_and_leaves_nobody_signing() -> None:
    key = make_signing_key(at=NOON)

    retire_key(key=key, by=None, at=NOON + HOUR)
    again = retire_key(key=key, by=None, at=NOON + 2 * HOUR)

    assert again.retired_at == NOON + HOUR
    assert [published.trusted for published in published_keys()] == [True]
    with pytest.raises(CannotSign, match="No signing key is active"):
        active_signer()


@pytest.mark.django_db
def test_a_staged_key_has_nothing_to_retire() -> None:
    with pytest.raises(CannotSign, match="staged and signs nothing"):
        retire_key(key=stage_key(by=None, at=NOON), by=None, at=NOON)


@pytest.mark.django_db
def test_activating_again_changes_nothing() -> None:
    key = make_signing_key(at=NOON)
    entries = Entry.objects.count()

    again = activate_key(key=key, by=None, at=NOON + HOUR)

    assert again.activated_at == NOON
    assert Entry.objects.count() == entries


@pytest.mark.django_db
def test_a_retired_key_is_not_taken_up_again() -> None:
    first = make_signing_key(at=NOON)
    activate_key(key=stage_key(by=None, at=NOON), by=None, at=NOON + PUBLISHED_BEFORE)

    with pytest.raises(CannotSign, match="retired"):
        activate_key(key=first, by=None, at=NOON + 2 * PUBLISHED_BEFORE)


@pytest.mark.django_db
def test_the_private_half_is_neither_in_the_row_nor_in_history() -> None:
    key = make_signing_key()
    private = unwrap(bytes(key.handle), key.kid)

    assert len(private) == 32
    assert private not in bytes(key.handle)
    assert private.hex() not in str(list(Entry.objects.values_list("facts", flat=True)))


@pytest.mark.django_db
def test_wrapping_the_same_key_twice_looks_different() -> None:
    first, second = wrap(b"x" * 32, "kid"), wrap(b"x" * 32, "kid")

    assert first != second
    assert unwrap(first, "kid") == unwrap(second, "kid") == b"x" * 32


@pytest.mark.django_db
def test_a_key_cannot_be_opened_with_another_secret(settings) -> None:
    make_signing_key()

    settings.CREDENTIAL_KEY_SECRET = "another"

    with pytest.raises(CannotSign, match="CREDENTIAL_KEY_SECRET"):
        active_signer().sign(b"words")


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["another row's wrapping", "one byte", "nothing"])
def test_a_wrapping_that_was_altered_opens_nothing(how: str) -> None:
    key = make_signing_key()
    other = bytes(stage_key(by=None, at=NOON).handle)
    mine = bytes(key.handle)
    altered = {"another row's wrapping": other, "one byte": mine[:-1] + bytes([mine[-1] ^ 1]), "nothing": b""}[how]

    SigningKey.objects.filter(pk=key.pk).update(handle=altered)

    with pytest.raises(CannotSign):
        active_signer().sign(b"words")


@pytest.mark.django_db
def test_keys_of_another_address_neither_sign_nor_are_published(settings) -> None:
    make_signing_key()

    settings.BASE_URL = "https://academy.example"

    assert published_keys() == []
    with pytest.raises(CannotSign, match="No signing key is active"):
        active_signer()


@pytest.mark.django_db(transaction=True)
def test_keys_staged_at_once_get_names_of_their_own() -> None:
    answers = side_by_side(*(partial(stage_key, by=None, at=NOON) for _ in range(4)))

    assert [type(answer).__name__ for answer in answers] == ["SigningKey"] * 4
    assert len({answer.kid for answer in answers}) == 4


@pytest.mark.django_db(transaction=True)
def test_of_two_keys_activated_at_once_one_is_active() -> None:
    keys = [stage_key(by=None, at=NOON) for _ in range(2)]

    answers = side_by_side(*(partial(activate_key, key=key, by=None, at=NOON + PUBLISHED_BEFORE) for key in keys))

    assert [type(answer).__name__ for answer in answers] == ["SigningKey"] * 2
    assert SigningKey.objects.filter(activated_at__isnull=False, retired_at=None).count() == 1
    assert list(history.breaks()) == []
