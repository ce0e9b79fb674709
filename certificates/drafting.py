"""How is a new version of the rules written? Nothing else writes RequirementDraft and DraftLine.

A draft begins as a copy of the newest version and holds for nobody. Each of its lines can be read at any time: what cannot
is refused when it is typed. Whoever changes one holds the draft's row.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from courses.models import ProgrammePage

from .eligibility import CannotPublish, publish_requirements
from .models import DraftLine, RequirementDraft, RequirementSet
from .requirements import rule_of

MOST_LINES = 40


class CannotDraft(Exception):
    """The draft cannot be changed so; the message says why."""


@transaction.atomic
def begin_draft(*, programme: ProgrammePage, by: User, at: datetime) -> RequirementDraft:
    """Begin a new version, as a copy of the newest there is. Repeating gives the draft that is open."""
    programme = ProgrammePage.objects.select_for_update().get(pk=programme.pk)
    if there := programme.requirement_drafts.filter(closed_at=None).first():
        return there
    newest = programme.requirement_sets.order_by("-published_at").first()
    draft = RequirementDraft.objects.create(
        programme=programme,
        based_on=newest,
        version=_next_version(programme, at),
        is_example=newest.is_example if newest else False,
        begun_at=at,
        begun_by=by,
    )
    DraftLine.objects.bulk_create(
        DraftLine(draft=draft, position=place, kind=row.kind, terms=row.terms)
        for place, row in enumerate(newest.requirements.order_by("position") if newest else (), start=1)
    )
    _write(draft, "requirements.draft_begun", by, at)
    return draft


@transaction.atomic
def name_draft(*, draft: RequirementDraft, version: str, is_example: bool) -> RequirementDraft:
    """Say which version it will be. Raises CannotDraft for a version there is, or a draft that is closed."""
    draft = _open(draft)
    version = " ".join(version.split())
    if not version:
        raise CannotDraft(_("Give the version a name, such as 2027.1."))
    if draft.programme.requirement_sets.filter(version=version).exists():
        raise CannotDraft(_("Version %(version)s is published already.") % {"version": version})
    draft.version, draft.is_example = version, is_example
    draft.save(update_fields=["version", "is_example"])
    return draft


@transaction.atomic
def add_line(*, draft: RequirementDraft, kind: str, terms: Mapping[str, Any]) -> DraftLine:
    """Add a requirement at the end. Raises BadTerms for one that cannot be read, CannotDraft for a draft that is closed."""
    draft = _open(draft)
    rule_of(kind, terms)
    if draft.lines.count() >= MOST_LINES:
        raise CannotDraft(_("More than %(n)d requirements are too many to keep in mind.") % {"n": MOST_LINES})
    last = draft.lines.aggregate(last=Max("position"))["last"] or 0
    return DraftLine.objects.create(draft=draft, position=last + 1, kind=kind, terms=dict(terms))


@transaction.atomic
def change_line(*, line: DraftLine, terms: Mapping[str, Any]) -> DraftLine:
    """Give a requirement other terms. Raises BadTerms and CannotDraft as adding does."""
    line = _line(line)
    rule_of(line.kind, terms)
    line.terms = dict(terms)
    line.save(update_fields=["terms"])
    return line


@transaction.atomic
def remove_line(*, line: DraftLine) -> None:
    """Take a requirement out. Repeating changes nothing. Raises CannotDraft for a draft that is closed."""
    _open(line.draft)
    DraftLine.objects.filter(pk=line.pk).delete()


@transaction.atomic
def shift_line(*, line: DraftLine, up: bool) -> None:
    """Let a requirement and the one above it, or below it, change places. The first one up stays where it is."""
    _open(line.draft)
    lines = list(DraftLine.objects.filter(draft=line.draft_id).order_by("position"))
    here = next((place for place, each in enumerate(lines) if each.pk == line.pk), None)
    there = None if here is None else here + (-1 if up else 1)
    if here is None or there is None or not 0 <= there < len(lines):
        return
    one, other = lines[here], lines[there]
    one.position, other.position = other.position, one.position
    DraftLine.objects.filter(pk=one.pk).update(position=0)  # each place is taken once, also for a moment
    other.save(update_fields=["position"])
    one.save(update_fields=["position"])


@transaction.atomic
def discard_draft(*, draft: RequirementDraft, by: User, at: datetime) -> RequirementDraft:
    """Give it up. Repeating changes nothing. Raises CannotDraft for one that was published."""
    draft = _locked(draft)
    if draft.published_as_id:
        raise CannotDraft(_("This draft was published. A published version stays."))
    if draft.closed_at is None:
        draft.closed_at, draft.closed_by = at, by
        draft.save(update_fields=["closed_at", "closed_by"])
        _write(draft, "requirements.draft_discarded", by, at)
    return draft


@transaction.atomic
def publish_draft(*, draft: RequirementDraft, holds_from: datetime, by: User, at: datetime) -> RequirementSet:
    """Publish what the draft says, to hold from `holds_from` on. Repeating gives what it was published as.

    Nobody already on the programme is moved, and no certificate changes. Raises CannotPublish as publishing does, and for
    a draft that was given up.
    """
    draft = _locked(draft)
    if draft.published_as is not None:
        return draft.published_as
    if draft.closed_at is not None:
        raise CannotPublish(_("This draft was given up. Begin a new one."))
    lines = list(draft.lines.order_by("position").values_list("kind", "terms"))
    published = publish_requirements(
        programme=draft.programme,
        version=draft.version,
        requirements=lines,
        by=by,
        at=at,
        is_example=draft.is_example,
        holds_from=holds_from,
    )
    draft.published_as, draft.closed_at, draft.closed_by = published, at, by
    draft.save(update_fields=["published_as", "closed_at", "closed_by"])
    return published


def _next_version(programme: ProgrammePage, at: datetime) -> str:
    """The first of this year's that is free: 2027.1, 2027.2, …"""
    taken = set(programme.requirement_sets.values_list("version", flat=True))
    year = timezone.localtime(at).year
    return next(version for n in range(1, len(taken) + 2) if (version := f"{year}.{n}") not in taken)


def _locked(draft: RequirementDraft) -> RequirementDraft:
    # What it was published as is fetched afterwards: a join reads what was there before the lock was waited for.
    return RequirementDraft.objects.select_for_update(of=("self",)).select_related("programme").get(pk=draft.pk)


def _open(draft: RequirementDraft) -> RequirementDraft:
    """The draft, which nobody else may change until the transaction ends. Raises CannotDraft when it is closed."""
    draft = _locked(draft)
    if draft.closed_at is not None:
        raise CannotDraft(_("This draft is closed. Begin a new one."))
    return draft


def _line(line: DraftLine) -> DraftLine:
    _open(line.draft)
    found = DraftLine.objects.filter(pk=line.pk).first()
    if found is None:
        raise CannotDraft(_("This requirement was taken out of the draft."))
    return found


def _write(draft: RequirementDraft, verb: str, by: User, at: datetime) -> None:
    history.record(
        chain="requirements",
        verb=verb,
        subject=history.name_of(draft),
        actor=by,
        at=at,
        facts={"version": draft.version, "based_on": draft.based_on.version if draft.based_on else ""},
    )
