"""Can this certificate be relied on now? The one answer that the page and the JSON both give."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from courses.models import CredentialKind

from .bitstring import decode, is_set
from .documents import status_entries
from .issuer import address_of, credential_id, issuer_url
from .issuing import ACHIEVEMENT_TYPES, shown_results, valid_from
from .models import Certificate, LogEntry, RevocationReason, Status, StatusList
from .proofs import proof_holds, raw_public_key

STANDING = {Status.ACTIVE, Status.EXPIRING}
ENDED = {Status.EXPIRED, Status.REVOKED, Status.SUPERSEDED}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A certificate, checked at a moment. `sound` is False when our own row no longer says what was signed."""

    certificate: Certificate
    at: datetime
    status: Status
    sound: bool
    newest: Certificate | None  # where it leads, when superseded
    log_index: int | None = None  # of the newest entry about it in the public log

    @property
    def stands(self) -> bool:
        return self.sound and self.status in STANDING

    @property
    def has_paper(self) -> bool:
        """Whether its paper may be looked at: not of what was taken back, nor of what a compromised key signed."""
        return (
            self.sound and self.status not in {Status.REVOKED, Status.SUPERSEDED} and key_is_trusted(self.certificate)
        )

    @property
    def holder(self) -> str | None:
        """The name as certified; None where the holder withdrew it, and once it was replaced: a former name is nobody's."""
        hidden = self.status is Status.SUPERSEDED or not self.certificate.shows_name
        return None if hidden else self.certificate.holder_name

    @property
    def results(self) -> list[dict[str, str]]:
        """What was measured and the holder lets others read; nothing once it was replaced."""
        return [] if self.status is Status.SUPERSEDED else shown_results(self.certificate)

    @property
    def since(self) -> datetime:
        """When the present status began."""
        certificate = self.certificate
        moments = {
            Status.SUPERSEDED: certificate.superseded_at,
            Status.REVOKED: certificate.revoked_at,
            Status.SUSPENDED: certificate.suspended_at,
            Status.EXPIRED: certificate.valid_until,
            Status.EXPIRING: certificate.expiring_from,
        }
        return moments.get(self.status) or certificate.issued_at

    @property
    def reason(self) -> str | None:
        """The public wording, for suspended and revoked."""
        if self.status is Status.REVOKED:
            return str(RevocationReason(self.certificate.revocation_reason).label)
        return self.certificate.suspension_reason if self.status is Status.SUSPENDED else None


def check_certificate(*, number: str, at: datetime) -> Answer:
    """The answer for a number in its normal form: two queries. Raises Certificate.DoesNotExist."""
    certificate = answerable().get(number=number)
    status = certificate.status(at)
    newest = None
    if status is Status.SUPERSEDED:
        newest = newest_of(certificate)
    return Answer(
        certificate=certificate,
        at=at,
        status=status,
        sound=can_be_told(certificate, status),
        newest=newest,
        log_index=certificate.log_index,  # type: ignore[attr-defined]  # annotated
    )


def key_is_trusted(certificate: Certificate) -> bool:
    """Whether nobody else has the key that the credential is signed with. No query if loaded."""
    return certificate.signing_key.compromised_at is None


def can_be_told(certificate: Certificate, status: Status) -> bool:
    """Whether it is what was signed. What has ended is told as ended, whoever has its key; what stands is called good by
    a trusted key only. No query if loaded.
    """
    return is_sound(certificate) and (status in ENDED or key_is_trusted(certificate))


def can_be_shown(certificate: Certificate) -> bool:
    """Whether its paper may be shown: it is what was signed, by a key that is trusted. No query if loaded."""
    return key_is_trusted(certificate) and is_sound(certificate)


def answerable() -> QuerySet[Certificate]:
    """Certificates with all that an answer reads, but for what replaced what replaced them."""
    logged = LogEntry.objects.filter(certificate=OuterRef("pk")).order_by("-index").values("index")[:1]
    loaded = Certificate.objects.select_related(
        "signing_key", "status_list", "suspension_list", "replaced_by", "requirement_set"
    )
    return loaded.annotate(log_index=Subquery(logged))


def newest_of(certificate: Certificate) -> Certificate:
    """The one that stands in its place at the end; itself, where it was not replaced. A query for each replacement."""
    while certificate.superseded_at:
        certificate = certificate.replaced_by
    return certificate


