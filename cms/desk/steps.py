"""How is something weighty done at the desk? Said on one page, read through on the next, and then done."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from .frame import Act, Fact, Step, ask, is_sure

Said = dict[str, Any]


def in_two_steps(
    request: HttpRequest,
    *,
    title: str,
    button: str,
    back: str,
    steps: Sequence[Step],
    facts: Sequence[Fact],
    form: BaseForm,
    changes: Callable[[Said], list[str]],
    do: Callable[[Said], object],
    done: str,
    refusals: tuple[type[Exception], ...],
    icon: str = "doc-full",
    serious: bool = False,
    warning: str = "",
) -> HttpResponse:
    """Nothing is kept between the pages. An act with nothing to say begins at the second.

    A refusal by the domain leads back to what was typed, with its sentence; where nothing was typed, it takes the button
    away. Leads to `back` when it is done.
    """
    told = not form.fields or form.is_valid()
    missing: list[str] = []
    if told and is_sure(request):
        try:
            do(form.cleaned_data if form.fields else {})
        except refusals as refusal:
            if form.fields:
                form.add_error(None, str(refusal))
                told = False
            else:
                missing = [str(refusal)]
        else:
            messages.success(request, done)
            return redirect(back)
    act = Act(
        title=title,
        button=button if told else _("Go on"),
        back=back,
        icon=icon,
        steps=steps,
        facts=facts,
        changes=changes(form.cleaned_data if form.fields else {}) if told else (),
        warning="" if told else warning,
        serious=serious and told,
        missing=missing,
    )
    return ask(request, act, form=form, sure=told, status=422 if missing else None)
