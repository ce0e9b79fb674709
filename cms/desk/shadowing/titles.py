"""What is the title behind a code? Opened for a reason, told to its learner, and shown once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.models import AuditAnswer
from assessments.titles import CannotRead, read_title
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from ..frame import Act, ask, day, show
from .facts import fetch_shift, steps_to
from .forms import ReasonForm
from .proof import proved_lately


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
@proved_lately("reason")
def title_read(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Ask for the reason; then the title, on this one answer, which no cache keeps."""
    shift = fetch_shift(request, shift_id)
    policy.require(request.user, "title.read", shift.production)
    here = reverse("desk:shadow_shift_detail", args=[shift.pk])
    steps = [*steps_to(_("Shifts"), "desk:shadow_shift_list"), (day(shift.worked_on), here)]
    agreed = shift.audits.filter(answer=AuditAnswer.TITLE, closed_at=None).exists()
    reason = _("A random check. You agreed that it may be read.") if agreed else ""
    form = ReasonForm(request.POST or None, initial={"reason": reason})
    missing = [] if shift.title_kept else [_("No title was kept for this production.")]  # type: ignore[attr-defined]
    if form.is_valid() and not missing:
        try:
            reading = read_title(
                production=shift.production,
                by=person_of(request),
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except CannotRead as refusal:
            form.add_error("reason", str(refusal))
        else:
            answer = show(
                request,
                "cms/desk/title.html",
                title=_("The sealed title"),
                icon="lock-open",
                steps=steps,
                heading=shift.production.code,
                reading=reading,
                back=here,
            )
            add_never_cache_headers(answer)
            return answer
    act = Act(
        title=_("Open the sealed title"),
        button=_("Open it, and tell the learner"),
        back=here,
        icon="lock",
        steps=steps,
        facts=[(_("Learner"), shift.learner), (_("Production"), shift.production.code)],
        changes=[
            _("The title is shown once, on the next page, and nowhere else."),
            _("The learner is written to, and reads who opened it, when, and why."),
            _("It is kept in the audit trail. Opening it again is told again."),
        ],
        serious=True,
        missing=missing,
    )
    answer = ask(request, act, form=form)
    add_never_cache_headers(answer)
    return answer
