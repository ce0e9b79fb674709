"""What do learner and mentor not agree about, what is there to stand on, and how is it decided?"""

from __future__ import annotations

import hmac

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from assessments.disputing import CannotDispute, decide_dispute
from assessments.models import Outcome, ShiftDispute
from assessments.shift_words import duration
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from cms.accounts.sign_in import how_signed_in

from ..frame import Act, Fact, Step, ask, choices_of, day, is_sure, show, show_list
from ..past import past_of
from .facts import desk_shifts, facts_of, letter_answer, steps_to, url_of, written_down
from .forms import CompareForm, DecideForm
from .proof import proved_lately


@require_safe
@allowed("desk.use")
def shadow_dispute_list(request: HttpRequest) -> HttpResponse:
    """Those that are open, oldest first; or those decided, newest first."""
    policy.require(request.user, "dispute.decide")
    state, choices = choices_of(request, {"open": _("Open"), "decided": _("Decided")})
    rows = ShiftDispute.objects.filter(decided_at__isnull=state == "open")
    rows = rows.select_related("shift__learner", "shift__mentorship__mentor__person").defer(
        "account", "mentor_account", "letter", "reason", "shift__learning_note"
    )
    return show_list(
        request,
        title=_("Disputes"),
        icon="warning",
        rows=rows.order_by("opened_at", "pk") if state == "open" else rows.order_by("-decided_at", "-pk"),
        columns=[
            TitleColumn(
                "day",
                label=_("Day"),
                accessor=lambda row: day(row.shift.worked_on),
                get_url=lambda row: url_of(request, row, "desk:shadow_dispute_detail", shift=row.shift),
            ),
            Column("learner", label=_("Learner"), accessor="shift.learner"),
            Column("mentor", label=_("Mentor"), accessor=lambda row: row.shift.mentorship.mentor.name),
            Column("opened_at", label=_("Opened"), accessor=lambda row: day(row.opened_at)),
            StatusTagColumn(
                "state", label=_("State"), accessor=_state, primary=lambda row: bool(row.mentor_answered_at)
            ),
        ],
        choices=choices,
        empty=_("Nobody disagrees.") if state == "open" else _("Nothing has been decided yet."),
    )


