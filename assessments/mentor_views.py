"""What does a mentor see? A stack of cards that empties, and the people they work with."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cms.accounts import policy
from cms.accounts.policy import person_of

from .card_words import Card, cards_of
from .check_ins import due_of
from .mentor_queue import (
    SHOWN,
    asked_by,
    counts_of,
    disputes_to_answer,
    mentor_of,
    people_of,
    signed_in_year,
    with_mentor,
)
from .mentors import today_of, why_not_signing
from .models import ShadowingSettings, Shift, ShiftState
from .passkeys import has_passkey
from .recommending import open_requests
from .shift_words import about_minutes, words_of
from .shifts import messages_for, what_is_signed
from .sign_forms import QuestionForm, SignForm


@require_safe
@policy.allowed("mentoring.use")
def queue(request: HttpRequest) -> HttpResponse:
    """The oldest card, and what lies under it."""
    return card_page(request, given=None)


@require_safe
@policy.allowed("mentoring.use")
def queue_shift(request: HttpRequest, shift_id: int) -> HttpResponse:
    """A given card. One that is not waiting any more is read on its own page."""
    shift = policy.fetch(request.user, "shift.sign", Shift.objects.whole(), pk=shift_id)
    if shift.state is not ShiftState.WAITING:
        return redirect("assessments:shift_detail", shift.pk)
    return card_page(request, given=shift)


def card_page(
    request: HttpRequest, *, given: Shift | None, form: SignForm | None = None, status: int = 200
) -> HttpResponse:
    """The stack with a card on top: the given one, or the oldest. Not more queries for many than for two."""
    mentor = mentor_of(request)
    waiting = list(with_mentor(mentor).waiting()[: SHOWN + 1])
    card = given or next(iter(waiting), None)
    others = [shift for shift in waiting if card is None or shift.pk != card.pk][:SHOWN]
    counts = counts_of(mentor)
    under = max(0, counts.waiting - bool(card))
    today = today_of(mentor, timezone.now())
    mentorships = list(people_of(mentor))
    due = due_of(mentorships, at=timezone.now())
    if card and form is None:
        form = SignForm(initial={"seen": what_is_signed(card)})
    return render(
        request,
        "assessments/queue.html",
        {
            **({"card": _card(request, card), "written": messages_for(card, mentor.person)} if card else {}),
            "form": form,
            "question_form": QuestionForm(),
            "has_passkey": bool(card) and has_passkey(person_of(request)),
            "count": under + bool(card),
            "under": min(under, 2),
            "others": [words_of(shift, zone=mentor.time_zone) for shift in others],
            "deeper": under - len(others),
            "observing": counts.observing,
            "asked": asked_by(mentor),
            "disputes": disputes_to_answer(mentor),
            "words_asked": open_requests(mentor),
            "how_long": about_minutes(under + 1),
            "why_not": why_not_signing(mentor, today),
            "mentor": mentor,
            "signed_this_year": signed_in_year(mentor, today.year),
            "requests": [mentorship for mentorship in mentorships if mentorship.begun_at is None],
            "mentees": [(mentorship, due.get(mentorship.pk)) for mentorship in mentorships if mentorship.begun_at],
        },
        status=status,
    )


def _card(request: HttpRequest, shift: Shift) -> Card:
    zone, limits = person_of(request).time_zone, ShadowingSettings.load(request)
    return cards_of([shift], zone=zone, seen={shift.pk: what_is_signed(shift)}, limits=limits)[0]
