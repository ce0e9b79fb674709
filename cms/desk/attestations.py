"""What do registrars attest about a learner? That a thing was shown on a day."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from certificates.attesting import CannotAttest, asked_of, attest, take_attestation_back
from certificates.models import Attestation
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from courses.models import Enrolment

from .frame import Act, ask, day
from .session_forms import AttestForm


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def attestation_give(request: HttpRequest, enrolment_id: int, place: int) -> HttpResponse:
    """Attest the `place`th thing (1, 2, 3 …) that the learner's rules ask staff for."""
    rows = Enrolment.objects.select_related("learner", "programme")
    enrolment = policy.fetch(request.user, "certification.decide", rows, pk=enrolment_id)
    asked = asked_of(enrolment)
    if not 1 <= place <= len(asked):
        raise Http404
    what = asked[place - 1]
    here = reverse("desk:learner_detail", args=[enrolment.pk])
    form = AttestForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        try:
            attest(enrolment=enrolment, what=what, on=form.cleaned_data["on"], by=person_of(request), at=timezone.now())
        except CannotAttest as refusal:
            form.add_error("on", str(refusal))
        else:
            messages.success(request, _("Attested. Their page says so now."))
            return redirect(here)
    act = Act(
        title=_("Attest"),
        button=_("Attest it"),
        back=here,
        icon="tasks",
        steps=[(_("Learners"), reverse("desk:learner_list")), (enrolment.learner.display_name, here)],
        facts=[(_("Learner"), enrolment.learner), (_("What"), what)],
        changes=[
            _("Only the day is kept, and that it was you. Nothing of what was said is written down."),
            _("The learner reads the day; your name stays here."),
        ],
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def attestation_back(request: HttpRequest, attestation_id: int) -> HttpResponse:
    """Take back what was attested by mistake."""
    rows = Attestation.objects.select_related("enrolment__learner")
    given = policy.fetch(request.user, "certification.decide", rows, pk=attestation_id)
    here = reverse("desk:learner_detail", args=[given.enrolment_id])
    if request.method == "POST":
        try:
            take_attestation_back(attestation=given, by=person_of(request), at=timezone.now())
        except CannotAttest as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Taken back. It no longer counts."))
        return redirect(here)
    act = Act(
        title=_("Take it back"),
        button=_("Take it back"),
        back=here,
        icon="tasks",
        steps=[(_("Learners"), reverse("desk:learner_list")), (given.enrolment.learner.display_name, here)],
        facts=[(_("What"), given.what), (_("Shown on"), day(given.on))],
        changes=[
            _("It no longer counts towards a certificate."),
            _("A certificate that rests on it is not altered. Look at it yourself."),
        ],
        missing=[_("This was taken back already.")] if given.taken_back_at else [],
    )
    return ask(request, act)
