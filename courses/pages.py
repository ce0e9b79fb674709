"""What is taught? Programmes, their modules and units, as pages that editors arrange and that can only nest rightly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index
from wagtail.url_routing import RouteResult

from cms.accounts.typesetting.wording import refuse_unprintable

from .blocks import SMALL_FEATURES, LessonBlocks

if TYPE_CHECKING:
    from .models import Enrolment
    from .progress import Outline, UnitLine

STEP = Page.steplen  # characters of `path` for each level of the tree


class CompletedBy(models.TextChoices):
    """Which event completes a unit. A higher layer reports the event; this one never asks where it came from."""

    READING = "READING", _("The learner marks it done")
    QUIZ = "QUIZ", _("The learner passes it")
    ATTENDED = "ATTENDED", _("The learner was there, or made it up")


class CredentialKind(models.TextChoices):
    """Three different papers, and every page says which (Institute for Credentialing Excellence, domain.md §5)."""

    COMPLETION = "completion", _("Certificate of completion")  # took part to the end
    ASSESSMENT = "assessment-based", _("Assessment-based certificate")  # met what the course itself teaches and tests
    CERTIFICATION = "certification", _("Certification")  # met a standard, for a time, on evidence


class Access(models.TextChoices):
    """How a visitor comes onto a programme. An invitation always works."""

    FREE = "FREE", _("Open to anyone, free of charge")
    FEE = "FEE", _("For a fee, by one of its price plans")
    INVITATION = "INVITATION", _("By invitation only")


class ContentNote(models.Model):
    """A neutral label for a topic, from the academy's own list; never a scare."""

    slug = models.SlugField(unique=True)
    label = models.CharField(max_length=80, help_text=_("Such as: Coercion, discussed"))

    panels = [FieldPanel("label"), FieldPanel("slug")]

    class Meta:
        verbose_name = _("content note")
        verbose_name_plural = _("content notes")

    def __str__(self) -> str:
        return self.label


class ProgrammeIndexPage(Page):
    """The catalogue."""

    intro = models.TextField(_("introduction"), blank=True)

    max_count = 1
    subpage_types: ClassVar = ["courses.ProgrammePage"]
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("intro")]
    template = "courses/programme_index.html"

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Find a published unit by its whole address: two queries, where going level by level takes six."""
        if len(path_components) == 3:
            address = f"{self.url_path}{'/'.join(path_components)}/"
            if unit := UnitPage.objects.live().filter(url_path=address).first():
                return RouteResult(unit.specific)
        return cast(RouteResult, super().route(request, path_components))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from .catalogue import lines_of

        programmes = ProgrammePage.objects.child_of(self).live().order_by("path")
        return {**super().get_context(request, *args, **kwargs), "programmes": lines_of(programmes)}


def _sentences(label: Any) -> list[tuple[str, blocks.CharBlock]]:
    return [("sentence", blocks.CharBlock(label=label))]


class ProgrammePage(Page):
    """What one enrols on. Leads to one kind of paper. Its public words are here; its rules are the requirement set."""

    summary = models.TextField(_("summary"), help_text=_("One or two sentences."))
    kind = models.CharField(_("leads to"), max_length=20, choices=CredentialKind)
    credential_title = models.CharField(
        _("title on the certificate"), max_length=120, help_text=_("Such as: Certified Intimacy Coordinator")
    )
    valid_years = models.PositiveSmallIntegerField(
        _("valid for (years)"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("Leave empty for a certificate that does not run out."),
    )  # fmt: skip
    suspendable = models.BooleanField(
        _("other people’s verifiers are told of suspensions"), default=False,
        help_text=_(
            "Certificates then carry a second status entry, which Open Badges 3.1 knows and some verifiers of 3.0 refuse. "
            "Our own page shows a suspension either way. Counts from the next rule set that is published."
        ),
    )  # fmt: skip
    access = models.CharField(_("how one enrols"), max_length=12, choices=Access, default=Access.INVITATION)
    after = ParentalManyToManyField(
        "courses.ProgrammePage", blank=True, symmetrical=False, related_name="leads_to",
        verbose_name=_("asks for these first"), help_text=_("Every unit of them done, before one can enrol here."),
    )  # fmt: skip
    sequential = models.BooleanField(
        _("units open in order"), default=True, help_text=_("A unit opens once the ones before it are done.")
    )
    outcomes = StreamField(_sentences(_("Outcome")), blank=True, verbose_name=_("What one will be able to do"))
    assessment = RichTextField(_("how one is assessed"), features=SMALL_FEATURES, blank=True)
    costs = StreamField(
        [("cost", blocks.StructBlock([("what", blocks.CharBlock()), ("amount", blocks.CharBlock())]))],
        blank=True,
        verbose_name=_("What it costs, all in"),
    )
    certifies = StreamField(_sentences(_("It shows")), blank=True, verbose_name=_("What the certificate shows"))
    does_not = StreamField(_sentences(_("It does not")), blank=True, verbose_name=_("What it does not"))

    parent_page_types: ClassVar = ["courses.ProgrammeIndexPage"]
    subpage_types: ClassVar = ["courses.ModulePage"]
    template = "courses/programme.html"
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("kind", "credential_title", "valid_years", "suspendable")], _("Certificate")
        ),
        MultiFieldPanel([FieldPanel(name) for name in ("access", "after", "sequential")], _("Enrolling")),
        FieldPanel("outcomes"),
        FieldPanel("assessment"),
        FieldPanel("costs"),
        FieldPanel("certifies"),
        FieldPanel("does_not"),
    ]
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("summary")]

    class Meta:
        verbose_name = _("programme")

    def clean(self) -> None:
        """Refuse here what no certificate could sign or print later: its words are copied from this page."""
        super().clean()
        refuse_unprintable(
            {"title": (self.title, 120), "credential_title": (self.credential_title, 120)},
            signed={"summary": (self.summary, 2_000)},
        )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from .catalogue import programme_context

        return {**super().get_context(request, *args, **kwargs), **programme_context(self, request.user, request)}


class ModulePage(Page):
    """A part of a programme: an ordered list of units."""

    summary = models.TextField(_("summary"))
    hours = models.PositiveSmallIntegerField(
        _("hours of study"), help_text=_("Reading, practice and meetings together.")
    )
    drawing = models.SlugField(_("drawing"), blank=True, help_text=_("The name of a house drawing."))

    parent_page_types: ClassVar = ["courses.ProgrammePage"]
    content_panels: ClassVar = [
        *Page.content_panels, FieldPanel("summary"), FieldPanel("hours"), FieldPanel("drawing")
    ]  # fmt: skip

    class Meta:
        verbose_name = _("module")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A module has no page of its own: the outline on its programme is where it is read about."""
        return redirect(f"{self.get_parent().get_url(request)}#module-{self.slug}")

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        return cast(HttpResponse, self.get_parent().specific.serve(request))


