"""Who asks to go on, on what basis, and what does the registrar answer? Nobody answers their own."""

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

from certificates.credits import figure, in_credits
from certificates.issuing import CannotIssue
from certificates.models import Renewal, RenewalPhase
from certificates.renewal_words import category_lines, entry_lines
from certificates.renewing import (
    CannotRenew,
    Prospect,
    confirm_renewal,
    decline_renewal,
    prospect_of,
    renewed_certificate,
)
from certificates.signing import CannotSign
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from .frame import Act, Fact, Step, ask, choices_of, day, show, show_list
from .past import past_of
from .renewal_forms import ConfirmRenewalForm, DeclineRenewalForm


@require_safe
@allowed("desk.use")
def renewal_list(request: HttpRequest) -> HttpResponse:
    """Those that wait, oldest first; or those answered, newest first."""
    policy.require(request.user, "renewal.decide")
    state, choices = choices_of(request, {"waiting": _("Waiting"), "answered": _("Answered")})
    waiting = state == "waiting"
    columns = [
        TitleColumn("holder", label=_("Holder"), accessor="certificate.holder", url_name="desk:renewal_detail"),
        Column("number", label=_("Certificate"), accessor="certificate.number"),
        Column("from_until", label=_("Ends"), accessor=lambda row: day(row.from_until)),
        Column("phase", label=_("Asked"), accessor=lambda row: row.get_phase_display()),
        Column("asked_at", label=_("On"), accessor=lambda row: day(row.asked_at)),
    ]
    if not waiting:
        columns += [
            Column("answered_by", label=_("By")),
            StatusTagColumn("state", label=_("Answer"), accessor=answer_to, primary=lambda row: bool(row.to_until)),
        ]
    return show_list(
        request,
        title=_("Renewals"),
        icon="rotate",
        rows=_renewals()
        .filter(answered_at__isnull=waiting)
        .order_by(*(("asked_at", "pk") if waiting else ("-answered_at", "-pk"))),
        columns=columns,
        choices=choices,
        empty=_("Nobody waits for an answer.") if waiting else _("No renewal has been answered yet."),
    )


