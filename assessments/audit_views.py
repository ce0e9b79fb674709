"""What does a learner answer when one of their days is drawn? One page: what is asked, the answer, and what came of it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cms.accounts import policy
from cms.accounts.policy import signed_in

from .auditing import ANSWER_WITHIN, CannotAudit, answer_audit
from .disputing import CannotDispute, Letter, letter_of
from .models import AuditAnswer, AuditDraw, AuditOutcome


class AuditForm(forms.Form):
    """Consent to read the sealed title, or a letter. `letter_read` is the letter once its file is one."""

    answer = forms.ChoiceField(
        label=gettext_lazy("How would you like to show it?"),
        choices=AuditAnswer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )
    letter = forms.FileField(
        label=gettext_lazy("The letter"),
        required=False,
        help_text=gettext_lazy(
            "From the production or the coordinator: that you were there that day, and in which role. A PDF, a JPEG or a "
            "PNG of up to 2 MB. Cover up any performer’s name."
        ),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )
    letter_read: Letter | None = None

    def __init__(self, *args: object, has_title: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not has_title:
            answer = self.fields["answer"]
            assert isinstance(answer, forms.ChoiceField)  # noqa: S101 - declared above
            answer.choices = [(AuditAnswer.LETTER.value, AuditAnswer.LETTER.label)]
            answer.initial = AuditAnswer.LETTER.value

    def clean_letter(self) -> None:
        file = self.cleaned_data["letter"]
        if file and self.data.get("answer") == AuditAnswer.LETTER:
            try:
                self.letter_read = letter_of(file.read())
            except CannotDispute as refusal:
                raise forms.ValidationError(str(refusal)) from None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def audit_answer(request: HttpRequest, draw_id: int) -> HttpResponse:
    draws = AuditDraw.objects.select_related("shift__production").defer("letter", "shift__learning_note")
    draw = policy.fetch(request.user, "audit.answer", draws, pk=draw_id)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AuditForm(*posted, has_title=bool(draw.shift.production.title))
    if form.is_valid():
        try:
            answer_audit(
                draw=draw,
                answer=AuditAnswer(form.cleaned_data["answer"]),
                letter=form.letter_read,
                at=timezone.now(),
            )
        except CannotAudit as refusal:
            form.add_error("letter" if not draw.answered_at and not draw.closed_at else None, str(refusal))
        else:
            messages.success(request, _("Sent. We write to you when it is closed."))
            return redirect("assessments:audit_answer", draw.pk)
    stands = draw.outcome != AuditOutcome.FAILED
    return render(
        request,
        "assessments/audit.html",
        {
            "draw": draw,
            "shift": draw.shift,
            "form": form,
            "due": draw.drawn_at + ANSWER_WITHIN,
            "tone": "good" if stands else "stop",
            "icon": "check" if stands else "triangle-alert",
        },
        status=422 if form.errors else 200,
    )
