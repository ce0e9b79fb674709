"""Who asks to be certified, on what basis, and what does the registrar answer?"""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from assessments.mentors import today_of
from certificates.deciding import CannotDecide, confirm_certification, decline_certification
from certificates.eligibility import verdict_on
from certificates.issuing import CannotIssue, NotEligible
from certificates.models import Certificate, CertificationRequest
from certificates.questions import ask_learner, with_the_learner
from certificates.signing import CannotSign
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from .decision_forms import QuestionForm
from .evidence import NO_RULES, evidence_of
from .forms import DeclineForm
from .frame import Act, Step, ask, choices_of, day, show, show_list
from .past import past_of
from .vouched import vouched_for


@require_safe
@allowed("desk.use")
def request_list(request: HttpRequest) -> HttpResponse:
    """Those that wait for a registrar or for their learner, oldest first; or those answered, newest first."""
    policy.require(request.user, "certification.decide")
    state, choices = choices_of(
        request, {"waiting": _("Waiting"), "asked": _("With the learner"), "answered": _("Answered")}
    )
    waiting = state != "answered"
    rows = _requests().filter(answered_at__isnull=waiting)
    if waiting:
        rows = rows.filter(with_the_learner() if state == "asked" else ~with_the_learner())
    columns = [
        TitleColumn("learner", label=_("Learner"), accessor="enrolment.learner", url_name="desk:request_detail"),
        Column("programme", label=_("Programme"), accessor="enrolment.programme.title"),
        Column("asked_at", label=_("Asked"), accessor=lambda row: day(row.asked_at)),
    ]
    if not waiting:
        columns += [
            Column("answered_at", label=_("Answered"), accessor=lambda row: day(row.answered_at)),
            Column("answered_by", label=_("By")),
            StatusTagColumn(
                "state", label=_("Answer"), accessor=answer_to, primary=lambda row: not row.declined_because
            ),
        ]
    return show_list(
        request,
        title=_("Certification requests"),
        icon="clipboard-list",
        rows=rows.order_by("asked_at", "pk") if waiting else rows.order_by("-answered_at", "-pk"),
        columns=columns,
        choices=choices,
        empty={
            "waiting": _("Nobody waits for an answer."),
            "asked": _("No learner has a question to answer."),
            "answered": _("No request has been answered yet."),
        }[state],
    )


