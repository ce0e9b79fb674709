"""Which days does nobody sign, how does one stand, and what would making it void touch?"""

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

from assessments.escalating import escalated
from assessments.models import Shift, ShiftState, TitleReading, VoidReason
from assessments.shift_words import duration
from assessments.shifts import CannotVoid, void_shift
from certificates.flags import resting_on
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from ..frame import Act, ask, choices_of, day, is_sure, searched, show, show_list
from ..past import past_of
from .facts import desk_shifts, facts_of, fetch_shift, is_good, steps_to, url_of, written_down
from .forms import VoidForm


@require_safe
@allowed("desk.use")
def shadow_shift_list(request: HttpRequest) -> HttpResponse:
    """Those that nobody signs, oldest first; or all of a kind, newest first; or those of a learner."""
    policy.require(request.user, "shift.oversee")
    state, choices = choices_of(
        request,
        {
            "escalated": _("Nobody signs"),
            "waiting": _("With their mentors"),
            "signed": _("Signed"),
            "void": _("Void"),
            "all": _("All handed in"),
        },
    )
    kinds: dict[str, QuerySet[Shift]] = {
        "escalated": escalated(),
        "waiting": Shift.objects.waiting(),
        "signed": Shift.objects.signed(),
        "void": Shift.objects.filter(voided_at__isnull=False),
        "all": Shift.objects.filter(submitted_at__isnull=False),
    }
    rows = desk_shifts(kinds[state])
    if sought := searched(request):
        rows = rows.filter(Q(learner__display_name__icontains=sought) | Q(learner__email__icontains=sought))
    oldest_first = state in {"escalated", "waiting"}
    return show_list(
        request,
        title=_("Shifts"),
        icon="list-ul",
        # The newest by their keys: that index is there, and there are many.
        rows=rows.order_by(*(["submitted_at", "pk"] if oldest_first else ["-pk"])),
        columns=[
            TitleColumn(
                "worked_on",
                label=_("Day"),
                accessor=lambda row: day(row.worked_on),
                get_url=lambda row: url_of(request, row, "desk:shadow_shift_detail", shift=row),
            ),
            Column("learner", label=_("Learner")),
            Column("mentor", label=_("Mentor"), accessor=lambda row: row.mentorship.mentor.name),
            Column("submitted_at", label=_("Handed in"), accessor=lambda row: day(row.submitted_at)),
            StatusTagColumn(
                "state", label=_("State"), accessor=lambda row: row.state.label, primary=lambda row: is_good(row.state)
            ),
        ],
        choices=choices,
        search=_("Find a learner’s shifts"),
        empty=_("No shift is found by these words.") if sought else _("There are none."),
    )  # fmt: skip


@require_safe
@allowed("desk.use")
def shadow_shift_detail(request: HttpRequest, shift_id: int) -> HttpResponse:
    """One shift as it is sealed, what happened to it, and what can be done. That it was read is written down."""
    shift = fetch_shift(request, shift_id)
    written_down(request, "shift.read", shift)
    readings = TitleReading.objects.filter(production=shift.production).select_related("read_by")
    return show(
        request,
        "cms/desk/shift.html",
        title=day(shift.worked_on),
        icon="date",
        steps=steps_to(_("Shifts"), "desk:shadow_shift_list"),
        heading=shift.learner,
        state=shift.state.label,
        state_is_good=is_good(shift.state),
        shift=shift,
        facts=facts_of(shift, zone=person_of(request).time_zone),
        broken=shift.state is ShiftState.BROKEN,
        can_void=not shift.voided_at and not shift.superseded_at,
        disputes=shift.disputes.defer("account", "mentor_account", "letter", "reason").order_by("pk"),
        audits=shift.audits.defer("letter", "note").order_by("pk"),
        certificate=resting_on(shift),
        readings=readings.order_by("read_at", "pk"),
        past=past_of(shift),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def shadow_shift_void(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Say that a day does not count: why, then what it touches, then, sure, do it."""
    shift = fetch_shift(request, shift_id)
    here = reverse("desk:shadow_shift_detail", args=[shift.pk])
    form = VoidForm(request.POST or None)
    told = form.is_valid()
    missing: list[str] = []
    if shift.voided_at:
        missing = [_("This shift is void already.")]
    elif told and is_sure(request):
        reason = VoidReason(form.cleaned_data["reason"])
        try:
            void_shift(shift=shift, by=person_of(request), reason=reason, at=timezone.now(), as_registrar=True)
        except CannotVoid as refusal:
            missing = [str(refusal)]
        else:
            messages.success(request, _("It is void. The learner was written to."))
            return redirect(here)
    act = Act(
        title=_("Make it void"),
        button=_("Make it void for good") if told else _("Go on"),
        back=reverse("desk:shadow_shift_void", args=[shift.pk]) if told else here,
        icon="cross",
        steps=[*steps_to(_("Shifts"), "desk:shadow_shift_list"), (day(shift.worked_on), here)],
        facts=facts_of(shift, zone=person_of(request).time_zone),
        changes=what_void_touches(shift),
        serious=told,
        missing=missing,
    )
    return ask(request, act, form=form, sure=told, status=422 if missing and request.method == "POST" else None)


def what_void_touches(shift: Shift) -> list[str]:
    """What would change, in sentences: the learner's totals, an amendment under way, and a certificate. Three queries."""
    said = []
    if shift.signed_at and not shift.superseded_at:
        others = Shift.objects.signed().filter(enrolment=shift.enrolment_id, worked_on=shift.worked_on)
        hours = {"hours": duration(shift.minutes)}
        if others.exclude(pk=shift.pk).exists():
            said.append(_("%(hours)s no longer count. The day itself does, by another shift of that date.") % hours)
        else:
            said.append(_("A signed day, and %(hours)s with it, no longer count.") % hours)
    else:
        said.append(_("It is not signed, so no total changes."))
    open_ones = Shift.objects.filter(record=shift.record, signed_at=None, voided_at=None).exclude(pk=shift.pk)
    if shift.signed_at and open_ones.exists():
        said.append(_("An amendment of it is under way. It becomes void with it."))
    if certificate := resting_on(shift):
        said.append(
            _("Certificate %(number)s rests on it. It stays as it is, and is flagged for you to decide.")
            % {"number": certificate.number}
        )
    return [
        *said,
        _("What was recorded and signed stays readable, with the reason. Nothing is deleted, and it is final."),
        _("The learner is written to."),
    ]
