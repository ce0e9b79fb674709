"""What do staff attest? That a thing was shown on a day; nothing else about it is kept."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.mentors import today_of
from cms.accounts import history
from cms.accounts.models import User
from courses.models import Enrolment

from .eligibility import Verdict, set_for
from .models import Attestation, RequirementKind
from .requirements import AttestedByStaff


class CannotAttest(Exception):
    """It cannot be attested so; the message says why."""


@transaction.atomic
def attest(*, enrolment: Enrolment, what: str, on: date, by: User, at: datetime) -> Attestation:
    """Say that the learner showed `what` on that day. Repeating returns what was attested first.

    Raises CannotAttest for oneself, for a day to come, and for what the learner's rules do not ask for.
    """
    enrolment = Enrolment.objects.select_for_update(of=("self",)).select_related("learner").get(pk=enrolment.pk)
    if enrolment.learner_id == by.pk:
        raise CannotAttest(_("This is about you. Another registrar attests it."))
    if on > today_of(enrolment.learner, at):
        raise CannotAttest(_("That day has not come yet."))
    if what not in asked_of(enrolment):
        raise CannotAttest(_("The rules of this learner do not ask for it."))
    if given := enrolment.attestations.filter(what=what, taken_back_at=None).first():
        return given
    given = Attestation.objects.create(enrolment=enrolment, what=what, on=on, attested_at=at, attested_by=by)
    _record("attestation.given", given, by=by, at=at)
    return given


@transaction.atomic
def take_attestation_back(*, attestation: Attestation, by: User, at: datetime) -> Attestation:
    """A mistake: it no longer counts. Repeating changes nothing. Raises CannotAttest for oneself."""
    attestation = Attestation.objects.select_for_update(of=("self",)).select_related("enrolment").get(pk=attestation.pk)
    if attestation.enrolment.learner_id == by.pk:
        raise CannotAttest(_("This is about you. Another registrar takes it back."))
    if attestation.taken_back_at is None:
        attestation.taken_back_at, attestation.taken_back_by = at, by
        attestation.save(update_fields=["taken_back_at", "taken_back_by"])
        _record("attestation.taken_back", attestation, by=by, at=at)
    return attestation


def asked_of(enrolment: Enrolment) -> list[str]:
    """What the learner's own rules ask staff to attest, in their order: two queries."""
    rules = set_for(enrolment)
    if rules is None:
        return []
    rows = rules.requirements.filter(kind=RequirementKind.ATTESTATION).order_by("position")
    return [row.terms["what"] for row in rows]


def attested_in(verdict: Verdict | None) -> list[str]:
    """The same, of a verdict that is at hand; no query."""
    return [rule.what for rule in verdict.rules if isinstance(rule, AttestedByStaff)] if verdict else []


def attested(enrolment: Enrolment) -> Mapping[str, Attestation]:
    """What was attested and stands, by its name: one query."""
    return {given.what: given for given in enrolment.attestations.filter(taken_back_at=None).order_by("pk")}


def _record(verb: str, given: Attestation, *, by: User, at: datetime) -> None:
    history.record(
        chain="certificates",
        verb=verb,
        subject=history.name_of(given),
        actor=by,
        at=at,
        facts={"enrolment": given.enrolment_id, "on": given.on.isoformat()},
    )
