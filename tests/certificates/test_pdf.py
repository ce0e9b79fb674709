"""How is a certificate printed?"""

import hashlib
import io
import re
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from datetime import date

import pikepdf
import pytest

from certificates.pdf import (
    HOUSE_LOOK,
    Look,
    PrintedCertificate,
    Signature,
    UnprintableName,
    UnprintableText,
    render_pdf,
    render_picture,
    unprintable_characters,
)
from cms.accounts.typesetting.glyphs import FONTS, font_folders

CREDENTIAL = '{\n  "name": "Ana Núñez",\r\n  "proof": "z5…"\n}\n'.encode()

ANA = PrintedCertificate(
    holder_name="Ana Núñez",
    kind_label="Certification",
    title="Certified Intimacy Coordinator",
    programme_title="Intimacy Coordinator",
    issuer_name="Closed Set Academy",
    registrar_name="Philippa Grange",
    lead=(
        "has met, on evidence signed by working coordinators, every requirement of the programme "
        "Intimacy Coordinator, and is a"
    ),
    basis=(
        ("Study", "3 modules, 96 hours"),
        ("On set", "22 days, 3 mentors"),
        ("Rule set", "2026.1 (example)"),
        ("Valid", "2 March 2026 to 2 March 2029"),
    ),
    number="CS-7K3M9-QX2TB-4",
    verify_url="https://closedset.example/verify/CS-7K3M9-QX2TB-4/",
    verify_label="closedset.example/verify",
    fine_print="Says what was shown on the day it was issued. Not a licence.",
    issued_on=date(2026, 3, 2),
    valid_until=date(2029, 3, 2),
    document_id="urn:uuid:6f0c1b0e-6df5-4c8e-9a53-0f5f9f3f7f11",
)

NAMES = [
    "Ana Núñez",
    "Siân Ŵyn",
    "Zofia Wiśniewska",
    "Nguyễn Thị Ánh",
    "Ọládélé Adébáyọ̀",
    "Ελένη Παπαδοπούλου",
    "Наталья Щербакова",
    "李小龍",
    "さくら",
    "김민준",
    "ليلى",
    "علی‌رضا",
    "שירה לוי",
    "Layla ليلى",
    "प्रिया शर्मा",
    "অনন্যা দাস",
]
LONG_NAMES = [
    "Wilhelmina-Alexandrina Featherstonehaugh-Cholmondeley-Windsor",
    "Maria del Carmen Fernández-Villaverde de Albornoz y Gutiérrez",
    "W" * 60,
    "國" * 60,
]
SEAL = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4" fill="#0b5563"/></svg>'
OWN = Look(
    ink="#12262b",
    accent="#0b5563",
    seal=SEAL,
    signatures=(
        Signature(name="Philippa Grange", role="Registrar", picture=SEAL),
        Signature(name="Dr Margarethe Featherstonehaugh", role="Director of training and certification"),
    ),
)
LOOKS = {f"{kind} {name}": replace(look, template=name) for name in ("call_sheet", "engraved", "title_page")
         for kind, look in (("our", HOUSE_LOOK), ("own", OWN))}  # fmt: skip
MARKUP = ["#panic()", "*x*", "_y_ $z$ `c`", '#read("/etc/hostname")', "= <a> @b \\ // c", "#sys.inputs"]


def printed(look: Look = HOUSE_LOOK, paper: str = "a4", **changes: object) -> pikepdf.Pdf:
    made = render_pdf(replace(ANA, **changes), credential_json=CREDENTIAL, look=look, paper=paper)
    return pikepdf.open(io.BytesIO(made))


def tagged(pdf: pikepdf.Pdf, kind: str) -> list[pikepdf.Dictionary]:
    return [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == kind]


