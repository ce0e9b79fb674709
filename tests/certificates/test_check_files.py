"""Is every file that somebody is shown answered with one verdict, and nothing of it kept?"""

import io
import json
import logging

import pytest
import segno
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from certificates.check_views import FILES
from certificates.codes import number_meant, read_code
from certificates.examples import DID, Example, ExampleFile, FileForm
from certificates.file_checks import LARGEST, check_contents
from certificates.models import CheckRecord, PaperFormat, Status
from certificates.numbers import EXAMPLE
from certificates.papers import paper_of
from certificates.status import revoke_certificate
from certificates.verifying import Verdict
from cms.accounts.models import Entry
from tests.certificates.awards import NOON as AWARDED
from tests.certificates.awards import signed_credential
from tests.certificates.verifying.issuer import network, signed_bytes_of
from tests.factories.certificates import make_certificate, make_certificate_that_is
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db


def drop(client, contents: bytes, name: str = "file.bin"):
    file = io.BytesIO(contents)
    file.name = name
    return client.post(reverse("certificates:verify"), {"file": file})


def said(response) -> str:
    return " ".join(response.content.decode().split())


def photograph(text: str, *, form: str = "PNG", turned: int = 0) -> bytes:
    """A code somewhere on a larger picture, as a telephone takes it."""
    drawn = io.BytesIO()
    segno.make(text).save(drawn, kind="png", scale=5)
    picture = Image.new("RGB", (900, 700), (225, 220, 205))
    picture.paste(Image.open(drawn).convert("RGB"), (500, 380))
    out = io.BytesIO()
    picture.rotate(turned, fillcolor=(225, 220, 205)).save(out, format=form)
    return out.getvalue()


# Our own ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "pdf", "png", "svg", "text"])
def test_every_file_of_a_certificate_is_valid(client, form: str) -> None:
    certificate = make_certificate()
    if form in {"json", "text"}:
        contents = certificate.credential.encode()
    else:
        contents = bytes(paper_of(certificate, form=PaperFormat(form), at=NOON).contents)

    if form == "text":
        response = client.post(reverse("certificates:verify"), {"text": contents.decode()})
    else:
        response = drop(client, contents)

    page = said(response)
    assert response.status_code == 200
    assert response.context["verdict"] == Verdict.VALID
    assert "Yes, it is valid" in page
    assert "Ana Núñez" in page
    assert reverse("certificates:verify_number", args=[certificate.number]) in page
    assert 'content="noindex"' in page
    assert "no-store" in response["Cache-Control"]


def test_an_altered_file_is_found(client) -> None:
    certificate = make_certificate()

    response = drop(client, certificate.credential.replace("Ana", "Eva").encode())

    assert response.context["verdict"] == Verdict.ALTERED
    assert "No, do not rely on it" in said(response)
    assert "Signature, failed." in said(response)
    assert "Dates, not checked." in said(response)


def test_a_replaced_certificate_names_the_newer_and_no_former_name(client) -> None:
    certificate = make_certificate_that_is(Status.SUPERSEDED)

    response = drop(client, certificate.credential.encode())

    page = said(response)
    assert "There is a newer one" in page
    assert reverse("certificates:verify_number", args=[certificate.replaced_by.number]) in page
    assert "Ana Núñez" not in page


# Others -----------------------------------------------------------------------------------------------------


def test_an_issuer_we_do_not_know_is_said_to_be_unknown() -> None:
    contents = signed_bytes_of(signed_credential())

    answer = check_contents(contents, at=AWARDED.replace(day=3), fetch=network())

    assert (answer.verdict, answer.is_example) == (Verdict.UNKNOWN_ISSUER, False)


@pytest.mark.parametrize(
    "contents", [b"hello", b"{}", b"\x89PNG\r\n\x1a\n broken", b"%PDF-1.7 broken", b"<svg/>", b"\0" * 9]
)
def test_what_is_no_credential_is_said_to_be_none(client, contents: bytes) -> None:
    response = drop(client, contents)

    assert response.status_code == 200
    assert response.context["verdict"] == Verdict.MALFORMED
    assert "There is nothing in it that we can check" in said(response)


# Codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("turned", [0, 90, 12])
def test_a_photograph_of_the_code_leads_to_the_answer(client, form: str, turned: int) -> None:
    picture = photograph(f"http://localhost:8000/verify/{EXAMPLE}/", form=form, turned=turned)

    response = drop(client, picture)

    assert response.status_code == 302
    assert response.url == reverse("certificates:verify_number", args=[EXAMPLE])


def test_a_code_that_leads_elsewhere_is_not_followed(client) -> None:
    response = drop(client, photograph(f"https://localhost.evil.example/verify/{EXAMPLE}/"))

    assert response.status_code == 200
    assert "This code does not lead to us" in said(response)
    assert "<b>localhost.evil.example</b>, which is not us" in said(response)


def test_a_code_with_other_words_is_said_to_hold_no_address(client) -> None:
    assert "it holds no address of ours" in said(drop(client, photograph("WIFI:S:set;;")))


def test_a_picture_larger_than_any_photograph_is_not_unpacked() -> None:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, format="PNG")

    assert read_code(out.getvalue()) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (EXAMPLE, EXAMPLE),
        ("cs 7k3m9 qx2tb 4", EXAMPLE),
        (f"http://localhost:8000/verify/{EXAMPLE}/", EXAMPLE),
        (f"https://LOCALHOST:8000/verify/{EXAMPLE.lower()}", EXAMPLE),
        (f"localhost:8000/verify/{EXAMPLE}/", EXAMPLE),
        (f"http://localhost:8000/verify/{EXAMPLE}/?x=1", EXAMPLE),
        (f"http://localhost:8000.evil.example/verify/{EXAMPLE}/", None),
        (f"http://localhost:8000@evil.example/verify/{EXAMPLE}/", None),
        (f"http://evil.example/localhost:8000/verify/{EXAMPLE}/", None),
        (f"javascript://localhost:8000/verify/{EXAMPLE}/", None),
        ("http://localhost:8000/verify/bulk/", None),
        ("http://[::1/verify/x/", None),
        ("nonsense", None),
    ],
)
def test_a_number_is_read_out_of_our_own_address_only(text: str, number: str | None) -> None:
    assert number_meant(text) == number


def test_an_address_typed_into_the_field_leads_to_the_answer(client) -> None:
    response = client.post(reverse("certificates:verify"), {"number": f"http://localhost:8000/verify/{EXAMPLE}/"})

    assert response.url == reverse("certificates:verify_number", args=[EXAMPLE])


def test_a_number_pasted_as_text_leads_to_the_answer(client) -> None:
    response = client.post(reverse("certificates:verify"), {"text": f" {EXAMPLE.lower()}\n"})

    assert response.url == reverse("certificates:verify_number", args=[EXAMPLE])


# Limits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("over", [1, 200_000])
def test_a_file_that_is_too_large_is_refused(client, over: int) -> None:
    response = drop(client, b"x" * (LARGEST + over))

    assert response.status_code == 422
    assert "The file is larger than 5 MB." in said(response)


def test_a_file_of_the_full_size_is_read(client) -> None:
    assert drop(client, b"x" * LARGEST).context["verdict"] == Verdict.MALFORMED


@pytest.mark.parametrize(("sent", "sentence"), [({"text": ""}, "Choose a file first."), (b"", "The file is empty.")])
def test_nothing_is_not_a_file(client, sent, sentence: str) -> None:
    response = drop(client, sent) if isinstance(sent, bytes) else client.post(reverse("certificates:verify"), sent)

    assert response.status_code == 422
    assert sentence in said(response)


def test_too_many_files_in_a_minute_are_asked_to_wait(client) -> None:
    answers = [drop(client, b"hello").status_code for _ in range(FILES + 1)]

    assert answers == [200] * FILES + [429]
    assert drop(client, b"hello")["Retry-After"] == "60"
    number = client.post(reverse("certificates:verify"), {"number": EXAMPLE})
    assert number.status_code == 302


