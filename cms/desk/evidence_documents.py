"""Which outside documents wait to be looked at, and what does a registrar say to one? Nobody looks at their own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from assessments.document_files import file_answer
from assessments.document_forms import a_day
from assessments.document_words import line_of
from assessments.documents import (
    LONGEST_ISSUER,
    LONGEST_WORDS,
    CannotReview,
    accept_document,
    accepted_documents,
    record_background_check,
    return_document,
    waiting_documents,
)
from assessments.documents_running_out import documents_running_out
from assessments.models import DocumentState, EvidenceDocument
from assessments.uploads import PICTURES
from certificates.resting import resting_on_document
from cms.accounts import history, policy
from cms.accounts.policy import allowed, person_of
from courses.models import Enrolment

from .frame import Act, Fact, Step, ask, choices_of, day, show, show_list
from .past import past_of


class AcceptForm(forms.Form):
    issuer = forms.CharField(label=gettext_lazy("Issued by"), max_length=LONGEST_ISSUER)
    issued_on = forms.DateField(label=gettext_lazy("Issued on, as on the paper"), widget=a_day())
    expires_on = forms.DateField(
        label=gettext_lazy("Valid until, as on the paper"),
        required=False,
        help_text=gettext_lazy("Its last day. Empty, if the paper names none."),
        widget=a_day(),
    )

    def refuse(self, refusal: CannotReview) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class ReturnForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("To the learner"),
        max_length=LONGEST_WORDS,
        help_text=gettext_lazy("What is missing, and what to do next. They read it beside the document."),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write what is missing and what to do next.")},
    )


@require_safe
@allowed("desk.use")
def document_list(request: HttpRequest) -> HttpResponse:
    """Those that wait, oldest first; or others, newest first."""
    policy.require(request.user, "document.review")
    today = timezone.localdate()
    state, choices = choices_of(
        request,
        {
            "waiting": _("To look at"),
            "running_out": _("Run out within 90 days"),
            "accepted": _("Accepted"),
            "returned": _("Returned"),
            "withdrawn": _("Withdrawn"),
        },
    )
    shown = EvidenceDocument.objects.all()
    rows: QuerySet[EvidenceDocument] = {
        "waiting": waiting_documents(),
        "running_out": documents_running_out(today),
        "accepted": accepted_documents(),
        "returned": shown.filter(returned_at__isnull=False, withdrawn_at=None),
        "withdrawn": shown.filter(withdrawn_at__isnull=False),
    }[state]
    order = {"waiting": ("uploaded_at", "pk"), "running_out": ("expires_on", "pk")}.get(state, ("-uploaded_at", "-pk"))
    return show_list(
        request,
        title=_("Documents"),
        icon="doc-full",
        rows=rows.select_related("person").defer("words").order_by(*order),
        columns=[
            TitleColumn("name", label=_("Document"), get_url=lambda row: _url_of(request, row)),
            Column("person", label=_("Learner")),
            Column("issuer", label=_("Issued by")),
            Column("expires_on", label=_("Valid until"), accessor=lambda row: day(row.expires_on) or _("without end")),
            Column("uploaded_at", label=_("Handed in"), accessor=lambda row: day(row.uploaded_at)),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: line_of(row, today).state,
                primary=lambda row: is_good(row),
            ),
        ],
        choices=choices,
        note=_("A background check is noted on its learner’s page: you are shown it, and no copy is kept."),
        empty=_("None waits for you.") if state == "waiting" else _("There are none."),
    )


@require_safe
@allowed("desk.use")
def document_detail(request: HttpRequest, document_id: int) -> HttpResponse:
    """One document with its file, and what can be said to it. That it was read is written down."""
    document = _fetch(request, document_id)
    history.audit(verb="document.read", subject=history.name_of(document), actor=person_of(request))
    return show(
        request,
        "cms/desk/document.html",
        title=document.name,
        icon="doc-full",
        steps=_steps(),
        heading=document.person,
        state=line_of(document, timezone.localdate()).state,
        state_is_good=is_good(document),
        document=document,
        facts=facts_of(document),
        is_picture=document.file_type in PICTURES,
        may_accept=document.state is DocumentState.WAITING,
        may_return=document.state in {DocumentState.WAITING, DocumentState.ACCEPTED},
        certificates=_resting(document) if document.returned_at else [],
        past=past_of(document),
    )


@require_safe
@allowed("desk.use")
def document_file(request: HttpRequest, document_id: int) -> FileResponse:
    """The file. That it was opened is written down."""
    document = _fetch(request, document_id)
    answer = file_answer(document)
    history.audit(verb="document.file_read", subject=history.name_of(document), actor=person_of(request))
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def document_accept(request: HttpRequest, document_id: int) -> HttpResponse:
    """Accept it, with the dates as they are on the paper."""
    document = _fetch(request, document_id)
    here = reverse("desk:document_detail", args=[document.pk])
    said = {"issuer": document.issuer, "issued_on": document.issued_on, "expires_on": document.expires_on}
    form = AcceptForm(request.POST or None, initial=said)
    if form.is_valid():
        try:
            accept_document(document=document, by=person_of(request), at=timezone.now(), **form.cleaned_data)
        except CannotReview as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Accepted. The learner was written to."))
            return redirect(here)
    act = Act(
        title=_("Accept"),
        button=_("Accept it with these dates"),
        back=here,
        icon="success",
        steps=[*_steps(), (document.name, here)],
        facts=facts_of(document),
        changes=[
            _("It counts for every requirement that asks for this kind, from today until its last day."),
            _("History keeps a digest of the file as it is now, so that a change of it would show."),
            _("The learner gets a mail. Its subject does not say what it is about."),
        ],
        links=[(_("Open the paper"), reverse("desk:document_file", args=[document.pk]))] if document.file else (),
        missing=_answered(document, request),
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def document_return(request: HttpRequest, document_id: int) -> HttpResponse:
    """Give it back with words to the learner; also one that was accepted, if it should not have been."""
    document = _fetch(request, document_id)
    here = reverse("desk:document_detail", args=[document.pk])
    form = ReturnForm(request.POST or None)
    if form.is_valid():
        try:
            return_document(document=document, by=person_of(request), at=timezone.now(), **form.cleaned_data)
        except CannotReview as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Returned. The learner was written to."))
            return redirect(here)
    was_accepted = document.state is DocumentState.ACCEPTED
    act = Act(
        title=_("Return"),
        button=_("Return it with these words"),
        back=here,
        icon="rotate",
        steps=[*_steps(), (document.name, here)],
        facts=facts_of(document),
        changes=[
            _("It was accepted, and is no longer from now on.")
            if was_accepted
            else _("It counts for nothing until then."),
            _("The learner gets a mail, reads your words, and can hand in another in its place."),
            *(
                _("Certificate %(number)s rests on it. Nothing about it changes by itself; you decide.")
                % {"number": certificate.number}
                for certificate in _resting(document)
            ),
        ],
        warning=_("This document was accepted already.") if was_accepted else "",
        serious=was_accepted,
        missing=_answered(document, request, also=DocumentState.ACCEPTED),
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def background_check(request: HttpRequest, enrolment_id: int) -> HttpResponse:
    """Note that one was shown a learner's background check: issuer and dates alone."""
    enrolments = Enrolment.objects.select_related("learner", "programme")
    enrolment = policy.fetch(request.user, "learner.read", enrolments, pk=enrolment_id)
    here, learner = reverse("desk:learner_detail", args=[enrolment.pk]), enrolment.learner
    form = AcceptForm(request.POST or None)
    if form.is_valid():
        try:
            record_background_check(person=learner, by=person_of(request), at=timezone.now(), **form.cleaned_data)
        except CannotReview as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Noted. The learner was written to."))
            return redirect(here)
    act = Act(
        title=_("Background check seen"),
        button=_("I have seen it, with these dates"),
        back=here,
        icon="view",
        steps=[(_("Learners"), reverse("desk:learner_list")), (learner.display_name, here)],
        facts=[(_("Learner"), learner), (_("Seen by"), person_of(request)), (_("Seen on"), day(timezone.now()))],
        changes=[
            _("Its issuer, its date and its last day are kept, and that you saw it today."),
            _("What it says is not kept, and no copy is made. Do not write it anywhere else either."),
            _("The learner gets a mail that something of theirs was accepted."),
        ],
        missing=[_("This is you. Another registrar looks at it.")] if learner.pk == request.user.pk else [],
    )
    return ask(request, act, form=form)


