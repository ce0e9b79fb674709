"""How does an employer ask to be told if a certificate changes, and how do watcher and holder end that?"""

from __future__ import annotations

from datetime import UTC, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.policy import person_of, signed_in
from cms.accounts.throttle import too_many_misses
from courses.models import Organisation

from .checking import Answer, check_certificate
from .models import Certificate, Watch
from .numbers import BadNumber, read_number
from .register_forms import WatchForm
from .register_views import slow_down
from .watching import CannotWatch, begin_watch, end_watch

USUAL = timedelta(days=365)


@never_cache
@require_safe
@signed_in
def watch_list(request: HttpRequest) -> HttpResponse:
    """What one watches, and what one watched. Of a certificate no more than its public page says, and no name."""
    at = timezone.now()
    watches = (
        Watch.objects.filter(watcher=person_of(request))
        .select_related("certificate")
        .defer("certificate__credential", "certificate__basis")
        .order_by("-begun_at", "-pk")
    )
    return render(
        request,
        "certificates/watches.html",
        {
            "open": [(watch, watch.certificate.status(at)) for watch in watches if watch.ended_at is None],
            "past": [watch for watch in watches if watch.ended_at is not None],
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def watch_new(request: HttpRequest, number: str) -> HttpResponse:
    """Ask to be told if this certificate changes; where one watches it already, change until when."""
    answer = _answer(request, number)
    if answer is None:
        return slow_down(request)
    if answer.newest:
        return redirect("certificates:watch_new", answer.newest.number)
    watcher, certificate = person_of(request), answer.certificate
    today = answer.at.astimezone(UTC).date()
    watch = Watch.objects.filter(watcher=watcher, certificate=certificate, ended_at=None).first()
    if watch:
        initial = {"shown_as": watch.shown_as, "purpose": watch.purpose, "until": watch.until}
    else:
        company = Organisation.objects.filter(owner=watcher).order_by("pk").first()
        initial = {"shown_as": company.name if company else watcher.display_name, "until": today + USUAL}
    form = WatchForm(request.POST or None, initial=initial, today=today)
    if form.is_valid():
        try:
            begin_watch(watcher=watcher, certificate=certificate, at=answer.at, **form.cleaned_data)
        except CannotWatch as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("You get a mail if it changes. The holder sees that you watch."))
            return redirect("certificates:watch_list")
    return render(
        request,
        "certificates/watch_form.html",
        {"form": form, "certificate": certificate, "watch": watch},
        status=422 if form.errors else 200,
    )


@require_POST
@signed_in
def watch_end(request: HttpRequest, watch_id: int) -> HttpResponse:
    """End a watch: one's own, or one on one's own certificate."""
    watch = policy.fetch(request.user, "watch.end", Watch.objects.select_related("certificate"), pk=watch_id)
    end_watch(watch=watch, by=person_of(request), at=timezone.now())
    if watch.watcher_id == request.user.pk:
        messages.success(request, _("Ended. You hear nothing more about it."))
        return redirect("certificates:watch_list")
    messages.success(request, _("Ended. They are told that the watch ended, and nothing else."))
    return redirect("certificates:list")


def _answer(request: HttpRequest, number: str) -> Answer | None:
    """The certificate with that number as anybody may check it; None for who guesses: here counts with guessing there.

    Raises Http404 when there is none.
    """
    try:
        return check_certificate(number=read_number(number), at=timezone.now())
    except BadNumber:
        raise Http404 from None
    except Certificate.DoesNotExist:
        if too_many_misses(request, what="verify"):
            return None
        raise Http404 from None
