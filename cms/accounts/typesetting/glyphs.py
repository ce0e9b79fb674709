"""Which characters can be printed?

A certificate is printed with fixed faces, so that it looks the same on every machine; a character that none
of them draws would come out as an empty box. This file reads the character maps of those faces, once a
process.
"""

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"

# Zero width joiner and non-joiner steer how Persian and the Indic scripts join; they need no drawing.
JOINERS = "\u200c\u200d"
MISSING = "\N{WHITE SQUARE}"  # what is printed for a letter that no face draws, where that must not stop the sheet


def font_folders() -> list[Path]:
    """The folders of every face a certificate may use: ours, and the pan-CJK face, which is a dependency."""
    return [FONTS, Path(str(files("cvttf_NotoSansCJK_Regular")))]


def unprintable_characters(text: str) -> str:
    """The characters of `text` that cannot be printed, each once, in their order; empty when all can.

    Control characters and invisible formatting count as unprintable. The first call in a process reads the
    fonts (a tenth of a second), later ones take less than a millisecond.
    """
    missing: dict[str, None] = {}
    for cluster in _clusters(unicodedata.normalize("NFC", text)):
        missing |= dict.fromkeys(_undrawn(cluster))
    return "".join(missing)


def drawable(value: object) -> object:
    """The same words with every letter composed, and MISSING for each that cannot be printed; lists and mappings as well."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value)
        return text.translate({ord(letter): MISSING for letter in unprintable_characters(text)})
    if isinstance(value, dict):
        return {key: drawable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [drawable(item) for item in value]
    return value


def draws_its_latin(name: str) -> bool:
    """Whether our own display face draws every Latin letter of `name`.

    Where it does not, the whole name is better set in a face that does than one letter in its middle.
    """
    ours = _code_points(FONTS / "NewsreaderDisplay-Regular.ttf")
    return all(
        all(ord(c) in ours for c in cluster)
        for cluster in _clusters(unicodedata.normalize("NFC", name))
        if unicodedata.name(cluster[0], "").startswith("LATIN")
    )


def _clusters(text: str) -> Iterator[str]:
    """A letter with the marks that sit on it: one face has to draw them together."""
    cluster = ""
    for character in text:
        if cluster and not unicodedata.category(character).startswith("M"):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


@lru_cache(maxsize=4096)
def _undrawn(cluster: str) -> str:
    """What is left of `cluster` in the face that draws most of it."""
    if cluster in JOINERS:
        return ""
    # Cc, Cf, Cs, Co, Cn: controls, formatting, halves of characters, private and unassigned; Zl, Zp: breaks.
    if refused := [c for c in cluster if unicodedata.category(c)[0] == "C" or unicodedata.category(c) in ("Zl", "Zp")]:
        return "".join(refused)
    # A face may lack a letter ready made and still draw it from its parts.
    spellings = {cluster, unicodedata.normalize("NFD", cluster)}
    left_over = ["".join(c for c in s if ord(c) not in face) for s in spellings for face in _faces()]
    # Where a mark has no place on a letter, it is the mark that is refused.
    return min(left_over, key=lambda missing: (len(missing), cluster[0] in missing))


@cache
def _faces() -> tuple[frozenset[int], ...]:
    paths = [path for folder in font_folders() for path in sorted(folder.iterdir())]
    return tuple(_code_points(path) for path in paths if path.suffix in (".ttf", ".otf"))


@cache
def _code_points(path: Path) -> frozenset[int]:
    """The code points in a TrueType or OpenType file's character map. Source: OpenType 1.9.1, `cmap`."""
    with path.open("rb") as font:
        _, table_count = struct.unpack(">4sH6x", font.read(12))
        tables = [struct.unpack(">4s4xLL", font.read(16)) for _ in range(table_count)]
        start, length = next((start, length) for tag, start, length in tables if tag == b"cmap")
        font.seek(start)
        cmap = font.read(length)
    (subtable_count,) = struct.unpack_from(">2xH", cmap)
    points: set[int] = set()
    for number in range(subtable_count):
        platform, _, offset = struct.unpack_from(">HHL", cmap, 4 + 8 * number)
        (format_,) = struct.unpack_from(">H", cmap, offset)
        if platform in (0, 3) and format_ == 4:
            points |= _basic_points(cmap, offset)
        elif platform in (0, 3) and format_ == 12:
            points |= _full_points(cmap, offset)
    return frozenset(points)


def _basic_points(cmap: bytes, offset: int) -> set[int]:
    """Format 4: segments of the first 65,536 code points."""
    (doubled,) = struct.unpack_from(">H", cmap, offset + 6)
    shape = f">{doubled // 2}H"
    ends_at = offset + 14
    ends = struct.unpack_from(shape, cmap, ends_at)
    starts = struct.unpack_from(shape, cmap, ends_at + doubled + 2)
    deltas = struct.unpack_from(shape, cmap, ends_at + 2 * doubled + 2)
    ranges_at = ends_at + 3 * doubled + 2
    ranges = struct.unpack_from(shape, cmap, ranges_at)
    points = set()
    for segment, (start, end, delta, range_) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for point in range(start, end + 1):
            glyph = point
            if range_:
                # The specification's own pointer arithmetic: `range_` counts from where it is written.
                (glyph,) = struct.unpack_from(">H", cmap, ranges_at + 2 * segment + range_ + 2 * (point - start))
            # Glyph 0 is the empty box. A looked-up 0 stays 0, whatever the delta.
            if (glyph + delta) % 65536 and not (range_ and glyph == 0):
                points.add(point)
    return points - {0xFFFF}


def _full_points(cmap: bytes, offset: int) -> set[int]:
    """Format 12: groups of any code points."""
    (group_count,) = struct.unpack_from(">L", cmap, offset + 12)
    groups = struct.iter_unpack(">LLL", cmap[offset + 16 : offset + 16 + 12 * group_count])
    return {start + step for start, end, glyph in groups for step in range(end - start + 1) if glyph + step}
