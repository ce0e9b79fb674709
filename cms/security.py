"""Which content security policy does an answer carry? Ours on the site, a looser one in the Wagtail admin."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.csp import CSP

# Wagtail 8.0 writes inline scripts and styles, and its preview frames the site. Nothing foreign is allowed here either.
ADMIN_POLICY = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "worker-src": [CSP.SELF, "blob:"],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
}


class AdminPolicyMiddleware:
    """Marks answers under /admin/ with the admin's policy, unless the view has set one of its own.

    Somebody signed in who has no business there finds nothing: Wagtail would send them to the sign-in, and that back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(reverse("wagtailadmin_home")):
            return self.get_response(request)
        if request.user.is_authenticated and not request.user.has_perm("wagtailadmin.access_admin"):
            raise Http404
        response = self.get_response(request)
        if not hasattr(response, "_csp_config"):
            response._csp_config = ADMIN_POLICY  # type: ignore[attr-defined]  # read by Django's CSP middleware
        return response
