"""Which addresses do programs ask?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms.accounts.policy import open_to_anyone

from ..issuer import address_of
from ..number_checks import check_numbers
from ..verifying import FileKind, Report, Verdict, examine
from ..verifying.opening import kind_of
from .asking import body_of, count_misses, read_numbers, read_object, read_strictly, who_asks
from .description import description, operations, problem_kinds
from .problems import Problem, answered, for_programs

WHY = "programs of employers check certificates without an account"


@require_safe
@open_to_anyone(WHY)
def index(request: HttpRequest) -> HttpResponse:
    return redirect("certificates:api_docs")


@open_to_anyone(WHY)
@for_programs("GET", "HEAD")
def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs: OpenAPI 3.1."""
    return answered(description())


@require_safe
@open_to_anyone(WHY)
def docs(request: HttpRequest) -> HttpResponse:
    """The same description for people."""
    return render(
        request,
        "certificates/api_docs.html",
        {
            "description": description(),
            "operations": operations(),
            "problems": problem_kinds(),
            "verdicts": list(Verdict),
        },
    )


@open_to_anyone(WHY)
@for_programs("POST")
def verify(request: HttpRequest) -> HttpResponse:
    """Answer about numbers, or about one credential of any issuer: an item for each, in the order asked."""
    at = timezone.now()
    token = who_asks(request, at=at)
    body = body_of(request)
    said = read_object(body)
    if isinstance(said, dict) and "numbers" in said:
        numbers = read_numbers(read_strictly(body)["numbers"], token=token)
        checked = check_numbers(numbers, at=at)
        if token is None:
            count_misses(request, misses=sum(line.is_unknown for line in checked))
        return _results([line.as_json() for line in checked], at)
    if isinstance(said, dict) and "credential" in said:
        return _results([_item(_examined(_inner(body, "credential"), at))], at)
    return _results([_item(_examined(said.encode() if isinstance(said, str) else body, at))], at)


@open_to_anyone(WHY)
@for_programs("POST")
def verify_credential(request: HttpRequest) -> HttpResponse:
    """Answer as the W3C's VC API does. Source: VC API, “Verify Credential”.

    Whether we know the issuer is no part of `verified` there: it is said among the problems.
    """
    at = timezone.now()
    who_asks(request, at=at)
    body = body_of(request)
    said = read_object(body)
    if not isinstance(said, dict) or "verifiableCredential" not in said:
        raise Problem("not-as-described", 400, _("“verifiableCredential” holds a credential: an object, or a JWT."))
    report = _examined(_inner(body, "verifiableCredential"), at)
    if report.verdict == Verdict.MALFORMED:
        raise Problem("not-as-described", 400, report.explanation)
    verified = report.verdict in {Verdict.VALID, Verdict.UNKNOWN_ISSUER}
    answer: dict[str, Any] = {"verified": verified, **_item(report)}
    if not report.stands:
        answer["problemDetails"] = [
            {
                "type": f"{address_of('certificates:api_docs')}#verdict-{report.verdict.value}",
                "title": str(report.verdict.label),
                "detail": report.explanation,
            }
        ]
    return answered(answer)


@open_to_anyone(WHY)
@for_programs()
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    raise Problem("not-found", 404, _("The addresses that are answered are in /api/v1/openapi.json."))


def _results(items: list[dict[str, Any]], at: datetime) -> HttpResponse:
    return answered({"checked_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "results": items})


def _inner(body: bytes, name: str) -> bytes:
    """The credential in its envelope, as bytes."""
    inner = read_strictly(body)[name]
    if isinstance(inner, dict):
        return json.dumps(inner, ensure_ascii=False).encode(errors="surrogatepass")
    if isinstance(inner, str):
        return inner.encode(errors="surrogatepass")
    raise Problem("not-as-described", 422, _("“%(name)s” holds a credential: an object, or a JWT.") % {"name": name})


def _examined(data: bytes, at: datetime) -> Report:
    if kind_of(data) not in {FileKind.JSON, FileKind.JWT}:
        raise Problem("unreadable", 400, _("Send {“numbers”: […]}, or a credential: as a JSON object, or as a JWT."))
    return examine(data, at=at)


def _item(report: Report) -> dict[str, Any]:
    """The verdict on a credential, and what it says of itself as far as we show it."""
    facts = report.credential
    return {
        **report.as_json(),
        "explanation": report.explanation,
        "number": facts.number if facts else None,
        "replaced_by": report.replaced_by,
        "credential": {
            "id": facts.credential_id,
            "title": facts.title,
            "holder": facts.holder,
            "issuer": {"id": facts.issuer_id, "name": facts.issuer_name},
            "valid_from": _moment(facts.valid_from),
            "valid_until": _moment(facts.valid_until),
        }
        if facts
        else None,
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
