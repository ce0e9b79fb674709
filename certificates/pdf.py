"""How is a certificate printed?

One sheet, A4 or US Letter, as a PDF that archives (PDF/A-3a), that a screen reader can read (PDF/UA-1), and that
carries the signed credential as an attachment. It reads no database and no network, and the same certificate in the same
look always gives the same bytes.
"""

import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from cms.accounts.typesetting.glyphs import draws_its_latin, unprintable_characters
from cms.accounts.typesetting.press import picture, press
from cms.accounts.typesetting.squares import qr_svg

from .contrast import softer

__all__ = [
    "HOUSE_LOOK",
    "Look",
    "PrintedCertificate",
    "Signature",
    "UnprintableName",
    "UnprintableText",
    "render_pdf",
    "render_picture",
    "unprintable_characters",
]

SHEET = Path(__file__).parent / "sheet"

# How the typesetter writes these two in a PDF of its own.
HEADING = re.compile(rb"^(\d+) 0 obj\n<</Type/StructElem/S/H1/(.+)>>\nendobj$", re.MULTILINE)
TRAILER = re.compile(rb"^trailer\n<<(.+)>>\nstartxref\n(\d+)\n%%EOF$", re.MULTILINE)


class UnprintableText(ValueError):
    """Words with a character that no face of ours draws. The message is fit for whoever typed them."""

    def __init__(self, text: str, characters: str) -> None:
        self.text = text
        self.characters = characters
        super().__init__(f"We cannot print “{_visible(text)}” on a certificate: {_listed(characters)}")


class UnprintableName(UnprintableText):
    """The holder's name has a character that no face of ours draws."""


@dataclass(frozen=True, kw_only=True)
class PrintedCertificate:
    """The words on one certificate, exactly as they are printed.

    Dates are printed only where `basis` says them, in the reader's own words; `issued_on` and `valid_until`
    date the file. The words that have a default are English: give them all when `language` is another one.
    """

    holder_name: str
    kind_label: str
    title: str
    programme_title: str
    issuer_name: str
    registrar_name: str
    lead: str
    basis: tuple[tuple[str, str], ...]
    number: str
    verify_url: str
    verify_label: str
    fine_print: str
    issued_on: date
    valid_until: date | None
    document_id: str
    language: str = "en"
    opening: str = "This is to certify that"
    registrar_label: str = "Registrar"
    number_label: str = "Certificate number"
    qr_alt: str = "QR code that opens the verification page for this certificate"
    attachment_label: str = "The signed credential that this certificate prints"

    def __post_init__(self) -> None:
        if len(self.basis) > 4:
            raise ValueError("A certificate has room for four facts in its basis.")


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signs a certificate, and as what. `picture` is an SVG of `certificates.pictures`."""

    name: str
    role: str = ""
    picture: str = ""


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a certificate is set: a layout of certificates/sheet/, colours (#rrggbb), the academy's seal, who signs.

    Without signatures, the registrar signs whom the certificate names.
    """

    template: str = "call_sheet"
    ink: str = "#1b1917"
    accent: str = "#472a66"
    seal: str = ""
    signatures: tuple[Signature, ...] = ()


HOUSE_LOOK = Look()
UPRIGHT = frozenset({"title_page"})


def render_pdf(
    printed: PrintedCertificate, *, credential_json: bytes, look: Look = HOUSE_LOOK, paper: str = "a4"
) -> bytes:
    """The certificate as a PDF of one page, with `credential_json` (UTF-8) attached as `credential.json`.

    `paper` is "a4" or "letter". Repeating it gives the same bytes. Raises UnprintableName for a name, and
    UnprintableText for any other words, that the faces cannot draw.
    """
    _refuse_unprintable(printed, look)
    issued_at = datetime.combine(printed.issued_on, time(), tzinfo=UTC)
    compiled = press(
        SHEET / f"{look.template}.typ",
        words=_sheet(printed, look, paper),
        at=issued_at,
        credential=credential_json.decode(),
    )
    return _with_spoken_name(compiled, unicodedata.normalize("NFC", printed.holder_name))


