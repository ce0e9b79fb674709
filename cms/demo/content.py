"""How do the lesson files become pages? TOML in, programmes, modules, lessons and question banks out."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from assessments.models import Bank, Choice, Difficulty, Kind, Question, QuizPage
from courses.models import ContentNote, LessonPage, ModulePage, ProgrammePage

FOLDER = Path(__file__).parent / "content"
NOTES = {
    "coercion-discussed": "Coercion, discussed",
    "harassment-described": "Harassment at work, described",
    "sexual-violence-described": "Sexual violence, described",
    "bodies-drawn": "Bodies, drawn plainly",
    "nudity-discussed": "Nudity at work, discussed",
    "minors-discussed": "Minors in familial touch, discussed",
    "birth-medical-discussed": "Birth and medical scenes, discussed",
    "kink-discussed": "Kink and BDSM, discussed",
    "grief-discussed": "Grief and death, discussed",
    "racism-discussed": "Racism, discussed",
    "sexual-health-discussed": "Sexual health, discussed",
}
KINDS = {"single": Kind.SINGLE, "multiple": Kind.MULTIPLE, "truefalse": Kind.TRUE_FALSE, "numeric": Kind.NUMERIC}


def read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def lesson_files(module: str) -> list[Path]:
    """The lessons of a module, in their order."""
    return sorted(path for path in (FOLDER / module).glob("[0-9]*.toml"))


def make_notes() -> None:
    """The academy's list of content notes. Repeating adds what is missing."""
    for slug, label in NOTES.items():
        ContentNote.objects.get_or_create(slug=slug, defaults={"label": label})


@transaction.atomic
def make_bank(module: str) -> Bank:
    """The question bank of a module, every question ready."""
    bank = Bank.objects.create(slug=module, title=read(FOLDER / module / "module.toml")["title"])
    for asked in read(FOLDER / module / "questions.toml")["questions"]:
        question = Question(
            bank=bank,
            slug=asked["slug"],
            kind=KINDS[asked["kind"]],
            difficulty=Difficulty[asked["difficulty"].upper()],
            stem=asked["stem"],
            explanation=asked["explanation"],
            is_ready=True,
        )
        if question.kind == Kind.TRUE_FALSE:
            question.truth = asked["answer"]
        elif question.kind == Kind.NUMERIC:
            question.number = Decimal(str(asked["answer"]))
            question.tolerance = Decimal(str(asked.get("tolerance", 0)))
            question.unit = asked.get("unit", "")
        question.choices = [  # type: ignore[attr-defined]  # modelcluster saves them with the question
            Choice(text=choice["text"], right=choice["right"], sort_order=place)
            for place, choice in enumerate(asked.get("choices", []))
        ]
        question.save()
    return bank


def make_module(programme: ProgrammePage, module: str, *, lessons: tuple[int, ...] = (), title: str = "") -> ModulePage:
    """A module with its lessons (all, or those at these places, counted from 1), published."""
    about = read(FOLDER / module / "module.toml")
    files = lesson_files(module)
    chosen = [files[place - 1] for place in lessons] if lessons else files
    page = programme.add_child(
        instance=ModulePage(
            title=title or about["title"],
            slug=module,
            summary=about["summary"],
            hours=about["hours"] if not lessons else max(1, about["hours"] * len(lessons) // len(files)),
            drawing=f"module-{module}",
        )
    )
    notes = {note.slug: note for note in ContentNote.objects.all()}
    for path in chosen:
        said = read(path)
        lesson = LessonPage(
            title=said["title"],
            slug=said["slug"],
            summary=said["summary"],
            minutes=said["minutes"],
            note_text=said.get("note_text", ""),
            body=[_block(block) for block in said["blocks"]],
        )
        lesson.content_notes = [notes[slug] for slug in said["content_notes"]]
        page.add_child(instance=lesson)
    return page


def make_quiz(module: ModulePage, bank: Bank, *, questions: int, pass_mark: int = 80) -> QuizPage:
    """The quiz at a module's end. The next module does not wait for it."""
    return module.add_child(
        instance=QuizPage(
            title=f"{module.title}: quiz",
            slug="quiz",
            summary="Questions from the whole module, in situations from a set.",
            minutes=questions * 2,
            bank=bank,
            question_count=questions,
            pass_mark=pass_mark,
            attempts_allowed=3,
            opens_next=False,
            intro="<p>The questions come from the whole module and most of them put you on a set. There is no clock. "
            "You can stop half-way and go on another day: every answer is kept as you give it.</p>",
        )
    )


def _block(block: dict[str, Any]) -> tuple[str, Any]:
    """One block of a file as the StreamField takes it."""
    kind = block["type"]
    match kind:
        case "text":
            return kind, block["html"].strip()
        case "key":
            return kind, block["text"]
        case "reflection":
            return kind, block["prompt"]
        case "callout":
            return kind, {"title": block["title"], "text": block["html"].strip()}
        case "case":
            return kind, {
                "title": block["title"],
                "setting": block["setting"],
                "text": block["html"].strip(),
                "question": block["question"],
                "resolution": block["resolution"].strip(),
            }
        case "comparison":
            rows = [{"cells": cells} for cells in block["rows"]]
            return kind, {"caption": block["caption"], "columns": block["columns"], "rows": rows}
        case "reading":
            return kind, {"items": [{"url": "", **item} for item in block["items"]]}
        case _:
            return kind, {name: value for name, value in block.items() if name != "type"}
