"""Which JWT is served for a certificate? Made with each edition, or on first asking where no key for JWTs was active then."""

import hashlib
import json
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from .models import Certificate, CredentialToken, KeyAlgorithm, Status
from .signing import CannotSign, active_signer
from .tokens import sign_token, token_says

STANDING = {Status.ACTIVE, Status.EXPIRING, Status.SUSPENDED}


def token_of(certificate: Certificate) -> CredentialToken | None:
    """The token of the present edition by a key that is trusted, if there is one; one query."""
    return (
        certificate.tokens.filter(credential_digest=certificate.credential_digest, signing_key__compromised_at=None)
        .order_by("-pk")
        .first()
    )


def served_token(*, certificate: Certificate, at: datetime) -> CredentialToken:
    """The token of the present edition, made now where there is none. Repeating gives the same one.

    Raises CannotSign when no key for JWTs is active, and for a certificate that ended without a token: what ended is
    not signed any more.
    """
    if kept := token_of(certificate):
        return kept
    if certificate.status(at) not in STANDING:
        raise CannotSign(_("This certificate has ended, and had no JWT form before it did."))
    return make_token(certificate=certificate, at=at)


@transaction.atomic
def make_token(*, certificate: Certificate, at: datetime) -> CredentialToken:
    """Sign the JWT form of the credential as it is now, and keep it. Repeating with the same key gives the same one.

    Raises CannotSign when no key for JWTs is active, or what was signed does not hold.
    """
    signer = active_signer(KeyAlgorithm.RS256)
    document = json.loads(certificate.credential)
    token = sign_token(document, kid=signer.key.kid, sign=signer.sign)
    if not token_says(token, document, key=signer.key):
        raise CannotSign(_("The signature did not hold when we checked it. Nothing was kept; try again."))
    made, _made_now = CredentialToken.objects.get_or_create(
        certificate=certificate,
        credential_digest=certificate.credential_digest,
        signing_key=signer.key,
        defaults={"token": token, "digest": digest_of(token), "made_at": at},
    )
    return made


def make_token_if_we_can(*, certificate: Certificate, at: datetime) -> None:
    """The same for who can do without: an academy that has no key for JWTs issues all the same."""
    try:
        with transaction.atomic():
            make_token(certificate=certificate, at=at)
    except CannotSign:
        return


def digest_of(token: str) -> str:
    """SHA-256 of the token as served, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
