"""What may a learner say they practised? The frames of the field, as data that ships: `data/competencies.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "competencies.toml"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One area or standard, by the code its own body gives it."""

    code: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One body's list, with where it was read."""

    code: str
    title: str
    source: str
    note: str
    items: tuple[Item, ...]


@cache
def frames() -> tuple[Frame, ...]:
    """Every frame, in the order of the file."""
    said = tomllib.loads(DATA.read_text())
    return tuple(
        Frame(**{**frame, "items": tuple(Item(**item) for item in frame["items"])}) for frame in said["frames"]
    )


@cache
def titles() -> dict[str, str]:
    """Title by code, in the order of the frames."""
    return {item.code: item.title for frame in frames() for item in frame.items}


def in_order(codes: set[str]) -> list[str]:
    """These codes as a shift keeps them: in the order of the frames. Raises ValueError for one that is in none."""
    if unknown := codes - set(titles()):
        raise ValueError(", ".join(sorted(unknown)))
    return [code for code in titles() if code in codes]
