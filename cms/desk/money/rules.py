"""What does each programme give back to who leaves?"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, TitleColumn

from cms.accounts import policy
from cms.accounts.academy import AcademySettings
from cms.accounts.policy import allowed, person_of
from courses.models import Access, ProgrammePage
from courses.planning import EXAMPLE_TIERS, CannotPlan, refuse_tiers, set_refund_tiers
from courses.refund_words import rules_in_words

from ..frame import Act, ask, goes_back, is_sure, show_list
from .forms import TiersForm


@require_safe
@allowed("desk.use")
def rule_list(request: HttpRequest) -> HttpResponse:
    """Each programme with its rules."""
    policy.require(request.user, "money.see")
    return show_list(
        request,
        title=_("Refund rules"),
        icon="rotate",
        rows=ProgrammePage.objects.filter(access=Access.FEE).prefetch_related("refund_tiers").order_by("title", "pk"),
        columns=[
            TitleColumn("title", label=_("Programme"), url_name="desk:refund_rules"),
            Column("rules", label=_("Given back"), accessor=_rules_of),
        ],
        empty=_("There is no programme for a fee yet."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def refund_rules(request: HttpRequest, programme_id: int) -> HttpResponse:
    """The rules of one programme; with `?example`, ours stand ready to be changed."""
    programme = policy.fetch(request.user, "money.keep", ProgrammePage.objects.all(), pk=programme_id)
    current = list(programme.refund_tiers.order_by("-days_before").values_list("days_before", "percent"))
    filled = EXAMPLE_TIERS if "example" in request.GET else current
    form = TiersForm(
        request.POST if request.method == "POST" else None,
        initial={"tiers": "\n".join(f"{days}: {part}" for days, part in filled)},
    )
    if form.is_valid():
        try:
            refuse_tiers(form.cleaned_data["tiers"])
        except CannotPlan as refusal:
            form.add_error("tiers", str(refusal))
    if form.is_valid() and is_sure(request):
        set_refund_tiers(
            programme=programme, tiers=form.cleaned_data["tiers"], by=person_of(request), at=timezone.now()
        )
        messages.success(request, _("These rules hold for every order from now on."))
        return redirect("desk:rule_list")
    hours = AcademySettings.load().cooling_off_hours
    if form.is_valid() and not goes_back(request):
        return ask(request, _last_step(programme, form.cleaned_data["tiers"], hours), form=form, sure=True)
    act = Act(
        title=_("Refund rules of %(programme)s") % {"programme": programme},
        button=_("See what they say"),
        back=reverse("desk:rule_list"),
        icon="rotate",
        steps=[(_("Refund rules"), reverse("desk:rule_list"))],
        links=[(_("Fill in an example"), f"{request.path}?example")],
        changes=[
            ngettext(
                "For %(n)d hour after a payment everything is given back, whatever stands here.",
                "For %(n)d hours after a payment everything is given back, whatever stands here.",
                hours,
            )
            % {"n": hours},
            _("After that the days are counted to the start of the intake; without an intake nothing is given back."),
            _("Rules hold for orders from now on. Who has ordered keeps those of the day they ordered."),
            _("The rules propose an amount. A registrar may always give back more, or less."),
        ],
    )
    return ask(request, act, form=form)


def _last_step(programme: ProgrammePage, tiers: list[tuple[int, int]], hours: int) -> Act:
    """What a buyer will read, before it holds."""
    return Act(
        title=_("Refund rules of %(programme)s") % {"programme": programme},
        button=_("Let these rules hold"),
        back=reverse("desk:rule_list"),
        icon="rotate",
        steps=[(_("Refund rules"), reverse("desk:rule_list"))],
        warning="" if tiers else _("No refunds after the hours of cooling off? That is what no rule means."),
        changes=[
            _("Whoever orders from now on reads this:"),
            *(f"“{rule}”" for rule in rules_in_words(tiers, cooling_off_hours=hours, dated=True)),
            _("Who has ordered already keeps the rules of the day they ordered."),
        ],
    )


def _rules_of(programme: ProgrammePage) -> str:
    tiers = sorted(programme.refund_tiers.all(), key=lambda tier: -tier.days_before)
    lines = [
        ngettext("%(percent)d %% up to %(n)d day before", "%(percent)d %% up to %(n)d days before", tier.days_before)
        % {"percent": tier.percent, "n": tier.days_before}
        for tier in tiers
    ]
    return ", ".join(lines) or _("Only in the first hours after a payment")
