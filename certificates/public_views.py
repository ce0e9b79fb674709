"""What can anyone ask about a certificate, without an account? Pages for people, documents for programs."""

import json
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseGone, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from cms.accounts.academy import AcademySettings
from cms.accounts.policy import open_to_anyone
from cms.accounts.throttle import WINDOW, too_many_misses
from courses.models import CredentialKind

from .checking import as_json, check_certificate, checks_in_words, is_sound, newest_of
from .documents import achievement_document, did_document
from .forms import NumberForm
from .issuer import achievement_id, address_of, issuer_did, issuer_url
from .issuing import ACHIEVEMENT_TYPES
from .models import Certificate, RequirementSet, StatusList
from .numbers import BadNumber, MistypedNumber, read_number
from .printing import printed, signed_by
from .signing import CannotSign, published_keys
from .status import served_list

CREDENTIAL = "application/vc"
HOUR = 3600  # seconds
PICTURES = ("design__seal", "design__first_picture", "design__second_picture")  # large, and on the files alone
WHY = "employers check certificates without an account"


def for_programs(response: HttpResponse) -> HttpResponse:
    """Programs on other sites may read it: there is nothing in it that a cookie opens."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _document(said: dict, content_type: str, cache: str) -> HttpResponse:
    response = HttpResponse(json.dumps(said, ensure_ascii=False, indent=2), content_type=content_type)
    response["Cache-Control"] = cache
    return for_programs(response)


@csrf_exempt  # it changes nothing, and people post to it from bookmarked and printed forms
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_anyone(WHY)
def verify(request: HttpRequest) -> HttpResponse:
    """The field for a number; posting one leads to its answer, or says what is wrong with it."""
    form = NumberForm(request.POST or None)
    if form.is_valid():
        try:
            return redirect("certificates:verify_number", read_number(form.cleaned_data["number"]))
        except BadNumber as problem:
            form.add_error("number", str(problem))
    return render(request, "certificates/verify.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_safe
@open_to_anyone(WHY)
def verify_number(request: HttpRequest, number: str) -> HttpResponse:
    """The answer: a page for people; with `Accept: application/json` the same for programs."""
    wants_json = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    try:
        normal = read_number(number)
    except BadNumber as problem:
        return _vary(_not_found_out(request, wants_json, number, problem))
    if normal != number and not wants_json:
        return redirect("certificates:verify_number", normal)
    at = timezone.now()
    try:
        answer = check_certificate(number=normal, at=at)
    except Certificate.DoesNotExist:
        return _vary(_unknown(request, wants_json, normal))
    if wants_json:
        if not answer.sound:
            return _vary(for_programs(JsonResponse({"status": "cannot_check_now"}, status=503)))
        return _vary(for_programs(JsonResponse(as_json(answer), json_dumps_params={"ensure_ascii": False})))
    return _vary(
        render(
            request,
            "certificates/answer.html",
            {"answer": answer, "certificate": answer.certificate, "checks": checks_in_words(answer)},
            status=200 if answer.sound else 503,
        )
    )


def _vary(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["Accept"])
    return response


def _not_found_out(request: HttpRequest, wants_json: bool, number: str, problem: BadNumber) -> HttpResponse:
    """The number cannot be one of ours: answered without a look into the database."""
    if wants_json:
        return for_programs(JsonResponse({"status": "malformed", "explanation": str(problem)}, status=400))
    form = NumberForm({"number": number[:40]})
    form.is_valid()
    form.add_error("number", str(problem))
    mistyped = isinstance(problem, MistypedNumber)
    return render(request, "certificates/verify.html", {"form": form, "mistyped": mistyped}, status=400)


def _unknown(request: HttpRequest, wants_json: bool, number: str) -> HttpResponse:
    if too_many_misses(request, what="verify"):
        if wants_json:
            response = for_programs(JsonResponse({"status": "too_many_requests"}, status=429))
        else:
            response = render(request, "certificates/slow_down.html", status=429)
        response["Retry-After"] = str(WINDOW)
        return response
    if wants_json:
        return for_programs(JsonResponse({"status": "unknown"}, status=404))
    return render(request, "certificates/unknown.html", {"number": number, "form": NumberForm()}, status=404)


@never_cache
@require_safe
@open_to_anyone(WHY)
def credential(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The certificate as a page to look at and print; for programs that ask for it, the credential itself."""
    wanted = request.get_preferred_type(["text/html", CREDENTIAL, "application/ld+json", "application/json"])
    if wanted not in {"text/html", None}:
        return _vary(credential_json(request, public_id))
    certificate = shown(public_id)
    if not isinstance(certificate, Certificate):
        return _vary(certificate)
    return _vary(
        render(
            request,
            "certificates/certificate.html",
            {
                "certificate": certificate,
                "printed": printed(certificate),
                "signatures": signed_by(certificate),
                "status": certificate.status(timezone.now()),
                "long_name": len(certificate.holder_name) > 24,
            },
        )
    )


