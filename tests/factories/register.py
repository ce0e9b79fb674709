"""People on the register, messages to them, and watches, made through the domain functions."""

from datetime import date, datetime, timedelta
from typing import Any

from assessments.models import Region
from certificates.models import Certificate, Facet, RegisterEntry, RegisterMessage, Watch
from certificates.register import Said
from certificates.registering import put_on_register
from certificates.relay import confirm_message, write_message
from certificates.watching import begin_watch
from cms.accounts.models import User

from .certificates import make_certificate
from .people import NOON, make_person

REGIONS = {Facet.REGION: (Region.UK_IRELAND,)}


def make_said(**changes: Any) -> Said:
    return Said(**{"marks": REGIONS, "about": "I come early."} | changes)


def make_entry(certificate: Certificate | None = None, *, at: datetime = NOON, **changes: Any) -> RegisterEntry:
    """Somebody who joined with a certificate of theirs; `changes` go to what they say."""
    certificate = certificate or make_certificate(at=at - timedelta(days=1))
    return put_on_register(holder=certificate.holder, certificate=certificate, said=make_said(**changes), at=at)


def make_message(
    entry: RegisterEntry | None = None, *, at: datetime = NOON, confirmed: bool = True, **changes: str
) -> RegisterMessage:
    """A message to that holder, passed on unless it is not confirmed."""
    said = {"name": "Jonah", "email": "jonah@example.org", "company": "Lantern Row", "text": "Are you free in May?"}
    message = write_message(entry=entry or make_entry(at=at), at=at, **said | changes)
    return confirm_message(message=message, at=at) if confirmed else message


def make_watch(
    certificate: Certificate | None = None,
    *,
    watcher: User | None = None,
    at: datetime = NOON,
    until: date | None = None,
    **changes: str,
) -> Watch:
    certificate = certificate or make_certificate(at=at - timedelta(days=1))
    said = {"shown_as": "Lantern Row", "purpose": "Booked until May"} | changes
    return begin_watch(
        watcher=watcher or make_person("Jonah"),
        certificate=certificate,
        until=until or (at + timedelta(days=200)).date(),
        at=at,
        **said,
    )