def is_good(document: EvidenceDocument) -> bool:
    return document.is_in_date(timezone.localdate())


def facts_of(document: EvidenceDocument) -> list[Fact]:
    facts: list[Fact] = [
        (_("Learner"), document.person),
        (_("What it is"), document.name),
        (_("Issued by"), document.issuer),
        (_("Issued on"), day(document.issued_on)),
        (_("Valid until"), day(document.expires_on) or _("without a last day")),
    ]
    if document.file_digest:
        facts.append((_("Handed in"), day(document.uploaded_at)))
        facts.append((_("File"), _("SHA-256 %(digest)s") % {"digest": document.file_digest}))
    if document.accepted_at:
        label = _("Accepted") if document.file_digest else _("Seen")
        facts.append((label, _by(document.accepted_at, document.accepted_by)))
    if document.returned_at:
        facts.append((_("Returned"), _by(document.returned_at, document.returned_by)))
        facts.append((_("Words to the learner"), document.words))
    if document.withdrawn_at:
        facts.append((_("Withdrawn"), _("%(day)s; its file is deleted") % {"day": day(document.withdrawn_at)}))
    return facts


def _by(at: Any, person: Any) -> str:
    return _("%(day)s, by %(name)s") % {"day": day(at), "name": person}


def _answered(document: EvidenceDocument, request: HttpRequest, *, also: DocumentState | None = None) -> list[str]:
    if request.method == "POST" or document.state in {DocumentState.WAITING, also}:
        return []
    return [_("This document does not wait for an answer any more.")]


def _resting(document: EvidenceDocument) -> list[Any]:
    return list(resting_on_document(document).defer("credential", "basis").order_by("issued_at", "pk"))


def _url_of(request: HttpRequest, row: EvidenceDocument) -> str | None:
    """Where a row leads; nowhere for the reader's own, which another registrar looks at."""
    return reverse("desk:document_detail", args=[row.pk]) if policy.may(request.user, "document.review", row) else None


def _fetch(request: HttpRequest, document_id: int) -> EvidenceDocument:
    documents = EvidenceDocument.objects.select_related("person", "accepted_by", "returned_by")
    return policy.fetch(request.user, "document.review", documents, pk=document_id)


def _steps() -> list[Step]:
    return [(_("Documents"), reverse("desk:document_list"))]
