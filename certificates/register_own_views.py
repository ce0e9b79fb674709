"""How does a holder come onto the register, see what the public sees, read what was written to them, and leave?"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.models import User
from cms.accounts.policy import person_of, signed_in

from .models import RegisterBlock, RegisterEntry, RegisterMessage, RegisterSettings
from .register import Shown, may_hold, on_register, said_in, shown, shown_entry
from .register_forms import AnswerForm, EntryForm, ReportForm, initial_of
from .registering import CannotList, leave_register, put_on_register
from .relay import (
    CannotAnswer,
    answer_message,
    block_sender,
    passed_on_to,
    report_message,
    unblock_sender,
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def register_own(request: HttpRequest) -> HttpResponse:
    """One's own entry: join, change, or with `preview` see first what the public would."""
    holder, at = person_of(request), timezone.now()
    held = may_hold(holder, at)
    entry = _open_entry(holder)
    on = entry is not None and entry.certificate_id in {each.pk for each in held}
    preview: Shown | None = None
    form: EntryForm | None = None
    if held:
        initial = initial_of(said_in(entry), entry.certificate) if entry and on else None
        form = EntryForm(request.POST or None, held=held, is_on=on, initial=initial)
    if form is not None and "preview" in request.POST:
        form.fields.pop("agreed", None)  # one may look before one agrees
    if form is not None and form.is_valid():
        if "preview" in request.POST:
            preview = shown(form.certificate_chosen, form.said(), at=at)
        else:
            try:
                put_on_register(holder=holder, certificate=form.certificate_chosen, said=form.said(), at=at)
            except CannotList as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Kept. This is what the public reads now."))
                return redirect("certificates:register_own")
    public = entry if entry and on_register(at).filter(pk=entry.pk).exists() else None
    return render(
        request,
        "certificates/register_own.html",
        {
            "form": form,
            "entry": entry,
            "on": on,
            "public": public is not None,
            "preview": preview,
            "now_shown": shown_entry(public, at=at) if public else None,
            "removed": _removed(holder),
            "waiting": passed_on_to(holder).filter(answered_at=None, reported_at=None).count(),
        },
        status=422 if form is not None and form.errors else 200,
    )


@require_POST
@signed_in
def register_leave(request: HttpRequest) -> HttpResponse:
    leave_register(holder=person_of(request), at=timezone.now())
    messages.success(request, _("You are off the register, and what you had written there is deleted."))
    return redirect("certificates:register_own")


@never_cache
@require_safe
@signed_in
def register_message_list(request: HttpRequest) -> HttpResponse:
    """What was written to one through the register, newest first, and whom one has blocked."""
    holder = person_of(request)
    return render(
        request,
        "certificates/register_messages.html",
        {
            "written": passed_on_to(holder).defer("text", "answer", "report").order_by("-passed_on_at", "-pk"),
            "blocks": RegisterBlock.objects.filter(holder=holder).order_by("-blocked_at", "-pk"),
            "days": RegisterSettings.load().message_days,
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def register_message(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One message; posting answers it."""
    message = _fetch(request, public_id)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            answer_message(message=message, text=form.cleaned_data["text"], at=timezone.now())
        except CannotAnswer as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("Sent on, without your address."))
            return redirect("certificates:register_message", message.public_id)
    return _message_page(request, message, form=form)


@require_POST
@signed_in
def register_report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    message = _fetch(request, public_id)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _message_page(request, message, report_form=form)
    report_message(message=message, report=form.cleaned_data["report"], at=timezone.now())
    messages.success(request, _("Reported. The registrar reads the message and what you said about it."))
    return redirect("certificates:register_message", message.public_id)


@require_POST
@signed_in
def register_block(request: HttpRequest, public_id: UUID) -> HttpResponse:
    message = _fetch(request, public_id)
    block_sender(message=message, by=person_of(request), at=timezone.now())
    messages.success(request, _("Blocked. Nothing more from that address reaches you, and nobody is told."))
    return redirect("certificates:register_message", message.public_id)


@require_POST
@signed_in
def register_unblock(request: HttpRequest, block_id: int) -> HttpResponse:
    block = policy.fetch(request.user, "register_block.lift", RegisterBlock.objects.all(), pk=block_id)
    unblock_sender(block=block, by=person_of(request), at=timezone.now())
    messages.success(request, _("Lifted. That address can write to you again."))
    return redirect("certificates:register_message_list")


def _message_page(
    request: HttpRequest,
    message: RegisterMessage,
    *,
    form: AnswerForm | None = None,
    report_form: ReportForm | None = None,
) -> HttpResponse:
    bad = bool((form and form.errors) or (report_form and report_form.errors))
    return render(
        request,
        "certificates/register_message.html",
        {
            "message": message,
            "form": form or AnswerForm(),
            "report_form": report_form or ReportForm(),
            "blocked": RegisterBlock.objects.filter(
                holder=person_of(request), sender_digest=message.sender_digest
            ).exists(),
        },
        status=422 if bad else 200,
    )


def _fetch(request: HttpRequest, public_id: UUID) -> RegisterMessage:
    rows = RegisterMessage.objects.select_related("entry")
    return policy.fetch(request.user, "register_message.read", rows, public_id=public_id)


def _open_entry(holder: User) -> RegisterEntry | None:
    rows = RegisterEntry.objects.filter(holder=holder, left_at=None).select_related("certificate")
    return rows.defer("certificate__credential").prefetch_related("marks").first()


def _removed(holder: User) -> RegisterEntry | None:
    return RegisterEntry.objects.filter(holder=holder, removed_by__isnull=False, let_back_at=None).first()