class UnitPage(Page):
    """A unit of a module: lesson, quiz … What is common to all, so that an outline is one query without any body."""

    completed_by = models.CharField(max_length=12, choices=CompletedBy, editable=False)
    summary = models.CharField(_("summary"), max_length=250, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=30, help_text=_("How long it takes most people."))
    opens_next = models.BooleanField(
        _("the next unit waits for this one"), default=True, help_text=_("Where the programme’s units open in order.")
    )
    content_notes = ParentalManyToManyField(ContentNote, blank=True, verbose_name=_("content notes"))
    note_text = models.TextField(
        _("before you start"), blank=True, help_text=_("What is discussed or shown, plainly; how to pause.")
    )

    is_creatable = False
    completes_on: ClassVar[CompletedBy]
    parent_page_types: ClassVar = ["courses.ModulePage"]
    subpage_types: ClassVar[list[str]] = []
    unit_panels: ClassVar = [
        FieldPanel("summary"),
        MultiFieldPanel([FieldPanel("content_notes"), FieldPanel("note_text")], _("Content notes")),
        MultiFieldPanel([FieldPanel("minutes"), FieldPanel("opens_next")], _("Pace")),
    ]

    class Meta:
        verbose_name = _("unit")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.completed_by = self.completes_on
        super().save(*args, **kwargs)

    @property
    def programme_path(self) -> str:
        """The tree path of the programme this unit belongs to; no query."""
        return self.path[: -2 * STEP]

    @property
    def module_path(self) -> str:
        return self.path[:-STEP]

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The unit for whom may read it; the programme's page for everybody else."""
        from .lessons import serve_unit

        return serve_unit(self, request)

    def serve_enrolled(
        self, request: HttpRequest, enrolment: Enrolment, outline: Outline, line: UnitLine
    ) -> HttpResponse:
        """The unit for a learner to whom it is open. Each kind of unit says how."""
        raise NotImplementedError

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from .lessons import preview_unit

        return preview_unit(self, request)


class LessonPage(UnitPage):
    """A unit that is read. What its blocks say is paid for, so its address shows it to those on the programme only."""

    body = StreamField(LessonBlocks(), verbose_name=_("Lesson"))

    completes_on: ClassVar = CompletedBy.READING
    template = "courses/lesson.html"
    content_panels: ClassVar = [*Page.content_panels, *UnitPage.unit_panels, FieldPanel("body")]

    class Meta:
        verbose_name = _("lesson")

    def serve_enrolled(
        self, request: HttpRequest, enrolment: Enrolment, outline: Outline, line: UnitLine
    ) -> HttpResponse:
        from .lessons import serve_lesson

        return serve_lesson(self, request, enrolment=enrolment, outline=outline, line=line)


class LiveSessionPage(UnitPage):
    """A unit that is taken part in, on one of its dates (`LiveSession`). Being there is noted by a registrar."""

    intro = RichTextField(_("before you come"), features=SMALL_FEATURES, blank=True)
    make_up = RichTextField(
        _("if somebody cannot come"), features=SMALL_FEATURES, blank=True,
        help_text=_("How a missed date is made up for: another date, or what else shows the same."),
    )  # fmt: skip

    completes_on: ClassVar = CompletedBy.ATTENDED
    template = "courses/live_session.html"
    content_panels: ClassVar = [
        *Page.content_panels, *UnitPage.unit_panels, FieldPanel("intro"), FieldPanel("make_up")
    ]  # fmt: skip

    class Meta:
        verbose_name = _("live session")

    def serve_enrolled(
        self, request: HttpRequest, enrolment: Enrolment, outline: Outline, line: UnitLine
    ) -> HttpResponse:
        from .lessons import serve_live_session

        return serve_live_session(self, request, enrolment=enrolment, outline=outline, line=line)
