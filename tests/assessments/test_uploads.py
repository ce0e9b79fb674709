"""Is a file told by its content, and does nothing stay in a picture that its camera wrote beside it?"""

from io import BytesIO

import pytest
from PIL import Image

from assessments import uploads
from assessments.uploads import LARGEST_UPLOAD, CannotKeep, read_upload
from tests.factories.evidence import PLACE, a_heic, a_pdf, a_picture


def exif() -> Image.Exif:
    written = Image.Exif()
    for tag, value in PLACE.items():
        written[tag] = value
    return written


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (a_pdf(), "application/pdf"),
        (a_picture("JPEG"), "image/jpeg"),
        (a_picture("PNG"), "image/png"),
        (a_heic(), "image/heic"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_it_is_is_told_by_its_content(content, kind):
    assert read_upload(content).type == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04" + bytes(100),
        b"MZ" + bytes(100),
        b"GIF89a" + bytes(100),
        b"<!-- -->%PDF-1.7",
    ],
)
def test_anything_else_is_refused(content):
    with pytest.raises(CannotKeep, match="neither a PDF"):
        read_upload(content)


def test_ten_megabytes_are_kept_and_a_byte_more_is_not():
    pdf = a_pdf()

    assert read_upload(pdf.ljust(LARGEST_UPLOAD, b" ")).type == "application/pdf"
    with pytest.raises(CannotKeep, match="larger than 10 MB"):
        read_upload(pdf.ljust(LARGEST_UPLOAD + 1, b" "))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_place_and_the_device_do_not_stay(kind):
    taken = a_picture(kind, exif=exif(), **({"comment": b"at home"} if kind == "JPEG" else {}))
    assert b"telephone" in taken.replace("’".encode(), b"'") or b"telephone" in taken

    kept = read_upload(taken).content

    with Image.open(BytesIO(kept)) as picture:
        assert dict(picture.getexif()) == {}
        assert "exif" not in picture.info
        assert "comment" not in picture.info
    assert b"telephone" not in kept
    assert b"at home" not in kept


def test_words_written_into_a_png_do_not_stay():
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Location", "51.5, 0.1")

    assert b"51.5" not in read_upload(a_picture("PNG", pnginfo=words)).content


def test_a_picture_taken_sideways_stands_upright():
    turned = exif()
    turned[0x0112] = 6

    kept = read_upload(a_picture("JPEG", size=(40, 20), exif=turned)).content

    with Image.open(BytesIO(kept)) as picture:
        assert picture.size == (20, 40)


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGB"])
def test_every_kind_of_jpeg_is_kept(mode):
    made = BytesIO()
    Image.new(mode, (10, 10)).save(made, "JPEG")

    assert read_upload(made.getvalue()).type == "image/jpeg"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_kept(mode):
    made = BytesIO()
    Image.new(mode, (10, 10)).save(made, "PNG")

    assert read_upload(made.getvalue()).type == "image/png"


def test_the_same_picture_gives_the_same_bytes():
    picture = a_picture("JPEG", exif=exif())

    assert read_upload(picture).digest == read_upload(picture).digest


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_that_ends_too_early_is_refused(kind):
    picture = a_picture(kind, size=(400, 400))

    with pytest.raises(CannotKeep, match="cannot be read"):
        read_upload(picture[: len(picture) // 2])


def test_a_picture_that_is_vast_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(uploads, "MOST_PIXELS", 700)

    with pytest.raises(CannotKeep, match="50 million points"):
        read_upload(a_picture("PNG", size=(40, 20)))
