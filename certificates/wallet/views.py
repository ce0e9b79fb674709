"""What do wallets ask, and what do we answer? JSON for programs; errors in the codes of OpenID4VCI 1.0 and OAuth 2.0."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from cms.accounts.policy import open_to_anyone
from cms.accounts.throttle import WINDOW, too_many_misses

from ..models import Certificate
from . import offers
from .documents import CONFIGURATION, GRANT, issuer_metadata, offer_document, server_metadata
from .proofs import BadNonce, BadProof, check_proof, new_nonce

WHY = "a wallet has no account; what it may fetch, its offer says"
MOST = 20_000  # bytes of a request
MOST_PROOFS = 3
HOUR = 3600  # seconds


def _answer(said: dict[str, Any], *, status: int = 200, cache: str = "no-store") -> HttpResponse:
    response = JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = cache
    response["Access-Control-Allow-Origin"] = "*"  # wallets in a browser; no cookie opens anything here
    return response


def _refusal(error: str, words: str = "", *, status: int = 400) -> HttpResponse:
    return _answer({"error": error} | ({"error_description": words} if words else {}), status=status)


def _missed(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """The refusal of what may have been guessed; after too many, nothing but that."""
    if not too_many_misses(request, what="wallet"):
        return refusal
    response = _refusal("temporarily_unavailable", status=429)
    response["Retry-After"] = str(WINDOW)
    return response


@require_safe
@open_to_anyone(WHY)
def issuer(request: HttpRequest) -> HttpResponse:
    """What we issue, and where it is fetched."""
    return _answer(issuer_metadata(), cache=f"public, max-age={HOUR}")


@require_safe
@open_to_anyone(WHY)
def server(request: HttpRequest) -> HttpResponse:
    """Where a code is exchanged for access."""
    return _answer(server_metadata(), cache=f"public, max-age={HOUR}")


@require_safe
@open_to_anyone(WHY)
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """One offer, while its code is still to be used."""
    found = offers.open_offer(token, at=timezone.now())
    if found is None:
        return _missed(request, _refusal("invalid_request", "There is no such offer, or it has ended.", status=404))
    return _answer(offer_document(code=offers.code_of(token), asks_pin=bool(found.pin_digest)))


@csrf_exempt  # no cookie is looked at
@require_POST
@open_to_anyone(WHY)
def token(request: HttpRequest) -> HttpResponse:
    """A code for an access token (§6)."""
    said = request.POST
    if said.get("grant_type") != GRANT:
        return _refusal("unsupported_grant_type")
    code, pin = said.get("pre-authorized_code", ""), said.get("tx_code", "")
    if not code:
        return _refusal("invalid_request", "The pre-authorized_code is missing.")
    try:
        access = offers.exchange_code(code=code, pin=pin, at=timezone.now())
    except offers.BadPin:
        return _missed(request, _refusal("invalid_grant", "The transaction code is missing or wrong."))
    except offers.BadCode:
        return _missed(request, _refusal("invalid_grant", "The code opens nothing, or has been used."))
    return _answer(
        {"access_token": access, "token_type": "Bearer", "expires_in": int(offers.ACCESS_FOR.total_seconds())}
    )


@csrf_exempt
@require_POST
@open_to_anyone(WHY)
def nonce(request: HttpRequest) -> HttpResponse:
    """A nonce for a proof (§7)."""
    return _answer({"c_nonce": new_nonce()})


@csrf_exempt
@require_POST
@open_to_anyone(WHY)
def credential(request: HttpRequest) -> HttpResponse:
    """The credential, once (§8). It is the one that was signed, bound to no key of the wallet's."""
    scheme, _space, access = request.headers.get("Authorization", "").partition(" ")
    at = timezone.now()
    if scheme.lower() != "bearer" or not offers.access_stands(access, at=at):
        return _missed(request, _no_access())
    said = _read(request)
    if said is None or not isinstance(said.get("credential_configuration_id"), str):
        return _refusal("invalid_credential_request", "Say which credential_configuration_id.")
    if said["credential_configuration_id"] != CONFIGURATION:
        return _refusal("unknown_credential_configuration")
    try:
        nonces = [check_proof(proof, at=at) for proof in _proofs(said)]
        certificate = offers.fetch_by_access(access=access, nonces=nonces, at=at)
    except BadNonce as problem:
        return _refusal("invalid_nonce", str(problem))
    except BadProof as problem:
        return _refusal("invalid_proof", str(problem))
    except offers.SpentAlready:
        return _refusal("invalid_nonce", "This nonce was used already.")
    except offers.BadAccess:  # used by another request since
        return _missed(request, _no_access())
    except offers.Ended:
        return _refusal("credential_request_denied", "The certificate has ended.")
    return _answer({"credentials": [{"credential": _document(certificate)}]})


@csrf_exempt
@require_POST
@open_to_anyone(WHY)
def lcw(request: HttpRequest, token: str) -> HttpResponse:
    """Learner Credential Wallet: the credential, once, for a presentation over the challenge of the link.

    Its own signature is not looked at: it is bound to nothing, and the address and the challenge are what opens the offer.
    """
    said = _read(request) or {}
    proof = said.get("proof")
    challenge = proof.get("challenge") if isinstance(proof, dict) else None
    try:
        certificate = offers.fetch_by_address(
            token=token, challenge=challenge if isinstance(challenge, str) else "", at=timezone.now()
        )
    except offers.BadAccess:
        return _missed(request, _refusal("invalid_request", "There is no such offer, or it has ended.", status=404))
    except offers.Ended:
        return _refusal("credential_request_denied", "The certificate has ended.")
    return _answer(_document(certificate))


def _no_access() -> HttpResponse:
    response = _refusal("invalid_token", status=401)
    response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


def _document(certificate: Certificate) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(certificate.credential)
    return document


def _read(request: HttpRequest) -> dict[str, Any] | None:
    """The body as an object; None for what is none, or too much."""
    if int(request.headers.get("Content-Length") or 0) > MOST:
        return None
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _proofs(said: dict[str, Any]) -> list[object]:
    """The proofs that came along, none among them. Raises BadProof for another shape than §8.2 has."""
    if "proofs" not in said:
        return []
    proofs = said["proofs"]
    jwts = proofs.get("jwt") if isinstance(proofs, dict) and set(proofs) == {"jwt"} else None
    if not isinstance(jwts, list) or not 1 <= len(jwts) <= MOST_PROOFS:
        raise BadProof("Proofs are one to three of the type jwt.")
    return jwts
