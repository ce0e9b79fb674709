"""Who issues, and under which addresses? Read from BASE_URL, the address the world knows us by."""

from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from .models import Certificate, RequirementSet, StatusList, StatusPurpose


def issuer_did() -> str:
    """The issuer's identifier: `did:web:` and the host, its port after `%3A`. Source: did:web method, §2.5.2."""
    return "did:web:" + urlsplit(settings.BASE_URL).netloc.replace(":", "%3A")


def issuer_url() -> str:
    return f"{settings.BASE_URL}/"


def address_of(name: str, *args: object) -> str:
    """A page of ours as the world writes it: absolute, under BASE_URL."""
    return settings.BASE_URL + reverse(name, args=args)


def credential_id(public_id: UUID) -> str:
    return address_of("certificates:credential", public_id)


def achievement_id(requirement_set: RequirementSet) -> str:
    return address_of("certificates:achievement", requirement_set.pk)


def status_list_url(status_list: StatusList) -> str:
    suspension = status_list.purpose == StatusPurpose.SUSPENSION
    return address_of("certificates:suspension_list" if suspension else "certificates:status_list", status_list.number)


def verify_url(certificate: Certificate) -> str:
    return address_of("certificates:verify_number", certificate.number)