def test_files_are_answered_while_the_cache_is_down(client, settings) -> None:
    options = {"IGNORE_EXCEPTIONS": True, "SOCKET_CONNECT_TIMEOUT": 1}
    settings.CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0", "OPTIONS": options,
        }
    }  # fmt: skip

    assert drop(client, make_certificate().credential.encode()).context["verdict"] == Verdict.VALID


def test_nothing_of_a_file_is_kept_or_logged(client, caplog, monkeypatch) -> None:
    certificate = make_certificate()
    before = (Entry.objects.count(), CheckRecord.objects.count(), Session.objects.count())
    written = []
    monkeypatch.setattr("tempfile.NamedTemporaryFile", lambda *args, **kwargs: written.append(args))

    with caplog.at_level(logging.DEBUG):
        large = certificate.credential.encode() + b" " * 3_000_000  # more than Django keeps in memory by itself
        drop(client, large, name="Ana Núñez.json")
        drop(client, certificate.credential.replace("Ana", "Eva").encode(), name="Ana Núñez.json")

    assert (Entry.objects.count(), CheckRecord.objects.count(), Session.objects.count()) == before
    assert written == []
    assert "Núñez" not in caplog.text


# Examples and advice ----------------------------------------------------------------------------------------

ANSWERS = {Example.ACTIVE: Verdict.VALID, Example.REVOKED: Verdict.REVOKED, Example.ALTERED: Verdict.ALTERED}


@pytest.mark.parametrize("form", list(FileForm))
@pytest.mark.parametrize("which", list(Example))
def test_an_example_dropped_says_what_its_page_says(client, which: Example, form: FileForm) -> None:
    page = client.get(reverse("certificates:example", args=[which.value]))
    file = client.get(reverse("certificates:example_file", args=[which.value, form.value]))

    dropped = drop(client, file.content)

    assert file["Content-Disposition"] == f'attachment; filename="example-{which.value}.{form.value}"'
    assert page.context["verdict"] == dropped.context["verdict"] == ANSWERS[which]
    for response in (page, dropped):
        assert "An example" in said(response)
        assert "certifies nobody" in said(response)
        assert "We do not know who is behind" not in said(response)


def test_an_example_is_the_same_each_time() -> None:
    first, again = (ExampleFile(example=Example.ACTIVE).contents(FileForm.PDF) for _ in range(2))

    assert first == again


def test_nobody_else_can_sign_for_the_example_issuer(client) -> None:
    """Whoever knows this code knows how an example is written, and not its key."""
    forged = json.loads(ExampleFile(example=Example.ACTIVE).credential)
    forged["credentialSubject"]["identifier"][1]["identityHash"] = "Mallory"
    theirs = signed_credential(did=DID)

    assert drop(client, json.dumps(forged).encode()).context["verdict"] == Verdict.ALTERED
    assert drop(client, json.dumps(theirs).encode()).context["verdict"] == Verdict.ALTERED


def test_to_programs_an_example_is_of_an_unknown_issuer(client) -> None:
    contents = ExampleFile(example=Example.ACTIVE).credential.encode()

    assert check_contents(contents, at=timezone.now()).report.verdict == Verdict.UNKNOWN_ISSUER


@pytest.mark.parametrize("path", ["/verify/examples/none/", "/verify/examples/active/example.exe"])
def test_there_are_no_other_examples(client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_how_to_spot_a_fake_shows_our_own_address_whatever_the_request_says(client) -> None:
    response = client.get(reverse("certificates:spot_a_fake"), headers={"host": "127.0.0.1"})

    assert '<p class="our-address">localhost:8000</p>' in said(response)


def test_the_page_names_examples_and_advice(client) -> None:
    page = said(client.get(reverse("certificates:verify")))

    for which in Example:
        assert reverse("certificates:example", args=[which.value]) in page
    assert reverse("certificates:spot_a_fake") in page


def test_a_revocation_shows_at_once(client) -> None:
    certificate = make_certificate()
    revoke_certificate(certificate=certificate, reason="ERROR", by=make_person(), at=timezone.now())

    assert drop(client, certificate.credential.encode()).context["verdict"] == Verdict.REVOKED
