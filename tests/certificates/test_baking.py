"""Does a picture give back the credential it was given, to the byte, and nothing else for one?"""

import io
import struct
import time
import zlib
from contextlib import suppress

import openbadgeslib.baking as independent
import pytest
from PIL import Image

from certificates.baking import (
    LARGEST_CREDENTIAL,
    LARGEST_PICTURE,
    NAMESPACE,
    BadlyBaked,
    NothingBaked,
    bake_png,
    bake_svg,
    unbake_png,
    unbake_svg,
)

CREDENTIAL = '{\n  "name": "Ana Núñez 李小龍 ليلى",\n  "odd": "]]> <&> \\u0000 \U0001f3ac",\n  "n": [1]\n}'
DRAWING = (
    '<?xml version="1.0"?>\n<!-- a <svg> --><svg xmlns="http://www.w3.org/2000/svg" id="a>b"><title>T</title></svg>\n'
)
HEAD = b"openbadgecredential\0\0\0\0\0"


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(file, "PNG")
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunks(*more: bytes) -> bytes:
    """The picture with these chunks before its end."""
    png = picture()
    return png[:-12] + b"".join(more) + png[-12:]


def carrying(*inside: str, before: str = "") -> str:
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="{NAMESPACE}">'
    return f'{before}{opening}{"".join(inside)}<path d="M0 0"/></svg>'


def element(text: str = "{}") -> str:
    return f"<openbadges:credential>{text}</openbadges:credential>"


# There and back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("credential", [CREDENTIAL, "]]>", "a]]>]]>b", "eyJ.e30.sig", "{}\n"])
def test_what_is_baked_comes_out_again_to_the_byte(credential: str) -> None:
    assert unbake_png(bake_png(picture(), credential)) == credential
    assert unbake_svg(bake_svg(DRAWING, credential)) == credential


def test_another_library_takes_out_the_same() -> None:
    png, svg = bake_png(picture(), CREDENTIAL), bake_svg(DRAWING, CREDENTIAL)

    assert independent.extract_png(png, keyword=independent.ITXT_KEYWORD_OB3) == CREDENTIAL
    assert independent.extract_svg(svg.encode(), element=independent.SVG_ELEMENT_OB3, text_fallback=True) == CREDENTIAL


@pytest.mark.parametrize("as_text", [True, False], ids=["JSON", "JWT"])
def test_what_another_library_baked_is_taken_out(as_text: bool) -> None:
    token = CREDENTIAL if as_text else "eyJ.e30.sig"

    png = independent.bake_png(picture(), token, "by another", keyword=independent.ITXT_KEYWORD_OB3)
    svg = independent.bake_svg(
        DRAWING.encode(),
        token,
        element=independent.SVG_ELEMENT_OB3,
        namespace=independent.SVG_NS_OB3,
        as_text=as_text,
    )

    assert (unbake_png(png), unbake_svg(svg.decode())) == (token, token)


def test_a_picture_has_one_plain_chunk_and_stays_a_picture() -> None:
    png = bake_png(picture(), CREDENTIAL)

    assert png.count(b"openbadgecredential") == 1
    assert chunk(b"iTXt", HEAD + CREDENTIAL.encode()) in png
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        assert (image.size, image.info["openbadgecredential"]) == ((4, 4), CREDENTIAL)


def test_a_drawing_has_its_credential_directly_after_its_opening() -> None:
    svg = bake_svg(DRAWING, "{}")

    assert svg == DRAWING.replace(
        '"a>b">',
        f'"a>b" xmlns:openbadges="{NAMESPACE}"><openbadges:credential><![CDATA[{{}}]]></openbadges:credential>',
    )


