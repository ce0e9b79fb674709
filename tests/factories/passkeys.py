"""A passkey in software: what a phone would keep and answer, for tests without a browser."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from cms.accounts.models import User

Flag = AuthenticatorData.FLAG
HOST = "testserver"


@dataclass(frozen=True, kw_only=True)
class SoftPasskey:
    key: ec.EllipticCurvePrivateKey
    credential: AttestedCredentialData
    row: Authenticator

    def answer(
        self,
        options: dict[str, Any],
        *,
        challenge: bytes | None = None,
        origin: str = f"http://{HOST}",
        rp_id: str = HOST,
        flags: Flag = Flag.UP | Flag.UV,
        kind: str = "webauthn.get",
    ) -> dict[str, Any]:
        """What the browser hands back for these options; the keyword arguments are what a liar would change."""
        challenge = challenge or websafe_decode(options["publicKey"]["challenge"])
        client = CollectedClientData.create(kind, challenge, origin)
        data = AuthenticatorData.create(hashlib.sha256(rp_id.encode()).digest(), flags, 1)
        signature = self.key.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        return {
            "type": "public-key",
            "id": websafe_encode(self.credential.credential_id),
            "rawId": websafe_encode(self.credential.credential_id),
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": None,
            },
        }


def make_passkey(person: User) -> SoftPasskey:
    """A passkey that `person` has added, kept as allauth keeps one."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = ES256.from_cryptography_key(key.public_key())
    credential = AttestedCredentialData.create(bytes(16), secrets.token_bytes(16), public)
    data = AuthenticatorData.create(hashlib.sha256(HOST.encode()).digest(), Flag.UP | Flag.UV | Flag.AT, 0, credential)
    client = CollectedClientData.create("webauthn.create", secrets.token_bytes(32), f"http://{HOST}")
    registered = {
        "type": "public-key",
        "id": websafe_encode(credential.credential_id),
        "rawId": websafe_encode(credential.credential_id),
        "clientExtensionResults": {"credProps": {"rk": True}},
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }
    json.dumps(registered)  # it is kept as JSON
    row = Authenticator.objects.create(
        user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone", "credential": registered}
    )
    return SoftPasskey(key=key, credential=credential, row=row)
