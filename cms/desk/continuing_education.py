"""Which entries of ledgers wait to be looked at, and what does a registrar say to one? Nobody looks at their own."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from assessments.document_files import file_answer
from certificates.credits import in_credits
from certificates.ledger import CannotJudge, accept_credit, is_counted, return_credit, waiting_credits
from certificates.models import CreditEntry
from cms.accounts import history, policy
from cms.accounts.policy import allowed, person_of

from .frame import Act, Fact, Step, ask, choices_of, day, show, show_list
from .past import past_of
from .renewal_forms import ReturnCreditForm


@require_safe
@allowed("desk.use")
def credit_list(request: HttpRequest) -> HttpResponse:
    """Those that wait, oldest first; or others, newest first."""
    policy.require(request.user, "credit.review")
    state, choices = choices_of(
        request,
        {"waiting": _("To look at"), "accepted": _("Accepted"), "returned": _("Returned"), "withdrawn": _("Withdrawn")},
    )
    standing = CreditEntry.objects.filter(withdrawn_at=None)
    rows: QuerySet[CreditEntry] = {
        "waiting": waiting_credits(),
        "accepted": standing.filter(accepted_at__isnull=False, returned_at=None),
        "returned": standing.filter(returned_at__isnull=False),
        "withdrawn": CreditEntry.objects.filter(withdrawn_at__isnull=False),
    }[state]
    order = ("entered_at", "pk") if state == "waiting" else ("-entered_at", "-pk")
    return show_list(
        request,
        title=_("Continuing education"),
        icon="list-ol",
        rows=rows.select_related("enrolment__learner", "category").defer("words").order_by(*order),
        columns=[
            TitleColumn("title", label=_("What"), get_url=lambda row: _url_of(request, row)),
            Column("learner", label=_("Holder"), accessor="enrolment.learner"),
            Column("category", label=_("Category"), accessor="category.name"),
            Column("credits", label=_("Credits"), accessor=lambda row: in_credits(row.quarters)),
            Column("on", label=_("Done on"), accessor=lambda row: day(row.on)),
            StatusTagColumn("state", label=_("State"), accessor=state_of, primary=lambda row: row.is_accepted),
        ],
        choices=choices,
        empty=_("None waits for you.") if state == "waiting" else _("There are none."),
    )


@require_safe
@allowed("desk.use")
def credit_detail(request: HttpRequest, credit_id: int) -> HttpResponse:
    """One entry, and what can be said to it."""
    entry = _fetch(request, credit_id)
    links = []
    if entry.is_waiting:
        links.append((_("Accept …"), reverse("desk:credit_accept", args=[entry.pk])))
    if (entry.is_waiting or entry.is_accepted) and not is_counted(entry):
        links.append((_("Return …"), reverse("desk:credit_return", args=[entry.pk])))
    if entry.file:
        links.append((_("Open the paper"), reverse("desk:credit_file", args=[entry.pk])))
    return show(
        request,
        "cms/desk/thing.html",
        title=entry.title,
        icon="list-ol",
        steps=_steps(),
        heading=entry.enrolment.learner,
        state=state_of(entry),
        state_is_good=entry.is_accepted,
        facts=facts_of(entry),
        said=[_("Returned with these words: “%(words)s”") % {"words": entry.words}] if entry.returned_at else [],
        links=links,
        past=past_of(entry),
    )


@require_safe
@allowed("desk.use")
def credit_file(request: HttpRequest, credit_id: int) -> FileResponse:
    """The paper. That it was opened is written down."""
    entry = _fetch(request, credit_id)
    answer = file_answer(entry)
    history.audit(verb="credit.file_read", subject=history.name_of(entry), actor=person_of(request))
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def credit_accept(request: HttpRequest, credit_id: int) -> HttpResponse:
    """Let it count."""
    entry = _fetch(request, credit_id)
    here = reverse("desk:credit_detail", args=[entry.pk])
    missing = [] if entry.is_waiting else [_("This entry does not wait for an answer any more.")]
    if request.method == "POST":
        try:
            accept_credit(entry=entry, by=person_of(request), at=timezone.now())
        except CannotJudge as refusal:
            missing = [str(refusal)]
        else:
            messages.success(request, _("Accepted. It counts, as far as its category lets it."))
            return redirect("desk:credit_list")
    act = Act(
        title=_("Accept"),
        button=_("Accept it"),
        back=here,
        icon="success",
        steps=[*_steps(), (entry.title, here)],
        facts=facts_of(entry),
        changes=[
            _("It counts towards the next renewal, up to what its category lets count."),
            _("It can be returned as long as no renewal rests on it."),
            _("Nobody is written to; the holder sees it on their page."),
        ],
        links=[(_("Open the paper"), reverse("desk:credit_file", args=[entry.pk]))] if entry.file else (),
        missing=missing,
    )
    return ask(request, act, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def credit_return(request: HttpRequest, credit_id: int) -> HttpResponse:
    """Give it back with words; one that was accepted counts no more."""
    entry = _fetch(request, credit_id)
    here = reverse("desk:credit_detail", args=[entry.pk])
    form = ReturnCreditForm(request.POST or None)
    if form.is_valid():
        try:
            return_credit(entry=entry, words=form.cleaned_data["words"], by=person_of(request), at=timezone.now())
        except CannotJudge as refusal:
            form.add_error("words", str(refusal))
        else:
            messages.success(request, _("Returned. The holder was written to."))
            return redirect("desk:credit_list")
    act = Act(
        title=_("Return"),
        button=_("Return it"),
        back=here,
        icon="undo",
        steps=[*_steps(), (entry.title, here)],
        facts=facts_of(entry),
        changes=[
            _("It counts no more. The holder reads your words beside it, and can enter it anew."),
            _("They get a mail that something came back. Its subject does not say what."),
        ],
        serious=entry.is_accepted,
        missing=_why_not(entry),
    )
    return ask(request, act, form=form)


def state_of(entry: CreditEntry) -> str:
    if entry.withdrawn_at:
        return _("Withdrawn")
    if entry.returned_at:
        return _("Returned")
    return _("Accepted") if entry.accepted_at else _("Waiting")


def facts_of(entry: CreditEntry) -> list[Fact]:
    return [
        (_("Holder"), entry.enrolment.learner),
        (_("What"), entry.title),
        (_("With whom"), entry.provider),
        (_("Category"), entry.category.name),
        (_("Credits"), in_credits(entry.quarters)),
        (_("Done on"), day(entry.on)),
        (_("How it can be checked"), entry.reference or _("not said")),
        (_("Paper"), _("handed in") if entry.file else _("none")),
        (_("Entered"), day(entry.entered_at)),
    ]


def _why_not(entry: CreditEntry) -> list[str]:
    if not (entry.is_waiting or entry.is_accepted):
        return [_("This entry was returned or withdrawn already.")]
    if is_counted(entry):
        return [_("A renewal rests on this entry. Decide about the certificate instead.")]
    return []


def _url_of(request: HttpRequest, entry: CreditEntry) -> str | None:
    """Nobody opens their own."""
    may = policy.may(request.user, "credit.review", entry)
    return reverse("desk:credit_detail", args=[entry.pk]) if may else None


def _fetch(request: HttpRequest, credit_id: int) -> CreditEntry:
    rows = CreditEntry.objects.select_related("enrolment__learner", "category")
    return policy.fetch(request.user, "credit.review", rows, pk=credit_id)


def _steps() -> list[Step]:
    return [(_("Continuing education"), reverse("desk:credit_list"))]
