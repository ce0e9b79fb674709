"""Which money needs a person?"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, TitleColumn

from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from cms.accounts.templatetags.look import money
from courses.concerns import settle_concern, what_to_do
from courses.models import Concern

from ..frame import Act, ask, choices_of, day, show_list
from .forms import NoteForm


@require_safe
@allowed("desk.use")
def concern_list(request: HttpRequest) -> HttpResponse:
    """Those that are open, oldest first; or those settled, newest first."""
    policy.require(request.user, "money.see")
    state, choices = choices_of(request, {"open": _("Open"), "settled": _("Settled")})
    rows = Concern.objects.filter(settled_at__isnull=state == "open").select_related("order__buyer")
    return show_list(
        request,
        title=_("Money that needs a person"),
        icon="warning",
        rows=rows.order_by("noticed_at", "pk") if state == "open" else rows.order_by("-settled_at", "-pk"),
        columns=[
            TitleColumn(
                "kind", label=_("What"), url_name="desk:concern_detail", accessor=lambda row: row.get_kind_display()
            ),
            Column("buyer", label=_("Buyer"), accessor=lambda row: row.order.buyer),
            Column("for", label=_("For"), accessor=lambda row: row.order.description),
            Column("noticed_at", label=_("Noticed"), accessor=lambda row: day(row.noticed_at)),
        ],
        choices=choices,
        empty=_("Nothing needs you. What was paid and what was given agree.")
        if state == "open"
        else _("Nothing has been settled yet."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def concern_detail(request: HttpRequest, concern_id: int) -> HttpResponse:
    """What it is, what to do about it, and the word that it is done."""
    concern = policy.fetch(
        request.user, "money.keep", Concern.objects.select_related("order__buyer", "settled_by"), pk=concern_id
    )
    form = NoteForm(request.POST or None)
    if form.is_valid():
        settle_concern(concern=concern, note=form.cleaned_data["note"], by=person_of(request), at=timezone.now())
        messages.success(request, _("Settled, with your note."))
        return redirect("desk:concern_list")
    facts = [
        (_("Buyer"), concern.order.buyer.display_name),
        (_("For"), concern.order.description),
        (_("Total of the order"), money(concern.order.total_minor, concern.order.currency)),
        *([(_("At Stripe"), concern.about)] if concern.about else []),
        (_("Noticed"), day(concern.noticed_at)),
    ]
    if concern.settled_at:
        facts += [
            (_("Settled"), day(concern.settled_at)),
            (_("By"), str(concern.settled_by)),
            (_("Note"), concern.note),
        ]
    act = Act(
        title=concern.get_kind_display(),
        button=_("It is settled"),
        back=reverse("desk:concern_list"),
        icon="warning",
        steps=[(_("Money that needs a person"), reverse("desk:concern_list"))],
        facts=facts,
        links=[(_("The order"), reverse("desk:order_detail", args=[concern.order_id]))],
        changes=[what_to_do(concern), _("Settling it here moves no money. It is the word that somebody looked.")],
        missing=[_("This is settled.")] if concern.settled_at else [],
    )
    return ask(request, act, form=form)
