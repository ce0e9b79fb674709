"""Did this registrar prove within minutes who they are? For what is opened, or decided for good."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override

from cms.accounts.sealing import open_text, seal_text
from cms.accounts.sign_in import proof_is_old
from cms.security import ADMIN_POLICY

SEALED = "sealed_"


def proved_lately(*delicate: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """The view is for who typed a password or used a passkey within a quarter of an hour; others do so first.

    What they posted is brought back afterwards by allauth, and waits in the session meanwhile: the fields named here
    wait there sealed. The answer keeps the admin's own policy, as it is then given at allauth's address.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @reauthentication_required(enabled=proof_is_old)
        def confirmed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            return view(request, *args, **kwargs)

        @wraps(view)
        @csp_override(ADMIN_POLICY)  # type: ignore[arg-type]  # a plain dictionary, as Django's own settings have it
        def asked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not get_adapter().get_reauthentication_methods(request.user):
                messages.error(request, _("Set a password or a passkey in your account first: this asks for it."))
                return redirect("cms_desk")
            if request.method == "POST":
                _sealed(request, delicate) if proof_is_old(request) else _opened(request, delicate)
            return confirmed(request, *args, **kwargs)

        return asked

    return decorate


def _sealed(request: HttpRequest, names: tuple[str, ...]) -> None:
    posted = request.POST.copy()
    for name in names:
        if words := posted.pop(name, [""])[-1]:
            posted[SEALED + name] = seal_text(words)
    request.POST = posted  # type: ignore[assignment]  # what allauth puts into the session


def _opened(request: HttpRequest, names: tuple[str, ...]) -> None:
    posted = request.POST.copy()
    for name in names:
        if words := posted.pop(SEALED + name, [""])[-1]:
            posted[name] = open_text(words)
    request.POST = posted  # type: ignore[assignment]
