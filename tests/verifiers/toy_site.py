"""A site of a few documents, to try the verifiers on: `python -m tests.verifiers.toy_site [PORT]`.

Serves on this machine only, until interrupted: a DID document, a status list, and credentials that are valid,
altered after signing, revoked, and signed by somebody else's key.
"""

import http.server
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from certificates.documents import PublishedKey, credential_for, did_document, status_list_document
from certificates.proofs import public_multibase
from tests.certificates.awards import make_award, make_key, raw_public, sign

REVOKED = 4711


def documents(*, port: int) -> dict[str, dict[str, Any]]:
    """Everything the site answers, by path."""
    site, did = f"http://localhost:{port}", f"did:web:localhost%3A{port}"
    kid = f"{did}#ed25519-1"
    now = datetime.now(UTC).replace(microsecond=0)

    def credential(name: str, **changes: Any) -> dict[str, Any]:
        return credential_for(
            make_award(
                site=site,
                did=did,
                credential_id=f"{site}/credentials/{name}",
                valid_from=now - timedelta(days=1),
                valid_until=now + timedelta(days=365),
                **changes,
            )
        )

    altered = sign(credential("altered"), kid=kid)
    altered["credentialSubject"]["identifier"][1]["identityHash"] = "Somebody Else"
    status_list = status_list_document(
        url=f"{site}/status/revocation/1",
        issuer_did=did,
        indices=[REVOKED],
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(days=7),
    )
    keys = [PublishedKey(kid=kid, public_multibase=public_multibase(raw_public()), trusted=True)]
    return {
        "/.well-known/did.json": did_document(did=did, keys=keys),
        "/status/revocation/1": sign(status_list, kid=kid),
        "/credentials/valid": sign(credential("valid"), kid=kid),
        "/credentials/altered": altered,
        "/credentials/revoked": sign(credential("revoked", status_index=REVOKED), kid=kid),
        "/credentials/forged": sign(credential("forged"), kid=kid, key=make_key(2)),
    }


def server(*, port: int = 0) -> http.server.ThreadingHTTPServer:
    """A server of those documents on `port` (0: a free one), not yet running."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = answers.get(self.path)
            body = json.dumps(document).encode()
            self.send_response(404 if document is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    made = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    answers = documents(port=made.server_port)
    return made


if __name__ == "__main__":
    running = server(port=int(sys.argv[1]) if sys.argv[1:] else 0)
    print(f"http://localhost:{running.server_port}", flush=True)  # noqa: T201
    running.serve_forever()
