"""How was Newsreader Display made?

A one-off, kept so that it can be repeated: it cuts the variable Newsreader to optical size 44, at the three
weights a certificate uses, and joins the subsets it is published in. See VENDORED.md for the versions and the
command. The combining marks are left out of the character map: Newsreader has no place for them on many
letters (ọ̀), so such a letter comes whole from a face that draws it well.
"""
# mypy: ignore-errors
# fonttools is not a dependency of the product.

import sys
import unicodedata
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

SUBSETS = ("latin", "latin-ext", "vietnamese")
# Name, the published style, its weight on the axis, and the weight it answers to.
CUTS = (("Regular", "normal", 380, 400), ("Medium", "normal", 500, 500), ("Italic", "italic", 400, 400))
FAMILY = "Newsreader Display"
# 2024-01-01, in seconds since 1904: a fixed date, so that the same input gives the same file.
MADE = 3786912000


def cut(published: Path, made: Path) -> None:
    for name, style, weight, answers_to in CUTS:
        parts = []
        for subset in SUBSETS:
            font = TTFont(published / f"newsreader-{subset}-standard-{style}.woff2")
            font = instancer.instantiateVariableFont(font, {"opsz": 44, "wght": weight})
            for table in ("STAT", "avar", "MVAR", "HVAR"):
                if table in font:
                    del font[table]
            font.flavor = None
            parts.append(made / f"{subset}-{name}.part.ttf")
            font.save(parts[-1])
        font = Merger().merge([str(part) for part in parts])
        for table in font["cmap"].tables:
            table.cmap = {point: glyph for point, glyph in table.cmap.items() if not unicodedata.combining(chr(point))}
        name_it(font, name, weight, answers_to)
        font.recalcTimestamp = False
        font["head"].created = font["head"].modified = MADE
        font.save(made / f"NewsreaderDisplay-{name}.ttf")
        for part in parts:
            part.unlink()


def name_it(font: TTFont, name: str, weight: int, answers_to: int) -> None:
    italic = name == "Italic"
    font["OS/2"].usWeightClass = answers_to
    # Bits 0 italic, 5 bold, 6 regular.
    font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~0b1100001 | (1 if italic else 64 * (name == "Regular"))
    font["head"].macStyle = 2 if italic else 0
    table = font["name"]
    # Copyright, trademark, makers and licence stay as published.
    table.names = [record for record in table.names if record.nameID in (0, 7, 8, 9, 11, 12, 13, 14)]
    names = {
        1: f"{FAMILY} Medium" if name == "Medium" else FAMILY,
        2: "Italic" if italic else "Regular",
        3: f"NewsreaderDisplay-{name};opsz44;wght{weight}",
        4: f"{FAMILY} {name}",
        5: "Version 1.003",
        6: f"NewsreaderDisplay-{name}",
        16: FAMILY,
        17: name,
    }
    for number, words in names.items():
        table.setName(words, number, 3, 1, 0x409)


if __name__ == "__main__":
    cut(Path(sys.argv[1]), Path(sys.argv[2]))
