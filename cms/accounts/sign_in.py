"""How do people come in? One door for everyone, the Wagtail admin included; allauth keeps it."""

import time
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url

from .models import User

AFTER_SIGN_UP = "after_sign_up"  # in the session: where somebody was going when they had to make an account first


class Adapter(DefaultAccountAdapter):
    """allauth's own behaviour, with our model's single name."""

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """People have no user name here; the address is what they sign in with."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.display_name = form.cleaned_data.get("display_name", "")
        user.email = form.cleaned_data["email"].lower()
        if wanted := get_next_redirect_url(request):  # safe, or nothing
            request.session[AFTER_SIGN_UP] = wanted
        return super().save_user(request, user, form, commit)

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """On to where they were going: the order, the invitation or the place that asked for an account."""
        url = super().get_email_verification_redirect_url(email_address)
        wanted = self.request.session.pop(AFTER_SIGN_UP, "")
        if not wanted:
            return url
        if self.request.user.is_authenticated:
            return wanted
        return f"{resolve_url(url)}?{urlencode({'next': wanted})}"


def proof_is_old(request: HttpRequest) -> bool:
    """Whether to ask again who is there: nobody typed a password or used a passkey here within the last quarter of an hour.

    allauth's own check counts only what was typed when asked again; coming in a minute ago proves as much.
    """
    latest = max((record["at"] for record in get_authentication_records(request, request.user)), default=0)
    return time.time() - latest >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def how_signed_in(request: HttpRequest) -> str:
    """How this session's person last proved who they are: "password", "passkey" …, for a seal to say.

    Reads what allauth keeps in the session; "unknown" for a session it did not open.
    """
    records = get_authentication_records(request, request.user)
    if not records:
        return "unknown"
    latest = records[-1]
    return f"{latest.get('method', 'unknown')}" + (f" ({latest['type']})" if latest.get("type") else "")
