"""How do the academy's certificates look, and who says so? Designs, their versions, and a proof of each."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from certificates.contrast import in_words
from certificates.designs import (
    CannotDesign,
    begin_design,
    begin_version,
    change_draft,
    choose_design,
    newest_of,
    put_to_use,
    refuse_unprintable,
)
from certificates.looks import look_of
from certificates.models import CertificateDesign, DesignVersion, PaperSize
from certificates.previews import HOLDERS, proof_pdf, proof_picture
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from .design_forms import DesignForm, ProgrammesForm
from .frame import Act, Fact, Step, ask, day, is_sure, show, show_list
from .past import past_of

Make = Callable[..., bytes]


@require_safe
@allowed("desk.use")
def design_list(request: HttpRequest) -> HttpResponse:
    """All of them, the oldest first: that is the one which programmes have that name none."""
    policy.require(request.user, "certificate_design.keep")
    rows = CertificateDesign.objects.annotate(
        newest=Max("versions__number", filter=Q(versions__used_from__isnull=False)),
        issued=Count("versions__certificates", distinct=True),
        named=Count("programmes", distinct=True),
    )
    return show_list(
        request,
        title=_("Certificate designs"),
        icon="image",
        rows=rows.order_by("pk"),
        columns=[
            TitleColumn("name", label=_("Design"), url_name="desk:design_detail"),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: _("Version %(n)d in use") % {"n": row.newest} if row.newest else _("Draft"),
                primary=lambda row: bool(row.newest),
            ),
            Column("named", label=_("Programmes that name it")),
            Column("issued", label=_("Certificates")),
        ],
        buttons=[(_("New design"), reverse("desk:design_new"), "plus")],
        note=_("The first in the list is what programmes have that name no other."),
        empty=_("No design yet. Certificates have our own call sheet, in our colours, until you make one."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def design_new(request: HttpRequest) -> HttpResponse:
    """Begin a design. It is a draft: nothing is printed from it yet."""
    policy.require(request.user, "certificate_design.keep")
    form = DesignForm(request.POST or None, request.FILES or None, version=DesignVersion())
    if form.is_valid():
        try:
            version = begin_design(
                name=form.cleaned_data["name"], version=form.said(), by=person_of(request), at=timezone.now()
            )
        except CannotDesign as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Kept as a draft. Look at the proofs, then put it to use."))
            return redirect("desk:design_detail", version.design_id)
    return _edit(
        request, form, title=_("New certificate design"), button=_("Keep as a draft"), back=reverse("desk:design_list")
    )


@require_safe
@allowed("desk.use")
def design_detail(request: HttpRequest, design_id: int) -> HttpResponse:
    """One design: its newest version as a proof on both papers, those before, and where it is used."""
    design = _fetch(request, design_id)
    versions = list(design.versions.annotate(issued=Count("certificates")).order_by("-number"))
    newest, holder = versions[0], _holder(request.GET)
    used = next((version for version in versions if version.used_from), None)
    return show(
        request,
        "cms/desk/design.html",
        title=design.name,
        icon="image",
        steps=_steps(),
        heading=design.name,
        state=_state(newest, used),
        state_is_good=newest.used_from is not None,
        design=design,
        version=newest,
        versions=[
            {"version": version, "state": _state(version, used), "facts": _facts(version)} for version in versions
        ],
        programmes=[chosen.programme for chosen in design.programmes.select_related("programme").order_by("pk")],
        papers=[{"size": size.value, "label": size.label} for size in PaperSize],
        holder=holder,
        holders=[{"key": key, "label": label, "here": key == holder} for key, (label, _who) in HOLDERS.items()],
        past=past_of(design, *versions),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def design_change(request: HttpRequest, design_id: int) -> HttpResponse:
    """Change the draft. Where there is none, ask first to begin one from what is in use."""
    design = _fetch(request, design_id)
    version = newest_of(design)
    if version.used_from:
        return redirect("desk:design_version_new", design.pk)
    form = DesignForm(request.POST or None, request.FILES or None, version=version)
    if form.is_valid():
        try:
            change_draft(version=form.said(), by=person_of(request), at=timezone.now())
        except CannotDesign as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Changed. Look at the proofs, then put it to use."))
            return redirect("desk:design_detail", design.pk)
    return _edit(
        request, form, title=_("Change the draft"), button=_("Save"),
        back=reverse("desk:design_detail", args=[design.pk]), step=(design.name, reverse("desk:design_detail", args=[design.pk])),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def design_version_new(request: HttpRequest, design_id: int) -> HttpResponse:
    """Begin a new version from the one in use."""
    design = _fetch(request, design_id)
    here = reverse("desk:design_detail", args=[design.pk])
    if request.method == "POST":
        begin_version(design=design, by=person_of(request), at=timezone.now())
        return redirect("desk:design_change", design.pk)
    act = Act(
        title=_("New version"),
        button=_("Begin the new version"),
        back=here,
        icon="image",
        steps=[*_steps(), (design.name, here)],
        changes=[
            _("A draft is made that begins as the version in use is. You change it, and look at it."),
            _("Nothing is printed from it until you put it to use."),
        ],
    )
    return ask(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def design_use(request: HttpRequest, design_id: int) -> HttpResponse:
    """Put the draft to use, for good."""
    design = _fetch(request, design_id)
    here = reverse("desk:design_detail", args=[design.pk])
    version = newest_of(design)
    missing = [_("This version is in use already.")] if version.used_from else []
    if is_sure(request) and not missing:
        try:
            put_to_use(version=version, by=person_of(request), at=timezone.now())
        except CannotDesign as refusal:
            missing = list(refusal.problems.values())
        else:
            messages.success(request, _("In use. New certificates are printed from it."))
            return redirect(here)
    act = Act(
        title=_("Put version %(n)d to use") % {"n": version.number},
        button=_("Put it to use"),
        back=here,
        icon="image",
        steps=[*_steps(), (design.name, here)],
        facts=_facts(version),
        changes=[
            _("Certificates that are issued from now on are printed from it."),
            _("Certificates that were issued before stay as they are, to the byte."),
            _("This version is never edited again. To change something later, make a new version."),
        ],
        missing=missing,
    )
    return ask(request, act, sure=True, status=422 if missing and request.method == "POST" else None)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def design_programmes(request: HttpRequest, design_id: int) -> HttpResponse:
    """Say which programmes' certificates have this design."""
    design = _fetch(request, design_id)
    here = reverse("desk:design_detail", args=[design.pk])
    form = ProgrammesForm(request.POST if request.method == "POST" else None, design=design)
    if form.is_valid():
        choose_design(
            design=design, programmes=form.cleaned_data["programmes"], by=person_of(request), at=timezone.now()
        )
        messages.success(request, _("Chosen. It holds for certificates issued from now on."))
        return redirect(here)
    act = Act(
        title=_("Which programmes have it"),
        button=_("Save"),
        back=here,
        icon="image",
        steps=[*_steps(), (design.name, here)],
        changes=[_("It holds for certificates issued from now on. Those that were issued stay as they are.")],
    )
    return ask(request, act, form=form)


