"""Where does a holder see how a renewal stands, enter what they learned, and ask to go on?"""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.document_files import file_answer
from cms.accounts import policy
from cms.accounts.policy import person_of, signed_in

from .ledger import CannotEnter, enter_credit, withdraw_credit
from .models import Certificate, CreditEntry, Renewal, RenewalPhase
from .renewal_forms import AskToRenewForm, CreditForm
from .renewal_words import category_lines, entry_lines, terms_lines
from .renewing import CannotRenew, Prospect, ask_to_renew, open_renewal, prospect_of, what_ended


@require_safe
@signed_in
def renewal(request: HttpRequest, number: str) -> HttpResponse:
    certificate = _fetch(request, number)
    if certificate.superseded_at and (newer := _newest(certificate)):
        return redirect("certificates:renewal", newer.number)
    return _page(request, certificate, prospect_of(certificate, at=timezone.now()))


@require_POST
@signed_in
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the registrar to confirm."""
    certificate, at = _fetch(request, number), timezone.now()
    prospect = prospect_of(certificate, at=at)
    form = AskToRenewForm(request.POST, asks_for_words=_asks_for_words(prospect))
    if form.is_valid():
        try:
            ask_to_renew(
                certificate=certificate, by=person_of(request), at=at, words=form.cleaned_data.get("words", "")
            )
        except CannotRenew as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Asked. The registrar looks at the whole record and answers by mail."))
            return redirect("certificates:renewal", number)
    return _page(request, certificate, prospect, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def credit_new(request: HttpRequest, number: str) -> HttpResponse:
    certificate, at = _fetch(request, number), timezone.now()
    prospect = prospect_of(certificate, at=at)
    if prospect is None or prospect.phase is RenewalPhase.OVER or certificate.revoked_at or certificate.superseded_at:
        messages.error(request, _("There is no renewal to enter this for."))
        return redirect("certificates:renewal", number)
    terms = prospect.span.terms
    form = CreditForm(request.POST, request.FILES, terms=terms) if request.method == "POST" else CreditForm(terms=terms)
    if form.is_valid():
        try:
            enter_credit(certificate=certificate, by=person_of(request), at=at, **form.entered())
        except CannotEnter as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Entered. It counts once the registrar has accepted it."))
            return redirect("certificates:renewal", number)
    context = {"form": form, "certificate": certificate, "span": prospect.span}
    return render(request, "certificates/credit_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def credit_withdraw(request: HttpRequest, number: str, entry_id: int) -> HttpResponse:
    """Take an entry back, after reading what that means."""
    certificate, entry = _fetch(request, number), _fetch_entry(request, number, entry_id)
    if request.method == "POST":
        try:
            withdraw_credit(entry=entry, by=person_of(request), at=timezone.now())
        except CannotEnter as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Withdrawn. It counts no more."))
        return redirect("certificates:renewal", number)
    if entry.withdrawn_at:
        return redirect("certificates:renewal", number)
    return render(request, "certificates/credit_withdraw.html", {"certificate": certificate, "entry": entry})


@require_safe
@signed_in
def credit_file(request: HttpRequest, number: str, entry_id: int) -> FileResponse:
    """The holder's own paper. A registrar opens it at the desk, where that is written down."""
    return file_answer(_fetch_entry(request, number, entry_id))


def _page(
    request: HttpRequest, certificate: Certificate, prospect: Prospect | None, *, form: AskToRenewForm | None = None
) -> HttpResponse:
    answered = Renewal.objects.filter(certificate__enrolment=certificate.enrolment_id, answered_at__isnull=False)
    renewals = list(answered.order_by("-answered_at", "-pk"))
    waiting = open_renewal(certificate.enrolment)
    if form is None and prospect and prospect.may_ask and waiting is None:
        form = AskToRenewForm(asks_for_words=_asks_for_words(prospect))
    return render(
        request,
        "certificates/renewal.html",
        {
            "certificate": certificate,
            "status": certificate.status(timezone.now()),
            "prospect": prospect,
            "ended": what_ended(certificate),
            "waiting": waiting,
            # The last answer, while nothing newer came of it.
            "declined": renewals[0] if renewals and renewals[0].declined_because and not waiting else None,
            "renewals": [each for each in renewals if each.to_until],
            "lines": entry_lines(prospect) if prospect else [],
            "categories": category_lines(prospect.tally.categories) if prospect else [],
            "terms": terms_lines(prospect.span.terms, prospect.span.years) if prospect else [],
            "form": form,
        },
        status=422 if form and form.errors else 200,
    )


def _asks_for_words(prospect: Prospect | None) -> bool:
    return prospect is not None and prospect.phase is RenewalPhase.LAPSED and not prospect.tally.met


def _newest(certificate: Certificate) -> Certificate | None:
    rows = Certificate.objects.filter(enrolment=certificate.enrolment_id, superseded_at=None)
    return rows.only("number").order_by("-issued_at", "-pk").first()


def _fetch(request: HttpRequest, number: str) -> Certificate:
    rows = Certificate.objects.select_related("holder", "requirement_set", "enrolment").defer("credential")
    return policy.fetch(request.user, "certificate.hold", rows, number=number)


def _fetch_entry(request: HttpRequest, number: str, entry_id: int) -> CreditEntry:
    rows = CreditEntry.objects.filter(enrolment__certificates__number=number)
    return policy.fetch(request.user, "credit.keep", rows.select_related("enrolment", "category"), pk=entry_id)
