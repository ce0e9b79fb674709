"""What does a registrar let count for one learner, by whom and why, and under which rules are they?"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from certificates.allowing import CannotAllow, waive_requirement, withdraw_allowance
from certificates.eligibility import Verdict, set_for, verdict_on
from certificates.models import Allowance, AllowanceKind, Certificate, RulesMove
from certificates.requirements import rule_of
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from courses.models import Enrolment

from ..frame import Act, Step, ask, day, goes_back, is_sure
from ..past import past_of
from .forms import WaiveForm


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What was decided by hand about one learner's rules, for the registrar's eyes: with names."""

    allowances: list[tuple[Allowance, str]]  # each with a sentence
    moves: list[RulesMove]
    newest: Any  # the version that holds for who joins now, where theirs is another


def decided_about(enrolment: Enrolment, verdict: Verdict | None) -> Decided:
    """Three queries."""
    rows = enrolment.allowances.select_related("requirement", "allowed_by", "withdrawn_by", "move__from_set")
    sets = enrolment.programme.requirement_sets.filter(published_at__lte=timezone.now())
    newest = sets.order_by("-published_at").first()
    return Decided(
        allowances=[(row, in_words(row)) for row in rows.order_by("allowed_at", "pk")],
        moves=list(enrolment.rules_moves.select_related("from_set", "to_set", "moved_by").order_by("moved_at")),
        newest=newest if newest and verdict and newest.pk != verdict.requirement_set.pk else None,
    )


def allowed_on(certificate: Certificate) -> list[str]:
    """What was allowed for a certificate's basis, with the name of who did: one query."""
    ended = Q(withdrawn_at=None) | Q(withdrawn_at__gt=certificate.issued_at)
    rows = Allowance.objects.filter(
        ended,
        enrolment=certificate.enrolment_id,
        requirement__requirement_set=certificate.requirement_set_id,
        allowed_at__lte=certificate.issued_at,
    ).select_related("requirement", "allowed_by", "withdrawn_by", "move__from_set")
    return [in_words(row) for row in rows.order_by("allowed_at", "pk")]


def in_words(allowance: Allowance) -> str:
    """Which requirement, what, when, by whom, why; and since when no more."""
    said = {
        "title": rule_of(allowance.requirement.kind, allowance.requirement.terms).promise().title,
        "day": day(allowance.allowed_at),
        "who": allowance.allowed_by,
        "reason": allowance.reason,
        "version": allowance.move.from_set.version if allowance.move else "",
    }
    if allowance.kind == AllowanceKind.WAIVED:
        words = _("%(title)s: waived on %(day)s by %(who)s. %(reason)s") % said
    else:
        words = _("%(title)s: met under %(version)s, and kept on %(day)s by %(who)s.") % said
    if allowance.withdrawn_at:
        words += " " + _("Ended on %(day)s by %(who)s.") % {
            "day": day(allowance.withdrawn_at),
            "who": allowance.withdrawn_by,
        }
    return words


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def waive(request: HttpRequest, enrolment_id: int) -> HttpResponse:
    """Which requirement and why; then what that changes; then, sure, do it."""
    enrolments = Enrolment.objects.select_related("learner", "programme")
    enrolment = policy.fetch(request.user, "requirement.waive", enrolments, pk=enrolment_id)
    here, at = reverse("desk:learner_detail", args=[enrolment.pk]), timezone.now()
    verdict = verdict_on(enrolment, at=at)
    held = set_for(enrolment)
    rows = list(held.requirements.order_by("position")) if held else []
    open_ = [
        (row, finding)
        for row, finding in zip(rows, verdict.findings if verdict else (), strict=True)
        if not finding.met
    ]
    choices = [(str(row.pk), f"{finding.title}: {finding.sentence}") for row, finding in open_]
    form = WaiveForm(request.POST if request.method == "POST" else None, choices=choices)
    told = form.is_valid() and not goes_back(request)
    if told and is_sure(request):
        try:
            waive_requirement(
                enrolment=enrolment,
                requirement=next(row for row, _f in open_ if str(row.pk) == form.cleaned_data["requirement"]),
                reason=form.cleaned_data["reason"],
                by=person_of(request),
                at=at,
            )
        except CannotAllow as refusal:
            form.add_error("reason", str(refusal))
            told = False
        else:
            messages.success(request, _("Waived. The learner was written to, and reads the reason on their page."))
            return redirect(here)
    act = Act(
        title=_("Waive a requirement"),
        button=_("Waive it") if told else _("Go on"),
        back=here,
        icon="edit",
        steps=_steps(enrolment),
        facts=[
            (_("Learner"), enrolment.learner),
            (_("Programme"), enrolment.programme.title),
            *([(_("Requirement"), dict(choices)[form.cleaned_data["requirement"]])] if told else []),
        ],
        changes=[
            _("It counts as settled for this learner alone, from now on."),
            _("The learner reads that it was waived, when and why; so does, later, anyone who checks the certificate."),
            *([_("They read this reason: “%(reason)s”") % form.cleaned_data] if told else []),
            _("Your name is kept here and in the history. The public does not read it."),
            _("It can be withdrawn until a certificate is issued."),
        ],
        missing=_why_not(request, enrolment, open_),
    )
    return ask(request, act, form=form, sure=told)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def withdraw(request: HttpRequest, allowance_id: int) -> HttpResponse:
    """Let it count no longer."""
    rows = Allowance.objects.select_related(
        "enrolment__learner", "enrolment__programme", "requirement", "allowed_by", "withdrawn_by", "move__from_set"
    )
    allowance = policy.fetch(request.user, "requirement.waive", rows, pk=allowance_id)
    here = reverse("desk:learner_detail", args=[allowance.enrolment_id])
    form = Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            withdraw_allowance(allowance=allowance, by=person_of(request), at=timezone.now())
        except CannotAllow as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Withdrawn. The requirement is asked of the learner again; they were written to.")
            )
            return redirect(here)
    act = Act(
        title=_("Withdraw it"),
        button=_("Withdraw it"),
        back=here,
        icon="undo",
        steps=_steps(allowance.enrolment),
        facts=[(event.words, f"{day(event.at)}, {event.by}") for event in past_of(allowance)],
        changes=[in_words(allowance), _("The requirement is asked of the learner again. The history keeps both.")],
        serious=True,
        missing=[_("This was withdrawn already.")] if allowance.withdrawn_at else [],
    )
    return ask(request, act, form=form)


def _why_not(request: HttpRequest, enrolment: Enrolment, open_: list[Any]) -> list[str]:
    if enrolment.learner_id == request.user.pk:
        return [_("Nobody waives anything for themselves. Somebody else decides.")]
    return [] if open_ else [_("Nothing is missing that could be waived.")]


def _steps(enrolment: Enrolment) -> list[Step]:
    return [
        (_("Learners"), reverse("desk:learner_list")),
        (enrolment.learner.display_name, reverse("desk:learner_detail", args=[enrolment.pk])),
    ]
