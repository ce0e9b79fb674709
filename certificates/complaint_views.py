"""Where can anybody tell the ombud that something is wrong, by name or not, and read the answer?

The address of an answer is its key. So nothing here may be kept by a cache, listed by a search engine, or told to another
site by a referrer; whoever guesses is slowed, and whoever sends without end. No network address is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cms.accounts.policy import open_to_anyone
from cms.accounts.throttle import WINDOW, too_many_misses, too_many_sent

from .complaints import CannotComplain, add_to_complaint, as_written, complain, complaint_of
from .decision_forms import CodeForm, ComplaintForm, MoreForm
from .models import Complaint, Subject

WHY = "whoever has something to complain about may not want an account, or to be known"
MOST = 5  # sendings from one address, in each process
TEN_MINUTES = 600  # seconds


def _unlisted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answers that are kept and listed nowhere."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @open_to_anyone(WHY)
    @wraps(view)
    def answered(request: HttpRequest, **given: str) -> HttpResponse:
        answer = view(request, **given)
        add_never_cache_headers(answer)
        answer["Referrer-Policy"] = "same-origin"
        return answer

    return answered


@_unlisted
def complaint_new(request: HttpRequest) -> HttpResponse:
    """What happens to it and who reads it; then the form, which leads to where the answer will be."""
    form = ComplaintForm(request.POST or None)
    if form.is_valid():
        if too_many_sent(request, what="complaint", most=MOST, within=TEN_MINUTES):
            form.add_error(
                None,
                _("Much was sent from here in the last minutes. Nothing is lost: wait ten minutes, and send it again."),
            )
            return _new(request, form, status=429)
        said = form.cleaned_data
        try:
            sent = complain(
                about=Subject(said["about"]),
                words=said["words"],
                number=said["number"],
                address=said["address"],
                once=said["once"],
                at=timezone.now(),
            )
        except CannotComplain as refusal:
            form.add_error("words", str(refusal))
        else:
            return redirect("certificates:complaint", code=sent.code)
    return _new(request, form, status=422 if form.errors else 200)


def _new(request: HttpRequest, form: ComplaintForm, *, status: int) -> HttpResponse:
    return render(request, "certificates/complaint_new.html", {"form": form}, status=status)


@_unlisted
def complaint_find(request: HttpRequest) -> HttpResponse:
    """The field for a code."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if complaint_of(form.cleaned_data["code"]):
            return redirect("certificates:complaint", code=as_written(form.cleaned_data["code"]))
        if too_many_misses(request, what="complaint"):
            return _slow_down(request)
        form.add_error("code", _("There is nothing under this code. Compare it, one group at a time."))
    return render(request, "certificates/complaint_find.html", {"form": form}, status=422 if form.errors else 200)


@_unlisted
def complaint(request: HttpRequest, code: str) -> HttpResponse:
    """What was sent and answered, for whoever has the code; they may add to it."""
    found = complaint_of(code)
    if found is None:
        if too_many_misses(request, what="complaint"):
            return _slow_down(request)
        return render(request, "certificates/complaint_find.html", {"form": CodeForm(), "unknown": True}, status=404)
    form = MoreForm(request.POST or None)
    if form.is_valid():
        if too_many_sent(request, what="complaint", most=MOST, within=TEN_MINUTES):
            form.add_error(
                None,
                _("Much was sent from here in the last minutes. Nothing is lost: wait ten minutes, and send it again."),
            )
            return _thread(request, found, code, form, status=429)
        try:
            add_to_complaint(complaint=found, words=form.cleaned_data["words"], at=timezone.now())
        except CannotComplain as refusal:
            form.add_error("words", str(refusal))
        else:
            return redirect("certificates:complaint", code=as_written(code))
    return _thread(request, found, code, form, status=422 if form.errors else 200)


def _thread(request: HttpRequest, found: Complaint, code: str, form: MoreForm, *, status: int) -> HttpResponse:
    return render(
        request,
        "certificates/complaint.html",
        {
            "complaint": found,
            "messages_of_it": found.messages.order_by("pk"),
            "code": as_written(code),
            "link": request.build_absolute_uri(request.path),
            "form": form,
        },
        status=status,
    )


def _slow_down(request: HttpRequest) -> HttpResponse:
    answer = render(request, "certificates/complaint_slow_down.html", status=429)
    answer["Retry-After"] = str(WINDOW)
    return answer
