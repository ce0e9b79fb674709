"""What do editors meet of ours in the admin? Content notes, and a kind refusal where deleting would hurt."""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import ProtectedError, RestrictedError
from django.db.models.deletion import Collector
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import Page

from .models import ContentNote


class ContentNoteViewSet(ModelViewSet):
    model = ContentNote
    icon = "tag"
    menu_label = gettext_lazy("Content notes")
    menu_order = 250
    add_to_admin_menu = True
    list_display = ("label", "slug")
    ordering = ("label",)
    search_fields = ("label",)


@hooks.register("register_admin_viewset")
def content_notes() -> ContentNoteViewSet:
    return ContentNoteViewSet("content_notes", url_prefix="content-notes")


def is_evidence(pages: Sequence[Page]) -> bool:
    """Whether what people did hangs on one of these pages or on one below: the database would not let it go."""
    for page in pages:
        below = Page.objects.filter(path__startswith=page.path)
        try:
            Collector(using=DEFAULT_DB_ALIAS).collect(below)
        except (ProtectedError, RestrictedError):
            return True
    return False


@hooks.register("before_delete_page")
def keep_evidence(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Wagtail would answer with an error page: its delete view does not expect the database to refuse."""
    if not is_evidence([page]):
        return None
    messages.error(request, _kept_words(page))
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_bulk_action")
def keep_evidence_in_bulk(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: Any
) -> HttpResponse | None:
    """The same for several pages at once: none goes."""
    pages = [thing for thing in objects if isinstance(thing, Page)] if action_type == "delete" else []
    kept = next((page for page in pages if is_evidence([page])), None)
    if kept is None:
        return None
    messages.error(request, _kept_words(kept))
    return redirect("wagtailadmin_explore", kept.get_parent().pk)


def _kept_words(page: Page) -> str:
    return _(
        "“%(title)s” stays: people have studied, paid or been assessed here, and that record is kept. "
        "Unpublish it instead, and nobody new will see it."
    ) % {"title": page.get_admin_display_title()}
