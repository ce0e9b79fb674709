"""Keys, rule sets and certificates with boring defaults, made through the domain functions."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from certificates.deciding import ask_for_certificate, confirm_certification
from certificates.eligibility import publish_requirements
from certificates.issuing import replace_certificate
from certificates.models import (
    Certificate,
    CertificationRequest,
    KeyAlgorithm,
    RequirementSet,
    RevocationReason,
    SigningKey,
    Status,
)
from certificates.signing import activate_key, stage_key
from certificates.status import revoke_certificate, suspend_certificate
from cms.accounts.models import User
from courses.models import CompletedBy, CredentialKind, Enrolment, ProgrammePage
from courses.progress import complete_unit

from .courses import lessons_of, make_enrolment, make_programme
from .people import NOON, make_person, make_registrar

READING: list[tuple[str, Mapping[str, Any]]] = [("modules", {})]
LONG_AGO = NOON - timedelta(days=2000)


def make_signing_key(*, at: datetime = LONG_AGO) -> SigningKey:
    """The active key; the one there is, if there is one."""
    active = SigningKey.objects.filter(
        algorithm=KeyAlgorithm.ED25519, activated_at__isnull=False, retired_at=None, compromised_at=None
    ).first()
    return active or activate_key(key=stage_key(by=None, at=at), by=None, at=at)


def make_token_key(*, at: datetime = LONG_AGO) -> SigningKey:
    """The active key for JWTs. Some tenths of a second: an RSA key is made."""
    key = stage_key(by=None, at=at, algorithm=KeyAlgorithm.RS256)
    return activate_key(key=key, by=None, at=at, now=True)


@pytest.fixture
def signing_key(db: None) -> SigningKey:
    """An active key. A module whose tests all need one says `pytestmark = pytest.mark.usefixtures("signing_key")`."""
    return make_signing_key()


def make_rules(
    programme: ProgrammePage,
    *,
    requirements: Sequence[tuple[str, Mapping[str, Any]]] = READING,
    version: str = "2026.1",
    at: datetime = LONG_AGO,
    is_example: bool = True,
) -> RequirementSet:
    return publish_requirements(
        programme=programme, version=version, requirements=requirements, by=None, at=at, is_example=is_example
    )


def make_ready(
    *,
    learner: User | None = None,
    programme: ProgrammePage | None = None,
    at: datetime = NOON,
    requirements: Sequence[tuple[str, Mapping[str, Any]]] = READING,
    **fields: object,
) -> Enrolment:
    """An enrolment that has met every requirement: one lesson, read. `fields` go to the programme."""
    programme = programme or make_programme(**fields)
    if not programme.requirement_sets.exists():
        make_rules(programme, requirements=requirements, at=at - timedelta(days=30))
    enrolment = make_enrolment(learner=learner, programme=programme, at=at - timedelta(days=20))
    for lesson in lessons_of(programme):
        complete_unit(enrolment=enrolment, unit=lesson, event=CompletedBy.READING, at=at - timedelta(days=10))
    return enrolment


def make_request(*, name: str = "Ana Núñez", at: datetime = NOON, **ready: Any) -> CertificationRequest:
    """A request that waits for a registrar."""
    asked = ask_for_certificate(enrolment=make_ready(at=at, **ready), certificate_name=name, at=at - timedelta(days=1))
    assert isinstance(asked, CertificationRequest)
    return asked


def make_certificate(
    *, name: str = "Ana Núñez", at: datetime = NOON, by: User | None = None, **ready: Any
) -> Certificate:
    """A certification, asked for and confirmed by a registrar at `at`; of another kind, issued at once."""
    make_signing_key(at=min(at, LONG_AGO))
    enrolment = make_ready(at=at, **ready)
    asked = ask_for_certificate(enrolment=enrolment, certificate_name=name, at=at)
    if isinstance(asked, CertificationRequest):
        asked = confirm_certification(request=asked, by=by or make_registrar(), at=at)
    return Certificate.objects.get(pk=asked.pk)


def make_certificate_that_is(status: Status, *, now: datetime | None = None, **made: Any) -> Certificate:
    """A certificate of three years which has that status at `now` (this moment, when not given)."""
    now = now or timezone.now()
    days_ago = {Status.EXPIRING: 3 * 365 - 60, Status.EXPIRED: 3 * 365 + 40}.get(status, 100)
    certificate = make_certificate(at=now - timedelta(days=days_ago), **made)
    registrar = make_person("Registrar of status")
    if status is Status.SUSPENDED:
        suspend_certificate(
            certificate=certificate, reason="A case is being looked into", by=registrar, at=now - timedelta(days=3)
        )
    elif status is Status.REVOKED:
        revoke_certificate(
            certificate=certificate, reason=RevocationReason.EVIDENCE, by=registrar, at=now - timedelta(days=3)
        )
    elif status is Status.SUPERSEDED:
        replace_certificate(
            certificate=certificate, holder_name="Ana Prosser", by=registrar, at=now - timedelta(days=3)
        )
    certificate = Certificate.objects.get(pk=certificate.pk)
    assert certificate.status(now) is status
    return certificate


def make_completion(**made: Any) -> Certificate:
    """A certificate of completion, which nobody confirms and which never ends."""
    return make_certificate(kind=CredentialKind.COMPLETION, valid_years=None, **made)
