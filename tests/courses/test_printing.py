"""Does an invoice or a receipt print, whoever pays and however long it is?"""

import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date

import pikepdf
import pytest

from cms.accounts.typesetting.glyphs import MISSING
from courses.printing import PrintedPaper, render_paper

RECEIPT = PrintedPaper(
    kind_label="Receipt",
    reference="RCT-00007",
    issued_on=date(2026, 11, 24),
    issued_words="24 November 2026",
    issuer_name="Closed Set Academy Ltd",
    issuer_address=("The Old Scene Dock", "14 Lantern Yard"),
    issuer_tax_number="GB 000",
    payer_name="Ana Núñez",
    lines=(("Foundations of consent on set", 1, "£180"),),
    total_label="Paid",
    total="£180",
    extra=(("VAT contained, 20 %", "£30"),),
    notes=("Paid online. Thank you.",),
)


def words_in(pdf: bytes) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here")
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def pages_of(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def test_what_a_receipt_says_can_be_read_out_of_the_file():
    text = words_in(render_paper(RECEIPT))

    for words in ("Receipt", "RCT-00007", "24 November 2026", "Ana Núñez", "14 Lantern Yard", "£180", "VAT contained"):
        assert words in text


def test_the_same_words_give_the_same_bytes():
    assert render_paper(RECEIPT) == render_paper(RECEIPT)


def test_sixty_lines_go_on_over_several_sheets():
    lines = tuple(
        (f"A place for somebody, number {number}, " + "on a long programme " * 4, 3, "£1") for number in range(60)
    )

    pdf = render_paper(replace(RECEIPT, lines=lines))

    assert pages_of(pdf) > 2
    assert "number 59" in " ".join(words_in(pdf).split())


@pytest.mark.parametrize("name", ["محمد العلي", "李小龍", "שרה לוי", "Zażółć Gęślą", "অনিতা রায়", "O’Neil & Søn <b>"])
def test_names_of_many_scripts_print(name):
    assert render_paper(replace(RECEIPT, payer_name=name)).startswith(b"%PDF")


def test_a_letter_that_no_face_draws_does_not_stop_a_receipt():
    text = words_in(render_paper(replace(RECEIPT, payer_name="Ana 🎬 ไทย", notes=("bell\a",))))

    assert f"Ana {MISSING}" in text


def test_the_file_is_tagged_and_says_its_title():
    with pikepdf.open(io.BytesIO(render_paper(RECEIPT))) as opened:
        assert opened.Root.MarkInfo.Marked
        with opened.open_metadata() as said:
            assert said["dc:title"] == "Receipt RCT-00007"
            assert said["pdfaid:part"] == "3"
            assert said["pdfuaid:part"] == "1"
