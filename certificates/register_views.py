"""What does the public read of the register, and how does it write to somebody on it?

Nothing here is kept by a cache: who leaves is gone with the next request. A page of a holder is for search engines only
where they agreed; the list only where everybody on it did, and a search never.
"""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms.accounts.policy import open_to_anyone
from cms.accounts.throttle import WINDOW, too_many_misses

from .checking import can_be_shown
from .models import RegisterEntry
from .register import Shown, found, on_register, shown_entry
from .register_forms import MessageForm, SearchForm
from .relay import CannotWrite, confirm_message, message_of, write_message
from .relay_limits import too_often

PER_PAGE = 20  # entries
HOUR = 3600  # seconds
AN_HOUR = 5  # messages from one network address
WHY = "producers look for a coordinator without an account"


@never_cache
@require_safe
@open_to_anyone(WHY)
def register(request: HttpRequest) -> HttpResponse:
    """Everybody on the register, or those a search finds, in today's order."""
    at = timezone.now()
    form = SearchForm(request.GET if request.GET else None)
    sought = form.sought()
    page = Paginator(found(at, **sought), PER_PAGE).get_page(request.GET.get("page"))
    entries = list(page.object_list)
    hidden = bool(request.GET) or not all(entry.may_be_indexed for entry in entries)
    query = request.GET.copy()
    query.pop("page", None)
    answer = render(
        request,
        "certificates/register.html",
        {
            "form": SearchForm(initial=sought),
            "sought": sought,
            "page": page,
            "people": [shown for entry in entries if (shown := shown_entry(entry, at=at))],
            "query": query.urlencode(),
            "hidden": hidden,
        },
    )
    return _for_robots(answer, hidden)


@never_cache
@require_safe
@open_to_anyone(WHY)
def register_entry(request: HttpRequest, slug: str) -> HttpResponse:
    """One holder: what is verified, and what they say of themselves."""
    entry, shown = _fetch(slug)
    answer = render(
        request,
        "certificates/register_entry.html",
        {"shown": shown, "hidden": not entry.may_be_indexed, "own": entry.holder_id == request.user.pk},
    )
    return _for_robots(answer, not entry.may_be_indexed)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_anyone(WHY)
def register_write(request: HttpRequest, slug: str) -> HttpResponse:
    """Write to somebody on the register. The message waits until its sender confirms their address."""
    entry, shown = _fetch(slug)
    if not entry.takes_messages:
        raise Http404
    form = MessageForm(request.POST or None)
    status = 200
    if form.is_valid():
        if too_often(request, what="register-messages", most=AN_HOUR, seconds=HOUR):
            form.add_error(None, _("Several messages were written from here in the last hour. Please try again later."))
            status = 429
        else:
            try:
                write_message(entry=entry, at=timezone.now(), **form.cleaned_data)
            except CannotWrite as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request,
                    _(
                        "One more step: open the link in the mail we have sent you, within two days. Then it is passed on."
                    ),
                )
                return redirect("certificates:register_entry", entry.slug)
    status = 422 if form.errors and status == 200 else status
    answer = render(request, "certificates/register_write.html", {"form": form, "shown": shown}, status=status)
    if status == 429:
        answer["Retry-After"] = str(HOUR)
    return _for_robots(answer, True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_anyone("whoever wrote through the register has no account; the link in the mail is the key")
def register_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link in the mail: a button, since mail scanners follow links, and then that it is done."""
    message = message_of(token)
    if message is None:
        return _for_robots(_no_such_link(request), True)
    refusal = ""
    if request.method == "POST":
        try:
            confirm_message(message=message, at=timezone.now())
        except CannotWrite as problem:
            refusal = str(problem)
        else:
            return redirect("certificates:register_confirm", token)
    answer = render(
        request,
        "certificates/register_confirm.html",
        {"done": message.confirmed_at is not None, "refusal": refusal},
        status=422 if refusal else 200,
    )
    return _for_robots(answer, True)


def _fetch(slug: str) -> tuple[RegisterEntry, Shown]:
    """The entry with that address and what it shows; nothing is there for one that is not shown now. Two queries."""
    at = timezone.now()
    entries = on_register(at).select_related(
        "certificate__signing_key", "certificate__status_list", "certificate__suspension_list"
    )
    entry = get_object_or_404(entries.prefetch_related("marks"), slug=slug)
    shown = shown_entry(entry, at=at)
    if shown is None or not can_be_shown(entry.certificate):
        raise Http404
    return entry, shown


def _no_such_link(request: HttpRequest) -> HttpResponse:
    if too_many_misses(request, what="register-link"):
        return slow_down(request)
    return render(request, "certificates/register_gone.html", status=404)


def slow_down(request: HttpRequest) -> HttpResponse:
    """For who guesses links or numbers."""
    answer = render(request, "certificates/slow_down.html", status=429)
    answer["Retry-After"] = str(WINDOW)
    return answer


def _for_robots(answer: HttpResponse, hidden: bool) -> HttpResponse:
    if hidden:
        answer["X-Robots-Tag"] = "noindex"
    return answer
