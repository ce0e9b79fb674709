"""Which revocations are proposed, and who confirms one? Never who proposed it."""

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from certificates.models import Case, Certificate, RevocationProposal, RevocationReason
from certificates.revoking import (
    CannotRevoke,
    confirm_revocation,
    propose_revocation,
    reject_revocation,
    revoke_at_request,
    take_back_proposal,
)
from certificates.signing import CannotSign
from certificates.status import CannotChangeStatus
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from .decision_forms import ProposeForm, ReasonForm
from .flags import facts_of, fetch_certificate, steps_of
from .frame import Act, Fact, Step, ask, choices_of, day, show, show_list
from .steps import in_two_steps

REFUSALS = (CannotRevoke, CannotChangeStatus, CannotSign)


@require_safe
@allowed("desk.use")
def revocation_list(request: HttpRequest) -> HttpResponse:
    """Those that wait, oldest first; or those answered, newest first."""
    policy.require(request.user, "revocation.decide")
    state, choices = choices_of(request, {"waiting": _("Waiting"), "answered": _("Answered")})
    waiting = state == "waiting"
    rows = _proposals().filter(confirmed__isnull=waiting).exclude(certificate__holder=person_of(request))
    return show_list(
        request,
        title=_("Revocations"),
        icon="cross",
        rows=rows.order_by("pk") if waiting else rows.order_by("-pk"),
        columns=[
            TitleColumn(
                "number",
                label=_("Certificate"),
                accessor="certificate.number",
                url_name="desk:revocation_detail",
                classname="desk-whole",
            ),
            Column("holder", label=_("Name"), accessor="certificate.holder_name"),
            Column("reason", label=_("Public reason"), accessor=lambda row: row.get_reason_display()),
            Column("proposed_by", label=_("Proposed by")),
            Column("at", label=_("Proposed"), accessor=lambda row: day(row.proposed.at)),
            StatusTagColumn("state", label=_("State"), accessor=state_of, primary=lambda row: bool(row.confirmed)),
        ],
        choices=choices,
        empty=_("Nothing waits for a second registrar.") if waiting else _("Nothing has been answered yet."),
    )


