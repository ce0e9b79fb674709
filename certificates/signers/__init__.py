"""Where do private keys lie, and how are they asked to sign? The seam that a KMS plugs into.

A `Signer` makes key pairs and signs with them. It never hands a private half out: it gives back a *handle*, bytes that mean
something to this signer alone, and the key's row keeps them. Here are two: `local` (the handle is the private half, encrypted)
and `pkcs11` (the handle is the id of an object in a hardware module). To add a third, such as a cloud's KMS: write a class
with these three methods, add its name to `models.KeyBackend` and to `SIGNERS` below, and run the tests of
`tests/certificates/test_signers.py` on it. What it must sign is 64 bytes with pure Ed25519 (AWS KMS: ED25519_SHA_512 on
ECC_NIST_EDWARDS25519; Google: EC_SIGN_ED25519; Vault: transit, ed25519), and some kilobytes with RSASSA-PKCS1-v1_5 over SHA-256.
"""

from typing import Protocol

from ..models import KeyAlgorithm, KeyBackend
from .local import LocalSigner
from .pkcs11 import Pkcs11Signer
from .refusals import CannotSign

__all__ = ["CannotSign", "Signer", "signer_of"]


class Signer(Protocol):
    """A home of private keys. Every method raises CannotSign with a sentence for the operator when it cannot do its part."""

    def generate(self, *, kid: str, algorithm: KeyAlgorithm) -> bytes:
        """Make a key pair and return its handle. Repeating makes another pair."""

    def public_key(self, *, kid: str, algorithm: KeyAlgorithm, handle: bytes) -> bytes:
        """The public half: 32 raw bytes for Ed25519, PKCS #1 in DER for RSA. Repeating gives the same."""

    def sign(self, *, kid: str, algorithm: KeyAlgorithm, handle: bytes, data: bytes) -> bytes:
        """Sign `data` itself, not a digest of it: 64 bytes of pure Ed25519, or RSASSA-PKCS1-v1_5 over its SHA-256."""


SIGNERS: dict[str, Signer] = {KeyBackend.LOCAL: LocalSigner(), KeyBackend.PKCS11: Pkcs11Signer()}


def signer_of(backend: str) -> Signer:
    """The signer of that name."""
    return SIGNERS[KeyBackend(backend)]
