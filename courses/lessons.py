"""What does a unit's address answer, and to whom? The lesson, why it is locked or paused, or the programme's page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from .attending import dates_for
from .forms import NoteForm
from .models import Enrolment, LessonPage, LiveSessionPage, ProgrammePage, UnitNote, UnitPage
from .notes import note_beside
from .pausing import pause_of
from .progress import Outline, UnitLine, note_reading, outline_of, preview_outline

Checked = tuple[str | None, int | None]  # id of a block, position of the answer picked in it


def serve_unit(page: UnitPage, request: HttpRequest) -> HttpResponse:
    """The unit for whom is on its programme, and the programme's page for everybody else.

    A locked unit says what opens it, and in a pause every unit says what ends that. Each kind of unit answers an open
    one itself, in `serve_enrolled`.
    """
    enrolment = enrolment_for(request, page)
    if enrolment is None:
        programme = ProgrammePage.objects.live().filter(path=page.programme_path).first()
        if programme is None:
            raise Http404
        return redirect(programme.get_url(request))
    outline = outline_of(programme=enrolment.programme, enrolment=enrolment, request=request)
    line = outline.line_of(page)
    if line is None:
        return redirect(outline.url)
    if enrolment.paused_at is not None:
        answer = serve_paused(page, request, enrolment=enrolment, outline=outline, line=line)
    elif line.state == "locked":
        answer = render(request, "courses/lesson_locked.html", lesson_context(page, outline, line, enrolment=enrolment))
    else:
        note_reading(enrolment=enrolment, unit=page, at=timezone.now())
        answer = page.serve_enrolled(request, enrolment, outline, line)
    add_never_cache_headers(answer)  # it is one person's page, and may be on a shared computer
    return answer


def serve_paused(
    page: UnitPage,
    request: HttpRequest,
    *,
    enrolment: Enrolment,
    outline: Outline,
    line: UnitLine,
    note_form: NoteForm | None = None,
    newer_note: UnitNote | None = None,
    status: int = 200,
) -> HttpResponse:
    """Why nothing of the unit is shown, and what to do. With `note_form`, also the note that could not be kept."""
    context = lesson_context(page, outline, line, enrolment=enrolment)
    context |= {"pause": pause_of(enrolment), "note_form": note_form, "newer_note": newer_note}
    return render(request, "courses/lesson_paused.html", context, status=status)


def enrolment_for(request: HttpRequest, unit: UnitPage) -> Enrolment | None:
    """The signed-in person's open enrolment on the unit's programme, with that programme: one query."""
    if not request.user.is_authenticated:
        return None
    return Enrolment.objects.open_for(request.user).filter(programme__path=unit.programme_path).first()


def serve_lesson(
    page: LessonPage,
    request: HttpRequest,
    *,
    enrolment: Enrolment,
    outline: Outline,
    line: UnitLine,
    note_form: NoteForm | None = None,
    newer_note: UnitNote | None = None,
    status: int = 200,
) -> HttpResponse:
    """An open lesson. A POST picks an answer in an ungraded question: the page comes back with what it says to that."""
    note = None if note_form else note_beside(enrolment=enrolment, unit=page)
    context = {
        **page.get_context(request),
        **lesson_context(page, outline, line, enrolment=enrolment),
        "note": note,
        "newer_note": newer_note,
        "note_form": note_form or NoteForm(note=note),
        "checked": _checked(request),
    }
    return render(request, page.get_template(request), context, status=status)


def serve_live_session(
    page: LiveSessionPage, request: HttpRequest, *, enrolment: Enrolment, outline: Outline, line: UnitLine
) -> HttpResponse:
    """An open live session: its dates, where it is, and what to do if one cannot come."""
    at = timezone.now()
    context = {
        **page.get_context(request),
        **lesson_context(page, outline, line, enrolment=enrolment),
        "dates": dates_for(page, enrolment, at=at),
        "noted": enrolment.attendances.filter(session__page=page, taken_back_at=None).select_related("session").first(),
    }
    return render(request, page.get_template(request), context)


def lesson_context(
    page: UnitPage, outline: Outline, line: UnitLine, *, enrolment: Enrolment | None = None, preview: bool = False
) -> dict[str, Any]:
    """What the page of any unit may show around it: the module, the units before and after, the way on."""
    return {
        "page": page,
        "enrolment": enrolment,
        "outline": outline,
        "line": line,
        "module": outline.module_of(line),
        "previous_line": outline.before(line),
        "next_line": outline.after(line),
        "preview": preview,
    }


def preview_unit(page: UnitPage, request: HttpRequest) -> HttpResponse:
    """The unit as its editor wrote it, published or not, as a learner to whom everything is open would see it.

    Nothing on it is sent anywhere. A kind of unit that needs more than `lesson_context` overrides `serve_preview`.
    """
    programme = ProgrammePage.objects.get(path=page.programme_path)
    outline = preview_outline(programme=programme, page=page, request=request)
    line = outline.line_of(page)
    assert line is not None  # noqa: S101 - the outline was made around it
    context = {
        **page.get_context(request),
        **lesson_context(page, outline, line, preview=True),
        "note_form": NoteForm(),
    }
    return TemplateResponse(request, page.get_template(request), context)


def _checked(request: HttpRequest) -> Checked:
    choice = request.POST.get("choice", "")
    return (request.POST.get("check"), int(choice)) if choice.isascii() and choice.isdigit() else (None, None)
