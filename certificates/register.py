"""Who is on the public register now, and what does it say of them? Reads only; `registering` makes the changes.

An entry is shown while its certificate stands, shows its holder's name, and nobody has left: asked anew each time, in the
query. What is verified is taken from the answer that the verification page gives, so the register never says more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import MD5, Concat
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.accounts.models import User
from courses.models import CredentialKind

from .checking import Answer
from .models import Availability, Certificate, Facet, RegisterEntry, RegisterMark, Status
from .models.register import CODES


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a holder says of themselves: codes of each facet, in the order of their lists, and the rest as typed."""

    marks: Mapping[Facet, tuple[str, ...]]
    about: str = ""
    availability: str = ""
    available_from: date | None = None
    takes_messages: bool = True
    may_be_indexed: bool = False


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One entry as the public reads it. All but the self-declared part is what verifying the number says."""

    name: str
    title: str
    kind: str
    is_certification: bool
    programme: str
    number: str
    status: Status
    since: date
    until: datetime | None
    basis: list[dict[str, str]]
    slug: str  # empty in a preview of somebody who is not on it yet
    declared: list[tuple[str, list[str]]]  # label of the facet, labels of what was ticked
    about: str
    availability: str
    said_at: datetime
    takes_messages: bool


def on_register(at: datetime) -> QuerySet[RegisterEntry]:
    """Entries that the public sees at that moment."""
    return RegisterEntry.objects.filter(
        Q(certificate__valid_until=None) | Q(certificate__valid_until__gt=at),
        left_at=None,
        holder__is_active=True,
        certificate__revoked_at=None,
        certificate__superseded_at=None,
        certificate__suspended_at=None,
        certificate__shows_name=True,
    )


def found(at: datetime, *, kind: str = "", **facets: str) -> QuerySet[RegisterEntry]:
    """Those on the register that fit everything given (`region`, `medium`, `language`, `speciality`), in today's order.

    The order is drawn anew each day (UTC) and the same for everybody all day: no letter of the alphabet comes first.
    """
    entries = on_register(at)
    if kind:
        entries = entries.filter(certificate__kind=kind)
    for facet, code in facets.items():
        if code:
            marks = RegisterMark.objects.filter(entry=OuterRef("pk"), facet=Facet(facet), code=code)
            entries = entries.filter(Exists(marks))
    day = at.astimezone(UTC).date().isoformat()
    return (
        entries.order_by(MD5(Concat(F("slug"), Value(day))), "pk")
        .select_related("certificate")
        .defer("certificate__credential")
        .prefetch_related("marks")
    )


def may_hold(holder: User, at: datetime) -> list[Certificate]:
    """The certificates with which this person may be on the register: those that stand and show their name. One query."""
    held = Certificate.objects.filter(holder=holder, revoked_at=None, superseded_at=None, suspended_at=None)
    standing = held.filter(Q(valid_until=None) | Q(valid_until__gt=at), shows_name=True)
    return sorted(
        standing.defer("credential"),
        key=lambda each: (each.kind != CredentialKind.CERTIFICATION, -each.issued_at.timestamp()),
    )


def said_in(entry: RegisterEntry) -> Said:
    """What its holder says there. No query when its marks are loaded."""
    ticked: dict[Facet, set[str]] = {facet: set() for facet in Facet}
    for mark in entry.marks.all():
        ticked[Facet(mark.facet)].add(mark.code)
    return Said(
        marks={facet: in_order(facet, codes) for facet, codes in ticked.items()},
        about=entry.about,
        availability=entry.availability,
        available_from=entry.available_from,
        takes_messages=entry.takes_messages,
        may_be_indexed=entry.may_be_indexed,
    )


def in_order(facet: Facet, codes: Iterable[str]) -> tuple[str, ...]:
    """Those of `codes` that the facet knows, once each, in the order of its list."""
    wanted = set(codes)
    return tuple(code for code in CODES[facet].values if code in wanted)


def shown(
    certificate: Certificate, said: Said, *, at: datetime, slug: str = "", said_at: datetime | None = None
) -> Shown | None:
    """What the public reads at `at`, or None where the certificate names nobody. No query: also the preview is made so."""
    answer = Answer(certificate=certificate, at=at, status=certificate.status(at), sound=True, newest=None)
    if answer.holder is None:
        return None
    return Shown(
        name=answer.holder,
        title=certificate.title,
        kind=certificate.get_kind_display(),
        is_certification=certificate.kind == CredentialKind.CERTIFICATION,
        programme=certificate.programme_title,
        number=certificate.number,
        status=answer.status,
        since=certificate.awarded_on,
        until=certificate.valid_until,
        basis=certificate.basis,
        slug=slug,
        declared=[
            (str(facet.label), [str(CODES[facet](code).label) for code in said.marks.get(facet, ())])
            for facet in Facet
            if said.marks.get(facet)
        ],
        about=said.about,
        availability=_availability(said, at),
        said_at=said_at or at,
        takes_messages=said.takes_messages,
    )


def shown_entry(entry: RegisterEntry, *, at: datetime) -> Shown | None:
    """The same of an entry, with its certificate and marks loaded."""
    return shown(entry.certificate, said_in(entry), at=at, slug=entry.slug, said_at=entry.said_at)


def _availability(said: Said, at: datetime) -> str:
    if said.availability != Availability.LATER or said.available_from is None:
        return str(Availability(said.availability).label) if said.availability else ""
    if said.available_from <= at.astimezone(UTC).date():
        return str(Availability.OPEN.label)
    return _("Taking bookings from %(day)s") % {"day": date_format(said.available_from, "j F Y")}
