"""How does a certificate come by its look? Nothing else writes designs and their versions.

A version is a draft until it is put to use; from then on it is never edited, and new certificates are printed from it. So
what was issued keeps its colours, its seal and its signatures, whatever the academy changes afterwards.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

import typst
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from cms.accounts.typesetting.wording import unprintable_text
from courses.pages import ProgrammePage

from .contrast import unreadable
from .looks import look_of
from .models import CertificateDesign, DesignVersion, ProgrammeDesign
from .pictures import UnusablePicture, read_picture
from .previews import try_out

FIELDS = (
    "template", "ink", "accent", "seal", "first_name", "first_role", "first_picture", "second_name", "second_role",
    "second_picture",
)  # fmt: skip
COLOURS = ("ink", "accent")
PICTURES = ("seal", "first_picture", "second_picture")
WORDS = ("first_name", "first_role", "second_name", "second_role")
LONGEST_WORDS = 60  # characters


class CannotDesign(Exception):
    """The design cannot be like this. `problems` are sentences by field; None stands for the whole."""

    def __init__(self, problems: dict[str | None, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


@transaction.atomic
def begin_design(*, name: str, version: DesignVersion, by: User, at: datetime) -> DesignVersion:
    """A new design with `version` (unsaved) as its first draft. Raises CannotDesign, also for a name that is taken."""
    refuse_unprintable(version)
    name = " ".join(name.split())
    if problem := unprintable_text(name, longest=LONGEST_WORDS):
        raise CannotDesign({"name": problem})
    if CertificateDesign.objects.filter(name=name).exists():
        raise CannotDesign(
            {"name": _("There is a design of this name. Make a new version of it, or choose another name.")}
        )
    version.design = CertificateDesign.objects.create(name=name, made_at=at, made_by=by)
    version.number = 1
    version.save(force_insert=True)
    _write(version, "design.begun", by, at)
    return version


@transaction.atomic
def begin_version(*, design: CertificateDesign, by: User, at: datetime) -> DesignVersion:
    """A new draft that begins as the newest version is. Repeating returns the draft there is."""
    design = CertificateDesign.objects.select_for_update().get(pk=design.pk)
    newest = newest_of(design)
    if newest.used_from is None:
        return newest
    draft = DesignVersion.objects.create(
        design=design, number=newest.number + 1, **{name: getattr(newest, name) for name in FIELDS}
    )
    _write(draft, "design.version_begun", by, at)
    return draft


@transaction.atomic
def change_draft(*, version: DesignVersion, by: User, at: datetime) -> DesignVersion:
    """Keep what `version` says now. Raises CannotDesign, and for a version that is in use or was."""
    refuse_unprintable(version)
    kept = _lock(version)
    if kept.used_from:
        raise CannotDesign({None: _in_use()})
    changed = [name for name in FIELDS if getattr(kept, name) != getattr(version, name)]
    if not changed:
        return kept
    for name in changed:
        setattr(kept, name, getattr(version, name))
    kept.save(update_fields=changed)
    _write(kept, "design.changed", by, at)
    return kept


@transaction.atomic
def put_to_use(*, version: DesignVersion, by: User, at: datetime) -> DesignVersion:
    """From `at` on, new certificates are printed from this version, and it is never edited again. Repeating changes nothing.

    It is printed for invented holders first, on both papers. Raises CannotDesign when it cannot be.
    """
    kept = _lock(version)
    if kept.used_from:
        return kept
    refuse_unprintable(kept)
    kept.used_from, kept.used_by = at, by
    kept.save(update_fields=["used_from", "used_by"])
    _write(kept, "design.used", by, at)
    return kept


@transaction.atomic
def choose_design(
    *, design: CertificateDesign, programmes: Iterable[ProgrammePage], by: User, at: datetime
) -> CertificateDesign:
    """The new certificates of these programmes have this design, and no other programme's have. Repeating writes nothing."""
    design = CertificateDesign.objects.select_for_update().get(pk=design.pk)
    wanted = {programme.pk for programme in programmes}
    chosen = set(design.programmes.values_list("programme_id", flat=True))
    if wanted == chosen:
        return design
    design.programmes.exclude(programme_id__in=wanted).delete()
    for programme_id in sorted(wanted - chosen):
        ProgrammeDesign.objects.update_or_create(programme_id=programme_id, defaults={"design": design})
    history.record(
        chain="designs", verb="design.chosen", subject=history.name_of(design), actor=by, at=at,
        facts={"programmes": sorted(wanted)},
    )  # fmt: skip
    return design


def design_for(programme_id: int) -> DesignVersion | None:
    """What a certificate of this programme is printed from now; None for our own call sheet. At most two queries.

    The design the programme names, in its newest version that was put to use; where there is none, the first design.
    """
    used = DesignVersion.objects.filter(used_from__isnull=False)
    named = used.filter(design__programmes__programme_id=programme_id).order_by("-number").first()
    return named or used.order_by("design_id", "-number").first()


def newest_of(design: CertificateDesign) -> DesignVersion:
    """Its draft, or where there is none the version put to use last. One query."""
    return design.versions.order_by("-number")[0]


def refuse_unprintable(version: DesignVersion) -> None:
    """Raises CannotDesign unless a certificate can be printed from it: words, colours, pictures, and a proof of each paper.

    Colours are written in small letters, and pictures cleaned, as they are looked at.
    """
    problems: dict[str | None, str] = {}
    for name in WORDS:
        setattr(version, name, " ".join(getattr(version, name).split()))
        if (words := getattr(version, name)) and (problem := unprintable_text(words, longest=LONGEST_WORDS)):
            problems[name] = problem
    for name in COLOURS:
        setattr(version, name, getattr(version, name).strip().lower())
        if problem := unreadable(getattr(version, name)):
            problems[name] = problem
    for name in PICTURES:
        try:
            setattr(version, name, read_picture(getattr(version, name).encode()) if getattr(version, name) else "")
        except UnusablePicture as problem:
            problems[name] = str(problem)
    try:
        version.clean_fields(exclude=["design", "number", "used_from", "used_by"])
        version.validate_constraints(exclude=["design", "number", "used_from", "used_by"])
    except ValidationError as problem:
        for field, messages in problem.message_dict.items():
            problems.setdefault(None if field == "__all__" else field, " ".join(messages))
    if not problems:
        try:
            try_out(look_of(version))
        except typst.TypstError:
            problems[None] = _(
                "It cannot be printed like this. Try each picture without the others, or save them anew."
            )
    if problems:
        raise CannotDesign(problems)


def digest_of(version: DesignVersion) -> str:
    """SHA-256 over everything that is printed from a version, in hexadecimal."""
    said = [version.design_id, version.number, *(getattr(version, name) for name in FIELDS)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _lock(version: DesignVersion) -> DesignVersion:
    """The version as it is kept, locked with its design."""
    CertificateDesign.objects.select_for_update().get(pk=version.design_id)
    return DesignVersion.objects.select_for_update(of=("self",)).select_related("design").get(pk=version.pk)


def _in_use() -> str:
    return _("This version is in use and stays as it is. Make a new version to change something.")


def _write(version: DesignVersion, verb: str, by: User, at: datetime) -> None:
    history.record(
        chain="designs",
        verb=verb,
        subject=history.name_of(version),
        actor=by,
        at=at,
        facts={"design": version.design_id, "number": version.number, "digest": digest_of(version)},
    )
