"""Who is on the public register, and which messages through it were reported?"""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from certificates.models import RegisterEntry, RegisterMessage
from certificates.register import on_register, said_in, shown
from certificates.registering import CannotList, let_back, remove_entry
from certificates.relay import close_report, open_reports
from cms.accounts import history, policy
from cms.accounts.policy import allowed, person_of

from .forms import CloseReportForm, RemoveEntryForm
from .frame import Act, Step, ask, choices_of, day, searched, show, show_list
from .past import past_of


@require_safe
@allowed("desk.use")
def register_list(request: HttpRequest) -> HttpResponse:
    """Those who are on the register, newest first; those who left, and those who were removed."""
    policy.require(request.user, "register.moderate")
    at = timezone.now()
    state, choices = choices_of(
        request, {"on": _("On it"), "hidden": _("Joined, not shown now"), "removed": _("Removed"), "left": _("Left")}
    )
    joined = RegisterEntry.objects.filter(left_at=None)
    rows = {
        "on": on_register(at),
        "hidden": joined.exclude(pk__in=on_register(at).values("pk")),
        "removed": RegisterEntry.objects.filter(removed_by__isnull=False),
        "left": RegisterEntry.objects.filter(left_at__isnull=False, removed_by=None),
    }[state]
    if sought := searched(request):
        named = Q(certificate__holder_name__icontains=sought) | Q(holder__display_name__icontains=sought)
        rows = rows.filter(named | Q(holder__email__icontains=sought))
    return show_list(
        request,
        title=_("Register"),
        icon="list-ul",
        rows=rows.select_related("certificate", "holder")
        .defer("certificate__credential", "certificate__basis")
        .order_by("-joined_at", "-pk"),
        columns=[
            TitleColumn("name", label=_("Name"), accessor="certificate.holder_name", url_name="desk:register_detail"),
            Column("title", label=_("Title"), accessor="certificate.title"),
            Column("joined_at", label=_("Joined"), accessor=lambda row: day(row.joined_at)),
            Column("left_at", label=_("Left"), accessor=lambda row: day(row.left_at)),
        ],
        choices=choices,
        search=_("Find somebody on the register"),
        empty=_("Nobody is found by these words.") if sought else _("There is nobody."),
    )


