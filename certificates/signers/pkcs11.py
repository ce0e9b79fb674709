"""How does a hardware module sign? Over PKCS #11, the interface that HSMs, smart cards and several clouds' KMS speak.

The private half is made in the token and cannot leave it. Settings: PKCS11_MODULE (the vendor's library), PKCS11_TOKEN (the
token's label) and PKCS11_PIN. Tried on SoftHSM, in the suite.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.translation import gettext as _

from ..models import KeyAlgorithm
from .refusals import CannotSign

if TYPE_CHECKING:
    from pkcs11 import Session

RSA_BITS = 3072
EDWARDS25519 = b"\x13\x0cedwards25519"  # the curve by its name, a DER PrintableString. Source: PKCS #11 3.0, 2.3.5
# Logging in and out is the token's, not the session's: one conversation at a time in a process.
TURN = threading.Lock()


class Pkcs11Signer:
    """The handle is the object's id in the token (CKA_ID)."""

    def generate(self, *, kid: str, algorithm: KeyAlgorithm) -> bytes:
        from pkcs11 import Attribute, KeyType, Mechanism

        handle = secrets.token_bytes(16)
        with _session(write=True) as session:
            if algorithm == KeyAlgorithm.ED25519:
                curve = session.create_domain_parameters(
                    KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: EDWARDS25519}, local=True
                )
                how = Mechanism.EC_EDWARDS_KEY_PAIR_GEN
                curve.generate_keypair(mechanism=how, id=handle, label=kid, store=True)
            else:
                session.generate_keypair(KeyType.RSA, RSA_BITS, id=handle, label=kid, store=True)
        return handle

    def public_key(self, *, kid: str, algorithm: KeyAlgorithm, handle: bytes) -> bytes:
        from pkcs11 import Attribute, ObjectClass

        with _session() as session:
            public = session.get_key(object_class=ObjectClass.PUBLIC_KEY, id=handle)
            if algorithm == KeyAlgorithm.ED25519:
                # A DER OCTET STRING by the standard, bare in some tokens: the last 32 bytes are the point either way.
                return bytes(public[Attribute.EC_POINT])[-32:]
            numbers = RSAPublicNumbers(
                e=int.from_bytes(public[Attribute.PUBLIC_EXPONENT]), n=int.from_bytes(public[Attribute.MODULUS])
            )
            return numbers.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)

    def sign(self, *, kid: str, algorithm: KeyAlgorithm, handle: bytes, data: bytes) -> bytes:
        from pkcs11 import Mechanism, ObjectClass, SignMixin

        how = Mechanism.EDDSA if algorithm == KeyAlgorithm.ED25519 else Mechanism.SHA256_RSA_PKCS
        with _session() as session:
            private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=handle)
            assert isinstance(private, SignMixin)  # noqa: S101 - by its class, and for mypy
            return bytes(private.sign(data, mechanism=how))


@contextmanager
def _session(*, write: bool = False) -> Iterator[Session]:
    """A session of its own each time, so that a token that was away is found again. Raises CannotSign for every trouble."""
    if not settings.PKCS11_MODULE:
        raise CannotSign(_("This key lies in a hardware module: set PKCS11_MODULE, PKCS11_TOKEN and PKCS11_PIN."))
    try:
        import pkcs11
    except ImportError:
        raise CannotSign(_("Keys in a hardware module need a package: run “uv sync --group pkcs11”.")) from None
    with TURN:
        try:
            token = pkcs11.lib(settings.PKCS11_MODULE).get_token(token_label=settings.PKCS11_TOKEN)
            with token.open(rw=write, user_pin=settings.PKCS11_PIN) as session:
                yield session
        except (pkcs11.PKCS11Error, RuntimeError, OSError) as problem:  # what a library that cannot be loaded raises
            raise CannotSign(
                _(
                    "The hardware module does not sign (%(what)s). Is it there, and are PKCS11_TOKEN and PKCS11_PIN right?"
                )
                % {"what": type(problem).__name__}
            ) from problem
