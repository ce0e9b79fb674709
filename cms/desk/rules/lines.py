"""How is one requirement of a draft added, changed, moved up or down, and taken out?"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from certificates.drafting import CannotDraft, add_line, change_line, remove_line, shift_line
from certificates.models import DraftLine, RequirementDraft, RequirementKind
from cms.accounts import policy
from cms.accounts.policy import allowed

from ..frame import show
from .drafts import fetch_draft
from .sets import steps
from .term_forms import TermsForm


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def line_add(request: HttpRequest, draft_id: int, kind: str) -> HttpResponse:
    """The terms of a new requirement of this kind; then it stands at the end of the list."""
    draft = fetch_draft(request, draft_id)
    if kind not in RequirementKind.values:
        raise Http404
    form = TermsForm(RequirementKind(kind), request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            add_line(draft=draft, kind=kind, terms=form.terms)
        except CannotDraft as refusal:
            form.add_error(None, str(refusal))
        else:
            return _back(draft)
    return _page(request, draft, form, title=str(RequirementKind(kind).label), button=_("Add it"))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def line_change(request: HttpRequest, line_id: int) -> HttpResponse:
    """The terms of one requirement."""
    line = _fetch(request, line_id)
    kind = RequirementKind(line.kind)
    form = TermsForm(kind, request.POST if request.method == "POST" else None, terms=line.terms)
    if form.is_valid():
        try:
            change_line(line=line, terms=form.terms)
        except CannotDraft as refusal:
            form.add_error(None, str(refusal))
        else:
            return _back(line.draft)
    return _page(request, line.draft, form, title=str(kind.label), button=_("Save"))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def line_shift(request: HttpRequest, line_id: int) -> HttpResponse:
    """Up or down by one."""
    line = _fetch(request, line_id)
    if request.method == "POST":
        try:
            shift_line(line=line, up=request.POST.get("to") == "up")
        except CannotDraft as refusal:
            messages.error(request, str(refusal))
    return _back(line.draft)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def line_remove(request: HttpRequest, line_id: int) -> HttpResponse:
    """Out of the list. Nothing that holds is touched, so nothing is asked."""
    line = _fetch(request, line_id)
    if request.method == "POST":
        try:
            remove_line(line=line)
        except CannotDraft as refusal:
            messages.error(request, str(refusal))
    return _back(line.draft)


def _page(request: HttpRequest, draft: RequirementDraft, form: TermsForm, *, title: str, button: str) -> HttpResponse:
    here = reverse("desk:requirement_draft", args=[draft.pk])
    return show(
        request,
        "cms/desk/rules/line.html",
        title=title,
        icon="edit",
        steps=[*steps(draft.programme), (_("Draft %(version)s") % {"version": draft.version}, here)],
        heading=title,
        form=form,
        groups=form.groups(),
        button=button,
        back=here,
        status=422 if form.errors else 200,
    )


def _back(draft: RequirementDraft) -> HttpResponse:
    return redirect("desk:requirement_draft", draft.pk)


def _fetch(request: HttpRequest, line_id: int) -> DraftLine:
    return policy.fetch(request.user, "rules.write", DraftLine.objects.select_related("draft__programme"), pk=line_id)
