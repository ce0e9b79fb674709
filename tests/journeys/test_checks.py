"""Can an employer check what they are shown, however they are shown it: number, code, file, list?"""

import csv
import io
from pathlib import Path

import pytest
import segno
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate, PaperFormat, RevocationReason
from certificates.numbers import new_number
from certificates.papers import paper_of
from certificates.status import revoke_certificate
from tests.factories.certificates import make_certificate
from tests.factories.people import make_person

from .conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def certificate() -> Certificate:
    return make_certificate(at=timezone.now())


def files_of(certificate: Certificate, folder: Path) -> dict[str, Path]:
    """Every file that an employer may be sent, and a screenshot of the code."""
    at = timezone.now()
    papers = {form: bytes(paper_of(certificate, form=form, at=at).contents) for form in PaperFormat}
    contents = {f"certificate.{form.lower()}": paper for form, paper in papers.items()}
    contents["certificate.json"] = certificate.credential.encode()
    code = io.BytesIO()
    segno.make(f"http://localhost:8000/verify/{certificate.number}/").save(code, kind="png", scale=6)
    contents["screenshot.png"] = code.getvalue()
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in contents}


def choose(person: Watched, file: Path) -> None:
    """Choosing a file sends it; nothing else needs to be pressed."""
    with person.page.expect_navigation():
        person.page.get_by_label("The file").set_input_files(file)
    person.look()


def test_an_employer_checks_by_number_code_and_every_file(people, certificate, tmp_path):
    files = files_of(certificate, tmp_path)
    employer = people(width=320, dark=True)

    employer.goto("/verify/")
    employer.page.get_by_label("Certificate number").fill(certificate.number.lower().replace("-", " "))
    employer.click("Check it")
    employer.heading("Yes, it is active")
    employer.click("Keep a record of this check")
    employer.heading("Then: Active")
    employer.sees("It may have changed since.")
    employer.follow("Check it again now")

    employer.goto("/verify/")
    choose(employer, files.pop("screenshot.png"))
    employer.heading("Yes, it is active")

    for name, file in files.items():
        employer.goto("/verify/")
        choose(employer, file)
        employer.seen.clear()
        employer.look()
        employer.heading("Yes, it is valid")
        assert "Ana Núñez" in employer.page.content(), name
    employer.follow(f"See the answer for {certificate.number}")
    employer.heading("Yes, it is active")

    altered = tmp_path / "altered.json"
    altered.write_text(certificate.credential.replace("Ana", "Eva"))
    employer.goto("/verify/")
    choose(employer, altered)
    employer.heading("No, do not rely on it")

    revoke_certificate(certificate=certificate, reason=RevocationReason.ERROR, by=make_person(), at=timezone.now())
    choose(employer, files["certificate.pdf"])
    employer.heading("No, it was revoked")


def test_an_employer_practises_first(people):
    employer = people()
    for which, headline in (
        ("an active one", "Yes, it is valid"),
        ("a revoked one", "No, it was revoked"),
        ("an altered one", "No, do not rely on it"),
    ):
        employer.goto("/verify/")
        employer.follow(which)
        employer.heading(headline)
        with employer.page.expect_download() as downloading:
            employer.page.get_by_role("link", name="PDF").click()
        choose(employer, downloading.value.path())
        employer.heading(headline)
        employer.sees("It was made for you to practise on")
    employer.goto("/verify/")
    employer.follow("How to spot a fake")
    employer.heading("How to spot a fake")
    employer.sees("localhost:8000")


def test_a_file_is_checked_with_javascript_off(people, certificate, tmp_path):
    file = files_of(certificate, tmp_path)["certificate.pdf"]
    employer = people(scripts=False)

    employer.goto("/verify/")
    employer.page.get_by_label("The file").set_input_files(file)
    employer.click("Check the file")

    employer.heading("Yes, it is valid")


def test_a_file_dropped_on_the_page_is_checked(people, certificate):
    employer = people()
    employer.goto("/verify/")
    held = employer.page.evaluate_handle(
        """text => { const held = new DataTransfer();
        held.items.add(new File([text], "certificate.json", { type: "application/json" })); return held; }""",
        certificate.credential,
    )

    with employer.page.expect_navigation():
        employer.page.dispatch_event("main", "drop", {"dataTransfer": held})

    employer.heading("Yes, it is valid")


def test_an_employer_checks_five_hundred_at_once(people, certificate):
    employer = people()
    client = Client()
    client.force_login(make_person("Producer"))
    employer.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": employer.base}]
    )
    numbers = [certificate.number, *(new_number() for _ in range(498)), "nonsense"]
    employer.goto("/verify/")
    employer.follow("Check a whole list at once")

    employer.page.get_by_label("A CSV file").set_input_files(
        {"name": "crew.csv", "mimeType": "text/csv", "buffer": "\n".join(["number", *numbers]).encode()}
    )
    employer.click("Check the list")

    employer.heading("1 can be relied on, look at 499")
    employer.seen.clear()
    employer.look()
    employer.sees("Line 501:")
    with employer.page.expect_download() as downloading:
        employer.page.get_by_role("button", name="Download as CSV").click()
    rows = list(csv.DictReader(downloading.value.path().read_text("utf-8-sig").splitlines()))
    assert [row["number"] for row in rows] == numbers
    assert [rows[0]["Verdict"], rows[0]["Holder"], rows[-1]["Status"]] == ["valid", "Ana Núñez", "malformed"]


def test_a_producer_makes_a_token_for_their_software(people):
    employer = people(width=320, dark=True)
    client = Client()
    client.force_login(make_person("Producer"))
    employer.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": employer.base}]
    )

    employer.goto(reverse("certificates:tokens"))
    employer.page.get_by_label("What it is for").fill("Crew system")
    employer.click("Make a token")

    employer.sees("it is shown this once")
    employer.seen.clear()
    employer.look()
    employer.click("End it Crew system")
    employer.sees("The token opens nothing any more.")
    employer.follow("How to ask")
    employer.heading("Check from your own software")
