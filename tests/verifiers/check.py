"""What do independent Python verifiers say of a credential of a running site?

    python tests/verifiers/check.py <base-url> <credential-url-or-file> [--expect=valid|refused|revoked]

Prints one line of JSON for each verifier: {"verifier", "verdict", "detail"}. Ends with 1 when a verdict is
not the expected one, and with 2 when the credential could not be read. Both libraries are handed the way to
fetch, which asks <base-url> whatever they ask of the issuer's host, so that https on paper may be http on
this machine.
"""

# ruff: noqa: S310, T201 - a command that fetches from the address it is given, and prints.

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jwt
from jwt.utils import base64url_decode
from openbadgeslib.ob3.contexts import bundled_contexts
from openbadgeslib.ob3.did import fetch_did_web_document, pem_for_kid
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from openvc.did.base import DidResolverRegistry
from openvc.did.did_web import DidWebResolver
from openvc.errors import OpenvcError
from openvc.resolvers import default_status_list_resolver
from openvc.status import CredentialRevoked
from openvc.verify import verify_credential

OPEN_BADGES_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

Verdict = tuple[str, str]
Fetch = Callable[[str], bytes]


def main(arguments: list[str]) -> int:
    options = [argument for argument in arguments if argument.startswith("--expect=")]
    try:
        base_url, source = [argument for argument in arguments if argument not in options]
    except ValueError:
        print(__doc__, file=sys.stderr)
        return 2
    expected = options[-1].partition("=")[2] if options else None
    try:
        if source.startswith(("http:", "https:")):
            credential = json.loads(_site(base_url, {})(source))
        else:
            credential = json.loads(Path(source).read_text())
    except (OSError, ValueError) as error:
        print(f"The credential could not be read: {error}", file=sys.stderr)
        return 2

    fetch = _site(base_url, credential)
    surprises = 0
    for name, verify in (("openbadgeslib", with_openbadgeslib), ("openvc-core", with_openvc)):
        verdict, detail = verify(json.loads(json.dumps(credential)), fetch)
        print(json.dumps({"verifier": name, "verdict": verdict, "detail": detail}))
        surprises += expected not in (None, verdict)
    return 1 if surprises else 0


def with_openbadgeslib(credential: dict[str, Any], fetch: Fetch) -> Verdict:
    verifier = OB3LdpVerifier()
    try:
        verifier.verify(credential, download=fetch)
    except OB3VerificationError as error:
        return "refused", str(error)
    try:
        # It reads our lists, and can check the signature of a list in its JWT form only.
        verifier.verify(credential, check_status=True, verify_status_list=False, download=fetch)
    except OB3VerificationError as error:
        return ("revoked" if "'revocation' is set" in str(error) else "refused"), str(error)
    return "valid", "proof and status checked; the list’s own proof not"


def jwt_with_openbadgeslib(token: str, base_url: str) -> str:
    """The verdict on the JWT form, with its status list as a JWT too, whose own signature is checked."""
    said = json.loads(base64url_decode(token.split(".")[1]))
    fetch = _site(base_url, said, accept="application/vc+jwt, application/did+json;q=0.5")
    try:
        did = said["issuer"]["id"]
        document = fetch_did_web_document(did, fetch)
        pem = pem_for_kid(document, did, jwt.get_unverified_header(token)["kid"])
        verifier = OB3Verifier(pem, issuer_did=did)
        verifier.verify(token, check_status=True, verify_status_list=True, download=fetch)
    except OB3VerificationError as error:
        return "revoked" if "'revocation' is set" in str(error) else "refused"
    return "valid"


def fetch_text(base_url: str, url: str) -> str:
    """What the site answers at one of its addresses."""
    return _site(base_url, {})(url).decode()


def with_openvc(credential: dict[str, Any], fetch: Fetch) -> Verdict:
    resolver = DidResolverRegistry([DidWebResolver(lambda url: json.loads(fetch(url)))])
    lists = default_status_list_resolver(resolver=resolver, fetch=lambda url: fetch(url).decode())
    # It knows no Open Badges, and is given the context as openbadgeslib carries it.
    contexts = {OPEN_BADGES_3: bundled_contexts()[OPEN_BADGES_3]}
    try:
        verify_credential(credential, resolver=resolver, resolve_status_list=lists, extra_contexts=contexts)
    except CredentialRevoked as error:
        return "revoked", str(error)
    except OpenvcError as error:
        return "refused", f"{type(error).__name__}: {error}"
    return "valid", "proof, status and the list’s own proof checked"


def _site(
    base_url: str,
    credential: dict[str, Any],
    accept: str = "application/vc, application/did+json, application/json;q=0.5",
) -> Fetch:
    """A way to fetch from the site, under its own host and under its issuer's, and from nowhere else."""
    hosts = {urlsplit(base_url).netloc}
    issuer = credential.get("issuer", "")
    did = issuer.get("id", "") if isinstance(issuer, dict) else issuer
    if did.startswith("did:web:"):
        hosts.add(unquote(did.split(":")[2]))

    def fetch(url: str) -> bytes:
        parts = urlsplit(url)
        if parts.netloc not in hosts:
            raise ValueError(f"Not fetched, because it is not of the site: {url}")
        headers = {"Accept": accept}
        if parts.netloc != urlsplit(base_url).netloc:
            headers |= {"Host": parts.netloc, "X-Forwarded-Proto": "https"}
        query = f"?{parts.query}" if parts.query else ""
        request = urllib.request.Request(base_url.rstrip("/") + parts.path + query, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            body: bytes = response.read()
        return body

    return fetch


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