@require_safe
@allowed("desk.use")
def revocation_detail(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """What is proposed and why, and what this registrar can do about it."""
    proposal = _fetch(request, proposal_id)
    mine = proposal.proposed_by_id == request.user.pk
    facts: list[Fact] = [
        *facts_of(proposal.certificate),
        (_("Public reason"), proposal.get_reason_display()),
        (_("Proposed"), day(proposal.proposed.at)),
        (_("Proposed by"), str(proposal.proposed_by)),
        (_("Their reasons"), proposal.proposed.reason),
    ]
    if proposal.answered:
        facts += [
            (_("Answered"), day(proposal.answered.at)),
            (_("Answered by"), str(proposal.answered_by)),
            (_("What was said"), proposal.answered.reason),
        ]
    links = [
        (_("The certificate"), reverse("desk:certificate_detail", args=[proposal.certificate_id])),
        (_("The case"), reverse("desk:case_detail", args=[proposal.case_id])),
        (_("The learner’s record"), reverse("desk:learner_detail", args=[proposal.certificate.enrolment_id])),
    ]
    if proposal.confirmed is None and mine:
        links.insert(0, (_("Take it back …"), reverse("desk:revocation_take_back", args=[proposal.pk])))
    elif proposal.confirmed is None:
        links.insert(0, (_("Reject …"), reverse("desk:revocation_reject", args=[proposal.pk])))
        links.insert(0, (_("Confirm …"), reverse("desk:revocation_confirm", args=[proposal.pk])))
    return show(
        request,
        "cms/desk/thing.html",
        title=proposal.certificate.number,
        icon="cross",
        steps=_steps(),
        heading=_("Proposed to be revoked"),
        state=state_of(proposal),
        state_is_good=bool(proposal.confirmed),
        facts=facts,
        said=[_("You proposed this. Another registrar confirms or rejects it.")]
        if mine and proposal.confirmed is None
        else [],
        links=links,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def certificate_revoke(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Propose to end it for good, where no case is open about it yet."""
    certificate = fetch_certificate(request, certificate_id)
    return propose(request, certificate, case=None)


def propose(request: HttpRequest, certificate: Certificate, *, case: Case | None) -> HttpResponse:
    """The two pages of a proposal, about a certificate or in its case."""
    back = reverse("desk:certificate_detail", args=[certificate.pk])
    if case is not None:
        back = reverse("desk:case_detail", args=[case.pk])
    if problem := _why_not(certificate):
        return ask(
            request,
            Act(
                title=_("Propose to revoke"), button="", back=back, icon="cross", steps=steps_of(certificate),
                facts=facts_of(certificate), missing=[problem],
            ),
        )  # fmt: skip

    def changes(said: dict) -> list[str]:
        heard = (
            [] if case else [_("The holder has not been heard. They can appeal, and read then why you did not wait.")]
        )
        return [
            _(
                "Nothing changes yet. The other registrars get a mail; one of them confirms or rejects it, and you cannot."
            ),
            _("Once confirmed it is final: a revoked certificate is never reinstated."),
            _("The verification page will say “No, it was revoked”, with the day and the reason “%(reason)s”.")
            % {"reason": RevocationReason(said["reason"]).label},
            _("The holder is written to then. They read your reasons, and can appeal to somebody who took no part."),
            *heard,
        ]

    return in_two_steps(
        request,
        title=_("Propose to revoke"),
        button=_("Propose it"),
        back=back,
        steps=steps_of(certificate),
        facts=facts_of(certificate),
        form=ProposeForm(request.POST or None),
        changes=changes,
        do=lambda said: propose_revocation(
            certificate=certificate,
            reason=RevocationReason(said["reason"]),
            private_reason=said["private_reason"],
            case=case,
            by=person_of(request),
            at=timezone.now(),
        ),
        done=_("Proposed. Another registrar confirms it, under “Revocations”."),
        refusals=REFUSALS,
        icon="cross",
        serious=True,
        warning=_(
            "Revoking is final, and takes two. To set a certificate aside while you find out, suspend it instead."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def revocation_confirm(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """The second registrar's yes."""
    proposal = _fetch(request, proposal_id)
    return in_two_steps(
        request,
        title=_("Confirm the revocation"),
        button=_("Revoke for good"),
        back=reverse("desk:revocation_detail", args=[proposal.pk]),
        steps=[*_steps(), _step(proposal)],
        facts=[
            *facts_of(proposal.certificate),
            (_("Proposed by"), str(proposal.proposed_by)),
            (_("Their reasons"), proposal.proposed.reason),
        ],
        form=Form(request.POST or None),
        changes=lambda said: [
            _("It is final. A revoked certificate is never reinstated, and this enrolment gets no other, unless an appeal "
              "says so."),
            _("The verification page says at once: “No, it was revoked”, with the day and the reason “%(reason)s”.")
            % {"reason": proposal.get_reason_display()},
            _("The public status list is signed anew, so programs that check the file see it too."),
            _("The page of the certificate itself is no longer shown."),
            _("The holder gets a mail that there is something to read. They read the reasons above, and can appeal."),
        ],
        do=lambda said: confirm_revocation(proposal=proposal, by=person_of(request), at=timezone.now()),
        done=_("Revoked. The verification page and the status list say so now."),
        refusals=REFUSALS,
        icon="cross",
        serious=True,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def revocation_reject(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """The second registrar's no."""
    proposal = _fetch(request, proposal_id)
    return _close(
        request,
        proposal,
        title=_("Reject the revocation"),
        button=_("Reject it"),
        said=_("Whoever proposed it gets a mail, and reads your reason."),
        do=lambda said: reject_revocation(
            proposal=proposal, reason=said["reason"], by=person_of(request), at=timezone.now()
        ),
        done=_("Rejected. The certificate stays as it is."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def revocation_take_back(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Whoever proposed it thinks better of it."""
    proposal = _fetch(request, proposal_id)
    return _close(
        request,
        proposal,
        title=_("Take the proposal back"),
        button=_("Take it back"),
        said=_("The other registrars find it no longer waiting."),
        do=lambda said: take_back_proposal(
            proposal=proposal, reason=said["reason"], by=person_of(request), at=timezone.now()
        ),
        done=_("Taken back. The certificate stays as it is."),
    )


def _close(request: HttpRequest, proposal: RevocationProposal, *, said: str, **words) -> HttpResponse:
    return in_two_steps(
        request,
        back=reverse("desk:revocation_detail", args=[proposal.pk]),
        steps=[*_steps(), _step(proposal)],
        facts=facts_of(proposal.certificate),
        form=ReasonForm(request.POST or None),
        changes=lambda _said: [
            _("The certificate stays as it is. Its case stays open, to be decided otherwise."),
            said,
            _("It can be proposed again."),
        ],
        refusals=REFUSALS,
        **words,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def certificate_end(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """End what its holder no longer wants, by their own recorded wish."""
    certificate = fetch_certificate(request, certificate_id)
    back = reverse("desk:certificate_detail", args=[certificate.pk])
    wish = certificate.wishes.filter(ended_at=None).first()
    if wish is None:
        missing = [
            _("The holder has not asked for it, or keeps it after all. They say so on their own certificates page.")
        ]
        act = Act(
            title=_("Revoke at the holder’s request"), button="", back=back, steps=steps_of(certificate),
            facts=facts_of(certificate), missing=missing,
        )  # fmt: skip
        return ask(request, act, status=422 if request.method == "POST" else 200)
    return in_two_steps(
        request,
        title=_("Revoke at the holder’s request"),
        button=_("Revoke for good"),
        back=back,
        steps=steps_of(certificate),
        facts=[*facts_of(certificate), (_("The holder asked for it"), day(wish.said_at))],
        form=Form(request.POST or None),
        changes=lambda said: [
            _("It is final. A revoked certificate is never reinstated, and this enrolment gets no other."),
            _("The verification page says at once that it was revoked at the holder’s request, and nothing else."),
            _("The holder gets a mail."),
        ],
        do=lambda said: revoke_at_request(wish=wish, by=person_of(request), at=timezone.now()),
        done=_("Revoked, as its holder asked."),
        refusals=REFUSALS,
        icon="cross",
        serious=True,
    )


def state_of(proposal: RevocationProposal) -> str:
    """Where a proposal is, in words."""
    if proposal.confirmed is None:
        return _("Waits for a second registrar")
    if proposal.confirmed:
        return _("Confirmed")
    return _("Taken back") if proposal.answered_by_id == proposal.proposed_by_id else _("Rejected")


def _why_not(certificate: Certificate) -> str:
    if certificate.revoked_at:
        return _("This certificate is revoked already. Nothing was changed.")
    if certificate.superseded_at:
        return _("This certificate was replaced by a newer one. Change that one.")
    if certificate.revocation_proposals.filter(confirmed=None).exists():
        return _("A revocation is proposed already. It waits under “Revocations”.")
    return ""


def _proposals() -> QuerySet[RevocationProposal]:
    return RevocationProposal.objects.select_related(
        "certificate__holder", "proposed", "proposed_by", "answered", "answered_by"
    ).defer("certificate__credential", "certificate__basis")


def _fetch(request: HttpRequest, proposal_id: int) -> RevocationProposal:
    return policy.fetch(request.user, "revocation.decide", _proposals(), pk=proposal_id)


def _step(proposal: RevocationProposal) -> Step:
    return (proposal.certificate.number, reverse("desk:revocation_detail", args=[proposal.pk]))


def _steps() -> list[Step]:
    return [(_("Revocations"), reverse("desk:revocation_list"))]