@require_safe
@allowed("desk.use")
def register_detail(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One entry as the public reads it, and what happened to it."""
    entry, at = _fetch(request, entry_id), timezone.now()
    is_shown = on_register(at).filter(pk=entry.pk).exists()
    read = shown(entry.certificate, said_in(entry), at=at, slug=entry.slug, said_at=entry.said_at) if is_shown else None
    said = [(label, ", ".join(words)) for label, words in read.declared] if read else []
    if read:
        said += [(_("Availability"), read.availability), (_("In their own words"), read.about)]
    return show(
        request,
        "cms/desk/register_entry.html",
        title=entry.certificate.holder_name,
        icon="list-ul",
        steps=_steps(),
        heading=entry.certificate.title,
        state=_state(entry, is_shown=is_shown),
        state_is_good=is_shown,
        entry=entry,
        is_shown=is_shown,
        own=entry.holder_id == request.user.pk,
        facts=[
            (_("Certificate"), entry.certificate.number),
            (_("Joined"), day(entry.joined_at)),
            (_("Looked over"), day(entry.said_at)),
            (_("Takes messages"), _("Yes") if entry.takes_messages else _("No")),
            (_("Search engines may list it"), _("Yes") if entry.may_be_indexed else _("No")),
            *((label, words) for label, words in said if words),
        ],
        past=past_of(entry),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def register_remove(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take an entry off the register, with a reason for its holder."""
    entry = _fetch(request, entry_id)
    here = reverse("desk:register_detail", args=[entry.pk])
    if entry.left_at:
        messages.warning(request, _("This entry is off the register already. Nothing was changed."))
        return redirect(here)
    form = RemoveEntryForm(request.POST or None)
    if form.is_valid():
        try:
            remove_entry(entry=entry, reason=form.cleaned_data["reason"], by=person_of(request), at=timezone.now())
        except CannotList as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Removed. The holder gets a mail, and reads the reason when they sign in."))
            return redirect(here)
    act = Act(
        title=_("Remove from the register"),
        button=_("Remove the entry"),
        back=here,
        icon="cross",
        steps=[*_steps(), (entry.certificate.holder_name, here)],
        changes=[
            _("The entry is gone from the register at once, and what its holder wrote there is deleted."),
            _("They read the reason on their page, and cannot come back until a registrar lets them."),
            _("Their certificate stays as it is."),
        ],
        serious=True,
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def register_let_back(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Let somebody who was removed come back."""
    entry = _fetch(request, entry_id)
    here = reverse("desk:register_detail", args=[entry.pk])
    if entry.removed_by_id is None or entry.let_back_at:
        messages.warning(request, _("Nothing keeps them from the register. Nothing was changed."))
        return redirect(here)
    if request.method == "POST":
        try:
            let_back(entry=entry, by=person_of(request), at=timezone.now())
        except CannotList as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("They may come back now, if they wish to."))
        return redirect(here)
    act = Act(
        title=_("Let back"),
        button=_("Let them come back"),
        back=here,
        icon="success",
        steps=[*_steps(), (entry.certificate.holder_name, here)],
        changes=[
            _("They may join the register again. Nobody is put on it without agreeing to it."),
            _("Nobody is written to. Tell the holder yourself."),
        ],
    )
    return ask(request, act)


@require_safe
@allowed("desk.use")
def register_report_list(request: HttpRequest) -> HttpResponse:
    """Messages that holders reported: those that are open, oldest first, or those closed."""
    policy.require(request.user, "register.moderate")
    state, choices = choices_of(request, {"open": _("Open"), "closed": _("Closed")})
    rows = open_reports() if state == "open" else RegisterMessage.objects.filter(closed_at__isnull=False)
    return show_list(
        request,
        title=_("Reported messages"),
        icon="warning",
        rows=rows.select_related("entry__holder")
        .defer("text", "answer", "report", "sender_name", "sender_email", "company")
        .order_by("reported_at", "pk"),
        columns=[
            TitleColumn(
                "holder", label=_("Reported by"), accessor="entry.holder", url_name="desk:register_report_detail"
            ),
            Column("passed_on_at", label=_("Passed on"), accessor=lambda row: day(row.passed_on_at)),
            Column("reported_at", label=_("Reported"), accessor=lambda row: day(row.reported_at)),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: _("Closed") if row.closed_at else _("Open"),
                primary=lambda row: bool(row.closed_at),
            ),
        ],
        choices=choices,
        empty=_("Nothing was reported.") if state == "open" else _("No report has been closed yet."),
    )


@require_safe
@allowed("desk.use")
def register_report_detail(request: HttpRequest, message_id: int) -> HttpResponse:
    """One reported message. That it was read is written down."""
    message = _fetch_report(request, message_id)
    history.audit(verb="register.report_read", subject=history.name_of(message), actor=person_of(request))
    return show(
        request,
        "cms/desk/register_report.html",
        title=_("Report of %(day)s") % {"day": day(message.reported_at)},
        icon="warning",
        steps=[(_("Reported messages"), reverse("desk:register_report_list"))],
        heading=message.entry.holder,
        state=_("Closed") if message.closed_at else _("Open"),
        state_is_good=message.closed_at is not None,
        message=message,
        facts=[
            (_("From"), message.sender_name),
            (_("Address, checked"), message.sender_email),
            (_("Company"), message.company),
            (_("Written"), day(message.written_at)),
            (_("Answered"), day(message.answered_at) or _("no")),
        ],
        past=past_of(message),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def register_report_close(request: HttpRequest, message_id: int) -> HttpResponse:
    """Close a report, with or without keeping its sender from writing to anybody."""
    message = _fetch_report(request, message_id)
    here = reverse("desk:register_report_detail", args=[message.pk])
    if message.closed_at:
        messages.warning(request, _("This report is closed. Nothing was changed."))
        return redirect(here)
    form = CloseReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        close_report(message=message, by=person_of(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Closed."))
        return redirect("desk:register_report_list")
    act = Act(
        title=_("Close the report"),
        button=_("Close it"),
        back=here,
        icon="success",
        steps=[(_("Reported messages"), reverse("desk:register_report_list")), (day(message.reported_at), here)],
        changes=[
            _("The holder sees that you have looked at it. Nobody is written to."),
            _("Message and report are deleted some time from now, as the settings of the register say."),
        ],
    )
    return ask(request, act, form=form)


def _state(entry: RegisterEntry, *, is_shown: bool) -> str:
    if entry.removed_by_id:
        return _("Removed, and let back") if entry.let_back_at else _("Removed")
    if entry.left_at:
        return _("Left")
    return _("On the register") if is_shown else _("Not shown now")


def _fetch(request: HttpRequest, entry_id: int) -> RegisterEntry:
    rows: QuerySet[RegisterEntry] = RegisterEntry.objects.select_related("certificate", "holder", "removed_by")
    return policy.fetch(
        request.user, "register.moderate", rows.defer("certificate__credential").prefetch_related("marks"), pk=entry_id
    )


def _fetch_report(request: HttpRequest, message_id: int) -> RegisterMessage:
    rows = RegisterMessage.objects.filter(reported_at__isnull=False).select_related("entry__holder", "closed_by")
    return policy.fetch(request.user, "register.moderate", rows, pk=message_id)


def _steps() -> list[Step]:
    return [(_("Register"), reverse("desk:register_list"))]