@require_safe
@allowed("desk.use")
def renewal_detail(request: HttpRequest, renewal_id: int) -> HttpResponse:
    """One renewal and all it rests on, as things stood when it was asked for."""
    renewal = _fetch(request, renewal_id)
    certificate = renewal.certificate
    prospect = None if renewal.answered_at else prospect_of(certificate, at=renewal.asked_at)
    counted = list(renewal.counted.select_related("entry__category").order_by("-entry__on", "-entry"))
    return show(
        request,
        "cms/desk/renewal.html",
        title=certificate.holder_name,
        icon="rotate",
        steps=_steps(),
        heading=_("Asks to renew"),
        state=answer_to(renewal),
        state_is_good=bool(renewal.to_until),
        renewal=renewal,
        certificate=certificate,
        facts=facts_of(renewal, prospect),
        prospect=prospect,
        obstacles=prospect.obstacles() if prospect else [],
        categories=category_lines(prospect.tally.categories) if prospect else [],
        lines=entry_lines(prospect) if prospect else [],
        counted=[(row.entry, in_credits(row.entry.quarters), figure(row.quarters)) for row in counted],
        own=certificate.holder_id == request.user.pk,
        past=past_of(renewal, certificate),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def renewal_confirm(request: HttpRequest, renewal_id: int) -> HttpResponse:
    """Say what will happen; then confirm, and sign the new edition."""
    renewal = _fetch(request, renewal_id)
    here = reverse("desk:renewal_detail", args=[renewal.pk])
    if renewal.answered_at:
        return _already(request, here)
    at = timezone.now()
    prospect = prospect_of(renewal.certificate, at=renewal.asked_at)
    excuses = bool(prospect and prospect.phase is RenewalPhase.LAPSED and not prospect.tally.met)
    form = ConfirmRenewalForm(request.POST or None, excuses=excuses)
    missing = _missing(request, renewal, prospect, excuses=excuses)
    if request.method == "POST" and (not form.fields or form.is_valid()):
        because = form.cleaned_data["excused_because"] if form.fields else ""
        try:
            confirm_renewal(renewal=renewal, excused_because=because, by=person_of(request), at=at)
        except (CannotRenew, CannotIssue, CannotSign) as refusal:
            missing = [str(refusal)]
        else:
            messages.success(request, _("Renewed. The verification page says so now, and the holder was written to."))
            return redirect(here)
    until = prospect.span.next_end(prospect.phase, at=at) if prospect else None
    act = Act(
        title=_("Confirm"),
        button=_("Confirm and renew the certificate"),
        back=here,
        icon="success",
        steps=[*_steps(), (renewal.certificate.holder_name, here)],
        facts=facts_of(renewal, prospect),
        changes=[
            _("What was learned is counted once more. If something has fallen away, nothing is renewed."),
            _("The certificate is signed anew and valid until %(day)s. Its number, address and award date stay.")
            % {"day": day(until)},
            _("Its basis says how many credits were counted. The entries themselves are shown to nobody outside."),
            _("Those entries count for no other renewal, and are neither returned nor withdrawn any more."),
            _("The holder gets a mail, and so does whoever watches the certificate."),
        ],
        missing=missing,
    )
    return ask(request, act, form=form, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def renewal_decline(request: HttpRequest, renewal_id: int) -> HttpResponse:
    """Decline, with a reason for the holder."""
    renewal = _fetch(request, renewal_id)
    here = reverse("desk:renewal_detail", args=[renewal.pk])
    if renewal.answered_at:
        return _already(request, here)
    form = DeclineRenewalForm(request.POST or None)
    if form.is_valid():
        try:
            decline_renewal(
                renewal=renewal, reason=form.cleaned_data["reason"], by=person_of(request), at=timezone.now()
            )
        except CannotRenew as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Declined. The holder gets a mail, and reads the reason when they sign in."))
            return redirect("desk:renewal_list")
    act = Act(
        title=_("Decline"),
        button=_("Decline the renewal"),
        back=here,
        icon="cross",
        steps=[*_steps(), (renewal.certificate.holder_name, here)],
        changes=[
            _("The certificate stays as it is, and ends when it said it would."),
            _("What they entered stays, and they can ask again while it is open."),
            _("The holder gets a mail that there is an answer. The reason itself is behind the sign-in."),
        ],
        serious=True,
        missing=[_("This is your own certificate. Another registrar decides.")]
        if renewal.certificate.holder_id == request.user.pk
        else [],
    )
    return ask(request, act, form=form)


def answer_to(renewal: Renewal) -> str:
    """The answer in a word."""
    if renewal.answered_at is None:
        return _("Waiting")
    return _("Confirmed") if renewal.to_until else _("Declined")


def facts_of(renewal: Renewal, prospect: Prospect | None) -> list[Fact]:
    facts: list[Fact] = [
        (_("Certificate"), renewal.certificate.number),
        (_("Title"), renewal.certificate.title),
        (_("Ends"), day(renewal.from_until)),
        (_("Asked"), f"{day(renewal.asked_at)} ({renewal.get_phase_display()})"),
        (_("Terms"), _("%(version)s (example)") % {"version": renewal.terms.version}
         if renewal.terms.is_example else renewal.terms.version),
    ]  # fmt: skip
    if prospect:
        facts.append((_("Continuing education"), prospect.tally.sentence()))
        if prospect.agreement:
            signed = _("signed, version %(n)d") if prospect.signed else _("version %(n)d is not signed")
            facts.append((prospect.agreement.title, signed % {"n": prospect.agreement.version}))
    if renewal.to_until and renewal.counted_quarters is not None:
        facts += [
            (_("Valid until"), day(renewal.to_until)),
            (_("Counted"), in_credits(renewal.counted_quarters)),
        ]
    return facts


def _missing(request: HttpRequest, renewal: Renewal, prospect: Prospect | None, *, excuses: bool) -> list[str]:
    """Why it cannot be confirmed now; none when it can."""
    if renewal.certificate.holder_id == request.user.pk:
        return [_("This is your own certificate. Another registrar decides.")]
    if prospect is None:
        return [_("The certificate is not what it was when this was asked. Decline, and let the holder ask again.")]
    return prospect.obstacles() or ([] if prospect.tally.met or excuses else [prospect.tally.sentence()])


def _already(request: HttpRequest, here: str) -> HttpResponse:
    messages.warning(request, _("This renewal has been answered. Nothing was changed."))
    return redirect(here)


def _renewals() -> QuerySet[Renewal]:
    return Renewal.objects.select_related("certificate__holder", "terms", "answered_by").defer(
        "certificate__credential"
    )


def _fetch(request: HttpRequest, renewal_id: int) -> Renewal:
    rows = _renewals().select_related("certificate__holder", "certificate__requirement_set", "terms", "answered_by")
    renewal = policy.fetch(request.user, "renewal.decide", rows, pk=renewal_id)
    renewal.certificate = renewed_certificate(renewal)  # shown, not saved: who confirms looks again
    return renewal


def _steps() -> list[Step]:
    return [(_("Renewals"), reverse("desk:renewal_list"))]
