"""What does every page of the desk have? Its way back and title; a list its search; an action what it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.admin.forms.search import SearchForm
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column, Table
from wagtail.admin.widgets.button import HeaderButton

PER_PAGE = 30  # rows

Step = tuple[str, str]  # label and address, on the way from the desk to this page
Fact = tuple[str, Any]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several ways to look at a list."""

    label: str
    url: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class Act:
    """What is about to be done, and what a registrar reads before they do it."""

    title: str
    button: str
    back: str  # address of the page one came from
    icon: str = "edit"
    steps: Sequence[Step] = ()
    facts: Sequence[Fact] = ()
    changes: Sequence[str] = ()  # sentences: what changes where
    warning: str = ""
    serious: bool = False
    links: Sequence[tuple[str, str]] = ()  # labels and addresses of what one may want to read first
    missing: Sequence[str] = field(default=())  # why it cannot be done now; then there is no button


def show(
    request: HttpRequest,
    template: str,
    *,
    title: str,
    icon: str,
    steps: Sequence[Step] = (),
    buttons: Iterable[tuple[str, str, str]] = (),
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page of the desk. `steps` lead from the desk to it; `buttons` are (label, address, icon) beside the title."""
    trail = [(_("Desk"), reverse("cms_desk")), *steps] if steps or title != _("Desk") else []
    return render(
        request,
        template,
        {
            "header_title": title,
            "page_title": title,
            "header_icon": icon,
            "breadcrumbs_items": [*({"url": url, "label": label} for label, url in trail), {"url": "", "label": title}],
            "header_buttons": [HeaderButton(label, url, icon_name=name) for label, url, name in buttons],
            **context,
        },
        status=status,
    )


def show_list(
    request: HttpRequest,
    *,
    title: str,
    icon: str,
    rows: QuerySet[Any] | list[Any],
    columns: Sequence[Column],
    empty: str,
    choices: Sequence[Choice] = (),
    search: str = "",
    note: str = "",
    buttons: Iterable[tuple[str, str, str]] = (),
    template: str = "cms/desk/list.html",
    **more: Any,
) -> HttpResponse:
    """A list in pages of 30. `search` is the hint in the search field (none without it), which `searched` reads."""
    paginator = WagtailPaginator(rows, PER_PAGE)
    page = paginator.get_page(request.GET.get("p"))
    context = {
        "table": Table(columns, page.object_list, caption=title),
        "page_obj": page,
        "elided_page_range": paginator.get_elided_page_range(page.number),
        "empty": empty,
        "note": note,
        "choices": choices,
        **more,
    }
    if request.headers.get("x-requested-with") == "XMLHttpRequest":  # typing in the search field
        return render(request, "cms/desk/results.html", context)
    if search:
        context["index_results_url"] = request.path
        context["search_form"] = SearchForm(request.GET if "q" in request.GET else None, placeholder=search)
    return show(request, template, title=title, icon=icon, buttons=buttons, **context)


def searched(request: HttpRequest) -> str:
    """What was typed in the search field."""
    return " ".join(request.GET.get("q", "")[:200].split())


def choices_of(request: HttpRequest, states: dict[str, str], *, name: str = "state") -> tuple[str, list[Choice]]:
    """Which of `states` (key to label, the first is the usual one) is asked for, and all of them as links."""
    usual = next(iter(states))
    chosen = request.GET.get(name, usual)
    chosen = chosen if chosen in states else usual
    return chosen, [
        Choice(label=label, url=f"{request.path}?{name}={key}", here=key == chosen) for key, label in states.items()
    ]


def ask(
    request: HttpRequest, act: Act, *, form: BaseForm | None = None, sure: bool = False, status: int | None = None
) -> HttpResponse:
    """The page before an action. With `sure`, its last step: the form's values are carried along, out of sight."""
    return show(
        request,
        "cms/desk/act.html",
        title=act.title,
        icon=act.icon,
        steps=act.steps,
        status=status or (422 if form is not None and form.errors else 200),
        act=act,
        form=form,
        sure=sure,
    )


def is_sure(request: HttpRequest) -> bool:
    """Whether the person has read what will change, and said yes."""
    return request.method == "POST" and "sure" in request.POST and not goes_back(request)


def goes_back(request: HttpRequest) -> bool:
    """Whether the person went back from the last step to change what they typed."""
    return request.method == "POST" and "again" in request.POST


def day(value: date | datetime | None) -> str:
    """A day as people write it, in the reader's own time zone; empty for none."""
    if value is None:
        return ""
    return date_format(timezone.localtime(value) if isinstance(value, datetime) else value, "j F Y")
