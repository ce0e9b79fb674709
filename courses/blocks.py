"""What is a lesson made of? Blocks with names an editor would use, each rendered by one template of templates/blocks/."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

from cms.accounts.templatetags.look import drawing_names

FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link"]
SMALL_FEATURES = ["bold", "italic", "ol", "ul", "link"]


class TextBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(features=FEATURES, **kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "blocks/text.html"
        description = _("Running text with headings, lists and links.")
        preview_value = (
            "<p>A rider is signed on a Tuesday in an office. The scene is shot on a Friday, in the cold.</p>"
        )


class PictureBlock(blocks.StructBlock):
    image = ImageBlock(label=_("Image"), help_text=_("Say in the alternative text what it shows."))
    caption = blocks.CharBlock(required=False, label=_("Caption"))

    class Meta:
        icon = "image"
        label = _("Image")
        template = "blocks/picture.html"
        description = _("An image of your own; its alternative text is required unless it is decoration.")


def drawing_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("-", " ")) for name in drawing_names()]


class DrawingBlock(blocks.StructBlock):
    name = blocks.ChoiceBlock(choices=drawing_choices, label=_("Drawing"))
    caption = blocks.CharBlock(required=False, label=_("Caption"))

    class Meta:
        icon = "crosshairs"
        label = _("House drawing")
        template = "blocks/drawing.html"
        description = _("One of the academy’s drawings. Each carries its own description for screen readers.")
        preview_value = {"name": "closed-set-plan", "caption": "A closed set, seen from above"}


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quotation"))
    source = blocks.CharBlock(required=False, label=_("Who said it"))

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "blocks/quote.html"
        description = _("Somebody’s words, with their name or role.")
        preview_value = {"text": "Ask for the number.", "source": "A first assistant director (invented)"}


class CalloutBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"))
    text = blocks.RichTextBlock(features=SMALL_FEATURES, label=_("Text"))

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        template = "blocks/callout.html"
        description = _("Something to know on the side, such as whose rule it is.")
        preview_value = {"title": "Whose rule is it?", "text": "<p>This is the union’s rule. Check locally.</p>"}


class CaseBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"))
    setting = blocks.CharBlock(label=_("Setting"), help_text=_("Such as: Invented. PRJ-K4D, series, day 31"))
    text = blocks.RichTextBlock(features=SMALL_FEATURES, label=_("What happened"))
    question = blocks.CharBlock(label=_("Question"))
    resolution = blocks.RichTextBlock(features=SMALL_FEATURES, label=_("How a coordinator worked it"))

    class Meta:
        icon = "clipboard-list"
        label = _("Case study")
        template = "blocks/case.html"
        description = _("An invented situation, a question, and how somebody worked it. Never a real production.")
        preview_value = {
            "title": "The second rehearsal",
            "setting": "Invented. PRJ-K4D, series, day 31",
            "text": "<p>The director asks whether it could go on a bit.</p>",
            "question": "Who has been asked a question?",
            "resolution": "<p>She asked for five minutes.</p>",
        }


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Step"))
    text = blocks.TextBlock(label=_("What one does"), rows=2)

    class Meta:
        label = _("Step")


class StepsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"))
    items = blocks.ListBlock(StepBlock(), min_num=2, label=_("Steps"))

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        template = "blocks/steps.html"
        description = _("Something that is done in an order.")
        preview_value = {"title": "A check-in", "items": [{"title": "Ask alone", "text": "Away from the crew."}] * 2}


class ComparisonValue(blocks.StructValue):
    @property
    def lines(self) -> list[list[tuple[str, str]]]:
        """Each row as (column heading, cell) pairs, so that a narrow screen can repeat the heading."""
        return [list(zip(self["columns"], row["cells"], strict=False)) for row in self["rows"]]


class ComparisonRowBlock(blocks.StructBlock):
    cells = blocks.ListBlock(blocks.CharBlock(label=_("Cell")), label=_("Cells"))

    class Meta:
        label = _("Row")


class ComparisonBlock(blocks.StructBlock):
    caption = blocks.CharBlock(label=_("What is compared"))
    columns = blocks.ListBlock(blocks.CharBlock(label=_("Heading")), min_num=2, max_num=4, label=_("Columns"))
    rows = blocks.ListBlock(ComparisonRowBlock(), min_num=1, label=_("Rows"))

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        # A draft may be half-written; what is published may not.
        if not self.is_deferred_validation and any(len(row["cells"]) != len(value["columns"]) for row in value["rows"]):
            raise blocks.StructBlockValidationError(
                non_block_errors=[ValidationError(_("Every row needs one cell under each column."))]
            )
        return value

    class Meta:
        icon = "table"
        label = _("Comparison")
        template = "blocks/comparison.html"
        description = _("Two to four things side by side, in a table that folds on a telephone.")
        value_class = ComparisonValue
        preview_value = {"caption": "Two models", "columns": ["A", "B"], "rows": [{"cells": ["one", "two"]}]}


class KeyBlock(blocks.CharBlock):
    class Meta:
        icon = "pick"
        label = _("Key point")
        template = "blocks/key.html"
        description = _("The one sentence to keep. At most one or two a lesson.")
        preview_value = "A yes belongs to what was asked, on the day it was asked."


class CheckChoiceBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("Answer"))
    right = blocks.BooleanBlock(required=False, label=_("Right"))
    feedback = blocks.CharBlock(label=_("Feedback"))

    class Meta:
        label = _("Answer")


class CheckBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"))
    choices = blocks.ListBlock(CheckChoiceBlock(), min_num=2, max_num=6, label=_("Answers"))

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if not self.is_deferred_validation and sum(choice["right"] for choice in value["choices"]) != 1:
            raise blocks.StructBlockValidationError(
                non_block_errors=[ValidationError(_("Mark exactly one answer as right."))]
            )
        return value

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Adds `chosen`: the answer the reader has just picked in this block, if any. Nothing is kept."""
        context = super().get_context(value, parent_context)
        block_id, position = (parent_context or {}).get("checked", (None, None))
        if block_id == str(context.get("id") or "") and position is not None and position < len(value["choices"]):
            context.update(chosen=value["choices"][position], chosen_position=position)
        return context

    class Meta:
        icon = "help"
        label = _("Check your understanding")
        template = "blocks/check.html"
        description = _("An ungraded question with feedback at once. Nothing is kept.")
        preview_value = {
            "question": "The camera moves closer. What do you do first?",
            "choices": [
                {"text": "Nothing.", "right": False, "feedback": "What is seen has changed."},
                {"text": "Tell each performer, alone, and ask.", "right": True, "feedback": "Yes."},
            ],
        }


