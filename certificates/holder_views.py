"""What does a holder do with one certificate of theirs? What others read, another name, and where to show it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.policy import person_of, signed_in

from .checking import STANDING, Answer, newest_of
from .consents import Consent, can_show, is_shown, set_consent
from .holder_forms import ConsentForm, NameForm, OfferForm
from .issuing import CannotIssue
from .models import Certificate, NameRequest, RegisterEntry, Status, Watch
from .numbers import BadNumber, read_number
from .renaming import CannotRename, ask_for_name, waiting_for, why_not, withdraw_name_request
from .sharing import sharing_of
from .signing import CannotSign
from .wallet.documents import lcw_link, offer_link
from .wallet.offers import CannotOffer, end_offers, offer_to_wallet
from .wallet.session import forget_keys, keep_keys, kept_keys


@never_cache
@require_safe
@signed_in
def certificate_own(request: HttpRequest, number: str) -> HttpResponse:
    """One certificate of one's own: what others read of it, and everything to do with it. An old number leads to the newest."""
    certificate = _fetch(request, number)
    if certificate.superseded_at:
        return redirect("certificates:own", newest_of(certificate).number)
    at = timezone.now()
    status = certificate.status(at)
    last = NameRequest.objects.filter(certificate=certificate).order_by("-asked_at", "-pk").first()
    return render(
        request,
        "certificates/own.html",
        {
            "certificate": certificate,
            "status": status,
            "answer": Answer(certificate=certificate, at=at, status=status, sound=True, newest=None),
            "switches": _switches(certificate),
            "can_change": status is not Status.REVOKED,
            "name_request": last,
            "watchers": Watch.objects.filter(certificate=certificate, ended_at=None).count(),
            "on_register": RegisterEntry.objects.filter(certificate=certificate, left_at=None).exists(),
        },
    )


def _switches(certificate: Certificate) -> list[dict[str, object]]:
    """The three switches as the page shows them: code, label, how it stands now, and whether there is anything to show."""
    return [
        {
            "code": consent.value,
            "label": consent.label,
            "on": is_shown(certificate, consent),
            "possible": can_show(certificate, consent),
        }
        for consent in Consent
    ]


@require_POST
@signed_in
def certificate_shown(request: HttpRequest, number: str) -> HttpResponse:
    """Turn one switch."""
    certificate = _fetch(request, number)
    form = ConsentForm(request.POST)
    if form.is_valid():
        consent, shows = Consent(form.cleaned_data["consent"]), form.cleaned_data["shows"]
        try:
            set_consent(certificate=certificate, consent=consent, shows=shows, by=person_of(request), at=timezone.now())
        except CannotIssue as refusal:
            messages.error(request, str(refusal))
        except CannotSign:
            messages.error(
                request, _("We cannot sign certificates just now. Nothing is changed; please try again later.")
            )
        else:
            messages.success(
                request,
                _("Shown from now on: on the public page, and in the file.")
                if shows
                else _("Hidden from now on. The earlier file is marked as ended; pass on the new one."),
            )
    return redirect("certificates:own", certificate.number)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def certificate_name(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for another name; while a request waits, what it says and the way to take it back."""
    certificate = _fetch(request, number)
    if certificate.superseded_at:
        return redirect("certificates:name", newest_of(certificate).number)
    at, waiting = timezone.now(), waiting_for(certificate)
    refusal = why_not(certificate, at=at)
    form = None if waiting or refusal else NameForm(request.POST or None)
    if form is not None and form.is_valid():
        try:
            ask_for_name(certificate=certificate, by=person_of(request), at=at, **form.cleaned_data)
        except CannotRename as problem:
            form.refuse(problem)
        else:
            messages.success(request, _("Asked. The registrar answers by mail."))
            return redirect("certificates:own", certificate.number)
    return render(
        request,
        "certificates/name.html",
        {"certificate": certificate, "form": form, "waiting": waiting, "refusal": refusal},
        status=422 if form is not None and form.errors else 200,
    )


@require_POST
@signed_in
def certificate_name_withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take the request that waits back."""
    certificate = _fetch(request, number)
    if waiting := waiting_for(certificate):
        try:
            withdraw_name_request(request=waiting, by=person_of(request), at=timezone.now())
        except CannotRename as refusal:  # answered between the two
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Taken back. Nothing changes."))
    return redirect("certificates:own", certificate.number)


@never_cache
@require_safe
@signed_in
def certificate_share(request: HttpRequest, number: str) -> HttpResponse:
    """Where one can show it: profiles, mail, pages, wallets, files."""
    certificate = _fetch(request, number)
    if certificate.superseded_at:
        return redirect("certificates:share", newest_of(certificate).number)
    status = certificate.status(timezone.now())
    keys = kept_keys(request, certificate) if status in STANDING else None
    return render(
        request,
        "certificates/share.html",
        {
            "certificate": certificate,
            "status": status,
            "sharing": sharing_of(certificate) if status in STANDING else None,
            "form": OfferForm(),
            "keys": keys,
            "wallet_link": offer_link(keys) if keys else "",
            "lcw_link": lcw_link(keys) if keys else "",
        },
    )


@require_POST
@signed_in
def certificate_offer(request: HttpRequest, number: str) -> HttpResponse:
    """Offer the credential to a wallet, once and for some minutes; an earlier offer ends."""
    certificate = _fetch(request, number)
    form = OfferForm(request.POST)
    if form.is_valid():
        try:
            keys = offer_to_wallet(
                certificate=certificate,
                by=person_of(request),
                asks_pin=form.cleaned_data["asks_pin"],
                at=timezone.now(),
            )
        except CannotOffer as refusal:
            messages.error(request, str(refusal))
        else:
            keep_keys(request, certificate, keys)
    return redirect("certificates:share", certificate.number)


@require_POST
@signed_in
def certificate_offer_end(request: HttpRequest, number: str) -> HttpResponse:
    """End the offer before its time."""
    certificate = _fetch(request, number)
    end_offers(certificate=certificate, at=timezone.now())
    forget_keys(request)
    messages.success(request, _("The offer has ended. No wallet can fetch it any more."))
    return redirect("certificates:share", certificate.number)


def _fetch(request: HttpRequest, number: str) -> Certificate:
    """The certificate, if it is one's own; 404 for all others, and for what is no number."""
    try:
        normal = read_number(number)
    except BadNumber:
        raise Http404 from None
    rows = Certificate.objects.select_related("replaced_by").defer("credential", "evaluated")
    return policy.fetch(request.user, "certificate.hold", rows, number=normal)
