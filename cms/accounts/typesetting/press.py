"""How is a sheet set as a PDF? By Typst, with our own faces and no others; it reads no network and no system font."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import typst

from .glyphs import font_folders


def press(sheet: Path, *, words: Mapping[str, object], at: datetime, **more: str) -> bytes:
    """The sheet, which reads `words` as JSON in `sys.inputs.sheet` and `more` beside it, as PDF/A-3a and PDF/UA-1.

    The same words and moment always give the same bytes.
    """
    return typst.compile(
        sheet,
        root=sheet.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(words), **more},
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(at.timestamp()),
    )


def picture(sheet: Path, *, words: Mapping[str, object], form: Literal["png", "svg"], dots: int = 144) -> bytes:
    """The first page of the sheet as a picture: PNG of so many `dots` to the inch, or SVG whose letters are outlines."""
    set_as = typst.compile(
        sheet,
        root=sheet.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(words), "credential": ""},
        format=form,
        ppi=dots,
    )
    first = set_as[0] if isinstance(set_as, list) else set_as
    if first is None:
        raise TypeError("The sheet has no page.")
    return first


@cache
def _fonts() -> typst.Fonts:
    """Our faces and no others. Finding them takes most of a second, so it is done once a process."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(font_folders()))
