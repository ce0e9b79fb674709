"""How is a sheet set as a PDF? By Typst, with our own faces and no others; it reads no network and no system font."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

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


@cache
def _fonts() -> typst.Fonts:
    """Our faces and no others. Finding them takes most of a second, so it is done once a process."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(font_folders()))
