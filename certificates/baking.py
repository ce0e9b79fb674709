"""How does a picture carry a credential, and how is it taken out again?

Baking and its reverse, as Open Badges 3.0 has them (§5.3). Baking makes exactly what the specification asks; taking out
refuses whatever could be read in two ways, as it is done with files of strangers. No network, no database.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

__all__ = ["BadlyBaked", "NothingBaked", "bake_png", "bake_svg", "unbake_png", "unbake_svg"]

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
SVG = "http://www.w3.org/2000/svg"
KEYWORD = b"openbadgecredential"
# Keyword, end of it, not compressed, method 0, no language, no translation. Source: PNG, third edition, §11.3.3.4.
CHUNK_HEAD = KEYWORD + b"\0" + b"\0\0" + b"\0" + b"\0"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
LARGEST_PICTURE = 8 * 1024 * 1024  # bytes
LARGEST_CREDENTIAL = 256 * 1024  # bytes

_PROLOGUE = r"\A\ufeff?(?:\s+|<\?.*?\?>|<!--.*?-->)*"
_OPENING = re.compile(_PROLOGUE + r"""<svg(?=[\s>])(?:[^>"']|"[^"]*"|'[^']*')*(?<!/)>""", re.DOTALL)
# What XML 1.0 cannot carry (§2.2), and the carriage return, which a reader would turn into a line feed.
_NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class BadlyBaked(ValueError):
    """The picture cannot carry the credential, or carries it in a way that is not to be trusted. Fit for the person."""


class NothingBaked(BadlyBaked):
    """The picture is one, and carries no credential of Open Badges 3.0."""

    def __init__(self) -> None:
        super().__init__(_("This picture carries no credential. Ask for the file as it was downloaded."))


def bake_png(png: bytes, credential: str) -> bytes:
    """The same picture with `credential` in one uncompressed iTXt chunk. Raises BadlyBaked for one that has a credential."""
    chunks = list(_chunks(png))
    if any(kind == b"iTXt" and _keyword(data) == KEYWORD for kind, data in chunks):
        raise BadlyBaked(_("This picture carries a credential already."))
    (header, *rest) = chunks
    return SIGNATURE + b"".join(
        _chunk(kind, data) for kind, data in [header, (b"iTXt", CHUNK_HEAD + credential.encode()), *rest]
    )


def unbake_png(png: bytes) -> str:
    """The credential, exactly as baked. Raises NothingBaked, or BadlyBaked for two, for a compressed one, for damage."""
    found = [data for kind, data in _chunks(png) if kind == b"iTXt" and _keyword(data) == KEYWORD]
    if not found:
        raise NothingBaked
    if len(found) > 1:
        raise BadlyBaked(_("This picture carries more than one credential, so nobody can say which one counts."))
    _said, _end, rest = found[0].partition(b"\0")
    if rest[:2] != b"\0\0":
        raise BadlyBaked(_("The credential in this picture is compressed, which Open Badges does not allow."))
    _language, one, rest = rest[2:].partition(b"\0")
    _translated, two, text = rest.partition(b"\0")
    if not one or not two:
        raise BadlyBaked(_damaged())
    return _read(text)


def bake_svg(svg: str, credential: str) -> str:
    """The same drawing with `credential` in its first element, as CDATA. Raises BadlyBaked for one that has a credential."""
    root = _parsed(svg)
    opening = _OPENING.match(svg)
    if opening is None or root.tag != f"{{{SVG}}}svg":
        raise BadlyBaked(_("This is not a drawing that can carry a credential."))
    if "xmlns:openbadges" in opening.group() or any(_carriers(root)):
        raise BadlyBaked(_("This picture carries a credential already."))
    if _NOT_IN_XML.search(credential):
        raise BadlyBaked(_("This credential has characters that a drawing cannot carry."))
    quoted = credential.replace("]]>", "]]]]><![CDATA[>")
    return (
        f'{opening.group()[:-1]} xmlns:openbadges="{NAMESPACE}">'
        f"<openbadges:credential><![CDATA[{quoted}]]></openbadges:credential>{svg[opening.end() :]}"
    )


def unbake_svg(svg: str) -> str:
    """The credential, exactly as baked: JSON, or the JWT of the attribute `verify`.

    Raises NothingBaked; BadlyBaked for two of them, for one that is hidden deeper, for one that says both or has
    elements inside, and for a document type or entities, which can make one file say many things.
    """
    root = _parsed(svg)
    if root.tag != f"{{{SVG}}}svg":
        raise BadlyBaked(_damaged())
    found = list(_carriers(root))
    if not found:
        raise NothingBaked
    if len(found) > 1:
        raise BadlyBaked(_("This picture carries more than one credential, so nobody can say which one counts."))
    (carrier,) = found
    if carrier not in list(root) or len(carrier):
        raise BadlyBaked(_damaged())
    inside, verify = carrier.text or "", carrier.get("verify")
    if verify is not None and inside.strip():
        raise BadlyBaked(_("This picture carries more than one credential, so nobody can say which one counts."))
    text = inside if verify is None else verify
    if not text.strip():
        raise NothingBaked
    return _read(text.encode())


# PNG -------------------------------------------------------------------------------------------------------


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and contents of each chunk. Raises BadlyBaked unless the file is whole, ends where it says, and sums hold."""
    if len(png) > LARGEST_PICTURE:
        raise BadlyBaked(_too_large())
    if not png.startswith(SIGNATURE):
        raise BadlyBaked(_("This is not a PNG picture."))
    at, kind, first = len(SIGNATURE), b"", True
    while kind != b"IEND":
        if at + 12 > len(png):
            raise BadlyBaked(_damaged())
        (length,) = struct.unpack_from(">I", png, at)
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if len(data) != length or first != (kind == b"IHDR"):
            raise BadlyBaked(_damaged())
        if png[at + 8 + length : at + 12 + length] != _sum(kind, data):
            raise BadlyBaked(_damaged())
        yield kind, data
        at, first = at + 12 + length, False
    if at != len(png):
        raise BadlyBaked(_damaged())


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + _sum(kind, data)


def _sum(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(kind + data))


def _keyword(data: bytes) -> bytes:
    return data.partition(b"\0")[0]


# SVG -------------------------------------------------------------------------------------------------------


def _parsed(svg: str) -> Element:
    if len(svg) > LARGEST_PICTURE:
        raise BadlyBaked(_too_large())
    try:
        root: Element = fromstring(svg, forbid_dtd=True)
    except DefusedXmlException:
        raise BadlyBaked(
            _("This drawing declares a document type or entities, with which one file can say many things.")
        ) from None
    except (ParseError, ValueError):  # half a surrogate is a ValueError
        raise BadlyBaked(_damaged()) from None
    return root


def _carriers(root: Element) -> Iterator[Element]:
    """Everything that could be taken for the credential, wherever it is."""
    return root.iter(f"{{{NAMESPACE}}}credential")


# Both ------------------------------------------------------------------------------------------------------


def _read(text: bytes) -> str:
    if len(text) > LARGEST_CREDENTIAL:
        raise BadlyBaked(_("The credential in this picture is too large to be one."))
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise BadlyBaked(_damaged()) from None


def _damaged() -> str:
    return _("This picture is damaged. Ask for the file as it was downloaded.")


def _too_large() -> str:
    return _("This picture is larger than 8 MB.")