def words_on(pdf: pikepdf.Pdf) -> str:
    """The page's text as another program extracts it, without its marks of direction, on one line."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    file = io.BytesIO()
    pdf.save(file)
    text = subprocess.run(["pdftotext", "-", "-"], input=file.getvalue(), capture_output=True, check=True).stdout
    return " ".join(re.sub("[\u202a-\u202e]", "", text.decode()).split())


@pytest.mark.parametrize("name", NAMES + LONG_NAMES + MARKUP)
def test_a_name_is_on_one_page_and_is_its_heading(name):
    pdf = printed(holder_name=name)

    assert len(pdf.pages) == 1
    assert [str(heading.ActualText) for heading in tagged(pdf, "/H1")] == [unicodedata.normalize("NFC", name)]


# Devanagari is left out: extraction there repeats letters, which is why the heading says the name itself.
@pytest.mark.parametrize("name", [name for name in NAMES[:14] if "\u200c" not in name] + MARKUP)
def test_a_name_is_printed_literally(name):
    words = words_on(printed(holder_name=name))

    assert f"This is to certify that {name} has met" in words


def test_every_word_is_printed():
    words = words_on(printed())

    for said in (
        ANA.kind_label,
        ANA.title,
        ANA.issuer_name,
        ANA.registrar_name,
        ANA.lead,
        ANA.number,
        ANA.fine_print,
    ):
        assert said in words
    for label, value in ANA.basis:
        assert label in words
        assert value in words


def test_the_file_claims_archiving_and_accessibility():
    with printed().open_metadata() as claims:
        claimed = {key: claims[key] for key in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")}

    assert claimed == {"pdfaid:part": "3", "pdfaid:conformance": "A", "pdfuaid:part": "1"}


def test_the_file_says_what_it_is():
    pdf = printed(language="en-GB")

    assert str(pdf.docinfo.Title) == "Certified Intimacy Coordinator: Ana Núñez"
    assert str(pdf.docinfo.Author) == "Closed Set Academy"
    assert str(pdf.docinfo.Subject) == (
        "Certification, Intimacy Coordinator. CS-7K3M9-QX2TB-4, issued 2026-03-02, valid until 2029-03-02."
    )
    assert str(pdf.docinfo.Keywords) == f"CS-7K3M9-QX2TB-4, {ANA.document_id}"
    assert str(pdf.docinfo.CreationDate).startswith("D:20260302000000")
    assert str(pdf.Root.Lang) == "en-GB"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)


def test_the_code_is_drawn_and_described():
    pdf = printed()

    assert [str(figure.Alt) for figure in tagged(pdf, "/Figure")] == [ANA.qr_alt]
    assert [item for item in pdf.objects if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"] == []


def test_the_attachment_is_the_credential_byte_for_byte():
    pdf = printed()

    assert list(pdf.attachments) == ["credential.json"]
    attached = pdf.attachments["credential.json"]
    assert attached.get_file().read_bytes() == CREDENTIAL
    assert attached.get_file().mime_type == "application/vc"
    assert str(attached.obj.AFRelationship) == "/Data"
    assert len(pdf.Root.AF) == 1


def test_the_same_certificate_gives_the_same_bytes():
    first = render_pdf(ANA, credential_json=CREDENTIAL)

    assert render_pdf(ANA, credential_json=CREDENTIAL) == first
    assert render_pdf(replace(ANA, verify_url="https://closedset.example/"), credential_json=CREDENTIAL) != first


def test_only_our_fonts_are_used_and_all_are_in_the_file():
    pdf = printed()

    fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/FontDescriptor" in item]

    assert {str(font.BaseFont).split("+")[1].split("-")[0] for font in fonts} == {
        "NewsreaderDisplay",
        "AtkinsonHyperlegibleNext",
    }
    assert all({"/FontFile2", "/FontFile3"} & set(font.FontDescriptor.keys()) for font in fonts)


def test_long_words_everywhere_stay_on_one_page():
    pdf = printed(
        holder_name=LONG_NAMES[0],
        title="Certified Intimacy Coordinator for Episodic Television and Feature Films",
        lead=ANA.lead + " " + ANA.lead,
        registrar_name=LONG_NAMES[1],
        fine_print=ANA.fine_print * 4,
    )

    assert len(pdf.pages) == 1


@pytest.mark.parametrize("basis", [(), ANA.basis[:1], ANA.basis[:3]])
def test_a_basis_may_be_shorter(basis):
    assert len(printed(basis=basis, valid_until=None).pages) == 1


def test_a_basis_of_five_is_refused():
    with pytest.raises(ValueError, match="four facts"):
        replace(ANA, basis=ANA.basis + ANA.basis[:1])


@pytest.mark.parametrize(
    ("name", "characters", "sentence"),
    [
        ("Ana 😀", "😀", "our typefaces have no “😀”. Please write it another way."),
        (
            "สมชาย ก",
            "สมชายก",
            "our typefaces have no “ส”, “ม”, “ช”, “า”, “ย” or “ก”. Please write them another way.",
        ),
        ("Ana\nNúñez", "\n", "our typefaces have no line break. Please write it another way."),
        (
            "Ana \u202enat",
            "\u202e",
            "our typefaces have no right-to-left override. Please write it another way.",
        ),
        ("Ana \x07", "\x07", "our typefaces have no character U+0007. Please write it another way."),
        ("Ana \ud800", "\ud800", "our typefaces have no character U+D800. Please write it another way."),
    ],
)
def test_a_name_nobody_can_draw_is_refused_with_a_sentence(name, characters, sentence):
    with pytest.raises(UnprintableName) as refusal:
        render_pdf(replace(ANA, holder_name=name), credential_json=CREDENTIAL)

    assert refusal.value.characters == characters
    assert str(refusal.value).startswith("We cannot print “")
    assert str(refusal.value).endswith(sentence)


def test_other_words_are_checked_too():
    with pytest.raises(UnprintableText) as refusal:
        render_pdf(replace(ANA, basis=(("Study", "3 🎬"),)), credential_json=CREDENTIAL)

    assert not isinstance(refusal.value, UnprintableName)


@pytest.mark.parametrize("name", NAMES + LONG_NAMES + MARKUP)
def test_what_can_be_drawn_is_not_refused(name):
    assert unprintable_characters(name) == ""
    assert unprintable_characters(unicodedata.normalize("NFD", name)) == ""


def test_a_mark_is_refused_where_no_face_puts_it_on_that_letter():
    # The Han face has no Hebrew points, and the Hebrew face has no Han.
    assert unprintable_characters("李\u05b8") == "\u05b8"


# Designs ---------------------------------------------------------------------------------------------------


def overlaps(pdf: pikepdf.Pdf) -> list[tuple[str, str]]:
    """Which words lie on one another, or off the sheet, as another program lays them out."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    file = io.BytesIO()
    pdf.save(file)
    laid = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=file.getvalue(), capture_output=True, check=True)
    wide, high = (float(side) for side in pdf.pages[0].mediabox[2:])
    words = [
        (word, *map(float, box))
        for *box, word in re.findall(
            r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>',
            laid.stdout.decode(),
        )
    ]
    off = [(one[0], "the edge") for one in words if min(one[1:3]) < 12 or one[3] > wide - 12 or one[4] > high - 12]
    return off + [
        (one[0], other[0])
        for place, one in enumerate(words)
        for other in words[place + 1 :]
        if min(one[3], other[3]) - max(one[1], other[1]) > 1.5
        # Boxes are as tall as the face allows; letters of two lines that touch share more than a third of one.
        and min(one[4], other[4]) - max(one[2], other[2]) > 0.4 * min(one[4] - one[2], other[4] - other[2])
    ]


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_every_design_archives_speaks_and_carries_the_credential(look: Look, paper: str) -> None:
    pdf = printed(look, paper)

    with pdf.open_metadata() as claims:
        claimed = [claims[key] for key in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")]
    short, long = (595, 842) if paper == "a4" else (612, 792)
    size = (short, long) if look.template == "title_page" else (long, short)
    assert claimed == ["3", "A", "1"]
    assert tuple(round(float(side)) for side in pdf.pages[0].mediabox[2:]) == size
    assert pdf.attachments["credential.json"].get_file().read_bytes() == CREDENTIAL
    assert [str(figure.Alt) for figure in tagged(pdf, "/Figure")] == [ANA.qr_alt]


@pytest.mark.parametrize("name", NAMES + LONG_NAMES + MARKUP)
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_every_design_holds_every_name(look: Look, name: str) -> None:
    pdf = printed(look, "letter", holder_name=name)

    assert len(pdf.pages) == 1
    assert [str(heading.ActualText) for heading in tagged(pdf, "/H1")] == [unicodedata.normalize("NFC", name)]


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", ["Ana Núñez", *LONG_NAMES[:2]])
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_no_words_lie_on_one_another(look: Look, name: str, paper: str) -> None:
    pdf = printed(
        look,
        paper,
        holder_name=name,
        issuer_name="The International Academy for Intimacy Coordination and Direction on Set",
        title="Certified Intimacy Coordinator for Episodic Television, Feature Films and the Theatre",
        lead=ANA.lead.replace("Intimacy Coordinator,", "Intimacy Coordination for Screen and Stage, Advanced Level,"),
    )

    assert overlaps(pdf) == []


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_every_design_says_who_signs(look: Look) -> None:
    words = words_on(printed(look))

    for person in look.signatures or (Signature(name="Philippa Grange", role="Registrar"),):
        assert person.name in words.replace("\n", " ")
        assert all(part in words for part in person.role.split())


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_design_without_anybody_who_signs_is_a_sheet_too(look: Look) -> None:
    pdf = printed(replace(look, signatures=()), registrar_name="")

    assert len(pdf.pages) == 1
    assert "Registrar" not in words_on(pdf)


def test_the_academys_colours_are_printed_and_ours_are_not() -> None:
    def colours(look: Look) -> bytes:
        pdf = printed(look)
        streams = [
            item.read_bytes()
            for item in pdf.objects
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") != "/XML"
        ]
        return b"".join(streams)

    violet = b"0.2784314 0.16470589 0.4"

    assert violet in colours(HOUSE_LOOK)
    assert violet not in colours(OWN)


def test_what_is_signed_under_is_checked_too() -> None:
    with pytest.raises(UnprintableText):
        render_pdf(ANA, credential_json=CREDENTIAL, look=Look(signatures=(Signature(name="Ana 😀"),)))


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_proof_is_a_picture_of_the_sheet(look: Look) -> None:
    assert render_picture(ANA, look=look, dots=20).startswith(b"\x89PNG")


def test_every_vendored_font_is_as_recorded():
    recorded = dict(re.findall(r"^\| `(\S+)` \|.*\| `(\w{64})` \|$", (FONTS / "VENDORED.md").read_text(), re.M))

    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.ttf")} == recorded
    assert all(folder.is_dir() for folder in font_folders())
