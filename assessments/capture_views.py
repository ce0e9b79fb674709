"""How is a day captured on set, with a signal and without? A page, its shell for the device, and what the device sends."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts.models import User
from cms.accounts.policy import open_to_anyone, person_of, signed_in

from .capture import Captured, capture_shift, owner_key
from .capture_forms import CaptureForm, Draft, NotDrafts, read_sent
from .mentorships import open_mentorships
from .models import Production, Shift, ShiftState
from .shift_facts import CannotRecord
from .shift_log import last_day

# Everything the page needs on the device beside its shell.
FILES = (
    "css/tokens.css", "css/base.css", "css/layout.css", "css/components.css", "css/drawings.css", "css/site.css",
    "css/capture.css", "fonts/atkinson-next-latin.woff2", "fonts/newsreader-display-latin.woff2", "icons.svg", "mark.svg",
    "js/capture.js", "js/capture-drafts.js",
)  # fmt: skip


class Facts:
    """What the form is made from: read once for a page, and once for all drafts of a sending. Three queries."""

    def __init__(self, learner: User, *, at: datetime) -> None:
        self.learner, self.at = learner, at
        self.mentorships = [mentorship for mentorship in open_mentorships(learner) if mentorship.begun_at]
        used = Coalesce(Max("shifts__call_at"), "made_at")
        own = Production.objects.filter(learner=learner).annotate(used_at=used)
        self.productions = list(own.order_by("-used_at", "-pk"))
        newest = Shift.objects.filter(learner=learner, voided_at=None).order_by("-call_at", "-pk")
        self.last = last_day(newest[:1])

    def form(self, data: QueryDict | None = None, **shown: Any) -> CaptureForm:
        return CaptureForm(
            data, learner=self.learner, mentorships=self.mentorships, productions=self.productions,
            last=self.last, at=self.at, **shown,
        )  # fmt: skip

    def keep(self, form: CaptureForm, *, resent: bool) -> Captured:
        """Raises CannotRecord. The form is valid."""
        said = form.cleaned_data
        return capture_shift(
            learner=self.learner,
            mentorship=form.mentorships[said["mentorship"]],
            production=form.productions.get(said["production"]),
            code=said["new_code"],
            device_key=said["device_key"],
            resent=resent,
            at=self.at,
            **form.fields_said(),
        )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def capture(request: HttpRequest) -> HttpResponse:
    """The page. With `?same=1` it shows everything as it was last time."""
    facts = Facts(person_of(request), at=timezone.now())
    if not facts.mentorships:
        return render(request, "assessments/capture.html", {"form": None})
    form = facts.form(request.POST or None, same="same" in request.GET, device_key=str(uuid.uuid4()))
    if form.is_valid():
        try:
            captured = facts.keep(form, resent=False)
        except CannotRecord as refusal:
            form.refuse(refusal)
        else:
            if captured.shift.state is ShiftState.DRAFT:
                messages.success(request, _("Kept. Add what you learnt when you have time, then hand it in."))
            else:
                messages.info(request, _("This day is in your log already, and stays as it is."))
            return redirect("assessments:shift_detail", captured.shift.pk)
    return render(request, "assessments/capture.html", _context(facts, form), status=422 if form.errors else 200)


def _context(facts: Facts, form: CaptureForm) -> dict[str, Any]:
    return {"form": form, "last": facts.last, "owner": owner_key(facts.learner)}


@require_safe
@never_cache
@signed_in
def shell(request: HttpRequest) -> HttpResponse:
    """The page as a device keeps it: the form with codes and mentors' names, and nothing else of anybody.

    No menu, no message, no token. 404 for who has no mentor, and the device then keeps none.
    """
    facts = Facts(person_of(request), at=timezone.now())
    if not facts.mentorships:
        raise Http404
    return render(request, "assessments/capture_shell.html", _context(facts, facts.form()) | {"shell": True})


@require_POST
@never_cache
@signed_in
def send(request: HttpRequest) -> JsonResponse:
    """Keep the drafts a device sends, and answer for each: kept, there (it was already), or refused with sentences."""
    learner = person_of(request)
    try:
        sent = read_sent(request.body)
    except NotDrafts:
        return JsonResponse({"reason": _("Nothing here can be read. Open the page again.")}, status=400)
    if sent.owner != owner_key(learner):
        return JsonResponse({"reason": _("Somebody else is signed in. These drafts wait for their owner.")}, status=409)
    facts = Facts(learner, at=timezone.now())
    return JsonResponse({"answers": [_answer(facts, draft) for draft in sent.drafts]})


def _answer(facts: Facts, draft: Draft) -> dict[str, Any]:
    if known := Shift.objects.filter(learner=facts.learner, device_key=draft.key).first():
        return _kept(draft, Captured(shift=known, was_there=True))
    form = facts.form(draft.fields)
    if form.is_valid():
        try:
            return _kept(draft, facts.keep(form, resent=True))
        except CannotRecord as refusal:
            form.refuse(refusal)
    return {"key": draft.key, "outcome": "refused", "sentences": form.sentences}


def _kept(draft: Draft, captured: Captured) -> dict[str, Any]:
    return {
        "key": draft.key,
        "outcome": "there" if captured.was_there else "kept",
        "url": reverse("assessments:shift_detail", args=[captured.shift.pk]),
    }


@require_safe
@cache_control(no_cache=True)
@open_to_anyone("a script that holds nothing of anybody, asked for by the browser itself")
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of this one page. Its version is that of the files it keeps."""
    addresses = [static(name) for name in FILES]
    page = reverse("assessments:capture")
    answer = render(
        request,
        "assessments/capture_worker.js",
        {
            "version": hashlib.sha256("\n".join(addresses).encode()).hexdigest()[:16],
            "files": addresses,
            "page": page,
            "cookie": settings.CSRF_COOKIE_NAME,
        },
        content_type="text/javascript",
    )
    answer.headers["Service-Worker-Allowed"] = page
    return answer
