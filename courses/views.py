"""What do the addresses of enrolling and learning answer? Lessons themselves are pages: `courses.lessons`."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms.accounts import policy
from cms.accounts.models import User
from cms.accounts.policy import open_to_anyone, signed_in

from . import enrolling
from .forms import NoteForm
from .lessons import serve_lesson, serve_paused
from .models import CompletedBy, Enrolment, Invitation, LessonPage, UnitNote, UnitPage
from .notes import NoteChanged, save_note
from .progress import UnitLocked, WrongEvent, complete_unit, outline_of


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the sign-in saw to it
    return request.user


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_anyone("whoever holds the link may read what they are invited to; taking the place asks for an account")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to, and the button that takes the place."""
    invited = get_object_or_404(Invitation.objects.select_related("programme", "enrolment"), token=token)
    refusal = ""
    if request.method == "POST":
        if not isinstance(request.user, User):
            return redirect_to_login(request.path)
        try:
            enrolment = enrolling.accept_invitation(invitation=invited, person=request.user, at=timezone.now())
        except enrolling.CannotEnrol as problem:
            refusal = str(problem)
        else:
            return _on_programme(request, enrolment)
    elif invited.enrolment and invited.enrolment.learner_id == request.user.pk and not invited.enrolment.withdrawn_at:
        return redirect(invited.programme.get_url(request))
    context = {
        "invitation": invited,
        "programme": invited.programme,
        "is_open": invited.is_open(timezone.now()) and invited.programme.live,
        "refusal": refusal,
    }
    return render(request, "courses/invitation.html", context, status=422 if refusal else 200)


def _on_programme(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    messages.success(request, _("Welcome. Your place is taken, and the first unit is open."))
    return redirect(enrolment.programme.get_url(request))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def unit_done(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Finish a unit that is read, and go on to the next. A GET, as after signing in, leads to the unit."""
    unit = policy.fetch(request.user, "unit.read", UnitPage.objects.live(), pk=unit_id)
    enrolment = _enrolment(request, unit)
    if request.method != "POST":
        return redirect(unit.get_url(request))
    try:
        complete_unit(enrolment=enrolment, unit=unit, event=CompletedBy.READING, at=timezone.now())
    except (UnitLocked, WrongEvent) as refusal:
        messages.error(request, str(refusal))
        return redirect(unit.get_url(request))
    enrolment.refresh_from_db(fields=["last_unit"])
    outline = outline_of(programme=enrolment.programme, enrolment=enrolment, request=request)
    line = outline.line_of(unit)
    following = outline.after(line) if line else None
    if following is None or following.state == "locked":
        following = outline.next
    return redirect(following.url if following else "cms:learn")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def note_save(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Keep the learner's own note beside a lesson: as JSON for the page's script, else back to the lesson."""
    lesson = policy.fetch(request.user, "unit.read", LessonPage.objects.live(), pk=unit_id)
    enrolment = _enrolment(request, lesson)
    outline = outline_of(programme=enrolment.programme, enrolment=enrolment, request=request)
    line = outline.line_of(lesson)
    paused = enrolment.paused_at is not None  # what they were writing when it began is kept
    if request.method != "POST" or line is None or (line.state == "locked" and not paused):
        return redirect(lesson.get_url(request))
    form = NoteForm(request.POST)
    newer = None
    if form.is_valid():
        try:
            note = save_note(enrolment=enrolment, unit=lesson, at=timezone.now(), **form.cleaned_data)
        except NoteChanged as refusal:
            form.add_error("text", str(refusal))
            newer = refusal.note
        else:
            if _wants_json(request):
                return JsonResponse({"saved_at": note.saved_at.isoformat(), "words": saved_words(note)})
            messages.success(request, _("Your note is saved."))
            return redirect(f"{lesson.get_url(request)}#notes")
    if _wants_json(request):
        sentence = next(error for errors in form.errors.values() for error in errors)
        return JsonResponse({"error": sentence}, status=422)
    # The lesson again, with what was typed and why it was not kept; saving once more replaces the other version.
    if newer is not None:
        form.data = {"text": form.data["text"], "seen": newer.saved_at.isoformat()}
    serve = serve_paused if paused else serve_lesson
    answer = serve(
        lesson,
        request,
        enrolment=enrolment,
        outline=outline,
        line=line,
        note_form=form,
        newer_note=newer,
        status=422,
    )
    add_never_cache_headers(answer)
    return answer


def saved_words(note: UnitNote) -> str:
    """When the note was saved, in the person's own time."""
    return _("Saved at %(time)s") % {"time": date_format(timezone.localtime(note.saved_at), "H:i")}


@require_safe
@signed_in
def pause(request: HttpRequest) -> HttpResponse:
    """A neutral page to rest on, and the way back."""
    back = request.GET.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = ""
    return render(request, "courses/pause.html", {"back": back})


def _enrolment(request: HttpRequest, unit: UnitPage) -> Enrolment:
    """The enrolment that admits the person to the unit; the rule of "unit.read" found one a moment ago."""
    return get_object_or_404(Enrolment.objects.open_for(_person(request)), programme__path=unit.programme_path)


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
