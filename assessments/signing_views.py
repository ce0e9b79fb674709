"""How does a mentor sign, on a page? One card, or several days of observing; by passkey, or after proving who they are.

With a passkey the page asks first what is to be signed (`…_passkey`), and posts the device's answer with the card. Without
one, or without a script, the same card is posted as it is, and whoever typed no password lately does so first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cms.accounts import policy
from cms.accounts.policy import person_of
from cms.accounts.sealing import open_text, seal_text
from cms.accounts.sign_in import how_signed_in, proof_is_old

from . import pending
from .card_words import cards_of
from .mentor_queue import counts_of, mentor_of, observing
from .mentor_views import card_page
from .mentors import today_of, why_not_signing
from .models import Competency, Level, ShadowingSettings, Shift
from .passkeys import PASSKEY, NotProved, has_passkey, options_for, read_assertion
from .pending import NothingPending, Pending
from .shifts import what_is_signed
from .sign_forms import SignForm, TogetherForm
from .signing import CannotSign, Prepared, prepare, sign_shift
from .together import prepare_together, sign_together


@require_POST
@policy.allowed("mentoring.use")
def shift_sign(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Sign the card. Whoever has not proved lately who they are does so first, and then it is signed at once."""
    shift = policy.fetch(request.user, "shift.sign", Shift.objects.whole(), pk=shift_id)
    if request.POST.get("assertion"):
        return _sign_with_passkey(request, shift)
    if not _can_prove(request):
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
                mentor=mentor_of(request),
                rubric=form.rubric_said(),
                word=form.cleaned_data["word"],
                authentication=how_signed_in(request),
                at=timezone.now(),
                seen=form.cleaned_data["seen"],
            )
        except CannotSign as refusal:
            return _card_again(request, shift, posted, str(refusal))
        return _next_card(request, signed=1)
    return card_page(request, given=shift, form=form, status=422)


@require_POST
@policy.allowed("mentoring.use")
def shift_passkey(request: HttpRequest, shift_id: int) -> HttpResponse:
    """What the mentor's passkey is to sign for this card, kept for five minutes."""
    shift = policy.fetch(request.user, "shift.sign", Shift.objects.whole(), pk=shift_id)
    form, at = SignForm(request.POST), timezone.now()
    if not form.is_valid():
        return JsonResponse({"reason": _("Choose from the words of the scale, and keep the word short.")}, status=422)
    rubric, seen = form.rubric_said(), form.cleaned_data["seen"]
    try:
        prepared = prepare(
            shift=shift, mentor=mentor_of(request), rubric=rubric, authentication=PASSKEY, at=at, seen=seen
        )
    except CannotSign as refusal:
        return JsonResponse({"reason": str(refusal)}, status=422)
    said = Pending(
        person=person_of(request).pk,
        at=at,
        seen={shift.pk: seen},
        seals={shift.pk: prepared.seal},
        rubric=prepared.sealed["rubric"],
        word=form.cleaned_data["word"],
    )
    return _options(request, said)


def _sign_with_passkey(request: HttpRequest, shift: Shift) -> HttpResponse:
    try:
        said = _taken(request, {shift.pk})
        seal = said.seals[shift.pk]
        sign_shift(
            shift=shift,
            mentor=mentor_of(request),
            rubric={Competency(name): Level(level) for name, level in said.rubric.items()},
            word=said.word,
            authentication=PASSKEY,
            at=said.at,
            seen=said.seen[shift.pk],
            expect=seal,
            assertion=dict(read_assertion(person_of(request), [seal], _answer(request))),
        )
    except (CannotSign, NotProved, NothingPending) as refusal:
        return _card_again(request, shift, request.POST, str(refusal))
    return _next_card(request, signed=1)


@require_http_methods(["GET", "HEAD", "POST"])
@policy.allowed("mentoring.use")
def together(request: HttpRequest) -> HttpResponse:
    """Days of observing, to be read, ticked and signed with one proof."""
    if request.method != "POST":
        return _together_page(request, TogetherForm())
    if request.POST.get("assertion"):
        return _together_with_passkey(request)
    if not _can_prove(request):
        return redirect("assessments:sign_together")
    return _together_confirmed(request)


@reauthentication_required(enabled=proof_is_old)
def _together_confirmed(request: HttpRequest) -> HttpResponse:
    form = TogetherForm(request.POST)
    if form.is_valid():
        seen = _seen(form)
        try:
            signed = sign_together(
                shifts=_ticked(request, seen),
                mentor=mentor_of(request),
                seen=seen,
                authentication=how_signed_in(request),
                at=timezone.now(),
            )
        except CannotSign as refusal:
            form.add_error(None, str(refusal))
        else:
            return _next_card(request, signed=len(signed))
    return _together_page(request, form, status=422)


