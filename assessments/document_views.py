"""Where does a learner show outside documents, see what became of them, and take them back?"""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cms.accounts import policy
from cms.accounts.policy import person_of, signed_in

from .document_files import file_answer
from .document_forms import DocumentForm, as_it_was
from .document_words import line_of
from .documents import CannotShow, documents_of, hand_in_document, withdraw_document
from .mentors import today_of
from .models import DocumentState, EvidenceDocument
from .resting import a_certificate_rests_on


@require_safe
@signed_in
def evidence(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    today = today_of(person, timezone.now())
    lines = [line_of(document, today) for document in documents_of(person).select_related("accepted_by")]
    return render(request, "assessments/evidence.html", {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def evidence_new(request: HttpRequest) -> HttpResponse:
    form = DocumentForm(request.POST, request.FILES) if request.method == "POST" else DocumentForm()
    return _hand_in(request, form, in_place_of=None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def evidence_again(request: HttpRequest, document_id: int) -> HttpResponse:
    """Hand in another in place of one that came back, or that nobody has looked at yet."""
    document = _fetch(request, document_id)
    if request.method == "POST":
        return _hand_in(request, DocumentForm(request.POST, request.FILES), in_place_of=document)
    if document.state not in {DocumentState.RETURNED, DocumentState.WAITING}:
        return redirect("assessments:evidence")
    return _hand_in(request, DocumentForm(initial=as_it_was(document)), in_place_of=document)


def _hand_in(request: HttpRequest, form: DocumentForm, *, in_place_of: EvidenceDocument | None) -> HttpResponse:
    if form.is_valid():
        try:
            hand_in_document(person=person_of(request), in_place_of=in_place_of, at=timezone.now(), **form.cleaned_data)
        except CannotShow as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Handed in. The registrar looks at it and answers by mail."))
            return redirect("assessments:evidence")
    context = {"form": form, "before": in_place_of}
    return render(request, "assessments/evidence_form.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def evidence_file(request: HttpRequest, document_id: int) -> FileResponse:
    """The learner's own file. A registrar opens it at the desk, where that is written down."""
    return file_answer(_fetch(request, document_id))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def evidence_withdraw(request: HttpRequest, document_id: int) -> HttpResponse:
    """Take a document back, after reading what that means."""
    document = _fetch(request, document_id)
    if request.method == "POST":
        try:
            withdraw_document(document=document, by=person_of(request), at=timezone.now())
        except CannotShow as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Withdrawn. It counts no more, and its file is deleted."))
        return redirect("assessments:evidence")
    if document.withdrawn_at:
        return redirect("assessments:evidence")
    line = line_of(document, today_of(person_of(request), timezone.now()))
    context = {"line": line, "rests": a_certificate_rests_on(document)}
    return render(request, "assessments/evidence_withdraw.html", context)


def _fetch(request: HttpRequest, document_id: int) -> EvidenceDocument:
    return policy.fetch(
        request.user, "document.keep", EvidenceDocument.objects.select_related("person"), pk=document_id
    )
