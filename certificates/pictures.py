"""Which pictures may be on a certificate? Shapes alone, or one photograph of ink on paper.

A seal or a signature is printed for years and opened by strangers in programs we do not know. So a drawing is not cleaned
of what is known to be harmful: it is drawn anew from the few elements and attributes that make shapes, and refused with a
sentence where that would lose something one sees. A PNG is read and written anew, without anything that was in its file.
"""

import base64
import io
import re
import warnings
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _
from PIL import Image

SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
LARGEST = 512 * 1024  # bytes, as uploaded
MOST_SHAPES = 2_000
DEEPEST = 24
MOST_PIXELS = 2_400  # along the longer side, as kept

SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "use"})
HOLDERS = frozenset({"svg", "g", "defs", "symbol", "clipPath", "linearGradient", "radialGradient", "stop"})
UNSEEN = frozenset({"title", "desc", "metadata"})  # left out without a word
ATTRIBUTES = frozenset({
    "viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "d", "points",
    "transform", "id", "offset", "preserveAspectRatio", "gradientUnits", "gradientTransform", "spreadMethod",
    "clipPathUnits", "clip-path", "clip-rule", "fill", "fill-opacity", "fill-rule", "opacity", "stroke",
    "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity",
    "stroke-width", "stop-color", "stop-opacity", "color", "display", "visibility",
})  # fmt: skip
# Words, numbers, #colours, rgb(…), matrix(…), and url(#…) of the drawing itself.
VALUE = re.compile(r"[\w\s#.,()%+-]*", re.ASCII)
WITHIN = re.compile(r"#[\w.-]+", re.ASCII)


class UnusablePicture(ValueError):
    """The file cannot be printed on a certificate. The message is fit for whoever chose it."""


