"""Does a picture on a certificate hold shapes, or one PNG, and nothing else?"""

import base64
import io

import pytest
from PIL import Image

from certificates.pictures import LARGEST, MOST_PIXELS, UnusablePicture, read_picture
from tests.factories.designs import SEAL, a_png

OPENING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"'
INKSCAPE = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- Created with a drawing program -->
{OPENING} xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" inkscape:version="1.3" width="10mm" height="10mm"
 xmlns:xlink="http://www.w3.org/1999/xlink" class="x" data-name="y">
<title>Seal</title><metadata><rdf xmlns="urn:rdf">Somebody</rdf></metadata><inkscape:view zoom="1"/>
<defs><linearGradient id="a"><stop offset="0" stop-color="#123456"/></linearGradient><path id="p" d="M0 0L1 1"/></defs>
<g inkscape:label="Layer" style="fill:url(#a); -inkscape-font:x;stroke:none" transform="matrix(1,0,0,1,0,0)">
<path d="M0 0h10v10z"/><use xlink:href="#p" x="1"/></g></svg>"""


def drawing(inside: str, opening: str = OPENING) -> bytes:
    return f'{opening}><path d="M0 0h1v1z"/>{inside}</svg>'.encode()


def held(svg: str) -> Image.Image:
    """The PNG inside the frame."""
    return Image.open(io.BytesIO(base64.b64decode(svg.split("base64,")[1].split('"')[0])))


# Drawings ------------------------------------------------------------------------------------------------


def test_a_plain_drawing_is_drawn_anew() -> None:
    assert read_picture(SEAL.encode()) == SEAL.replace("/></svg>", " /></svg>")


def test_what_belongs_to_the_drawing_program_is_left_out() -> None:
    assert read_picture(INKSCAPE.encode()).replace("\n", "") == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
        '<defs><linearGradient id="a"><stop offset="0" stop-color="#123456" /></linearGradient>'
        '<path id="p" d="M0 0L1 1" /></defs>'
        '<g transform="matrix(1,0,0,1,0,0)" fill="url(#a)" stroke="none">'
        '<path d="M0 0h10v10z" /><use href="#p" x="1" /></g></svg>'
    )


@pytest.mark.parametrize("data", [SEAL.encode(), INKSCAPE.encode(), a_png()], ids=["seal", "layers", "png"])
def test_reading_what_was_read_gives_the_same(data: bytes) -> None:
    once = read_picture(data)

    assert read_picture(once.encode()) == once


def test_a_drawing_without_a_view_box_has_that_of_its_size() -> None:
    read = read_picture(drawing("", '<svg xmlns="http://www.w3.org/2000/svg" width="20px" height="10.5"'))

    assert 'viewBox="0 0 20 10.5"' in read


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (drawing("<script>alert(1)</script>"), "a program"),
        (drawing('<g onload="alert(1)"/>'), "a program"),
        (drawing('<a href="https://x.example"/>'), "a program"),
        (drawing("<foreignObject/>"), "a program"),
        (drawing("<text>Academy</text>"), "outlines"),
        (drawing('<image href="data:image/png;base64,AA=="/>'), "as a PNG"),
        (drawing("<style>path{fill:url(https://x.example)}</style>"), "“style”"),
        (drawing('<animate attributeName="d"/>'), "“animate”"),
        (drawing("<filter/>"), "“filter”"),
        (drawing('<set attributeName="href" to="javascript:alert(1)"/>'), "“set”"),
        (drawing('<use href="https://x.example/a.svg#b"/>'), "outside itself"),
        (drawing('<use href="data:image/svg+xml,%3Csvg/%3E#b"/>'), "outside itself"),
        (drawing('<use xmlns:x="http://www.w3.org/1999/xlink" x:href="javascript:alert(1)"/>'), "outside itself"),
        (drawing('<path fill="url(https://x.example/a#b)"/>'), "outside itself"),
        (drawing("<path style=\"fill:url('file:///etc/passwd#a')\"/>"), "outside itself"),
        (drawing('<path fill="url( //x.example)"/>'), "outside itself"),
        (drawing('<x:thing xmlns:x="urn:x"><svg:path xmlns:svg="http://www.w3.org/2000/svg"/></x:thing>'), "thing"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + drawing("&a;"), "document type"),
        (b'<!DOCTYPE svg SYSTEM "http://x.example/a.dtd">' + drawing(""), "document type"),
        (drawing("<g>" * 30 + "</g>" * 30), "nested too deeply"),
        (drawing("<path/>" * 2_001), "more than 2,000"),
        (drawing('<g id="a"><path/></g><g id="b"><use href="#a"/></g><use href="#b"/>'), "repeats parts"),
        (drawing('<g id="a">' + "<path/>" * 100 + "</g>" + '<use href="#a"/>' * 30), "more than 2,000"),
        (drawing('<g id="a"><use href="#a"/></g>'), "repeats parts"),
        (f"{OPENING}></svg>".encode(), "no shapes"),
        (drawing("", '<svg xmlns="http://www.w3.org/2000/svg"'), "how large"),
        (drawing("", '<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="1"'), "how large"),
        (b"<html></html>", "neither"),
        (b"<svg></svg>", "neither"),
        (b"GIF89a", "neither"),
        (b"\xff\xd8\xff\xe0", "neither"),
        (b"", "neither"),
        (b" " * (LARGEST + 1), "512 KB"),
    ],
)
def test_what_is_no_plain_drawing_is_refused_with_a_sentence(data: bytes, why: str) -> None:
    with pytest.raises(UnusablePicture, match=why) as refusal:
        read_picture(data)

    assert str(refusal.value).endswith(".")


# PNG -----------------------------------------------------------------------------------------------------


def test_a_png_is_kept_without_what_was_in_its_file() -> None:
    from PIL.PngImagePlugin import PngInfo

    said = PngInfo()
    said.add_text("Author", "Somebody")

    read = read_picture(a_png(pnginfo=said))

    assert held(read).info == {}
    assert held(read).getpixel((0, 0)) == (20, 30, 90, 255)
    assert 'viewBox="0 0 40 20"' in read


def test_a_large_png_is_made_smaller() -> None:
    assert held(read_picture(a_png(3_000, 100))).size == (MOST_PIXELS, 80)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (a_png()[:60], "damaged"),
        (a_png()[:8] + b"\0" * 40, "damaged"),
        (a_png(8, 8), "16 to 9,600"),
        (a_png(9_601, 16), "16 to 9,600"),
    ],
)
def test_a_png_that_cannot_be_printed_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(UnusablePicture, match=why):
        read_picture(data)
