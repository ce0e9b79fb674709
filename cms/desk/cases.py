"""Which cases are there about certificates, who was heard, and what is decided?"""

from datetime import datetime

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from certificates.appeals import CannotAppeal, name_contact
from certificates.case_states import STATES, CaseState, cases_with_state, state_of, was_heard
from certificates.cases import CannotDoInCase, current_version, decide_case, give_notice, suspend_meanwhile
from certificates.models import Case, CaseSettings, DecisionKind, Outcome, SuspensionWords
from certificates.status import CannotChangeStatus
from cms.accounts import history, policy
from cms.accounts.policy import allowed, person_of

from . import revocations
from .decision_forms import ContactForm, DecideCaseForm, NoticeForm, ReasonForm
from .flags import facts_of
from .frame import Fact, Step, choices_of, day, show, show_list
from .past import past_of
from .steps import in_two_steps

REFUSALS = (CannotDoInCase, CannotChangeStatus, CannotAppeal)


@require_safe
@allowed("desk.use")
def case_list(request: HttpRequest) -> HttpResponse:
    """Those that are open, oldest first; those appealed; or all, newest first."""
    policy.require(request.user, "case.handle")
    at = timezone.now()
    state, choices = choices_of(
        request, {"open": _("Open"), "appealed": _("Appealed"), "decided": _("Decided"), "all": _("All")}
    )
    of_state = {
        "open": Q(decided_at=None),
        "appealed": Q(appeal__isnull=False, appeal__decision=None),
        "decided": Q(decided_at__isnull=False),
        "all": Q(),
    }[state]
    rows = cases_with_state().filter(of_state).exclude(certificate__holder=person_of(request))
    return show_list(
        request,
        title=_("Cases"),
        icon="folder-open-inverse",
        rows=rows.defer(
            "concern", "notice", "response", "appeal__words", "certificate__credential", "certificate__basis"
        ).order_by(*(["opened_at", "pk"] if state == "open" else [F("opened_at").desc(), "-pk"])),
        columns=[
            TitleColumn(
                "number",
                label=_("Certificate"),
                accessor="certificate.number",
                url_name="desk:case_detail",
                classname="desk-whole",
            ),
            Column("holder", label=_("Name"), accessor="certificate.holder_name"),
            Column("origin", label=_("How it came"), accessor=lambda row: row.get_origin_display()),
            Column("opened_at", label=_("Opened"), accessor=lambda row: day(row.opened_at)),
            Column("respond_by", label=_("Answer until"), accessor=lambda row: day(row.respond_by)),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: STATES[state_of(row, at)],
                primary=lambda row: state_of(row, at) is CaseState.CLOSED,
            ),
        ],
        choices=choices,
        empty=_("No case is open.") if state == "open" else _("There are none."),
    )


@require_safe
@allowed("desk.use")
def case_detail(request: HttpRequest, case_id: int) -> HttpResponse:
    """All that was said and decided in a case, and the next steps. That it was read is written down."""
    case = _fetch(request, case_id)
    history.audit(verb="case.read", subject=history.name_of(case), actor=person_of(request))
    at = timezone.now()
    state = state_of(case, at)
    appeal = getattr(case, "appeal", None)
    waits = case.proposals.filter(confirmed=None).first()
    decisions = case.decisions.select_related("by").order_by("pk")
    return show(
        request,
        "cms/desk/case.html",
        title=case.certificate.number,
        icon="folder-open-inverse",
        steps=_steps(),
        heading=_("Case about %(number)s") % {"number": case.certificate.number},
        state=STATES[state],
        state_is_good=state is CaseState.CLOSED,
        case=case,
        certificate=case.certificate,
        newest=current_version(case.certificate),
        facts=_facts(case, at),
        decisions=[decision for decision in decisions if decision.kind not in _TOLD_ELSEWHERE],
        proposal=waits,
        appeal=appeal,
        links=_next_steps(case, state, at),
        past=past_of(case),
    )


_TOLD_ELSEWHERE = {DecisionKind.OPEN, DecisionKind.NOTICE}


def _facts(case: Case, at: datetime) -> list[Fact]:
    facts = [
        *facts_of(case.certificate),
        (_("How it came"), f"{case.get_origin_display()}: {case.get_flag_display()}" if case.flag
         else case.get_origin_display()),
        (_("Opened"), day(case.opened_at)),
        (_("Opened by"), str(case.opened_by)),
    ]  # fmt: skip
    if case.noticed_at:
        facts += [(_("Notice given"), day(case.noticed_at)), (_("Answer until"), day(case.respond_by))]
    if case.decided_at:
        facts += [(_("Decided"), day(case.decided_at)), (_("Outcome"), case.get_outcome_display())]
    if case.suspended_until:
        facts += [(_("Suspended until"), day(case.suspended_until))]
    if case.lifted_at:
        facts += [(_("Stands again since"), day(case.lifted_at))]
    if case.appeal_by:
        facts += [(_("Appeal until"), day(case.appeal_by))]
    return facts


