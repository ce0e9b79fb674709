"""What can people practise checking on? Three certificates of an invented issuer, which certify nobody.

They are made in memory, and stand in no record of ours. Their issuer lives at an address that can belong to nobody (RFC 2606),
and its key is worked out from the server's own, so that nobody else can sign what is shown here as an example. They are
checked as every other issuer's are; only what the network would answer is answered here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .badges import badge_png
from .documents import Award, EvidenceSummary, PublishedKey, credential_for, did_document, status_list_document
from .numbers import EXAMPLE
from .pdf import HOUSE_LOOK, PrintedCertificate, render_pdf
from .proofs import add_proof, public_multibase
from .verifying import Fetched, Report
from .verifying.fetching import Fetcher, fetch_document

HOST = "certificates.example"
DID = f"did:web:{HOST}"
KID = f"{DID}#ed25519-1"
DID_URL = f"https://{HOST}/.well-known/did.json"
LIST_URL = f"https://{HOST}/status/revocation/1"
ISSUED = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOLDER, ALTERED_HOLDER = "Robin Example", "Alex Example"
TITLE = "Example Coordinator"
ISSUER = "Example Academy"


class Example(models.TextChoices):
    """What it is to show. The values are in its address."""

    ACTIVE = "active", gettext_lazy("Active")
    REVOKED = "revoked", gettext_lazy("Revoked")
    ALTERED = "altered", gettext_lazy("Altered")


INDEX = {Example.ACTIVE: 7, Example.REVOKED: 1_234, Example.ALTERED: 7}
IDS = {
    Example.ACTIVE: "0a5c8f0e-6c1f-4f6e-9a51-000000000001",
    Example.REVOKED: "0a5c8f0e-6c1f-4f6e-9a51-000000000002",
    Example.ALTERED: "0a5c8f0e-6c1f-4f6e-9a51-000000000001",  # it was the active one
}


class FileForm(models.TextChoices):
    """As which file an example is given out."""

    JSON = "json", "application/vc"
    PDF = "pdf", "application/pdf"
    PNG = "png", "image/png"


@dataclass(frozen=True, kw_only=True)
class ExampleFile:
    """An example as a file to download and drop."""

    example: Example

    @cached_property
    def credential(self) -> str:
        """The signed credential; of the altered one, with another name than was signed."""
        signed = json.dumps(_signed(self.example), ensure_ascii=False, indent=2)
        return signed.replace(HOLDER, ALTERED_HOLDER) if self.example is Example.ALTERED else signed

    def contents(self, form: FileForm) -> bytes:
        """The bytes: the same each time."""
        if form is FileForm.JSON:
            return self.credential.encode()
        if form is FileForm.PDF:
            return render_pdf(self._printed, credential_json=self.credential.encode())
        return badge_png(self._printed, look=HOUSE_LOOK, credential=self.credential)

    @cached_property
    def _printed(self) -> PrintedCertificate:
        return PrintedCertificate(
            holder_name=ALTERED_HOLDER if self.example is Example.ALTERED else HOLDER,
            kind_label=_("Example, certifies nobody"),
            title=TITLE,
            programme_title=_("An example to practise checking on"),
            issuer_name=ISSUER,
            registrar_name="",
            lead=_(
                "is an invented person, named here so that you can practise how a certificate is checked, and is an"
            ),
            basis=((_("Basis"), _("None. This is an example.")),),
            number=EXAMPLE,
            verify_url=f"https://{HOST}/",
            verify_label=HOST,
            fine_print=_("An example. It certifies nobody, and its code leads nowhere."),
            issued_on=ISSUED.date(),
            valid_until=None,
            document_id=IDS[self.example],
        )


def is_example(report: Report) -> bool:
    """Whether what was checked names the example issuer. Only we can sign for it, so only ours are more than altered."""
    return report.credential is not None and report.credential.issuer_id == DID


def with_examples(url: str, *, at: datetime, oldest: timedelta, fetch: Fetcher = fetch_document) -> Fetched:
    """Reads other issuers' documents, and answers for the example issuer without asking the network."""
    if url == DID_URL:
        return _fetched(did_document(did=DID, keys=[_published()]), at)
    if url == LIST_URL:
        listed = status_list_document(
            url=LIST_URL,
            issuer_did=DID,
            indices=[INDEX[Example.REVOKED]],
            valid_from=at - timedelta(hours=1),
            valid_until=at + timedelta(days=7),
        )
        return _fetched(_sign(listed), at)
    return fetch(url, at=at, oldest=oldest)


def _fetched(document: dict[str, Any], at: datetime) -> Fetched:
    return Fetched(body=json.dumps(document).encode(), at=at)


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(
        salted_hmac("closed-set:example-issuer", KID, algorithm="sha256").digest()
    )


def _published() -> PublishedKey:
    return PublishedKey(
        kid=KID, public_multibase=public_multibase(_key().public_key().public_bytes_raw()), trusted=True
    )


def _sign(document: dict[str, Any]) -> dict[str, Any]:
    return add_proof(document, verification_method=KID, sign=_key().sign, created=ISSUED)


@lru_cache
def _signed(example: Example) -> dict[str, Any]:
    return _sign(
        credential_for(
            Award(
                credential_id=f"https://{HOST}/credentials/{IDS[example]}",
                subject_id=f"urn:uuid:{IDS[example][:-2]}99",
                holder_name=HOLDER,
                issuer_did=DID,
                issuer_name=ISSUER,
                issuer_url=f"https://{HOST}/",
                achievement_id=f"https://{HOST}/achievements/1",
                achievement_name=TITLE,
                achievement_description="An example to practise checking on. It certifies nobody.",
                achievement_type="Certification",
                criteria_narrative="None: this is an example.",
                criteria_url=None,
                number=EXAMPLE,
                version="example",
                valid_from=ISSUED,
                awarded_on=ISSUED,
                valid_until=None,
                evidence=[EvidenceSummary(name="Basis", narrative="None. This is an example.")],
                status_list_url=LIST_URL,
                status_index=INDEX[example],
            )
        )
    )
