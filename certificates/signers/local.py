"""How does a key lie in the database? Encrypted by AES-256-GCM under CREDENTIAL_KEY_SECRET, which is not in the database."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from django.conf import settings
from django.utils.translation import gettext as _

from ..models import KeyAlgorithm
from .refusals import CannotSign

NONCE = 12  # bytes
RSA_BITS = 3072  # good beyond 2030. Source: NIST SP 800-57 part 1, table 2


class LocalSigner:
    """The handle is the private half, wrapped; the key's id is bound to it, so that a wrapping fits its own row only."""

    def generate(self, *, kid: str, algorithm: KeyAlgorithm) -> bytes:
        if algorithm == KeyAlgorithm.ED25519:
            return wrap(Ed25519PrivateKey.generate().private_bytes_raw(), kid)
        private = generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        return wrap(private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), kid)

    def public_key(self, *, kid: str, algorithm: KeyAlgorithm, handle: bytes) -> bytes:
        private = _private(kid, algorithm, handle)
        if isinstance(private, Ed25519PrivateKey):
            return private.public_key().public_bytes_raw()
        return private.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)

    def sign(self, *, kid: str, algorithm: KeyAlgorithm, handle: bytes, data: bytes) -> bytes:
        private = _private(kid, algorithm, handle)
        if isinstance(private, Ed25519PrivateKey):
            return private.sign(data)
        return private.sign(data, PKCS1v15(), SHA256())


def wrap(private: bytes, kid: str) -> bytes:
    """The private half, encrypted: the same twice looks different. Raises CannotSign without CREDENTIAL_KEY_SECRET."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _wrapping_key().encrypt(nonce, private, kid.encode())


def unwrap(wrapped: bytes, kid: str) -> bytes:
    """What `wrap` was given. Raises CannotSign for another secret, another key's id and whatever was altered."""
    try:
        return _wrapping_key().decrypt(wrapped[:NONCE], wrapped[NONCE:], kid.encode())
    except (InvalidTag, ValueError):  # a wrapping too short to hold anything is a ValueError
        raise CannotSign(
            _("The signing key cannot be opened: CREDENTIAL_KEY_SECRET is not the one it was made with.")
        ) from None


def _private(kid: str, algorithm: KeyAlgorithm, handle: bytes) -> Ed25519PrivateKey | RSAPrivateKey:
    opened = unwrap(handle, kid)
    if algorithm == KeyAlgorithm.ED25519:
        return Ed25519PrivateKey.from_private_bytes(opened)
    # Its own check of the primes takes ten times as long as signing; that these are the bytes we wrapped is known.
    loaded = load_der_private_key(opened, password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(loaded, RSAPrivateKey)  # noqa: S101 - told apart by the row, wrapped by us
    return loaded


def _wrapping_key() -> AESGCM:
    if not settings.CREDENTIAL_KEY_SECRET:
        raise CannotSign(_("CREDENTIAL_KEY_SECRET is not set here, so a key in the database cannot be opened."))
    # HKDF: the secret may be any long text; the cipher wants 32 bytes that look random.
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"closed-set signing keys")
    return AESGCM(derive.derive(settings.CREDENTIAL_KEY_SECRET.encode()))
