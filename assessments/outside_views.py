"""What does an outside coordinator see behind their link? One shift, and what they can answer, on any phone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cms.accounts.policy import open_to_anyone
from cms.accounts.throttle import WINDOW, too_many_misses

from .answering import CannotReturn
from .card_words import cards_of
from .links import find_link, is_open
from .mentors import today_of, why_not_signing
from .models import DeclineReason, ShadowingSettings, Shift, ShiftState, SignLink
from .outside import NotOpen, WrongNumber, ask_by_link, decline_by_link, prove, sign_by_link
from .shifts import messages_for, what_is_signed
from .sign_forms import LinkDeclineForm, LinkQuestionForm, LinkSignForm, NumberForm
from .signing import CannotSign

WHY = "an outside coordinator has no account; the link in their mail and their credential's number admit them"
LinkView = Callable[[HttpRequest, SignLink], HttpResponse]


def by_link(view: LinkView) -> Callable[[HttpRequest, str], HttpResponse]:
    """The view gets the open link that the token belongs to. Unknown ones get 404, others a page that says what to do.

    No answer is kept, indexed or told of to another site. A browser that sends no referrer sends no origin either, so
    Django's check for forged forms cannot be met, and need not be: no cookie opens these pages.
    """

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @open_to_anyone(WHY)
    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        response = _answer(request, token, view)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


def _answer(request: HttpRequest, token: str, view: LinkView) -> HttpResponse:
    link = find_link(token)
    if link is None:
        if not too_many_misses(request, what="sign-link"):
            return render(request, "assessments/link_unknown.html", status=404)
        response = render(request, "assessments/link_slow_down.html", status=429)
        response["Retry-After"] = str(WINDOW)
        return response
    if not is_open(link, timezone.now()):
        return _over(request, link)
    try:
        return view(request, link)
    except NotOpen:  # meanwhile
        link.refresh_from_db()
        return _over(request, link)


@by_link
def sign_page(request: HttpRequest, link: SignLink) -> HttpResponse:
    """Read it, judge it, sign it."""
    if request.method != "POST":
        return _card_page(request, link, None)
    form = LinkSignForm(request.POST)
    if _proved(form, link):
        try:
            sign_by_link(
                link=link,
                rubric=form.rubric_said(),
                word=form.cleaned_data["word"],
                seen=form.cleaned_data["seen"],
                at=timezone.now(),
            )
        except CannotSign as refusal:
            again = request.POST.copy()
            again["seen"] = what_is_signed(_shift(link))
            form = LinkSignForm(again)
            form.add_error(None, str(refusal))
        else:
            return redirect(request.path)
    return _card_page(request, link, form)


@by_link
def ask_page(request: HttpRequest, link: SignLink) -> HttpResponse:
    form = LinkQuestionForm(request.POST or None)
    if request.method == "POST" and _proved(form, link):
        try:
            ask_by_link(link=link, question=form.cleaned_data["question"], at=timezone.now())
        except CannotReturn as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(_home(request))
    return _form_page(request, "assessments/link_ask.html", form)


@by_link
def decline_page(request: HttpRequest, link: SignLink) -> HttpResponse:
    form = LinkDeclineForm(request.POST or None)
    if request.method == "POST" and _proved(form, link):
        try:
            decline_by_link(
                link=link,
                reason=DeclineReason(form.cleaned_data["reason"]),
                words=form.cleaned_data["words"],
                at=timezone.now(),
            )
        except CannotReturn as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(_home(request))
    return _form_page(request, "assessments/link_decline.html", form)


def _proved(form: NumberForm, link: SignLink) -> bool:
    """Whether the form is whole and its number is the coordinator's; else the reason stands at the number."""
    if not form.is_valid():
        return False
    try:
        prove(link=link, number=form.cleaned_data["number"], at=timezone.now())
    except WrongNumber as refusal:
        form.add_error("number", str(refusal))
        return False
    return True


def _card_page(request: HttpRequest, link: SignLink, form: LinkSignForm | None) -> HttpResponse:
    shift = _shift(link)
    if shift.state is not ShiftState.WAITING:
        return render(request, "assessments/link_asked.html", {"returned": shift.state is ShiftState.RETURNED})
    seen = what_is_signed(shift)
    limits = ShadowingSettings.load(request)
    mentor = link.mentor
    return render(
        request,
        "assessments/link_sign.html",
        {
            "card": cards_of([shift], zone=mentor.time_zone, seen={shift.pk: seen}, limits=limits)[0],
            "written": messages_for(shift, None),
            "mentor": mentor,
            "form": form or LinkSignForm(initial={"seen": seen}),
            "why_not": why_not_signing(mentor, today_of(mentor, timezone.now())),
            "ask": f"{request.path}ask/",
            "decline": f"{request.path}decline/",
        },
        status=422 if form and form.errors else 200,
    )


def _form_page(request: HttpRequest, template: str, form: Form) -> HttpResponse:
    context = {"form": form, "back": _home(request)}
    return render(request, template, context, status=422 if form.errors else 200)


def _over(request: HttpRequest, link: SignLink) -> HttpResponse:
    """What the link did, or what to do instead. Whoever used it reads that it worked, however often they look."""
    if link.used_at:
        signed = link.shift.signed_as_id == link.mentor_id
        title = _("Signed and sealed. Thank you.") if signed else _("Declined. Thank you for saying so.")
        return render(request, "assessments/link_used.html", {"title": title, "signed": signed})
    return render(request, "assessments/link_over.html", status=410)


def _shift(link: SignLink) -> Shift:
    return Shift.objects.whole().get(pk=link.shift_id)


def _home(request: HttpRequest) -> str:
    """The link's own page, from the pages under it."""
    return request.path.rstrip("/").rpartition("/")[0] + "/"