def is_sound(certificate: Certificate) -> bool:
    """Whether the stored credential is the one that was signed, and the row still says what it says. No query if loaded.

    Never raises for what is stored: what cannot be read is not sound.
    """
    try:
        return _is_sound(certificate)
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def _is_sound(certificate: Certificate) -> bool:
    if hashlib.sha256(certificate.credential.encode()).hexdigest() != certificate.credential_digest:
        return False
    document: dict[str, Any] = json.loads(certificate.credential)
    key = certificate.signing_key
    achievement = document["credentialSubject"]["achievement"]
    names = {line["identityType"]: line["identityHash"] for line in document["credentialSubject"]["identifier"]}
    said = (
        document["proof"]["verificationMethod"],
        document["id"].rsplit("/", 1)[-1],
        (document["name"], achievement["achievementType"], achievement["version"]),
        achievement["id"].rsplit("/", 1)[-1],
        names,
        (document["issuer"]["id"], document["issuer"]["name"]),
        (document["validFrom"], document["awardedDate"][:10], document.get("validUntil")),
        [
            (entry["statusPurpose"], entry["statusListIndex"], entry["statusListCredential"].rsplit("/", 2)[-2:])
            for entry in status_entries(document)
        ],
        [(line["name"], line["narrative"]) for line in document.get("evidence", [])],
        [result["value"] for result in document["credentialSubject"].get("result", [])],
    )
    kept = (
        key.kid,
        str(certificate.public_id),
        (certificate.title, ACHIEVEMENT_TYPES[CredentialKind(certificate.kind)], certificate.requirements_version),
        str(certificate.requirement_set_id),
        {"ext:certificateNumber": certificate.number}
        | ({"name": certificate.holder_name} if certificate.shows_name else {}),
        (certificate.issuer_did, certificate.issuer_name),
        (
            _moment(valid_from(certificate)),
            certificate.awarded_on.isoformat(),
            _moment(certificate.valid_until) if certificate.valid_until else None,
        ),
        [
            (listed.purpose, str(index), [listed.purpose, str(listed.number)])
            for listed, index, _is_set in _places_of(certificate)
        ],
        [(line["requirement"], line["summary"]) for line in certificate.basis],
        [result["value"] for result in shown_results(certificate)],
    )
    return (
        said == kept
        and certificate.programme_title in achievement["criteria"]["narrative"]
        and bit_agrees(certificate)
        and _signed_by(certificate.credential, key.public_multibase)
    )


@lru_cache(
    maxsize=2000
)  # some 8 MB: the same bytes and key always give the same, and it is what an answer mostly costs
def _signed_by(credential: str, multibase: str) -> bool:
    return proof_holds(json.loads(credential), public_key=raw_public_key(multibase))


def bit_agrees(certificate: Certificate) -> bool:
    """Whether the published lists say of the certificate what its row says. No query if loaded.

    A list is signed in the transaction of each change, so an ending that was undone behind our back shows.
    """
    for listed, index, expected in _places_of(certificate):
        subject = json.loads(listed.document)["credentialSubject"]
        if is_set(decode(subject["encodedList"]), index) != expected:
            return False
    return True


def _places_of(certificate: Certificate) -> list[tuple[StatusList, int, bool]]:
    """Its place on each list it is on, and whether the bit there must be set."""
    ended = certificate.revoked_at is not None or certificate.superseded_at is not None
    places = [(certificate.status_list, certificate.status_index, ended)]
    if certificate.suspension_list is not None and certificate.suspension_index is not None:
        suspended = certificate.suspended_at is not None
        places.append((certificate.suspension_list, certificate.suspension_index, suspended))
    return places


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer for programs, in the shape of the published contract. Dates are UTC."""
    certificate = answer.certificate
    said: dict[str, Any] = {
        "number": certificate.number,
        "status": answer.status.value,
        "checked_at": _moment(answer.at),
        "kind": certificate.kind,
        "title": certificate.title,
        "holder": answer.holder,
        "issuer": {"name": certificate.issuer_name, "id": certificate.issuer_did, "url": issuer_url()},
        "issued_on": certificate.awarded_on.isoformat(),
        "valid_until": _day(certificate.valid_until),
        "status_since": _day(answer.since),
        "reason": answer.reason,
        "programme": {
            "title": certificate.programme_title,
            "requirements_version": certificate.requirements_version,
        },
        "basis": certificate.basis,
        "replaced_by": answer.newest.number if answer.newest else None,
        "credential": credential_id(certificate.public_id),
        "log": _place_in_log(answer.log_index),
    }
    if said["holder"] is None:
        del said["holder"]
    if answer.results:
        said["results"] = answer.results
    return said


def _place_in_log(index: int | None) -> dict[str, Any] | None:
    """Where the public log says what happened last to it, and what to hold that against."""
    if index is None:
        return None
    return {
        "index": index,
        "checkpoint": address_of("certificates:log_checkpoint"),
        "proof": f"{address_of('certificates:log_proof')}?index={index}",
    }


def checks_in_words(answer: Answer) -> list[tuple[bool, str]]:
    """What was checked, each as (passed, sentence), for the careful."""
    certificate = answer.certificate
    ended = answer.status in {Status.REVOKED, Status.SUPERSEDED}
    if not answer.sound:
        signature = _("Signature: what we hold is not what was signed.")
        if not key_is_trusted(certificate):
            signature = _("Signature: made with a key we no longer trust. It is being signed again.")
    elif not key_is_trusted(certificate):
        signature = _("Signature: made with a key we no longer trust. It was not signed again, because it has ended.")
    else:
        signature = _("Signature: made with our key of %(year)s, not altered since.") % {
            "year": certificate.signing_key.made_at.year
        }
    return [
        (answer.sound and key_is_trusted(certificate), signature),
        (
            not ended,
            _("Status list: revoked, read just now.") if ended else _("Status list: not revoked, read just now."),
        ),
        (
            answer.status is not Status.EXPIRED,
            _("Dates: it has run out.") if answer.status is Status.EXPIRED else _("Dates: within its time."),
        ),
    ]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(at: datetime | None) -> str | None:
    return _moment(at)[:10] if at else None
