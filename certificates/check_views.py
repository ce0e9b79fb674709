"""How does anybody check what they were shown: a number typed, a code scanned, a file dropped?"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cms.accounts.addresses import client_address
from cms.accounts.policy import open_to_anyone
from cms.accounts.throttle import WINDOW, over_limit

from .check_forms import FileForm
from .codes import number_meant
from .file_checks import LARGEST, check_contents, headline
from .forms import NumberForm
from .numbers import BadNumber, read_number
from .public_views import WHY, verify_context

FILES = 30  # a minute, from one address: each may cost a second of work
ROOM = 64 * 1024  # bytes of a form around its file


class InMemory(MemoryFileUploadHandler):
    """Keeps a file in memory whatever its size, so that nothing of it is written to a disk."""

    def handle_raw_input(self, *args: object, **kwargs: object) -> None:
        self.activated = True


@csrf_exempt  # it changes nothing, and people post to it from bookmarked and printed forms
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_anyone(WHY)
def verify(request: HttpRequest) -> HttpResponse:
    """The field for a number and the place for a file; posting either leads to its answer, or says what is wrong with it."""
    if request.method != "POST":
        return render(request, "certificates/verify.html", verify_context(NumberForm()))
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if size > LARGEST + ROOM:  # not even read
        return _refused(request, FileForm({}, too_large=True))
    request.upload_handlers = [InMemory(request)]
    if "file" in request.FILES or "text" in request.POST:
        return _file(request)
    return _number(request)


def _number(request: HttpRequest) -> HttpResponse:
    form = NumberForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data["number"]
        try:
            return redirect("certificates:verify_number", number_meant(typed) or read_number(typed))
        except BadNumber as problem:
            form.add_error("number", str(problem))
    return render(request, "certificates/verify.html", verify_context(form), status=422)


def _file(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, form)
    if over_limit(what="verify-files", who=client_address(request), most=FILES):
        return slow_down(request)
    answer = check_contents(form.contents(), at=timezone.now())
    if answer.number:
        return redirect("certificates:verify_number", answer.number)
    return render(
        request,
        "certificates/file_answer.html",
        {
            "answer": answer,
            "report": answer.report,
            "facts": answer.report.credential if answer.report else None,
            "verdict": answer.verdict,
            "headline": headline(answer),
            "files": FileForm(),
        },
    )


def _refused(request: HttpRequest, files: FileForm) -> HttpResponse:
    files.is_valid()
    return render(request, "certificates/verify.html", verify_context(NumberForm(), files), status=422)


def slow_down(request: HttpRequest) -> HttpResponse:
    response = render(request, "certificates/slow_down_files.html", status=429)
    response["Retry-After"] = str(WINDOW)
    return response


@require_safe
@open_to_anyone(WHY)
def spot_a_fake(request: HttpRequest) -> HttpResponse:
    """How to tell our answer from one that only looks like it."""
    return render(
        request,
        "certificates/spot_a_fake.html",
        {"host": urlsplit(settings.BASE_URL).netloc, "base": settings.BASE_URL},
    )