class ReflectionBlock(blocks.TextBlock):
    class Meta:
        icon = "edit"
        label = _("Private reflection")
        template = "blocks/reflection.html"
        description = _("A question to think about. Answers go in the learner’s own notes, which nobody else can read.")
        preview_value = "When did somebody make it easy for you to say no?"


class TermBlock(blocks.StructBlock):
    term = blocks.CharBlock(label=_("Term"))
    meaning = blocks.TextBlock(label=_("Meaning"), rows=2)

    class Meta:
        label = _("Term")


class TermsBlock(blocks.StructBlock):
    items = blocks.ListBlock(TermBlock(), label=_("Terms"))

    class Meta:
        icon = "tag"
        label = _("Glossary")
        template = "blocks/terms.html"
        description = _("Words of the trade and what they mean.")
        preview_value = {"items": [{"term": "Rider", "meaning": "The written consent to a scene."}]}


class SourceBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"))
    source = blocks.CharBlock(label=_("Who published it"))
    url = blocks.URLBlock(required=False, label=_("Address"))

    class Meta:
        label = _("Source")


class ReadingBlock(blocks.StructBlock):
    items = blocks.ListBlock(SourceBlock(), label=_("Sources"))

    class Meta:
        icon = "link"
        label = _("Further reading")
        template = "blocks/reading.html"
        description = _("Where to read on.")
        preview_value = {"items": [{"title": "Quick guide", "source": "A union", "url": ""}]}


class LessonBlocks(blocks.StreamBlock):
    """Everything a lesson may hold, in the order an editor meets it."""

    text = TextBlock()
    drawing = DrawingBlock()
    picture = PictureBlock()
    key = KeyBlock()
    callout = CalloutBlock()
    case = CaseBlock()
    steps = StepsBlock()
    comparison = ComparisonBlock()
    check = CheckBlock()
    reflection = ReflectionBlock()
    quote = QuoteBlock()
    terms = TermsBlock()
    reading = ReadingBlock()
