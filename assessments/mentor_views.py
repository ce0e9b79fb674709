"""What does a mentor see and do? A stack of cards that empties, and the people they work with."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.policy import person_of
from cms.accounts.sealing import open_text, seal_text
from cms.accounts.sign_in import how_signed_in, proof_is_old

from .answering import CannotReturn, return_shift
from .check_ins import due_of
from .mentors import today_of, why_not_signing
from .models import Mentor, Mentorship, Shift, ShiftMessage, ShiftQuerySet
from .shift_forms import QuestionForm, SignForm
from .shift_words import Words, about_minutes, words_of
from .shifts import messages_for, what_is_signed
from .signing import CannotSign, sign_shift


@require_safe
@policy.allowed("mentoring.use")
def queue(request: HttpRequest) -> HttpResponse:
    """The oldest card, and what lies under it."""
    return _card_page(request, given=None)


@require_safe
@policy.allowed("mentoring.use")
def queue_shift(request: HttpRequest, shift_id: int) -> HttpResponse:
    """A given card. One that is not waiting any more is read on its own page."""
    shift = policy.fetch(request.user, "shift.sign", Shift.objects.whole(), pk=shift_id)
    if shift.signed_at or shift.returned_at:
        return redirect("assessments:shift_detail", shift.pk)
    return _card_page(request, given=shift)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A shift that is with its learner, and what was asked."""

    line: Words
    question: str


def _card_page(
    request: HttpRequest, *, given: Shift | None, form: SignForm | None = None, status: int = 200
) -> HttpResponse:
    mentor = _mentor_of(request)
    zone = mentor.time_zone
    waiting = list(_with(mentor).waiting())
    card = given or next(iter(waiting), None)
    others = [shift for shift in waiting if card is None or shift.pk != card.pk]
    today = today_of(mentor, timezone.now())
    mentorships = list(_people(mentor))
    due = due_of(mentorships, at=timezone.now())
    if card and form is None:
        form = SignForm(initial={"seen": what_is_signed(card)})
    return render(
        request,
        "assessments/queue.html",
        {
            "card": words_of(card, zone=zone) if card else None,
            "form": form,
            "question_form": QuestionForm(),
            "written": messages_for(card, mentor.person) if card else [],
            "count": len(others) + bool(card),
            "under": min(len(others), 2),
            "others": [words_of(shift, zone=zone) for shift in others],
            "asked": _asked(mentor),
            "how_long": about_minutes(len(others) + 1),
            "why_not": why_not_signing(mentor, today),
            "mentor": mentor,
            "signed_this_year": _signed_in_year(mentor, today.year),
            "requests": [mentorship for mentorship in mentorships if mentorship.begun_at is None],
            "mentees": [(mentorship, due.get(mentorship.pk)) for mentorship in mentorships if mentorship.begun_at],
        },
        status=status,
    )


@require_POST
@policy.allowed("mentoring.use")
def shift_sign(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Sign the card. Whoever has not typed their password lately does so first, and then it is signed at once."""
    shift = policy.fetch(request.user, "shift.sign", Shift.objects.whole(), pk=shift_id)
    if not get_adapter().get_reauthentication_methods(request.user):
        messages.error(request, _("Set a password or a passkey in your account first: a signature asks for it."))
        return redirect("assessments:queue_shift", shift.pk)
    # What is posted may wait in the session meanwhile, and a session is not the place for what one writes to a learner.
    posted = request.POST.copy()
    if word := posted.pop("word", [""])[-1]:
        posted["sealed_word"] = seal_text(word)
    request.POST = posted  # type: ignore[assignment]
    return _sign_confirmed(request, shift)


@reauthentication_required(enabled=proof_is_old)
def _sign_confirmed(request: HttpRequest, shift: Shift) -> HttpResponse:
    """Sign for a mentor who has proved who they are. allauth brings the posted card back here once they have."""
    posted = request.POST.copy()
    if sealed := posted.get("sealed_word"):
        posted["word"] = open_text(sealed)
    form = SignForm(posted)
    if form.is_valid():
        try:
            sign_shift(
                shift=shift,
                mentor=_mentor_of(request),
                rubric=form.rubric_said(),
                word=form.cleaned_data["word"],
                authentication=how_signed_in(request),
                at=timezone.now(),
                seen=form.cleaned_data["seen"],
            )
        except CannotSign as refusal:
            # Shown anew: should the learner have changed it, this is what the next signature covers.
            posted["seen"] = what_is_signed(shift)
            form = SignForm(posted)
            form.add_error(None, str(refusal))
        else:
            left = _with(_mentor_of(request)).waiting().count()
            messages.success(request, _left(left))
            return redirect("assessments:queue")
    return _card_page(request, given=shift, form=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@policy.allowed("mentoring.use")
def shift_ask(request: HttpRequest, shift_id: int) -> HttpResponse:
    shift = policy.fetch(request.user, "shift.sign", Shift.objects.whole(), pk=shift_id)
    form = QuestionForm(request.POST or None)
    if form.is_valid():
        try:
            return_shift(
                shift=shift,
                mentor=_mentor_of(request),
                question=form.cleaned_data["question"],
                at=timezone.now(),
            )
        except CannotReturn as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked. It comes back to you with the answer."))
            return redirect("assessments:queue")
    line = words_of(shift, zone=person_of(request).time_zone)
    status = 422 if form.errors else 200
    return render(request, "assessments/mentor_ask.html", {"form": form, "line": line}, status=status)


def _mentor_of(request: HttpRequest) -> Mentor:
    mentor = person_of(request).mentor
    mentor.person = person_of(request)
    return mentor


def _with(mentor: Mentor) -> ShiftQuerySet:
    """What was handed to this mentor in mentorships that stand, oldest first."""
    theirs = Shift.objects.whole().filter(mentorship__mentor=mentor, mentorship__ended_at=None)
    return theirs.order_by("submitted_at", "pk")


def _asked(mentor: Mentor) -> list[Asked]:
    """Shifts that are with their learners, each with the last thing the mentor asked: two queries."""
    returned = list(_with(mentor).filter(returned_at__isnull=False, signed_at=None))
    asked = ShiftMessage.objects.filter(shift__in=returned, author=mentor.person_id).order_by("pk")
    questions = {message.shift_id: message.text for message in asked}
    zone = mentor.time_zone
    return [Asked(line=words_of(shift, zone=zone), question=questions.get(shift.pk, "")) for shift in returned]


def _people(mentor: Mentor) -> QuerySet[Mentorship]:
    standing = mentor.mentorships.filter(declined_at=None, ended_at=None, enrolment__withdrawn_at=None)
    return standing.select_related("learner", "enrolment__programme", "mentor__person").order_by("asked_at", "pk")


def _signed_in_year(mentor: Mentor, year: int) -> tuple[int, int]:
    """Days this mentor has signed that were worked in `year`, and for how many learners: one query."""
    signed = Shift.objects.signed().filter(signed_as=mentor, worked_on__year=year)
    days = set(signed.values_list("learner", "worked_on"))
    return len(days), len({learner for learner, _day in days})


def _left(count: int) -> str:
    if not count:
        return _("Signed and sealed. That was the last one.")
    return ngettext("Signed and sealed. %(n)s more.", "Signed and sealed. %(n)s more.", count) % {"n": count}
