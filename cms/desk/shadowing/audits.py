"""What came of the monthly random checks, and how is one closed?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from assessments.auditing import ANSWER_WITHIN, CannotAudit, close_audit, to_close
from assessments.models import AuditAnswer, AuditDraw, AuditOutcome
from certificates.flags import resting_on
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from ..frame import Act, Fact, Step, ask, choices_of, day, show, show_list
from ..past import past_of
from .facts import desk_shifts, facts_of, letter_answer, steps_to, url_of, written_down
from .forms import CloseForm


@require_safe
@allowed("desk.use")
def audit_list(request: HttpRequest) -> HttpResponse:
    """Those to close, oldest first; those with their learners; or those closed, newest first."""
    policy.require(request.user, "audit.close")
    at = timezone.now()
    state, choices = choices_of(
        request,
        {
            "to_close": _("To close"),
            "asked": _("With their learners"),
            "failed": _("Did not stand"),
            "closed": _("Closed"),
        },
    )
    waiting = to_close(at)
    rows = {
        "to_close": waiting,
        "asked": AuditDraw.objects.filter(closed_at=None).exclude(pk__in=waiting.values("pk")),
        "failed": AuditDraw.objects.filter(outcome=AuditOutcome.FAILED),
        "closed": AuditDraw.objects.filter(closed_at__isnull=False),
    }[state]
    rows = rows.select_related("shift__learner", "shift__mentorship__mentor__person")
    rows = rows.defer("letter", "note", "shift__learning_note")
    return show_list(
        request,
        title=_("Random checks"),
        icon="clipboard-list",
        rows=rows.order_by("-closed_at", "-pk") if state in {"failed", "closed"} else rows.order_by("drawn_at", "pk"),
        columns=[
            TitleColumn(
                "day",
                label=_("Day"),
                accessor=lambda row: day(row.shift.worked_on),
                get_url=lambda row: url_of(request, row, "desk:audit_detail", shift=row.shift),
            ),
            Column("learner", label=_("Learner"), accessor="shift.learner"),
            Column("mentor", label=_("Mentor"), accessor=lambda row: row.shift.mentorship.mentor.name),
            Column("drawn_at", label=_("Drawn"), accessor=lambda row: day(row.drawn_at)),
            StatusTagColumn("state", label=_("State"), accessor=_state, primary=_is_good),
        ],
        choices=choices,
        note=_("Drawn by lot on the 2nd of each month, from a seed that history holds before the draw."),
        empty=_("None waits for you.") if state == "to_close" else _("There are none."),
    )


@require_safe
@allowed("desk.use")
def audit_detail(request: HttpRequest, audit_id: int) -> HttpResponse:
    """One sampled shift: what its learner showed, and what can be done."""
    draw = _fetch(request, audit_id)
    written_down(request, "audit.read", draw)
    failed = draw.outcome == AuditOutcome.FAILED
    return show(
        request,
        "cms/desk/audit.html",
        title=_("Random check of %(day)s") % {"day": day(draw.shift.worked_on)},
        icon="clipboard-list",
        steps=_steps(),
        heading=draw.shift.learner,
        state=_state(draw),
        state_is_good=_is_good(draw),
        draw=draw,
        answer=_answer(draw),
        facts=facts_of(draw.shift, zone=person_of(request).time_zone),
        may_read_title=draw.answer == AuditAnswer.TITLE and draw.closed_at is None,
        may_void=failed and not draw.shift.voided_at and not draw.shift.superseded_at,
        certificate=resting_on(draw.shift) if failed else None,
        past=past_of(draw),
    )


@require_safe
@allowed("desk.use")
def audit_letter(request: HttpRequest, audit_id: int) -> HttpResponse:
    """The learner's letter, as a file."""
    draw = _fetch(request, audit_id)
    if not draw.letter:
        raise Http404
    written_down(request, "audit.letter_read", draw)
    return letter_answer(draw.letter, draw.letter_type, name="letter")


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def audit_close(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Say how it stands, with a note. It changes no shift and no certificate."""
    draw = _fetch(request, audit_id)
    here = reverse("desk:audit_detail", args=[draw.pk])
    form = CloseForm(request.POST or None)
    if form.is_valid():
        try:
            close_audit(
                draw=draw,
                outcome=AuditOutcome(form.cleaned_data["outcome"]),
                note=form.cleaned_data["note"],
                by=person_of(request),
                at=timezone.now(),
            )
        except CannotAudit as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Closed. The learner was written to."))
            return redirect(here)
    act = Act(
        title=_("Close the random check"),
        button=_("Close it"),
        back=here,
        icon="clipboard-list",
        steps=[*_steps(), (day(draw.shift.worked_on), here)],
        facts=[*facts_of(draw.shift, zone=person_of(request).time_zone), *_answer(draw)],
        changes=[
            _("The learner is written to, and reads the outcome and your note."),
            _("Nothing else changes by itself. Where it does not stand, you decide next whether the day becomes void."),
            *_flagged(draw),
        ],
        missing=[_("This has been closed already.")] if draw.closed_at and request.method != "POST" else [],
    )
    return ask(request, act, form=form)


def _flagged(draw: AuditDraw) -> list[str]:
    certificate = resting_on(draw.shift)
    if certificate is None:
        return []
    return [
        _("Certificate %(number)s rests on it. Where it does not stand, it is flagged for you to decide.")
        % {"number": certificate.number}
    ]


def _answer(draw: AuditDraw) -> list[Fact]:
    facts: list[Fact] = [
        (_("Drawn"), day(draw.drawn_at)),
        (_("Answer"), draw.get_answer_display() if draw.answered_at else _("none yet; they have until %(day)s")
         % {"day": day(draw.drawn_at + ANSWER_WITHIN)}),
    ]  # fmt: skip
    if draw.answered_at:
        facts.append((_("Answered"), day(draw.answered_at)))
    if draw.letter_digest:
        facts.append((_("Letter"), _("SHA-256 %(digest)s") % {"digest": draw.letter_digest}))
    if draw.closed_at:
        facts += [
            (_("Closed"), _("%(day)s, by %(name)s") % {"day": day(draw.closed_at), "name": draw.closed_by}),
            (_("Outcome"), draw.get_outcome_display()),
            (_("Note"), draw.note or _("none")),
        ]
    return facts


def _state(draw: AuditDraw) -> str:
    if draw.closed_at:
        return draw.get_outcome_display()
    return _("Answered") if draw.answered_at else _("Asked")


def _is_good(draw: AuditDraw) -> bool:
    return draw.outcome == AuditOutcome.PASSED


def _fetch(request: HttpRequest, audit_id: int) -> AuditDraw:
    """One sampled shift as the desk shows it, for a registrar who is neither its learner nor its mentor."""
    draws = AuditDraw.objects.select_related("shift__mentorship__mentor", "closed_by").defer("shift__learning_note")
    draw = policy.fetch(request.user, "audit.close", draws, pk=audit_id)
    draw.shift = desk_shifts().get(pk=draw.shift_id)
    return draw


def _steps() -> list[Step]:
    return steps_to(_("Random checks"), "desk:audit_list")
