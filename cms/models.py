"""What does the public see of the academy itself? Its home page and standard pages."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from courses.blocks import SMALL_FEATURES, LessonBlocks
from courses.pages import ProgrammePage


class HomePage(Page):
    """The first page: what the academy is, in a sentence and a drawing, then the way in and the way to check."""

    headline = models.CharField(_("headline"), max_length=120)
    lead = models.TextField(_("lead"))
    path_intro = models.TextField(_("above the four marks"), blank=True)
    plainly = RichTextField(_("plainly"), features=SMALL_FEATURES, blank=True)

    max_count = 1
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["courses.ProgrammeIndexPage", "cms.StandardPage"]
    template = "cms/home.html"
    content_panels: ClassVar = [
        *Page.content_panels, *(FieldPanel(name) for name in ("headline", "lead", "path_intro", "plainly"))
    ]  # fmt: skip

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from certificates.forms import NumberForm
        from courses.catalogue import lines_of

        return {
            **super().get_context(request, *args, **kwargs),
            "programmes": lines_of(ProgrammePage.objects.live().descendant_of(self).order_by("path")),
            "form": NumberForm(),
        }


class StandardPage(Page):
    """A page of plain words: access, privacy, how it works."""

    intro = models.TextField(_("introduction"), blank=True)
    body = StreamField(LessonBlocks(), blank=True, verbose_name=_("Text"))

    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    template = "cms/standard.html"
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