@require_safe
@allowed("desk.use")
def shadow_dispute_detail(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Both accounts and the evidence. That they were read is written down."""
    dispute = _fetch(request, dispute_id)
    written_down(request, "dispute.read", dispute)
    return _page(request, dispute, CompareForm())


def _page(request: HttpRequest, dispute: ShiftDispute, form: CompareForm) -> HttpResponse:
    return show(
        request,
        "cms/desk/dispute.html",
        title=_("Dispute of %(day)s") % {"day": day(dispute.shift.worked_on)},
        icon="warning",
        steps=_steps(),
        heading=dispute.shift.learner,
        state=_state(dispute),
        state_is_good=dispute.decided_at is not None,
        dispute=dispute,
        facts=facts_of(dispute.shift, zone=person_of(request).time_zone),
        evidence=_evidence(dispute),
        form=form,
        past=sorted([*past_of(dispute.shift), *past_of(dispute)], key=lambda event: event.at),
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def shadow_dispute_compare(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Whether a file's digest is the one that the learner gave. What came of it is written down; the file is not sent."""
    dispute = _fetch(request, dispute_id)
    if not dispute.call_sheet:
        raise Http404
    if request.method != "POST":
        return redirect("desk:shadow_dispute_detail", dispute.pk)
    form = CompareForm(request.POST)
    if not form.is_valid():
        return _page(request, dispute, form)
    same = hmac.compare_digest(form.cleaned_data["digest"].strip().lower(), dispute.call_sheet)
    written_down(request, "dispute.compared", dispute, same=same)
    if same:
        messages.success(request, _("It is the same file, to the last byte."))
    else:
        messages.warning(request, _("It is another file, or it was saved anew. Ask the learner for the very same one."))
    return redirect("desk:shadow_dispute_detail", dispute.pk)


@require_safe
@allowed("desk.use")
def shadow_dispute_letter(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """The letter, as a file."""
    dispute = _fetch(request, dispute_id)
    if not dispute.letter:
        raise Http404
    written_down(request, "dispute.letter_read", dispute)
    return letter_answer(dispute.letter, dispute.letter_type, name="letter")


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
@proved_lately("reason")
def shadow_dispute_decide(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """How it is decided and why; then what that changes; then, sure, do it."""
    dispute = _fetch(request, dispute_id)
    here = reverse("desk:shadow_dispute_detail", args=[dispute.pk])
    form = DecideForm(request.POST or None)
    told = form.is_valid()
    missing = [_("This has been decided already.")] if dispute.decided_at else []
    if told and not missing and is_sure(request):
        try:
            decide_dispute(
                dispute=dispute,
                outcome=Outcome(form.cleaned_data["outcome"]),
                reason=form.cleaned_data["reason"],
                by=person_of(request),
                authentication=how_signed_in(request),
                at=timezone.now(),
            )
        except CannotDispute as refusal:
            form.add_error(None, str(refusal))
            told = False
        else:
            messages.success(request, _("Decided. Both were written to."))
            return redirect(here)
    act = Act(
        title=_("Decide"),
        button=_("Decide it for good") if told else _("Go on"),
        back=reverse("desk:shadow_dispute_decide", args=[dispute.pk]) if told else here,
        icon="success",
        steps=[*_steps(), (day(dispute.shift.worked_on), here)],
        facts=[*facts_of(dispute.shift, zone=person_of(request).time_zone), *_evidence(dispute)],
        changes=_what_happens(dispute, form.cleaned_data["outcome"]) if told else [],
        warning="" if told else _("A decision is final. It is made on the evidence, and both of them read why."),
        serious=told,
        missing=missing,
    )
    return ask(request, act, form=form, sure=told, status=422 if missing and request.method == "POST" else None)


def _what_happens(dispute: ShiftDispute, outcome: str) -> list[str]:
    shift = dispute.shift
    if outcome == Outcome.COUNTS:
        said = [
            _("The day is sealed on the evidence, in your name: %(hours)s count for %(learner)s, without a judgement.")
            % {"hours": duration(shift.minutes), "learner": shift.learner}
        ]
        if shift.version > 1:
            said.append(_("It takes the place of the version signed before it, which stays readable."))
    else:
        said = [_("The day does not count. What was recorded stays readable, and no total changes.")]
    return [*said, _("Both are written to, and read your reason. It cannot be taken to a registrar again.")]


def _evidence(dispute: ShiftDispute) -> list[Fact]:
    return [
        (_("Letter"), _("given, SHA-256 %(digest)s") % {"digest": dispute.letter_digest} if dispute.letter_digest
         else _("none")),
        (_("Call sheet"), _("kept by the learner, SHA-256 %(digest)s") % {"digest": dispute.call_sheet}
         if dispute.call_sheet else _("none")),
    ]  # fmt: skip


def _state(dispute: ShiftDispute) -> str:
    if dispute.decided_at:
        return _("It counts") if dispute.outcome == Outcome.COUNTS else _("It does not count")
    return _("Both have spoken") if dispute.mentor_answered_at else _("The mentor was asked")


def _fetch(request: HttpRequest, dispute_id: int) -> ShiftDispute:
    """One dispute with its shift as the desk shows it, for a registrar who is neither of the two."""
    disputes: QuerySet[ShiftDispute] = ShiftDispute.objects.select_related(
        "shift__mentorship__mentor__person", "shift__learner", "decided_by"
    ).defer("shift__learning_note")
    dispute = policy.fetch(request.user, "dispute.decide", disputes, pk=dispute_id)
    dispute.shift = desk_shifts().get(pk=dispute.shift_id)
    return dispute


def _steps() -> list[Step]:
    return steps_to(_("Disputes"), "desk:shadow_dispute_list")
