"""Where does a learner write for themselves? One page a shift, which nobody else can open."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from cms.accounts import policy
from cms.accounts.policy import person_of, signed_in

from .journal import CannotWrite, JournalChanged, journal_of, write_journal
from .learner_forms import JournalForm
from .models import Shift


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("text")
@sensitive_variables("form", "entry", "changed", "said")
@signed_in
def journal(request: HttpRequest, shift_id: int) -> HttpResponse:
    shift = policy.fetch(request.user, "journal.keep", Shift.objects.all(), pk=shift_id)
    person = person_of(request)
    changed = None
    if request.method == "POST":
        form = JournalForm(request.POST)
        if form.is_valid():
            said = form.cleaned_data
            try:
                write_journal(shift=shift, by=person, text=said["text"], seen=said["seen"], at=timezone.now())
            except JournalChanged as refusal:
                changed = refusal.entry
                form = JournalForm({"text": said["text"], "seen": changed.written_at.isoformat()})
                form.add_error("text", str(refusal))
            except CannotWrite as refusal:
                form.add_error("text", str(refusal))
            else:
                messages.success(request, _("Kept, for you alone."))
                return redirect("assessments:journal", shift.pk)
    else:
        entry = journal_of(shift=shift, reader=person)
        form = JournalForm(initial={"text": entry.text, "seen": entry.written_at.isoformat()} if entry else None)
    return render(
        request,
        "assessments/journal.html",
        {"shift": shift, "form": form, "changed": changed},
        status=422 if form.errors else 200,
    )
