"""Which programs of mine may ask the API for more, and how do I make and end their tokens?"""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cms.accounts import policy
from cms.accounts.policy import person_of, signed_in

from .api_tokens import CannotMakeToken, end_token, make_token
from .check_forms import TokenForm
from .models import ApiToken


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens, and a form for another. Its secret is shown in the answer to the form, once: we do not keep it."""
    owner = person_of(request)
    form = TokenForm(request.POST or None, initial={"once": secrets.token_urlsafe(16)})
    made = None
    if form.is_valid():
        try:
            made = make_token(owner=owner, at=timezone.now(), **form.cleaned_data)
        except CannotMakeToken as refusal:
            form.add_error("name", str(refusal))
        else:
            form = TokenForm(initial={"once": secrets.token_urlsafe(16)})
    mine = list(ApiToken.objects.filter(owner=owner).order_by("-made_at", "-pk"))
    return render(
        request,
        "certificates/tokens.html",
        {
            "form": form,
            "made": made,
            "open": [token for token in mine if token.ended_at is None],
            "past": [token for token in mine if token.ended_at],
        },
        status=422 if form.errors else 200,
    )


@require_POST
@signed_in
def token_end(request: HttpRequest, token_id: int) -> HttpResponse:
    token = policy.fetch(request.user, "api_token.end", ApiToken.objects.all(), pk=token_id)
    end_token(token=token, at=timezone.now())
    messages.success(request, _("Ended. The token opens nothing any more."))
    return redirect("certificates:tokens")