# What is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("png", "why"),
    [
        (with_chunks(chunk(b"iTXt", HEAD + b"{}"), chunk(b"iTXt", HEAD + b"{}")), "more than one"),
        (with_chunks(chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0" + zlib.compress(b"{}"))), "compressed"),
        (with_chunks(chunk(b"iTXt", b"openbadgecredential\0\0\1\0\0{}")), "compressed"),
        (with_chunks(chunk(b"iTXt", b"openbadgecredential")), "compressed"),
        (with_chunks(chunk(b"iTXt", b"openbadgecredential\0\0\0en")), "damaged"),
        (with_chunks(chunk(b"iTXt", HEAD + b"\xff")), "damaged"),
        (with_chunks(chunk(b"iTXt", HEAD + b"{}")[:-1] + b"?"), "damaged"),
        (with_chunks(chunk(b"iTXt", HEAD + b"x" * (LARGEST_CREDENTIAL + 1))), "too large"),
        (picture()[:-1], "damaged"),
        (picture()[:-12], "damaged"),
        (picture() + b"{}", "damaged"),
        (picture() + picture(), "damaged"),
        (picture()[:8] + chunk(b"iTXt", HEAD + b"{}") + picture()[8:], "damaged"),
        (picture()[:8] + b"\xff\xff\xff\xff" + picture()[12:], "damaged"),
        (b"\xff\xd8\xff", "not a PNG"),
        (b"", "not a PNG"),
        (picture()[:8] + b"\0" * LARGEST_PICTURE, "larger than"),
    ],
)  # fmt: skip
def test_a_picture_that_could_be_read_in_two_ways_is_refused(png: bytes, why: str) -> None:
    with pytest.raises(BadlyBaked, match=why):
        unbake_png(png)


@pytest.mark.parametrize(
    ("svg", "why"),
    [
        (carrying(element(), element()), "more than one"),
        (carrying(element(), "<g>", element(), "</g>"), "more than one"),
        (carrying('<openbadges:credential verify="a.b.c">{}</openbadges:credential>'), "more than one"),
        (carrying("<g>", element(), "</g>"), "damaged"),
        (carrying(element(element())), "more than one"),
        (carrying(element("<g/>{}")), "damaged"),
        (carrying(element(), before='<!DOCTYPE svg [<!ENTITY a "b">]>'), "document type"),
        (carrying(element(), before='<!DOCTYPE svg SYSTEM "file:///etc/passwd">'), "document type"),
        (carrying(element(), before="<!DOCTYPE svg>"), "document type"),
        (carrying(element("&a;")), "damaged"),
        (carrying(element("x" * (LARGEST_CREDENTIAL + 1))), "too large"),
        (carrying(element())[:-1], "damaged"),
        (carrying(element("\ud800")), "damaged"),
        (carrying(element()).replace("http://www.w3.org/2000/svg", "urn:other"), "damaged"),
        ("", "damaged"),
        (" " * (LARGEST_PICTURE + 1), "larger than"),
    ],
)
def test_a_drawing_that_could_be_read_in_two_ways_is_refused(svg: str, why: str) -> None:
    with pytest.raises(BadlyBaked, match=why):
        unbake_svg(svg)


@pytest.mark.parametrize(
    "svg",
    [
        DRAWING,
        carrying("<openbadges:credential/>"),
        carrying(element(" \n")),
        carrying(element()).replace(NAMESPACE, "http://openbadges.org"),
    ],
)
def test_a_drawing_without_a_credential_says_so(svg: str) -> None:
    with pytest.raises(NothingBaked, match="carries no credential"):
        unbake_svg(svg)


@pytest.mark.parametrize(
    "more", [b"", chunk(b"iTXt", b"openbadges\0\0\0\0\0{}"), chunk(b"tEXt", b"openbadgecredential\0{}")]
)
def test_a_picture_without_a_credential_says_so(more: bytes) -> None:
    with pytest.raises(NothingBaked, match="carries no credential"):
        unbake_png(with_chunks(more) if more else picture())


def test_nothing_is_baked_twice() -> None:
    with pytest.raises(BadlyBaked, match="already"):
        bake_png(bake_png(picture(), "{}"), "{}")
    with pytest.raises(BadlyBaked, match="already"):
        bake_svg(bake_svg(DRAWING, "{}"), "{}")


@pytest.mark.parametrize("drawing", ['<svg xmlns="http://www.w3.org/2000/svg"/>', "<p></p>", "<svg></svg>"])
def test_what_is_no_drawing_cannot_carry_one(drawing: str) -> None:
    with pytest.raises(BadlyBaked, match="not a drawing"):
        bake_svg(drawing, "{}")


@pytest.mark.parametrize("letter", ["\r", "\0", "\x0b", "\ufffe", "\ud800"])
def test_what_a_drawing_would_change_is_not_baked(letter: str) -> None:
    with pytest.raises(BadlyBaked, match="cannot carry"):
        bake_svg(DRAWING, letter)


@pytest.mark.parametrize(
    "svg",
    [
        carrying("<g>" * 20_000, "</g>" * 20_000, element()),
        carrying(element('"' + "a" * 3_000_000 + '"')),
        carrying(element(), before="<!DOCTYPE svg [" + '<!ENTITY a "aaaa">' * 10_000 + "]>"),
    ],
    ids=["20,000 levels", "3 MB of text", "10,000 entities"],
)
def test_a_hostile_drawing_costs_little(svg: str) -> None:
    begun = time.perf_counter()
    with suppress(BadlyBaked):
        unbake_svg(svg)

    assert time.perf_counter() - begun < 0.5  # measured: 25 ms; the rest is for a busy machine
