"""What can people practise checking on? Three permanent examples, with files to download and drop."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from cms.accounts.policy import open_to_anyone

from .check_forms import FileForm as Upload
from .examples import Example, ExampleFile, FileForm
from .file_checks import check_contents, headline

WHY = "people practise checking before they need it"


@never_cache
@require_safe
@open_to_anyone(WHY)
def example(request: HttpRequest, which: str) -> HttpResponse:
    """What the check answers about an example, asked of the check itself."""
    chosen = _example(which)
    answer = check_contents(ExampleFile(example=chosen).contents(FileForm.JSON), at=timezone.now())
    assert answer.report is not None  # noqa: S101 - it is a credential
    return render(
        request,
        "certificates/file_answer.html",
        {
            "answer": answer,
            "report": answer.report,
            "facts": answer.report.credential,
            "verdict": answer.verdict,
            "headline": headline(answer),
            "files": Upload(),
            "example": chosen,
            "examples": list(Example),
            "forms": list(FileForm),
        },
    )


@cache_control(public=True, max_age=3600)
@require_safe
@open_to_anyone(WHY)
def example_file(request: HttpRequest, which: str, form: str) -> HttpResponse:
    """The example as a file. An example is no certificate, and its name says so."""
    chosen = _example(which)
    if form not in FileForm.values:
        raise Http404
    wanted = FileForm(form)
    response = HttpResponse(ExampleFile(example=chosen).contents(wanted), content_type=str(wanted.label))
    response["Content-Disposition"] = f'attachment; filename="example-{chosen.value}.{wanted.value}"'
    return response


def _example(which: str) -> Example:
    if which not in Example.values:
        raise Http404
    return Example(which)