@require_safe
@allowed("desk.use")
def proof_as_picture(request: HttpRequest, design_id: int, number: int) -> HttpResponse:
    """One version as a proof for somebody invented, to look at. `?paper=letter`, `?holder=` one of HOLDERS."""
    return _proof(request, design_id, number, proof_picture, "image/png")


@require_safe
@allowed("desk.use")
def proof_as_pdf(request: HttpRequest, design_id: int, number: int) -> HttpResponse:
    """The same as the PDF that one would be given."""
    return _proof(request, design_id, number, proof_pdf, "application/pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def design_try(request: HttpRequest, design_id: int | None = None) -> HttpResponse:
    """What the form on the screen would give, kept nowhere: a picture, or the sentences that stand in its way."""
    policy.require(request.user, "certificate_design.keep")
    design = _fetch(request, design_id) if design_id else None
    if request.method != "POST":
        return redirect("desk:design_change", design.pk) if design else redirect("desk:design_new")
    version = newest_of(design) if design else DesignVersion()
    form = DesignForm(request.POST, request.FILES, version=version)
    form.fields.pop("name", None)
    if form.is_valid():
        said = form.said()
        try:
            refuse_unprintable(said)
        except CannotDesign as refusal:
            form.refuse(refusal)
        else:
            return _picture(proof_picture(look_of(said), paper=_paper(request.POST), holder=_holder(request.POST)))
    return JsonResponse({"problems": [words for said in form.errors.values() for words in said]}, status=422)


def _proof(request: HttpRequest, design_id: int, number: int, make: Make, kind: str) -> HttpResponse:
    version = get_object_or_404(_fetch(request, design_id).versions, number=number)
    return _picture(make(look_of(version), paper=_paper(request.GET), holder=_holder(request.GET)), kind)


def _picture(contents: bytes, kind: str = "image/png") -> HttpResponse:
    response = HttpResponse(contents, content_type=kind)
    response["Cache-Control"] = "private, no-store"
    return response


def _edit(
    request: HttpRequest, form: DesignForm, *, title: str, button: str, back: str, step: Step | None = None
) -> HttpResponse:
    version = form.version
    address = reverse("desk:design_try", args=[version.design_id]) if version.pk else reverse("desk:design_try_new")
    return show(
        request,
        "cms/desk/design_form.html",
        title=title,
        icon="image",
        steps=[*_steps(), *([step] if step else [])],
        status=422 if form.errors else 200,
        form=form,
        button=button,
        back=back,
        try_address=address,
        holders=[{"key": key, "label": label} for key, (label, _who) in HOLDERS.items()],
        papers=[{"size": size.value, "label": size.label} for size in PaperSize],
    )


def _holder(asked: QueryDict) -> str:
    holder = asked.get("holder", "short")
    return holder if holder in HOLDERS else "short"


def _paper(asked: QueryDict) -> str:
    return PaperSize.LETTER if asked.get("paper") == PaperSize.LETTER else PaperSize.A4


def _state(version: DesignVersion, used: DesignVersion | None) -> str:
    if version.used_from is None:
        return _("Draft")
    return _("In use") if version == used else _("In use before")


def _facts(version: Any) -> list[Fact]:
    signed = [
        f"{name}, {role}" if role else name
        for name, role in ((version.first_name, version.first_role), (version.second_name, version.second_role))
        if name
    ]
    return [
        (_("Layout"), version.get_template_display()),
        (_("Text"), in_words(version.ink)),
        (_("Title and ornaments"), in_words(version.accent)),
        (_("Seal"), _("Your own") if version.seal else _("Our rosette")),
        (_("Signed by"), "; ".join(signed) or _("The registrar, as the academy’s settings say")),
        *([(_("In use since"), day(version.used_from))] if version.used_from else []),
        *([(_("Certificates"), version.issued)] if hasattr(version, "issued") else []),
    ]


def _fetch(request: HttpRequest, design_id: int) -> CertificateDesign:
    return policy.fetch(request.user, "certificate_design.keep", CertificateDesign.objects.all(), pk=design_id)


def _steps() -> list[Step]:
    return [(_("Certificate designs"), reverse("desk:design_list"))]
