"""What does a learner see of their certificates? Those they hold, and why not yet."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cms.accounts import policy
from cms.accounts.models import User
from cms.accounts.policy import person_of, signed_in
from courses.models import Enrolment

from .case_states import CaseState, cases_with_state, is_told, state_of
from .deciding import ask_for_certificate
from .eligibility import Verdict, verdict_on
from .forms import AskForm
from .issuing import CannotIssue, NotEligible
from .models import Appeal, Case, Certificate, CertificationRequest, Outcome, RequestQuestion, Status
from .signing import CannotSign
from .watching import watches_of_holder


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A case about a certificate, as its holder finds it in their list."""

    case: Case
    words: str
    waits: bool  # for the holder


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One enrolment as its learner's certificates page shows it."""

    enrolment: Enrolment
    verdict: Verdict | None
    certificate: Certificate | None
    status: Status | None
    request: CertificationRequest | None
    question: RequestQuestion | None  # of the registrar, about the request
    letters: list[Letter]  # about its certificates
    form: AskForm | None


def standing_of(enrolment: Enrolment, *, form: AskForm | None = None) -> Standing:
    """Verdict, certificate and request of one enrolment; no query for the last two where they were prefetched."""
    certificates = list(enrolment.certificates.all())
    newest = [each for each in certificates if each.superseded_at is None and not _fell_on_appeal(each)]
    certificate = max(newest, key=lambda each: each.issued_at, default=None)
    at = timezone.now()
    letters = [_letter(case, enrolment.learner, at) for each in certificates for case in each.cases.all()]
    request = max(enrolment.certification_requests.all(), key=lambda each: each.asked_at, default=None)
    waiting = request is not None and request.answered_at is None
    # What was met when they asked is what the registrar looks at: no day grows too old while a request waits.
    verdict = None if certificate else verdict_on(enrolment, at=request.asked_at if request and waiting else None)
    if form is None and verdict and verdict.met and not waiting:
        learner = enrolment.learner
        form = AskForm(initial={"certificate_name": learner.certificate_name or learner.display_name})
    questions = request.questions.all() if request and waiting else []
    return Standing(
        enrolment=enrolment,
        verdict=verdict,
        certificate=certificate,
        status=certificate.status(timezone.now()) if certificate else None,
        request=request,
        question=next((question for question in questions if question.answered_at is None), None),
        letters=[letter for letter in letters if letter],
        form=form,
    )


def _fell_on_appeal(certificate: Certificate) -> bool:
    """Whether it was revoked, and that decision fell: then its holder may ask for another."""
    appeals = [getattr(case, "appeal", None) for case in certificate.cases.all() if case.outcome == Outcome.REVOKE]
    return any(appeal is not None and appeal.upheld is False for appeal in appeals)


def _letter(case: Case, holder: User, at: datetime) -> Letter | None:
    """What the holder finds about a case that they were told of and that is not over."""
    case.certificate.holder = holder
    state = state_of(case, at)
    if state is CaseState.CLOSED or not is_told(case):
        return None
    if state is CaseState.WITH_HOLDER and case.respond_by:
        words = _("Read it, and answer until %(day)s.") % {"day": date_format(case.respond_by, "j F Y")}
    elif state is CaseState.APPEALABLE and case.appeal_by:
        words = _("It is decided. You can appeal until %(day)s.") % {"day": date_format(case.appeal_by, "j F Y")}
    else:
        words = _("It is being looked at. You will have a mail.")
    return Letter(case=case, words=words, waits=state in {CaseState.WITH_HOLDER, CaseState.APPEALABLE})


@require_safe
@signed_in
def certificate_list(request: HttpRequest) -> HttpResponse:
    return _list(request)


def _list(request: HttpRequest, *, bound: AskForm | None = None, enrolment_id: int | None = None) -> HttpResponse:
    # Those who left a programme still hold what they earned there.
    mine = Q(withdrawn_at=None) | Exists(Certificate.objects.filter(enrolment=OuterRef("pk")))
    enrolments = (
        Enrolment.objects.filter(mine, learner=person_of(request))
        .select_related("learner", "programme")
        .prefetch_related(
            Prefetch("certificates__cases", cases_with_state().prefetch_related("decisions")),
            Prefetch("certification_requests__questions", RequestQuestion.objects.select_related("asked")),
        )
        .order_by("-enrolled_at", "-pk")
    )
    standings = [
        standing_of(enrolment, form=bound if enrolment.pk == enrolment_id else None) for enrolment in enrolments
    ]
    asked_to_look = Appeal.objects.filter(contact=person_of(request), decision=None).exists()
    return render(
        request,
        "certificates/list.html",
        {"standings": standings, "watchers": watches_of_holder(person_of(request)), "appeals": asked_to_look},
        status=422 if bound else 200,
    )


@require_POST
@signed_in
def ask(request: HttpRequest, enrolment_id: int) -> HttpResponse:
    """Ask for the certificate of one enrolment, under the name typed."""
    enrolment = policy.fetch(request.user, "enrolment.study", Enrolment.objects.open(), pk=enrolment_id)
    form = AskForm(request.POST)
    if form.is_valid():
        try:
            asked = ask_for_certificate(
                enrolment=enrolment, certificate_name=form.cleaned_data["certificate_name"], at=timezone.now()
            )
        except CannotIssue as problem:
            form.add_error("certificate_name", str(problem))
        except NotEligible as problem:
            messages.error(request, " ".join([str(problem), *problem.missing]))
            return redirect("certificates:list")
        except CannotSign:
            messages.error(request, _("We cannot sign certificates just now. Nothing is lost; please try again later."))
            return redirect("certificates:list")
        else:
            if isinstance(asked, CertificationRequest):
                messages.success(request, _("Asked. The registrar looks at the whole record and answers by mail."))
            else:
                messages.success(request, _("Your certificate is issued."))
            return redirect("certificates:list")
    return _list(request, bound=form, enrolment_id=enrolment.pk)