def render_picture(
    printed: PrintedCertificate, *, look: Look = HOUSE_LOOK, paper: str = "a4", dots: int = 110
) -> bytes:
    """The sheet as a PNG to look at, with nothing attached; `dots` to the inch. Raises as render_pdf does."""
    _refuse_unprintable(printed, look)
    return picture(SHEET / f"{look.template}.typ", words=_sheet(printed, look, paper), form="png", dots=dots)


def _refuse_unprintable(printed: PrintedCertificate, look: Look) -> None:
    if characters := unprintable_characters(printed.holder_name):
        raise UnprintableName(printed.holder_name, characters)
    signed = [words for person in look.signatures for words in (person.name, person.role)]
    for text in [*asdict(printed).values(), *signed, *(words for fact in printed.basis for words in fact)]:
        if isinstance(text, str) and (characters := unprintable_characters(text)):
            raise UnprintableText(text, characters)


def _sheet(printed: PrintedCertificate, look: Look, paper: str) -> dict[str, object]:
    """What the template reads. Composed letters only, so that one face draws a letter and its marks."""
    words = asdict(printed)
    registrar = (Signature(name=printed.registrar_name, role=printed.registrar_label),)
    signatures = look.signatures or (registrar if printed.registrar_name else ())
    del words["valid_until"]
    until = f", valid until {printed.valid_until.isoformat()}" if printed.valid_until else ""
    lang, *subtags = printed.language.split("-")
    words |= {
        "issued_on": [printed.issued_on.year, printed.issued_on.month, printed.issued_on.day],
        "lang": lang,
        "region": next((subtag for subtag in subtags if len(subtag) == 2), None),
        "document_title": f"{printed.title}: {printed.holder_name}",
        "description": (
            f"{printed.kind_label}, {printed.programme_title}. {printed.number}, "
            f"issued {printed.issued_on.isoformat()}{until}."
        ),
        "qr_svg": qr_svg(printed.verify_url),
        "paper": paper,
        "upright": look.template in UPRIGHT,
        "design": {
            "ink": look.ink,
            "soft": softer(look.ink),
            "accent": look.accent,
            "seal": look.seal,
            "signatures": [asdict(signature) for signature in signatures],
        },
        "name_in_our_face": draws_its_latin(printed.holder_name),
    }
    return {key: _composed(value) for key, value in words.items()}


def _with_spoken_name(compiled: bytes, name: str) -> bytes:
    """The same PDF, whose heading also says the name as text.

    The typesetter places some marks as pieces of their own (Devanagari, Hebrew points), and a screen reader
    would read those letters twice. It has no setting for this, so the heading is written again at the end of
    the file, as PDF provides for changes (ISO 32000-1, 7.5.6).
    """
    (heading,) = HEADING.finditer(compiled)
    (trailer,) = TRAILER.finditer(compiled)
    number, entries = heading.groups()
    trailer_entries, table_at = trailer.groups()
    spoken = b"FEFF" + name.encode("utf-16-be").hex().encode()
    compiled = compiled.rstrip(b"\n") + b"\n"
    added = b"%b 0 obj\n<</Type/StructElem/S/H1/ActualText<%b>/%b>>\nendobj\n" % (number, spoken, entries)
    table = b"xref\n%b 1\n%010d 00000 n\r\n" % (number, len(compiled))
    end = b"trailer\n<<%b/Prev %b>>\nstartxref\n%d\n%%%%EOF\n" % (
        trailer_entries,
        table_at,
        len(compiled) + len(added),
    )
    return compiled + added + table + end


def _composed(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list | tuple):
        return [_composed(item) for item in value]
    if isinstance(value, dict):
        return {key: _composed(item) for key, item in value.items()}
    return value


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _listed(characters: str) -> str:
    """A sentence that points at each character, by its name where it cannot be seen."""
    shown = [f"“{c}”" if c.isprintable() else _described(c) for c in characters]
    if len(shown) == 1:
        return f"our typefaces have no {shown[0]}. Please write it another way."
    return f"our typefaces have no {', '.join(shown[:-1])} or {shown[-1]}. Please write them another way."


def _described(character: str) -> str:
    if character in "\n\r\v\f\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}":
        return "line break"
    return unicodedata.name(character, "").lower() or f"character U+{ord(character):04X}"