def _next_steps(case: Case, state: CaseState, at: datetime) -> list[tuple[str, str]]:
    """What can be done now, as labels and addresses."""
    if state is CaseState.APPEALED:
        return [(_("Name the independent contact …"), reverse("desk:case_contact", args=[case.pk]))]
    if case.decided_at or state is CaseState.SECOND_PERSON:
        return []
    links = []
    if case.noticed_at is None:
        links.append((_("Give notice …"), reverse("desk:case_notice", args=[case.pk])))
    if not case.certificate.suspended_at and not case.certificate.revoked_at:
        links.append((_("Suspend meanwhile …"), reverse("desk:case_suspend", args=[case.pk])))
    links.append((_("Decide …"), reverse("desk:case_decide", args=[case.pk])))
    if was_heard(case, at):
        links.append((_("Propose to revoke …"), reverse("desk:case_revoke", args=[case.pk])))
    return links


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def case_notice(request: HttpRequest, case_id: int) -> HttpResponse:
    """The letter to the holder."""
    case = _fetch(request, case_id)
    days = CaseSettings.load().respond_days
    return in_two_steps(
        request,
        title=_("Give notice"),
        button=_("Send the letter"),
        form=NoticeForm(request.POST or None),
        changes=lambda said: [
            _("The holder gets a mail that says only that there is a letter. They read it behind the sign-in."),
            _(
                "They can answer for %(days)d days. Until they have, or that time is over, nothing is decided against them."
            )
            % {"days": days},
            _("The letter cannot be changed afterwards."),
        ],
        do=lambda said: give_notice(case=case, notice=said["notice"], by=person_of(request), at=timezone.now()),
        done=_("Sent. The case waits for the holder."),
        **_frame(case),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def case_suspend(request: HttpRequest, case_id: int) -> HttpResponse:
    """Suspend while the case runs, in the least of public words."""
    case = _fetch(request, case_id)
    return in_two_steps(
        request,
        title=_("Suspend meanwhile"),
        button=_("Suspend the certificate"),
        form=ReasonForm(request.POST or None),
        changes=lambda said: [
            _("The verification page says at once: “Not at present”, and one is to ask you first."),
            _("The reason it gives is: “%(reason)s”. Your own reason is for the file.")
            % {"reason": SuspensionWords.CASE.label},
            _("The holder gets a mail that there is something to read."),
            _("It stands again when the case is decided, unless it is decided otherwise."),
        ],
        do=lambda said: suspend_meanwhile(case=case, because=said["reason"], by=person_of(request), at=timezone.now()),
        done=_("Suspended. The verification page says so now."),
        **_frame(case),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def case_decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """No action, suspended until a day, or to be corrected."""
    case = _fetch(request, case_id)
    days = CaseSettings.load().appeal_days

    def changes(said: dict) -> list[str]:
        appeal = _("They can appeal for %(days)d days, to somebody who took no part.") % {"days": days}
        told = _("The holder gets a mail, and reads your reasons behind the sign-in.")
        match said["outcome"]:
            case Outcome.HOLD:
                return [
                    _("The verification page says “Not at present”, and the reason “%(reason)s”.")
                    % {"reason": SuspensionWords.DECIDED.label},
                    _("It stands again by itself on %(day)s.") % {"day": day(said["until"])},
                    told,
                    appeal,
                ]
            case Outcome.CORRECT:
                return [
                    _("The certificate stays valid. Replace it under the right name, from its own page."),
                    told,
                    appeal,
                ]
            case _outcome:
                return [
                    _("The certificate stays as it is. What was suspended for this case stands again."),
                    told if case.noticed_at else _("The holder was not written to, and is not now."),
                ]

    return in_two_steps(
        request,
        title=_("Decide"),
        button=_("Decide it for good"),
        form=DecideCaseForm(request.POST or None),
        changes=changes,
        do=lambda said: decide_case(
            case=case,
            outcome=Outcome(said["outcome"]),
            until=said["until"],
            reason=said["reason"],
            by=person_of(request),
            at=timezone.now(),
        ),
        done=_("Decided. It is kept with your reasons."),
        serious=True,
        warning=_("To revoke, go back and propose it: that takes two."),
        **_frame(case),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def case_revoke(request: HttpRequest, case_id: int) -> HttpResponse:
    """Propose to revoke, in a case whose holder was heard."""
    case = _fetch(request, case_id)
    return revocations.propose(request, current_version(case.certificate), case=case)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def case_contact(request: HttpRequest, case_id: int) -> HttpResponse:
    """Name who looks at the appeal."""
    case = _fetch(request, case_id)
    appeal = getattr(case, "appeal", None)
    if appeal is None:
        messages.warning(request, _("Nobody has appealed. Nothing was changed."))
        return redirect("desk:case_detail", case.pk)
    return in_two_steps(
        request,
        title=_("Name the independent contact"),
        button=_("Name them"),
        form=ContactForm(request.POST or None),
        changes=lambda said: [
            _("%(email)s gets a mail, and reads everything that was written in this case.") % {"email": said["email"]},
            _("They decide the appeal alone, for good. From now on they can do nothing else in this case."),
        ],
        do=lambda said: name_contact(appeal=appeal, email=said["email"], by=person_of(request), at=timezone.now()),
        done=_("Named. They were written to."),
        **_frame(case),
    )


def _frame(case: Case) -> dict:
    here = reverse("desk:case_detail", args=[case.pk])
    return {
        "back": here,
        "steps": [*_steps(), (case.certificate.number, here)],
        "facts": facts_of(case.certificate),
        "refusals": REFUSALS,
        "icon": "folder-open-inverse",
    }


def _fetch(request: HttpRequest, case_id: int) -> Case:
    """A case that this registrar may act in: not about their own certificate."""
    cases = cases_with_state().select_related("appeal__contact", "appeal__decision")
    return policy.fetch(request.user, "case.handle", cases, pk=case_id)


def _steps() -> list[Step]:
    return [(_("Cases"), reverse("desk:case_list"))]