@require_POST
@policy.allowed("mentoring.use")
def together_passkey(request: HttpRequest) -> HttpResponse:
    """What the mentor's passkey is to sign for the ticked days: one challenge over all of their seals."""
    form, at = TogetherForm(request.POST), timezone.now()
    if not form.is_valid():
        return JsonResponse({"reason": str(form.errors["days"][0])}, status=422)
    seen = _seen(form)
    try:
        prepared: Mapping[int, Prepared] = prepare_together(
            shifts=_ticked(request, seen), mentor=mentor_of(request), seen=seen, authentication=PASSKEY, at=at
        )
    except CannotSign as refusal:
        return JsonResponse({"reason": str(refusal)}, status=422)
    seals = {key: one.seal for key, one in prepared.items()}
    return _options(request, Pending(person=person_of(request).pk, at=at, seen=seen, seals=seals))


def _together_with_passkey(request: HttpRequest) -> HttpResponse:
    form = TogetherForm(request.POST)
    if form.is_valid():
        try:
            shifts = _ticked(request, _seen(form))
            said = _taken(request, {shift.pk for shift in shifts})
            signed = sign_together(
                shifts=shifts,
                mentor=mentor_of(request),
                seen=said.seen,
                authentication=PASSKEY,
                at=said.at,
                expect=said.seals,
                assertion=read_assertion(person_of(request), list(said.seals.values()), _answer(request)),
            )
        except (CannotSign, NotProved, NothingPending) as refusal:
            form.add_error(None, str(refusal))
        else:
            return _next_card(request, signed=len(signed))
    return _together_page(request, form, status=422)


def _together_page(request: HttpRequest, form: TogetherForm, *, status: int = 200) -> HttpResponse:
    mentor = mentor_of(request)
    shifts = list(observing(mentor))
    seen = {shift.pk: what_is_signed(shift) for shift in shifts}
    ticked = form["days"].value() or []
    cards = cards_of(shifts, zone=mentor.time_zone, seen=seen, limits=ShadowingSettings.load(request))
    days = [(card, f"{card.line.shift.pk}:{card.seen}") for card in cards]
    return render(
        request,
        "assessments/sign_together.html",
        {
            "form": form,
            "days": [(card, tick, tick in ticked) for card, tick in days],
            "has_passkey": has_passkey(person_of(request)),
            "why_not": why_not_signing(mentor, today_of(mentor, timezone.now())),
        },
        status=status,
    )


# Small things ----------------------------------------------------------------------------------------------


def _can_prove(request: HttpRequest) -> bool:
    if get_adapter().get_reauthentication_methods(request.user):
        return True
    messages.error(request, _("Set a password or a passkey in your account first: a signature asks for it."))
    return False


def _options(request: HttpRequest, said: Pending) -> JsonResponse:
    pending.keep(request, said)
    return JsonResponse({"options": options_for(person_of(request), list(said.seals.values()))})


def _taken(request: HttpRequest, shifts: set[int]) -> Pending:
    return pending.take(request, person=person_of(request).pk, shifts=shifts, at=timezone.now())


def _answer(request: HttpRequest) -> Any:
    """What the device answered, as the page posted it. Anything else than JSON is no answer."""
    try:
        return json.loads(request.POST["assertion"])
    except ValueError:
        return None


def _seen(form: TogetherForm) -> dict[int, str]:
    return {tick.shift: tick.seen for tick in form.cleaned_data["days"]}


def _ticked(request: HttpRequest, seen: Mapping[int, str]) -> list[Shift]:
    """The mentor's own among those. What is somebody else's looks like what is not there."""
    found = Shift.objects.whole().filter(pk__in=seen)
    shifts = [shift for shift in found if policy.may(request.user, "shift.sign", shift)]
    if len(shifts) < len(seen):
        raise CannotSign(_("One of these days is not with you any more. Look again, and tick the others."))
    return shifts


def _card_again(request: HttpRequest, shift: Shift, posted: Any, refusal: str) -> HttpResponse:
    """The card anew with what was chosen: should the learner have changed it, this is what the next signature covers."""
    shift = Shift.objects.whole().get(pk=shift.pk)
    again = posted.copy()
    again["seen"] = what_is_signed(shift)
    form = SignForm(again)
    form.add_error(None, refusal)
    return card_page(request, given=shift, form=form, status=422)


def _next_card(request: HttpRequest, *, signed: int) -> HttpResponse:
    left = counts_of(mentor_of(request)).waiting
    done = (
        ngettext(
            "%(n)s day signed, each with a seal of its own.", "%(n)s days signed, each with a seal of its own.", signed
        )
        % {"n": signed}
        if signed > 1
        else _("Signed and sealed.")
    )
    more = ngettext("%(n)s more.", "%(n)s more.", left) % {"n": left} if left else _("That was the last one.")
    messages.success(request, f"{done} {more}")
    return redirect("assessments:queue")
