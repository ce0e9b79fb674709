"""Which flags has a certificate, and how does a registrar answer one: set aside, or with a case?"""

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from certificates.cases import CannotDoInCase, open_case
from certificates.models import Certificate, Flag, RequirementSet, RulesInError
from certificates.setting_aside import CannotSetAside, mark_rules_in_error, set_flag_aside
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from .decision_forms import ConcernForm, ReasonForm
from .frame import Fact, Step, day
from .steps import in_two_steps

NOTHING_BY_ITSELF = gettext_lazy("Nothing changes by itself, and the public reads nothing of it.")
WORDS = {
    Flag.PAID_BACK: gettext_lazy(
        "Paid back since it was issued; decide whether it stays. What was paid for this place was given back, or a bank "
        "took it back."
    ),
    Flag.SHIFT: gettext_lazy(
        "A shift it rests on was voided, amended, or failed a random check; decide whether it stays. The learner’s record "
        "shows what still counts."
    ),
    Flag.QUIZ: gettext_lazy(
        "A quiz it rests on was marked again and is no longer passed; decide whether it stays. The learner’s record shows "
        "the results."
    ),
    Flag.MENTOR: gettext_lazy(
        "A mentor who signed days it rests on has been suspended since; decide whether it stays. What they signed stays "
        "signed."
    ),
    Flag.RULES: gettext_lazy("The rule set it was issued under was published in error; decide whether it stays."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def flag_set_aside(request: HttpRequest, certificate_id: int, flag: str) -> HttpResponse:
    """Let the certificate stay in spite of it, with a reason."""
    certificate, kind = _about(request, certificate_id, flag)
    return in_two_steps(
        request,
        title=_("Set the flag aside"),
        button=_("Set it aside"),
        back=reverse("desk:certificate_detail", args=[certificate.pk]),
        steps=steps_of(certificate),
        facts=[*facts_of(certificate), (_("Flag"), kind.label)],
        form=ReasonForm(request.POST or None),
        changes=lambda said: [
            _("The certificate stays as it is. The flag goes, and your reason is kept for ever."),
            _("Should something of the kind happen again, it is flagged again."),
            _("Nobody is written to, and the public reads nothing of it."),
        ],
        do=lambda said: set_flag_aside(
            certificate=certificate, flag=kind, reason=said["reason"], by=person_of(request), at=timezone.now()
        ),
        done=_("Set aside, with your reason."),
        refusals=(CannotSetAside,),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def flag_case(request: HttpRequest, certificate_id: int, flag: str) -> HttpResponse:
    """Open a case because of it."""
    certificate, kind = _about(request, certificate_id, flag)
    return open_a_case(request, certificate, flag=kind)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def case_open(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Open a case by hand."""
    return open_a_case(request, fetch_certificate(request, certificate_id), flag=None)


def open_a_case(request: HttpRequest, certificate: Certificate, *, flag: Flag | None) -> HttpResponse:
    return in_two_steps(
        request,
        title=_("Open a case"),
        button=_("Open the case"),
        back=reverse("desk:certificate_detail", args=[certificate.pk]),
        steps=steps_of(certificate),
        facts=[*facts_of(certificate), *([(_("Flag"), flag.label)] if flag else [])],
        form=ConcernForm(request.POST or None),
        changes=lambda said: [
            _("Nothing changes yet, and nobody is written to: the case is on the desk."),
            _("Next you may suspend the certificate meanwhile, and give the holder notice."),
            _("Whoever acts in a case cannot look at an appeal against it."),
        ],
        do=lambda said: open_case(
            certificate=certificate, concern=said["concern"], flag=flag, by=person_of(request), at=timezone.now()
        ),
        done=_("Opened. The case is below."),
        refusals=(CannotDoInCase,),
        icon="folder-open-inverse",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def rules_in_error(request: HttpRequest, set_id: int) -> HttpResponse:
    """Say that a rule set was published in error: flags what was issued under it."""
    policy.require(request.user, "certificate.decide_about")
    rules = policy.fetch(request.user, "desk.use", RequirementSet.objects.select_related("programme"), pk=set_id)
    standing = Certificate.objects.filter(requirement_set=rules, revoked_at=None, superseded_at=None).count()
    known = RulesInError.objects.filter(requirement_set=rules).select_related("by").first()
    facts: list[Fact] = [
        (_("Programme"), rules.programme_title),
        (_("Rule set"), rules.version),
        (_("Published"), day(rules.published_at)),
        (_("Certificates that stand under it"), standing),
    ]
    if known:
        facts += [(_("Said to be in error"), day(known.at)), (_("By"), str(known.by)), (_("Reason"), known.reason)]
    return in_two_steps(
        request,
        title=_("Published in error"),
        button=_("It was published in error"),
        back=reverse("desk:certificate_list") + "?state=flagged",
        steps=[(_("Certificates"), reverse("desk:certificate_list"))],
        facts=facts,
        form=Form(request.POST or None) if known else ReasonForm(request.POST or None),
        changes=lambda said: [
            _("No certificate and no learner is changed: whoever joined under this set keeps it."),
            _("Certificates that stand under it are flagged, for a registrar to decide about each: %(count)d.")
            % {"count": standing},
            _("It cannot be unsaid; each flag can be set aside."),
        ],
        do=lambda said: mark_rules_in_error(
            requirement_set=rules, reason=said.get("reason", ""), by=person_of(request), at=timezone.now()
        ),
        done=_("Said. What stands under it is flagged."),
        refusals=(CannotSetAside,),
    )


def fetch_certificate(request: HttpRequest, certificate_id: int) -> Certificate:
    """A certificate that this registrar may decide about: not their own."""
    rows = Certificate.objects.select_related("holder").defer("credential", "basis")
    return policy.fetch(request.user, "certificate.decide_about", rows, pk=certificate_id)


def facts_of(certificate: Certificate) -> list[Fact]:
    """Which certificate it is about. Needs nothing loaded."""
    return [
        (_("Certificate"), certificate.number),
        (_("Name"), certificate.holder_name),
        (_("Title"), certificate.title),
        (_("Status now"), certificate.status(timezone.now()).label),
    ]


def steps_of(certificate: Certificate) -> list[Step]:
    return [
        (_("Certificates"), reverse("desk:certificate_list")),
        (certificate.number, reverse("desk:certificate_detail", args=[certificate.pk])),
    ]


def _about(request: HttpRequest, certificate_id: int, flag: str) -> tuple[Certificate, Flag]:
    if flag not in Flag:
        raise Http404
    return fetch_certificate(request, certificate_id), Flag(flag)
