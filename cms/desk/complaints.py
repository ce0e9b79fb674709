"""What did people tell the ombud, and what does the ombud do about it? Registrars find nothing here."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from certificates.case_states import STATES, cases_with_state, state_of
from certificates.cases import CannotDoInCase
from certificates.complaints import CannotComplain, answer_complaint, close_complaint, pass_on
from certificates.models import Closing, Complaint
from cms.accounts import history, policy
from cms.accounts.policy import allowed, person_of

from .decision_forms import AnswerComplaintForm, CloseComplaintForm, PassOnForm
from .frame import Act, Fact, Step, ask, choices_of, day, show, show_list
from .past import past_of
from .steps import in_two_steps

REFUSALS = (CannotComplain, CannotDoInCase)


@require_safe
@allowed("complaint.read")
def complaint_list(request: HttpRequest) -> HttpResponse:
    """Those that are open, the longest waiting first; or those closed, newest first."""
    state, choices = choices_of(request, {"open": _("Open"), "closed": _("Closed")})
    opened = state == "open"
    rows = Complaint.objects.filter(closed_at__isnull=opened).defer("words", "number", "address")
    return show_list(
        request,
        title=_("Complaints"),
        icon="mail",
        rows=rows.order_by("waits_since", "made_at", "pk") if opened else rows.order_by("-closed_at", "-pk"),
        columns=[
            TitleColumn(
                "about",
                label=_("About"),
                accessor=lambda row: row.get_about_display(),
                url_name="ombud:complaint_detail",
            ),
            Column("made_at", label=_("Sent"), accessor=lambda row: day(row.made_at)),
            Column("waits_since", label=_("Waits since"), accessor=lambda row: day(row.waits_since)),
            StatusTagColumn("state", label=_("State"), accessor=_state, primary=lambda row: not row.waits_since),
        ],
        choices=choices,
        empty=_("Nobody has written.") if opened else _("Nothing has been closed yet."),
    )


@require_safe
@allowed("complaint.read")
def complaint_detail(request: HttpRequest, complaint_id: int) -> HttpResponse:
    """One complaint and all that was written since. That it was read is written down."""
    complaint = _fetch(request, complaint_id)
    history.audit(verb="complaint.read", subject=history.name_of(complaint), actor=person_of(request))
    case = cases_with_state().filter(complaint=complaint).first()
    facts: list[Fact] = [
        (_("About"), complaint.get_about_display()),
        (_("Sent"), day(complaint.made_at)),
        (_("Certificate number, as they typed it"), complaint.number or _("not given")),
        (_("Told of answers by mail"), _("yes") if complaint.address else _("no: they come back by their code")),
    ]
    if case:
        facts.append((_("Passed on"), f"{day(case.opened_at)}: {STATES[state_of(case, timezone.now())]}"))
    if complaint.closed_at:
        facts += [(_("Closed"), day(complaint.closed_at)), (_("What came of it"), complaint.get_closing_display())]
    return show(
        request,
        "cms/desk/complaint.html",
        title=_("Complaint of %(day)s") % {"day": day(complaint.made_at)},
        icon="mail",
        steps=_steps(),
        heading=complaint.get_about_display(),
        state=_state(complaint),
        state_is_good=complaint.waits_since is None,
        complaint=complaint,
        thread=complaint.messages.select_related("by").order_by("pk"),
        facts=facts,
        case=case,
        past=past_of(complaint),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("complaint.read")
def complaint_answer(request: HttpRequest, complaint_id: int) -> HttpResponse:
    """Write to whoever complained."""
    complaint = _fetch(request, complaint_id)
    here = reverse("ombud:complaint_detail", args=[complaint.pk])
    return in_two_steps(
        request,
        title=_("Answer"),
        button=_("Send the answer"),
        form=AnswerComplaintForm(request.POST or None),
        changes=lambda said: [
            _("They read it with their code."),
            _("They get a mail that there is an answer, without a word of it.") if complaint.address
            else _("They left no address, and find it when they come back."),
        ],
        do=lambda said: answer_complaint(
            complaint=complaint, words=said["words"], by=person_of(request), at=timezone.now()
        ),
        done=_("Sent."),
        **_frame(complaint, here),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("complaint.read")
def complaint_pass_on(request: HttpRequest, complaint_id: int) -> HttpResponse:
    """Hand it to the registrars as a case about a certificate."""
    complaint = _fetch(request, complaint_id)
    here = reverse("ombud:complaint_detail", args=[complaint.pk])
    form = PassOnForm(request.POST or None, initial={"number": complaint.number})
    return in_two_steps(
        request,
        title=_("Pass it on"),
        button=_("Pass it on to the registrars"),
        form=form,
        changes=lambda said: [
            _("A case about %(number)s is opened on the registrars’ desk, and they get a mail.")
            % {"number": said["number"]},
            _("They read what you wrote here, and nothing else: not the complaint, not who sent it."),
            _("You can act no further in that case, nor look at an appeal against it."),
        ],
        do=lambda said: pass_on(
            complaint=complaint,
            certificate=form.certificate,
            concern=said["concern"],
            by=person_of(request),
            at=timezone.now(),
        ),
        done=_("Passed on. You see here how far it is."),
        **_frame(complaint, here),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("complaint.read")
def complaint_close(request: HttpRequest, complaint_id: int) -> HttpResponse:
    """Close it, with last words."""
    complaint = _fetch(request, complaint_id)
    here = reverse("ombud:complaint_detail", args=[complaint.pk])
    if complaint.closed_at:
        act = Act(title=_("Close"), button="", back=here, steps=_steps(), missing=[_("This is closed.")])
        return ask(request, act, status=422 if request.method == "POST" else 200)
    return in_two_steps(
        request,
        title=_("Close"),
        button=_("Close it"),
        form=CloseComplaintForm(request.POST or None),
        changes=lambda said: [
            _("They read your last words with their code, and can add nothing more here."),
            _("What was written stays readable for you and for them."),
        ],
        do=lambda said: close_complaint(
            complaint=complaint,
            closing=Closing(said["closing"]),
            words=said["words"],
            by=person_of(request),
            at=timezone.now(),
        ),
        done=_("Closed."),
        **_frame(complaint, here),
    )


def _frame(complaint: Complaint, here: str) -> dict:
    return {
        "back": here,
        "steps": [*_steps(), (_("Complaint of %(day)s") % {"day": day(complaint.made_at)}, here)],
        "facts": [(_("About"), complaint.get_about_display()), (_("Sent"), day(complaint.made_at))],
        "refusals": REFUSALS,
        "icon": "mail",
    }


def _state(complaint: Complaint) -> str:
    if complaint.closed_at:
        return _("Closed")
    return _("Waits for you") if complaint.waits_since else _("Answered")


def _fetch(request: HttpRequest, complaint_id: int) -> Complaint:
    return policy.fetch(request.user, "complaint.read", Complaint.objects.all(), pk=complaint_id)


def _steps() -> list[Step]:
    return [(_("Complaints"), reverse("ombud:complaint_list"))]
