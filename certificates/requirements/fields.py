"""How are the terms of a requirement typed? Each kind declares its fields; the desk makes a plain form of them.

A kind says `FIELDS = (Number(name="days", …), Ranges(name="roles", …))`, one for each term it reads, and gets its form, its
copying and its checks from that: nothing else is to be written for it at the desk. What a field leaves empty is not in
the terms. The class still reads its terms strictly: the form is for people, `__init__` is the rule. A BadTerms that says
which `term` it is about appears at that field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise as Lazy

Words = str | Lazy
Choices = Callable[[], Iterable[tuple[str, Words]]]  # asked when a form is shown: it may look into the database


@dataclass(frozen=True, kw_only=True)
class Field:
    """One term. `name` is its key in the terms."""

    name: str
    label: Words
    help: Words = ""


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A whole number: `{name: 20}`."""

    least: int = 0
    most: int | None = None
    needed: bool = False


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """A line of words: `{name: "…"}`."""

    longest: int = 80  # characters
    needed: bool = False


@dataclass(frozen=True, kw_only=True)
class Tick(Field):
    """Yes, `{name: True}`, or nothing."""


@dataclass(frozen=True, kw_only=True)
class Pick(Field):
    """One of several: `{name: "key"}`."""

    choices: Choices
    needed: bool = False


@dataclass(frozen=True, kw_only=True)
class PickSome(Field):
    """Any of several: `{name: ["key", …]}`, in the order of the choices."""

    choices: Choices
    needed: bool = False


@dataclass(frozen=True, kw_only=True)
class Numbers(Field):
    """A number for each of several: `{name: {"KEY": 2}}`."""

    rows: Choices


@dataclass(frozen=True, kw_only=True)
class Ranges(Field):
    """A minimum and a maximum for each of several: `{name: {"KEY": {"min": 2, "max": 5}}}`, each of them or none."""

    rows: Choices