def read_picture(data: bytes) -> str:
    """The picture as an SVG that holds shapes or one PNG, and nothing else. What it is, is told by its first bytes.

    Reading what was read gives the same again. Raises UnusablePicture.
    """
    if len(data) > LARGEST:
        raise UnusablePicture(_("This file is larger than 512 KB. Save the drawing as a simpler one."))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _framed(_clean_png(data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusablePicture(_("This is neither a PNG nor an SVG. Save it as one of the two.")) from None
    return _clean_svg(text)


def _clean_png(data: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
                if max(image.size) > 4 * MOST_PIXELS or min(image.size) < 16:
                    raise UnusablePicture(_("Choose a picture of 16 to 9,600 pixels along each side."))
                kept = image.convert("RGBA")
    except UnusablePicture:
        raise
    # What Pillow raises for damaged files: OSError, SyntaxError, ValueError and its own warning about bombs.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise UnusablePicture(_("This PNG is damaged. Save it again.")) from None
    kept.thumbnail((MOST_PIXELS, MOST_PIXELS))
    file = io.BytesIO()
    Image.frombytes("RGBA", kept.size, kept.tobytes()).save(file, "PNG", optimize=True)
    return file.getvalue()


def _framed(png: bytes) -> str:
    """The PNG inside an SVG, so that the sheet knows one kind of picture."""
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        width, height = image.size
    held = base64.b64encode(png).decode()
    return (
        f'<svg xmlns="{SVG}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{held}"/></svg>'
    )


def _clean_svg(text: str) -> str:
    try:
        root = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise UnusablePicture(
            _("This drawing declares a document type or entities. Save it as “plain SVG”, without them.")
        ) from None
    except (ParseError, ValueError):
        raise UnusablePicture(_("This is neither a PNG nor an SVG. Save it as one of the two.")) from None
    if root.tag != f"{{{SVG}}}svg":
        raise UnusablePicture(_("This is neither a PNG nor an SVG. Save it as one of the two."))
    if sum(1 for _element in root.iter()) > MOST_SHAPES:
        raise UnusablePicture(_("This drawing has more than 2,000 parts. Save it as a simpler one."))
    if (png := _png_within(root)) is not None:
        return _framed(_clean_png(png))
    drawn = Element("svg", {"xmlns": SVG})
    _draw(root, drawn, depth=0)
    if drawn.get("viewBox") is None:
        drawn.set("viewBox", _size_of(drawn))
    for side in ("width", "height", "x", "y"):
        drawn.attrib.pop(side, None)  # the sheet says how large it is
    _refuse_shapes_of_shapes(drawn)
    if not any(element.tag in SHAPES for element in drawn.iter()):
        raise UnusablePicture(_("This drawing has no shapes in it."))
    return tostring(drawn, encoding="unicode")


def _png_within(root: Element) -> bytes | None:
    """The PNG of a frame that we made ourselves."""
    if len(root) != 1 or root[0].tag != f"{{{SVG}}}image":
        return None
    kind, _comma, held = (root[0].get("href") or "").partition(",")
    if kind != "data:image/png;base64":
        return None
    try:
        return base64.b64decode(held, validate=True)
    except ValueError:
        return None


def _draw(source: Element, into: Element, *, depth: int) -> None:
    if depth > DEEPEST:
        raise UnusablePicture(_("The parts of this drawing are nested too deeply. Ungroup them and save it again."))
    for name, value in _attributes(source):
        into.set(name, value)
    for child in source:
        if not isinstance(child.tag, str):  # a comment or an instruction
            continue
        space, _brace, name = child.tag.removeprefix("{").rpartition("}")
        if space != SVG or name in UNSEEN:
            if space == SVG or not any(
                part.tag.startswith(f"{{{SVG}}}") for part in child.iter() if isinstance(part.tag, str)
            ):
                continue
            raise UnusablePicture(_unknown(name))
        if name not in SHAPES | HOLDERS:
            raise UnusablePicture(_unknown(name))
        _draw(child, SubElement(into, name), depth=depth + 1)


def _attributes(source: Element) -> list[tuple[str, str]]:
    """What an element says, with `style` taken apart. What belongs to drawing programs is left out."""
    said = list(source.attrib.items())
    style = [part.partition(":") for part in source.get("style", "").split(";") if part.strip()]
    said += [(name.strip(), value.strip()) for name, _colon, value in style]
    kept = []
    for name, value in said:
        if name in ("href", XLINK):
            if not WITHIN.fullmatch(value.strip()):
                raise UnusablePicture(_("This drawing links to something outside itself. Put everything into it."))
            kept.append(("href", value.strip()))
        elif name.lower().startswith("on"):
            raise UnusablePicture(_("This drawing has a program in it. Save it as “plain SVG”."))
        elif name in ATTRIBUTES:
            if not VALUE.fullmatch(value) or _points_outside(value):
                raise UnusablePicture(_("This drawing links to something outside itself. Put everything into it."))
            kept.append((name, value))
    return kept


def _points_outside(value: str) -> bool:
    return value.count("url(") != len(re.findall(r"url\(\s*#[\w.-]+\s*\)", value, re.ASCII))


def _size_of(drawn: Element) -> str:
    width, height = (re.fullmatch(r"(\d+(?:\.\d+)?)(?:px)?", drawn.get(side, "")) for side in ("width", "height"))
    if not width or not height:
        raise UnusablePicture(_("This drawing does not say how large it is. Save it with a view box."))
    return f"0 0 {width[1]} {height[1]}"


def _refuse_shapes_of_shapes(drawn: Element) -> None:
    """A few lines in which each stands for ten of the next could draw a thousand million shapes."""
    named = {element.get("id"): element for element in drawn.iter() if element.get("id")}
    drawn_parts = 0
    for use in drawn.iter("use"):
        shown = named.get(use.get("href", "#")[1:])
        if shown is None:
            continue
        parts = list(shown.iter())
        if any(part.tag == "use" for part in parts):
            raise UnusablePicture(_("This drawing repeats parts that repeat others. Save it with the copies unlinked."))
        drawn_parts += len(parts)
    if drawn_parts > MOST_SHAPES:
        raise UnusablePicture(_("This drawing has more than 2,000 parts. Save it as a simpler one."))


def _unknown(name: str) -> str:
    if name == "text":
        return _("This drawing has letters in it, which would look different elsewhere. Turn them into outlines first.")
    if name == "image":
        return _("This drawing has a photograph in it. Save the whole as a PNG instead.")
    if name in {"script", "foreignObject", "a", "handler"}:
        return _("This drawing has a program or a page in it. Save it as “plain SVG”.")
    return _("This drawing uses “%(name)s”, which we do not print. Save it as shapes and plain colours.") % {
        "name": name
    }
