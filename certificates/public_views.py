"""What can anyone ask about a certificate, without an account? Pages for people, documents for programs."""

import hashlib
import json
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseGone, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_safe

from cms.accounts.academy import AcademySettings
from cms.accounts.policy import open_to_anyone
from cms.accounts.throttle import WINDOW, too_many_misses
from courses.models import CredentialKind

from .check_forms import FileForm
from .checking import as_json, can_be_shown, check_certificate, checks_in_words, newest_of
from .credential_tokens import served_token
from .documents import achievement_document, did_document
from .forms import NumberForm
from .issuer import achievement_id, address_of, issuer_did, issuer_url
from .issuing import ACHIEVEMENT_TYPES
from .models import Certificate, RequirementSet, StatusList, StatusPurpose
from .numbers import BadNumber, MistypedNumber, read_number
from .printing import printed, signed_by
from .signing import CannotSign, published_keys
from .status import served_list

CREDENTIAL = "application/vc"
# What the W3C, Open Badges and plain programs ask for when they want the JSON form.
CREDENTIAL_FORMS = [CREDENTIAL, "application/vc+ld+json", "application/ld+json", "application/json"]
TOKEN = "application/vc+jwt"  # noqa: S105 - a media type
HOUR = 3600  # seconds
# Five minutes, as the list's own `ttl` says; a day if we are away.
LIST_CACHE = "public, max-age=300, stale-if-error=86400"
PICTURES = ("design__seal", "design__first_picture", "design__second_picture")  # large, and on the files alone
WHY = "employers check certificates without an account"


def for_programs(response: HttpResponse) -> HttpResponse:
    """Programs on other sites may read it: there is nothing in it that a cookie opens."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def verify_context(form: NumberForm, files: FileForm | None = None) -> dict[str, object]:
    """What the page with the field and the place for files shows."""
    return {"form": form, "files": files or FileForm(), "host": urlsplit(settings.BASE_URL).netloc}


def _document(said: dict, content_type: str, cache: str) -> HttpResponse:
    response = HttpResponse(json.dumps(said, ensure_ascii=False, indent=2), content_type=content_type)
    response["Cache-Control"] = cache
    return for_programs(response)


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
    return render(request, "certificates/verify.html", verify_context(form) | {"mistyped": mistyped}, status=400)


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
    """The certificate as a page to look at and print; for programs that ask for it, the credential itself or its JWT."""
    wanted = request.get_preferred_type(["text/html", *CREDENTIAL_FORMS, TOKEN, "text/plain"])
    if wanted in CREDENTIAL_FORMS:
        return _vary(credential_json(request, public_id))
    if wanted in {TOKEN, "text/plain"}:
        response = credential_jwt(request, public_id)
        if response.status_code == HTTPStatus.OK:
            response["Content-Type"] = wanted
        return _vary(response)
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
        return _replaced(certificate, "credential_json")
    response = HttpResponse(certificate.credential, content_type=CREDENTIAL)
    return for_programs(response)


@never_cache
@require_safe
@open_to_anyone(WHY)
def credential_jwt(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same credential as a JWT of the Open Badges 3.0 profile, to the byte as it was signed. 410 once replaced."""
    certificate = get_object_or_404(Certificate, public_id=public_id)
    if certificate.superseded_at:
        return _replaced(certificate, "credential_jwt")
    try:
        served = served_token(certificate=certificate, at=timezone.now())
    except CannotSign:
        raise Http404 from None
    return for_programs(HttpResponse(served.token, content_type="text/plain"))


def _replaced(certificate: Certificate, page: str) -> HttpResponse:
    """A program that asked for one document is not given another: it is told where the newer one is."""
    gone = HttpResponseGone(_("This credential was replaced by a newer one."), content_type="text/plain")
    newer = address_of(f"certificates:{page}", newest_of(certificate).public_id)
    gone["Link"] = f'<{newer}>; rel="successor-version"'  # RFC 5829, section 3.3
    return for_programs(gone)


def shown(public_id: UUID, *, page: str = "credential", query: str = "") -> Certificate | HttpResponse:
    """The certificate, if its paper may still be shown; else where people are led instead. One query.

    What was replaced leads to the same `page` of the newest, so an address that was passed on goes on working.
    """
    found = Certificate.objects.select_related("signing_key", "status_list", "suspension_list", "design")
    certificate = get_object_or_404(found.defer(*PICTURES), public_id=public_id)
    if certificate.superseded_at:
        address = reverse(f"certificates:{page}", args=[newest_of(certificate).public_id])
        return redirect(f"{address}?{query}" if query else address)
    if certificate.revoked_at or not can_be_shown(certificate):
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
def status_list(request: HttpRequest, number: int, purpose: StatusPurpose) -> HttpResponse:
    """Which certificates were revoked, or are suspended, as a signed list of bits, or as a JWT of the same.

    It is asked for whole, so that we do not learn about which. What is revoked shows on our own pages at once; whoever
    keeps the list for its five minutes learns of it then.
    """
    try:
        served = served_list(purpose=purpose, number=number, at=timezone.now())
    except StatusList.DoesNotExist:
        raise Http404 from None
    except CannotSign:
        return HttpResponse("The list cannot be signed just now.\n", status=503, content_type="text/plain")
    forms = {CREDENTIAL: served.document, TOKEN: served.token}
    wanted = request.get_preferred_type([form for form, text in forms.items() if text]) or CREDENTIAL
    response = HttpResponse(forms[wanted], content_type=wanted)
    response["Cache-Control"] = LIST_CACHE
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    return _vary(for_programs(response))


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
