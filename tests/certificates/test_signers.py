"""Does every home of private keys keep the seam's promises? The same tests for each, and a whole life in hardware."""

import json
from functools import partial

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from certificates.checking import is_sound
from certificates.compromise import mark_compromised, sign_again
from certificates.models import Certificate, KeyAlgorithm, SigningKey
from certificates.proofs import raw_public_key, rsa_multibase, rsa_public_key
from certificates.signers import CannotSign, Signer, signer_of
from certificates.signing import activate_key, active_signer, stage_key
from certificates.tokens import token_says
from cms import checkup
from tests.certificates.softhsm import TOKEN, hardware, softhsm  # noqa: F401 - fixtures
from tests.courses.races import side_by_side
from tests.factories.certificates import make_completion
from tests.factories.people import NOON

KID = "did:web:academy.example#test"


@pytest.fixture(params=["local", "pkcs11"])
def signer(request) -> Signer:
    if request.param == "pkcs11":
        request.getfixturevalue("hardware")
    return signer_of(request.param)


@pytest.fixture(params=list(KeyAlgorithm))
def algorithm(request) -> KeyAlgorithm:
    return request.param


def holds(public: bytes, algorithm: KeyAlgorithm, signature: bytes, data: bytes) -> bool:
    try:
        if algorithm == KeyAlgorithm.ED25519:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
        else:
            rsa_public_key(rsa_multibase(public)).verify(signature, data, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def test_what_is_signed_is_confirmed_by_the_public_half(signer: Signer, algorithm: KeyAlgorithm) -> None:
    handle = signer.generate(kid=KID, algorithm=algorithm)

    public = signer.public_key(kid=KID, algorithm=algorithm, handle=handle)
    signature = signer.sign(kid=KID, algorithm=algorithm, handle=handle, data=b"words")

    assert holds(public, algorithm, signature, b"words")
    assert not holds(public, algorithm, signature, b"other words")
    assert len(signature) == {KeyAlgorithm.ED25519: 64, KeyAlgorithm.RS256: 384}[algorithm]


def test_another_pair_each_time_and_the_same_public_half_each_time(signer: Signer) -> None:
    handles = [signer.generate(kid=KID, algorithm=KeyAlgorithm.ED25519) for _ in range(2)]

    public = partial(signer.public_key, kid=KID, algorithm=KeyAlgorithm.ED25519)

    assert public(handle=handles[0]) == public(handle=handles[0])
    assert public(handle=handles[0]) != public(handle=handles[1])


@pytest.mark.parametrize("handle", [b"", b"nothing here", b"x" * 64])
def test_a_handle_of_nothing_signs_nothing(signer: Signer, algorithm: KeyAlgorithm, handle: bytes) -> None:
    with pytest.raises(CannotSign):
        signer.sign(kid=KID, algorithm=algorithm, handle=handle, data=b"words")


def test_a_home_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="elsewhere"):
        signer_of("elsewhere")


def test_without_a_secret_no_key_lies_in_the_database(settings) -> None:
    settings.CREDENTIAL_KEY_SECRET = ""

    with pytest.raises(CannotSign, match="CREDENTIAL_KEY_SECRET is not set"):
        signer_of("local").generate(kid=KID, algorithm=KeyAlgorithm.ED25519)


# In hardware -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"), [("PKCS11_PIN", "0000"), ("PKCS11_TOKEN", "another"), ("PKCS11_MODULE", "/nowhere.so")]
)
@pytest.mark.usefixtures("hardware")
def test_a_module_that_is_set_up_wrongly_says_where_to_look(settings, name: str, value: str) -> None:
    setattr(settings, name, value)

    with pytest.raises(CannotSign, match="PKCS11_TOKEN and PKCS11_PIN"):
        signer_of("pkcs11").generate(kid=KID, algorithm=KeyAlgorithm.ED25519)


def test_a_module_that_is_not_set_up_is_asked_for() -> None:
    with pytest.raises(CannotSign, match="set PKCS11_MODULE"):
        signer_of("pkcs11").generate(kid=KID, algorithm=KeyAlgorithm.ED25519)


@pytest.mark.usefixtures("hardware")
def test_the_private_half_cannot_leave_the_module() -> None:
    import pkcs11
    from django.conf import settings

    handle = signer_of("pkcs11").generate(kid=KID, algorithm=KeyAlgorithm.ED25519)

    token = pkcs11.lib(settings.PKCS11_MODULE).get_token(token_label=TOKEN)
    with token.open(user_pin=settings.PKCS11_PIN) as session:
        private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, id=handle)
        assert (private[pkcs11.Attribute.SENSITIVE], private[pkcs11.Attribute.EXTRACTABLE]) == (True, False)


@pytest.mark.usefixtures("hardware")
def test_eight_at_once_each_get_their_signature() -> None:
    signer = signer_of("pkcs11")
    ed25519 = {"kid": KID, "algorithm": KeyAlgorithm.ED25519}
    handle = signer.generate(**ed25519)

    signatures = side_by_side(*(partial(signer.sign, **ed25519, handle=handle, data=b"words") for _ in range(8)))

    assert len({bytes(signature) for signature in signatures}) == 1  # Ed25519 signs the same words the same way


@pytest.mark.django_db
@pytest.mark.usefixtures("hardware")
def test_a_whole_life_in_hardware() -> None:
    for algorithm in KeyAlgorithm:
        activate_key(key=stage_key(by=None, at=NOON, algorithm=algorithm), by=None, at=NOON)

    certificate = make_completion(at=NOON)

    proof_key, token_key = SigningKey.objects.order_by("pk")
    assert {key.backend for key in (proof_key, token_key)} == {"pkcs11"}
    assert certificate.signing_key == proof_key
    assert is_sound(certificate)
    assert raw_public_key(proof_key.public_multibase)
    assert token_says(certificate.tokens.get().token, json.loads(certificate.credential), key=token_key)
    assert [found.verdict for found in (checkup._signing_key(), checkup._token_key())] == ["ok", "ok"]

    mark_compromised(key=proof_key, by=None, at=NOON)
    list(sign_again(by=None, at=NOON))

    again = Certificate.objects.get()
    assert active_signer().key.backend == "pkcs11"
    assert (again.signing_key, is_sound(again)) == (active_signer().key, True)


@pytest.mark.django_db
@pytest.mark.usefixtures("hardware")
def test_the_doctor_says_when_the_module_is_away(settings) -> None:
    activate_key(key=stage_key(by=None, at=NOON), by=None, at=NOON)

    settings.PKCS11_PIN = "0000"

    found = checkup._signing_key()
    assert found.verdict == "FAIL"
    assert "PKCS11_PIN" in found.advice


@pytest.mark.django_db
@pytest.mark.usefixtures("hardware")
def test_keys_move_into_hardware_by_a_rotation(settings) -> None:
    settings.CREDENTIAL_KEY_BACKEND = "local"
    before = activate_key(key=stage_key(by=None, at=NOON), by=None, at=NOON)
    old = make_completion(at=NOON)

    after = activate_key(key=stage_key(by=None, at=NOON, backend="pkcs11"), by=None, at=NOON, now=True)
    new = make_completion(at=NOON)

    assert [(key.backend, key.state) for key in SigningKey.objects.order_by("pk")] == [
        ("local", "retired"),
        ("pkcs11", "active"),
    ]
    assert [certificate.signing_key for certificate in (old, new)] == [before, after]
    assert all(is_sound(certificate) for certificate in Certificate.objects.all())