@never_cache
@require_safe
@open_to_anyone(WHY)
def credential_json(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The Open Badges 3.0 credential, to the byte as it was signed. 410 once replaced: it holds a former name.

    A program that asked for one document is not given another; a `Link` names the newer one.
    """
    certificate = get_object_or_404(Certificate, public_id=public_id)
    if certificate.superseded_at:
        gone = HttpResponseGone(_("This credential was replaced by a newer one."), content_type="text/plain")
        newer = address_of("certificates:credential_json", newest_of(certificate).public_id)
        gone["Link"] = f'<{newer}>; rel="successor-version"'  # RFC 5829, section 3.3
        return for_programs(gone)
    response = HttpResponse(certificate.credential, content_type=CREDENTIAL)
    return for_programs(response)


def shown(public_id: UUID, *, page: str = "credential", query: str = "") -> Certificate | HttpResponse:
    """The certificate, if its paper may still be shown; else where people are led instead. One query.

    What was replaced leads to the same `page` of the newest, so an address that was passed on goes on working.
    """
    found = Certificate.objects.select_related("signing_key", "status_list", "design").defer(*PICTURES)
    certificate = get_object_or_404(found, public_id=public_id)
    if certificate.superseded_at:
        address = reverse(f"certificates:{page}", args=[newest_of(certificate).public_id])
        return redirect(f"{address}?{query}" if query else address)
    if certificate.revoked_at or not is_sound(certificate):
        return redirect("certificates:verify_number", certificate.number)
    return certificate


@require_safe
@open_to_anyone(WHY)
def did(request: HttpRequest) -> HttpResponse:
    """Who signs: our identifier and its public keys."""
    said = did_document(did=issuer_did(), keys=published_keys())
    return _document(said, "application/did+json", f"public, max-age={HOUR}")


@conditional_page
@require_safe
@open_to_anyone(WHY)
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    """Which certificates were revoked, as a signed list of bits; asked for whole, so we do not learn about which."""
    try:
        served = served_list(number=number, at=timezone.now())
    except StatusList.DoesNotExist:
        raise Http404 from None
    except CannotSign:
        return HttpResponse("The list cannot be signed just now.\n", status=503, content_type="text/plain")
    response = HttpResponse(served.document, content_type=CREDENTIAL)
    # Always asked again, answered from its tag: a revocation shows at once to whoever looks.
    response["Cache-Control"] = "public, no-cache"
    response["ETag"] = f'"{number}-{served.built_at:%Y%m%d%H%M%S%f}"'
    return for_programs(response)


@require_safe
@open_to_anyone(WHY)
def achievement(request: HttpRequest, set_id: int) -> HttpResponse:
    """What was achieved, as the credential refers to it; people are led to the programme."""
    rules = get_object_or_404(RequirementSet.objects.select_related("programme"), pk=set_id)
    if request.get_preferred_type(["application/ld+json", "application/json", "text/html"]) == "text/html":
        return _vary(redirect(rules.programme.get_url(request) or "/"))
    academy = AcademySettings.load()
    said = achievement_document(
        achievement_id=achievement_id(rules),
        name=rules.title,
        description=rules.description,
        achievement_type=ACHIEVEMENT_TYPES[CredentialKind(rules.kind)],  # type: ignore[arg-type]
        criteria_narrative=_("Every requirement of the rule set %(version)s is met.") % {"version": rules.version},
        criteria_url=None,
        version=rules.version,
        issuer_did=issuer_did(),
        issuer_name=academy.name,
        issuer_url=issuer_url(),
    )
    return _vary(_document(said, "application/ld+json", f"public, max-age={HOUR}"))