@require_safe
@allowed("desk.use")
def request_detail(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request and its whole basis. The age of days is reckoned from when it was asked."""
    asked = _fetch(request, request_id)
    learner = asked.enrolment.learner
    evidence = evidence_of(asked.enrolment, at=asked.asked_at)
    return show(
        request,
        "cms/desk/request.html",
        title=learner.display_name,
        icon="clipboard-list",
        steps=_steps(),
        heading=_("Asks to be certified"),
        state=answer_to(asked),
        state_is_good=bool(asked.answered_at and not asked.declined_because),
        asked=asked,
        enrolment=asked.enrolment,
        evidence=evidence,
        vouched=vouched_for(asked.enrolment, reader=person_of(request), on=today_of(learner, asked.asked_at)),
        profile_name=learner.certificate_name or learner.display_name,
        name_differs=asked.certificate_name != (learner.certificate_name or learner.display_name),
        own=learner.pk == request.user.pk,
        certificate=_certificate_of(asked),
        questions=asked.questions.select_related("asked__by").order_by("pk"),
        past=past_of(asked),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def request_confirm(request: HttpRequest, request_id: int) -> HttpResponse:
    """Say what will happen; then confirm, and issue."""
    asked = _fetch(request, request_id)
    here = reverse("desk:request_detail", args=[asked.pk])
    missing: list[str] = []
    if request.method == "POST":
        try:
            certificate = confirm_certification(request=asked, by=person_of(request), at=timezone.now())
        except NotEligible as refusal:
            missing = [str(refusal), *refusal.missing]
        except (CannotDecide, CannotIssue, CannotSign) as refusal:
            missing = [str(refusal)]
        else:
            messages.success(
                request,
                _("Certificate %(number)s is issued to %(name)s.")
                % {"number": certificate.number, "name": certificate.holder_name},
            )
            return redirect("desk:certificate_detail", certificate.pk)
    elif asked.answered_at:
        messages.warning(request, _("This request has been answered. Nothing was changed."))
        return redirect(here)
    else:
        verdict = verdict_on(asked.enrolment, at=asked.asked_at)
        if verdict is None:
            missing = [str(NO_RULES)]
        else:
            missing = [f"{finding.title}: {finding.sentence}" for finding in verdict.missing]
    act = Act(
        title=_("Confirm"),
        button=_("Confirm and issue the certificate"),
        back=here,
        icon="success",
        steps=[*_steps(), (asked.enrolment.learner.display_name, here)],
        facts=[
            (_("Name on the certificate"), asked.certificate_name),
            (_("Programme"), asked.enrolment.programme.title),
            (_("Title"), asked.enrolment.programme.credential_title),
        ],
        changes=[
            _("The requirements are checked once more. If one has fallen away, nothing is issued."),
            _("A certificate with a new number is signed with the academy’s key. Its words never change afterwards."),
            _("Anyone who checks that number reads the name, the title, and the basis in totals."),
            _("The learner gets a mail that it is ready. Its subject does not say what it is."),
            _("Your name is kept in the history as the one who confirmed. It is not printed."),
        ],
        missing=missing,
    )
    return ask(request, act, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def request_decline(request: HttpRequest, request_id: int) -> HttpResponse:
    """Decline, with a reason for the learner."""
    asked = _fetch(request, request_id)
    here = reverse("desk:request_detail", args=[asked.pk])
    if asked.answered_at:
        messages.warning(request, _("This request has been answered. Nothing was changed."))
        return redirect(here)
    form = DeclineForm(request.POST or None)
    if form.is_valid():
        try:
            decline_certification(request=asked, by=person_of(request), at=timezone.now(), **form.cleaned_data)
        except CannotDecide as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Declined. The learner gets a mail, and reads the reason when they sign in."))
            return redirect("desk:request_list")
    act = Act(
        title=_("Decline"),
        button=_("Decline the request"),
        back=here,
        icon="cross",
        steps=[*_steps(), (asked.enrolment.learner.display_name, here)],
        changes=[
            _("The learner gets a mail that there is an answer. The reason itself is behind the sign-in."),
            _("What they have shown stays as it is, and they can ask again."),
        ],
        serious=True,
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def request_ask(request: HttpRequest, request_id: int) -> HttpResponse:
    """Ask the learner something before answering."""
    asked = _fetch(request, request_id)
    here = reverse("desk:request_detail", args=[asked.pk])
    if asked.answered_at:
        messages.warning(request, _("This request has been answered. Nothing was changed."))
        return redirect(here)
    form = QuestionForm(request.POST or None)
    if form.is_valid():
        try:
            ask_learner(request=asked, question=form.cleaned_data["question"], by=person_of(request), at=timezone.now())
        except CannotDecide as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked. The request is with the learner until they answer."))
            return redirect(here)
    act = Act(
        title=_("Ask the learner"),
        button=_("Send the question"),
        back=here,
        icon="help",
        steps=[*_steps(), (asked.enrolment.learner.display_name, here)],
        changes=[
            _("The learner gets a mail that there is a question. The question itself is behind the sign-in."),
            _(
                "The request waits for them, and is with you again once they answer. You can still answer it at any time."
            ),
        ],
    )
    return ask(request, act, form=form)


def answer_to(asked: CertificationRequest) -> str:
    """The answer in a word. A query for a request that waits, unless it is one of a list."""
    if asked.answered_at is None:
        with_learner = getattr(asked, "with_learner", None)
        if with_learner is None:
            with_learner = asked.questions.filter(answered_at=None).exists()
        return _("With the learner") if with_learner else _("Waiting")
    return _("Declined") if asked.declined_because else _("Confirmed")


def _requests() -> QuerySet[CertificationRequest]:
    rows = CertificationRequest.objects.select_related("enrolment__learner", "enrolment__programme", "answered_by")
    return rows.annotate(with_learner=with_the_learner())


def _fetch(request: HttpRequest, request_id: int) -> CertificationRequest:
    return policy.fetch(request.user, "certification.decide", _requests(), pk=request_id)


def _certificate_of(asked: CertificationRequest) -> Certificate | None:
    if asked.answered_at is None or asked.declined_because:
        return None
    return asked.enrolment.certificates.order_by("-issued_at", "-pk").first()


def _steps() -> list[Step]:
    return [(_("Certification requests"), reverse("desk:request_list"))]
