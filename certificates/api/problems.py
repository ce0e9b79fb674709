"""What does a program read when it cannot be answered? Problem details, RFC 9457."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ..issuer import address_of

type View[**Given] = Callable[Concatenate[HttpRequest, Given], HttpResponse]
# What each kind is called; its address is a place on the page of documentation.
TITLES = {
    "unreadable": lambda: _("The request cannot be read"),
    "too-large": lambda: _("The request is too large"),
    "not-as-described": lambda: _("The request is not as described"),
    "token-needed": lambda: _("A token is needed"),
    "token-unknown": lambda: _("This token opens nothing"),
    "too-many-requests": lambda: _("Too many requests"),
    "not-allowed": lambda: _("This method is not answered here"),
    "not-found": lambda: _("There is nothing here"),
}


class Problem(Exception):
    """The request is not answered; `detail` is one sentence with what to do."""

    def __init__(self, kind: str, status: int, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind, self.status, self.detail, self.headers = kind, status, detail, dict(headers or {})

    def as_response(self) -> HttpResponse:
        said = {
            "type": f"{address_of('certificates:api_docs')}#{self.kind}",
            "title": TITLES[self.kind](),
            "status": self.status,
            "detail": self.detail,
        }
        return answered(said, status=self.status, content_type="application/problem+json", headers=self.headers)


def answered(
    said: Mapping[str, Any],
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    return JsonResponse(
        said, status=status, content_type=content_type, headers=headers, json_dumps_params={"ensure_ascii": False}
    )


def for_programs[**G](*methods: str) -> Callable[[View[G]], View[G]]:
    """The view is asked by programs on any site, with these methods: no cookie counts, and refusals are problem details."""

    def open_to_programs(view: View[G]) -> View[G]:
        @csrf_exempt  # no cookie of ours is read
        @never_cache
        @wraps(view)
        def asked(request: HttpRequest, *args: G.args, **kwargs: G.kwargs) -> HttpResponse:
            try:
                response = _answer(request, *args, **kwargs)
            except Problem as problem:
                response = problem.as_response()
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = "Retry-After, WWW-Authenticate"
            return response

        def _answer(request: HttpRequest, *args: G.args, **kwargs: G.kwargs) -> HttpResponse:
            if request.method == "OPTIONS":
                return HttpResponse(
                    status=204,
                    headers={
                        "Access-Control-Allow-Methods": ", ".join([*methods, "OPTIONS"]),
                        "Access-Control-Allow-Headers": "Authorization, Content-Type",
                        "Access-Control-Max-Age": "86400",
                    },
                )
            if methods and request.method not in methods:
                detail = _("Ask with %(methods)s.") % {"methods": ", ".join(methods)}
                raise Problem("not-allowed", 405, detail, headers={"Allow": ", ".join([*methods, "OPTIONS"])})
            return view(request, *args, **kwargs)

        return asked

    return open_to_programs
