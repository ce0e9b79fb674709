"""What do we tell wallets of ourselves, and of one offer? Plain dictionaries, as OpenID4VCI 1.0 has them.

The credential goes to the wallet as it was signed, and is bound to no key of the wallet's: binding it would be signing it
anew. So no binding method and no type of proof is declared (§12.2.4 asks for both or neither); a proof that a wallet sends all
the same is checked.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from cms.accounts.academy import AcademySettings

from ..canonical import CREDENTIALS_V2, OPEN_BADGES_3
from ..issuer import address_of
from .offers import PIN_DIGITS, Keys

CONFIGURATION = "OpenBadgeCredential_ldp_vc"
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
LCW = "https://lcw.app/request.html"


def issuer_metadata() -> dict[str, Any]:
    """`/.well-known/openid-credential-issuer` (§12.2.4)."""
    name = AcademySettings.load().name
    return {
        "credential_issuer": settings.BASE_URL,
        "credential_endpoint": address_of("certificates:wallet_credential"),
        "nonce_endpoint": address_of("certificates:wallet_nonce"),
        "display": [{"name": name, "locale": "en"}],
        "credential_configurations_supported": {
            CONFIGURATION: {
                "format": "ldp_vc",
                "credential_signing_alg_values_supported": ["eddsa-rdfc-2022"],
                "credential_definition": {
                    "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
                    "type": ["VerifiableCredential", "OpenBadgeCredential"],
                },
                "credential_metadata": {"display": [{"name": f"Open Badge, {name}", "locale": "en"}]},
            }
        },
    }


def server_metadata() -> dict[str, Any]:
    """`/.well-known/oauth-authorization-server` (RFC 8414, and OpenID4VCI §12.3)."""
    return {
        "issuer": settings.BASE_URL,
        "token_endpoint": address_of("certificates:wallet_token"),
        "grant_types_supported": [GRANT],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def offer_document(*, code: str, asks_pin: bool) -> dict[str, Any]:
    """One offer (§4.1.1)."""
    grant: dict[str, Any] = {"pre-authorized_code": code}
    if asks_pin:
        grant["tx_code"] = {"input_mode": "numeric", "length": PIN_DIGITS}
    return {
        "credential_issuer": settings.BASE_URL,
        "credential_configuration_ids": [CONFIGURATION],
        "grants": {GRANT: grant},
    }


def offer_link(keys: Keys) -> str:
    """What a wallet opens, or reads as a square code (§4.1.3)."""
    address = address_of("certificates:wallet_offer", keys.token)
    return f"openid-credential-offer://?{urlencode({'credential_offer_uri': address})}"


def lcw_link(keys: Keys) -> str:
    """The link of Learner Credential Wallet; it comes back by POST with a presentation over the challenge."""
    said = {
        "issuer": urlsplit(settings.BASE_URL).netloc,
        "auth_type": "bearer",
        "challenge": keys.challenge,
        "vc_request_url": address_of("certificates:wallet_lcw", keys.token),
    }
    return f"{LCW}?{urlencode(said)}"
