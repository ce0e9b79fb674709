"""Who asks for another name on a certificate, and what does the registrar answer?"""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from certificates.models import NameRequest
from certificates.renaming import CannotRename, accept_name, return_name_request
from certificates.signing import CannotSign
from cms.accounts import history, policy
from cms.accounts.policy import allowed, person_of

from .forms import AcceptNameForm, ReturnNameForm
from .frame import Act, Step, ask, choices_of, day, is_sure, show, show_list
from .past import past_of


@require_safe
@allowed("desk.use")
def name_list(request: HttpRequest) -> HttpResponse:
    """Those that wait, oldest first; or those answered, newest first. No name is in the list."""
    policy.require(request.user, "name.answer")
    state, choices = choices_of(request, {"waiting": _("Waiting"), "answered": _("Answered")})
    waiting = state == "waiting"
    rows = _requests().filter(answered_at__isnull=waiting, withdrawn_at=None).defer("words")
    return show_list(
        request,
        title=_("Names to change"),
        icon="edit",
        rows=rows.order_by("asked_at", "pk") if waiting else rows.order_by("-answered_at", "-pk"),
        columns=[
            TitleColumn("number", label=_("Certificate"), accessor="certificate.number", url_name="desk:name_detail",
                        classname="desk-whole"),
            Column("kind", label=_("About"), accessor="get_kind_display"),
            Column("asked_at", label=_("Asked"), accessor=lambda row: day(row.asked_at)),
            StatusTagColumn("state", label=_("Answer"), accessor=answer_to, primary=lambda row: bool(row.replacement_id)),
        ],
        choices=choices,
        empty=_("Nobody waits for an answer.") if waiting else _("No request has been answered yet."),
    )  # fmt: skip


@require_safe
@allowed("desk.use")
def name_detail(request: HttpRequest, name_request_id: int) -> HttpResponse:
    """One request. That its private words were read is written down."""
    asked = _fetch(request, name_request_id)
    if asked.words:
        history.audit(verb="name.read", subject=history.name_of(asked), actor=person_of(request))
    own = asked.asked_by_id == request.user.pk
    return show(
        request,
        "cms/desk/name_request.html",
        title=asked.certificate.number,
        icon="edit",
        steps=_steps(),
        heading=_("Asks for another name"),
        state=answer_to(asked),
        state_is_good=bool(asked.replacement_id),
        asked=asked,
        own=own,
        open=asked.answered_at is None and asked.withdrawn_at is None,
        facts=[
            (_("Name on the certificate"), asked.certificate.holder_name),
            (_("New name"), asked.new_name),
            (_("About"), asked.get_kind_display()),
            (_("Asked"), day(asked.asked_at)),
            (_("Answered"), day(asked.answered_at) or _("not yet")),
            *([(_("Made sure on"), day(asked.checked_on))] if asked.checked_on else []),
        ],
        past=past_of(asked),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def name_accept(request: HttpRequest, name_request_id: int) -> HttpResponse:
    """Say when one made sure that the holder asks; read what changes; then replace the certificate."""
    asked = _fetch(request, name_request_id)
    here = reverse("desk:name_detail", args=[asked.pk])
    if asked.answered_at or asked.withdrawn_at:
        return _already(request, here)
    form = AcceptNameForm(request.POST or None, initial={"checked_on": timezone.localdate()})
    told = form.is_valid()
    if told and is_sure(request):
        try:
            new = accept_name(
                request=asked, checked_on=form.cleaned_data["checked_on"], by=person_of(request), at=timezone.now()
            )
        except CannotRename as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            told = False
        except CannotSign as refusal:
            messages.error(request, str(refusal))
            return redirect(here)
        else:
            messages.success(request, _("Replaced. This is the new certificate; the earlier number leads to it."))
            return redirect("desk:certificate_detail", new.pk)
    act = Act(
        title=_("Replace under the new name"),
        button=_("Issue the replacement") if told else _("Go on"),
        back=here,
        icon="success",
        steps=[*_steps(), (asked.certificate.number, here)],
        facts=[
            (_("Certificate"), asked.certificate.number),
            (_("Name now"), asked.certificate.holder_name),
            (_("New name"), asked.new_name),
        ],
        changes=[
            _("A new certificate with a new number is issued under the new name. Award date, basis and last day stay."),
            _(
                "The earlier number answers that there is a newer one, and leads to it. The former name is shown nowhere."
            ),
            _("The status list is signed anew, so programs that check the earlier file see that it ended."),
            _("The holder gets a mail that the new one is ready."),
            *([_("The name in their profile becomes the new one, too.")] if asked.updates_profile else []),
        ]
        if told
        else (),
    )
    return ask(request, act, form=form, sure=told)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def name_return(request: HttpRequest, name_request_id: int) -> HttpResponse:
    """Return it, with words for the holder."""
    asked = _fetch(request, name_request_id)
    here = reverse("desk:name_detail", args=[asked.pk])
    if asked.answered_at or asked.withdrawn_at:
        return _already(request, here)
    form = ReturnNameForm(request.POST or None)
    if form.is_valid():
        try:
            return_name_request(request=asked, by=person_of(request), at=timezone.now(), **form.cleaned_data)
        except CannotRename as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Returned. The holder gets a mail, and reads your words when they sign in."))
            return redirect("desk:name_list")
    act = Act(
        title=_("Return with words"),
        button=_("Return it"),
        back=here,
        icon="undo",
        steps=[*_steps(), (asked.certificate.number, here)],
        changes=[
            _("The certificate stays as it is. The holder gets a mail that there is an answer, and can ask again."),
        ],
    )
    return ask(request, act, form=form)


def answer_to(asked: NameRequest) -> str:
    """The answer in a word."""
    if asked.withdrawn_at:
        return _("Taken back")
    if asked.answered_at is None:
        return _("Waiting")
    return _("Replaced") if asked.replacement_id else _("Returned")


def _already(request: HttpRequest, here: str) -> HttpResponse:
    messages.warning(request, _("This request needs no answer any more. Nothing was changed."))
    return redirect(here)


def _requests() -> QuerySet[NameRequest]:
    rows: QuerySet[NameRequest] = NameRequest.objects.select_related("certificate", "answered_by", "replacement")
    return rows.defer("certificate__credential", "replacement__credential")


def _fetch(request: HttpRequest, name_request_id: int) -> NameRequest:
    return policy.fetch(request.user, "name.answer", _requests(), pk=name_request_id)


def _steps() -> list[Step]:
    return [(_("Names to change"), reverse("desk:name_list"))]
