"""What does the API answer, in the words of its own description? `openapi.json`, kept by hand and held against every answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from .problems import TITLES

FILE = Path(__file__).with_name("openapi.json")


def description() -> dict[str, Any]:
    """The description, with this installation's address."""
    return {**_written(), "servers": [{"url": settings.BASE_URL}]}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One address for people to read about."""

    method: str
    path: str
    summary: str
    description: str
    examples: tuple[tuple[str, str], ...]  # what is sent, each with what it shows
    answers: tuple[tuple[str, str], ...]  # status, and what it means
    shown: str  # an answer


def operations() -> list[Operation]:
    """What is answered, in the order of the description."""
    return [
        Operation(
            method=method.upper(),
            path=path,
            summary=said["summary"],
            description=said["description"],
            examples=tuple(
                (example["summary"], _text(example["value"]))
                for content in said.get("requestBody", {}).get("content", {}).values()
                for example in content.get("examples", {}).values()
            ),
            answers=tuple((status, _described(answer)) for status, answer in said["responses"].items()),
            shown=_text(said["responses"]["200"]["content"]["application/json"].get("example", "")),
        )
        for path, methods in _written()["paths"].items()
        for method, said in methods.items()
    ]


def problem_kinds() -> list[tuple[str, str]]:
    """The kinds of refusal, each with its place on the page."""
    return [(kind, title()) for kind, title in TITLES.items()]


@cache
def _written() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(FILE.read_text())
    return said


def _described(answer: dict[str, Any]) -> str:
    if "$ref" in answer:
        answer = _written()["components"]["responses"][answer["$ref"].rsplit("/", 1)[-1]]
    return str(answer["description"])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
