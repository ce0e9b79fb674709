"""Is a file that was given out given out to the byte ever after, and withheld when it should be?"""

import hashlib
import json
from datetime import timedelta
from functools import partial
from io import BytesIO

import pikepdf
import pytest
from django.db import IntegrityError
from django.urls import reverse

from certificates import papers
from certificates.baking import unbake_png, unbake_svg
from certificates.designs import begin_version, change_draft, choose_design, put_to_use
from certificates.editions import new_edition
from certificates.models import (
    Certificate,
    CertificatePaper,
    EditionReason,
    PaperFormat,
    PaperSize,
    Status,
)
from certificates.papers import paper_of, rendered
from certificates.printing import printed
from certificates.tasks import print_paper
from cms.accounts import history
from cms.accounts.academy import AcademySettings
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_certificate, make_certificate_that_is, make_completion, make_signing_key
from tests.factories.designs import SEAL, make_design
from tests.factories.people import NOON, make_registrar

FORMS = [("pdf", ""), ("pdf", "?paper=letter"), ("png", ""), ("svg", "")]
SHOWN = [Status.ACTIVE, Status.EXPIRING, Status.EXPIRED, Status.SUSPENDED]


def get(client, certificate: Certificate, form: str, query: str = ""):
    return client.get(reverse(f"certificates:credential_{form}", args=[certificate.public_id]) + query)


def all_of(client, certificate: Certificate) -> list[str]:
    return [hashlib.sha256(get(client, certificate, *each).content).hexdigest() for each in FORMS]


# What is given out ---------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "points", "name"),
    [
        ("", (842, 595), ""),
        ("?paper=a4", (842, 595), ""),
        ("?paper=Letter", (792, 612), "-letter"),
        ("?paper=b5", (842, 595), ""),
    ],
)
def test_a_sheet_is_a4_or_us_letter(client, query: str, points: tuple[int, int], name: str) -> None:
    certificate = make_completion()

    response = get(client, certificate, "pdf", query)

    with pikepdf.open(BytesIO(response.content)) as pdf:
        assert tuple(round(float(side)) for side in pdf.pages[0].mediabox[2:]) == points
    assert response["Content-Disposition"] == f'inline; filename="{certificate.number}{name}.pdf"'
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_badges_carry_the_credential_as_it_was_signed(client) -> None:
    certificate = make_certificate(name="Zofia Wiśniewska")

    png, svg = get(client, certificate, "png"), get(client, certificate, "svg")

    assert (png["Content-Type"], svg["Content-Type"]) == ("image/png", "image/svg+xml")
    assert png["Content-Disposition"] == f'inline; filename="{certificate.number}-badge.png"'
    assert png["Access-Control-Allow-Origin"] == svg["Access-Control-Allow-Origin"] == "*"
    assert unbake_png(png.content) == unbake_svg(svg.content.decode()) == certificate.credential


@pytest.mark.django_db
def test_a_badge_says_the_award_and_not_who_holds_it(client) -> None:
    certificate = make_completion(name="Zofia Wiśniewska", credential_title="Consent & <care>")

    picture = get(client, certificate, "svg").content.decode().split("</openbadges:credential>")[1]

    assert picture.startswith(
        f"<title>Consent &amp; &lt;care&gt;. Certificate of completion, {certificate.issuer_name}</title>"
    )
    assert "Zofia" not in picture
    assert "<script" not in picture and "style=" not in picture


@pytest.mark.django_db
def test_an_independent_library_takes_the_credential_out(client) -> None:
    import openbadgeslib.baking as independent

    certificate = make_completion()

    taken = independent.extract_png(get(client, certificate, "png").content, keyword=independent.ITXT_KEYWORD_OB3)

    assert json.loads(str(taken))["id"].endswith(str(certificate.public_id))


@pytest.mark.django_db
@pytest.mark.parametrize("status", SHOWN)
@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_badge_is_given_out_while_the_certificate_may_be_shown(client, status: Status, form: str) -> None:
    assert get(client, make_certificate_that_is(status), form).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(("form", "query"), FORMS)
def test_no_file_of_what_was_revoked_is_given_out(client, form: str, query: str) -> None:
    certificate = make_certificate_that_is(Status.REVOKED)

    response = get(client, certificate, form, query)

    assert (response.status_code, response.url) == (302, f"/verify/{certificate.number}/")
    assert CertificatePaper.objects.count() == 0


@pytest.mark.django_db
def test_a_file_that_was_kept_is_withheld_once_the_certificate_is_revoked(client) -> None:
    certificate = make_completion()
    get(client, certificate, "pdf")
    Certificate.objects.update(revoked_at=certificate.issued_at, revocation_reason="ERROR")

    assert get(client, certificate, "pdf").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(("form", "query"), FORMS)
def test_an_address_nobody_was_given_has_no_file(client, form: str, query: str) -> None:
    make_completion()
    address = reverse(f"certificates:credential_{form}", args=["5f0c1c9e-8f43-4c0e-9d2a-0b7a3f6b1c11"])

    assert client.get(address + query).status_code == 404


@pytest.mark.django_db
def test_the_page_leads_to_each_file(client) -> None:
    certificate = make_completion()

    page = client.get(reverse("certificates:credential", args=[certificate.public_id])).content.decode()

    for form, query in (*FORMS, ("json", "")):
        assert f'href="/credentials/{certificate.public_id}.{form}{query}"' in page


@pytest.mark.django_db
@pytest.mark.parametrize(("form", "query"), FORMS)
def test_a_file_that_is_there_costs_two_queries(client, django_assert_num_queries, form: str, query: str) -> None:
    make_design(seal=SEAL, first_name="Ana")
    certificate = make_completion()
    get(client, certificate, form, query)

    with django_assert_num_queries(2):  # the certificate with its key, list and design; the file
        get(client, certificate, form, query)


@pytest.mark.django_db
def test_whoever_does_not_show_their_name_has_files_without_it() -> None:
    certificate = make_completion(name="Zofia Wiśniewska")

    certificate = new_edition(
        certificate=certificate, because=EditionReason.CONSENT, by=certificate.holder, at=NOON, shows_name=False
    )

    assert printed(certificate).holder_name == "The holder of this number"


# To the byte ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_later_change_of_design_or_academy_alters_a_file(client) -> None:
    version, registrar = make_design(accent="#0b5563", seal=SEAL, first_name="Ana"), make_registrar()
    certificate = make_completion()
    before = all_of(client, certificate)
    CertificatePaper.objects.all().delete()  # made again from the frozen row, they are the same

    newer = begin_version(design=version.design, by=registrar, at=NOON)
    newer.accent, newer.seal, newer.first_name = "#97271f", "", "Somebody Else"
    put_to_use(version=change_draft(version=newer, by=registrar, at=NOON), by=registrar, at=NOON)
    other = make_design(template="title_page")
    choose_design(design=other.design, programmes=[certificate.enrolment.programme], by=registrar, at=NOON)
    academy = AcademySettings.load()
    academy.name, academy.registrar_name = "Renamed Academy", "Another Registrar"
    academy.save()

    assert all_of(client, certificate) == before
    assert all_of(client, make_completion()) != before


@pytest.mark.django_db
def test_a_file_is_served_as_it_was_made_whatever_the_press_would_set_today(client, monkeypatch) -> None:
    certificate = make_completion()
    before = all_of(client, certificate)

    monkeypatch.setattr(papers, "rendered", lambda *args, **kwargs: b"set by a newer press")

    assert all_of(client, certificate) == before


@pytest.mark.django_db
def test_a_file_is_made_once_and_its_digest_is_in_history() -> None:
    certificate = make_completion()

    first, again = (paper_of(certificate, form=PaperFormat.PDF, at=NOON) for _ in range(2))

    assert (first.pk, first.size, bytes(first.contents)) == (again.pk, PaperSize.A4, rendered(certificate))
    (entry,) = history.entries_about(first)
    assert entry.facts == {"certificate": certificate.pk, "format": "pdf", "size": "a4", "digest": first.digest}


@pytest.mark.django_db
def test_the_sheet_is_made_after_the_commit_of_its_issue(django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        certificate = make_completion()

    assert [(paper.format, paper.size) for paper in certificate.papers.all()] == [("pdf", "a4")]
    print_paper.func(certificate.pk)
    assert certificate.papers.count() == 1


@pytest.mark.django_db
def test_another_edition_has_files_of_its_own(client) -> None:
    certificate = make_completion()
    get(client, certificate, "png")

    new_edition(certificate=certificate, because=EditionReason.KEY, by=None, at=NOON + timedelta(days=1))

    said = json.loads(unbake_png(get(client, certificate, "png").content))
    assert said["validFrom"] == "2026-11-24T12:00:00Z"
    assert CertificatePaper.objects.count() == 2


@pytest.mark.django_db
def test_a_file_altered_behind_our_back_is_not_given_out(client) -> None:
    certificate = make_completion()
    get(client, certificate, "pdf")
    CertificatePaper.objects.update(contents=b"%PDF-1.7 another")

    response = get(client, certificate, "pdf")

    assert response.status_code == 503
    assert "not the one that was made" in response.content.decode()


# The database, and two at once ---------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("form", "size"), [("pdf", ""), ("png", "a4"), ("svg", "letter")])
def test_sheets_alone_have_a_size(form: str, size: str) -> None:
    paper = paper_of(make_completion(), form=PaperFormat.PDF, at=NOON)

    with pytest.raises(IntegrityError, match="certificatepaper_sheets_have_a_size"):
        CertificatePaper.objects.filter(pk=paper.pk).update(format=form, size=size)


@pytest.mark.django_db
def test_each_file_is_kept_once() -> None:
    paper = paper_of(make_completion(), form=PaperFormat.PNG, at=NOON)
    assert str(paper) == f"CertificatePaper {paper.pk}: png of certificate {paper.certificate_id}"
    paper.pk = None

    with pytest.raises(IntegrityError):
        paper.save(force_insert=True)


def two_ask() -> list:
    make_signing_key()
    certificate = make_completion()
    CertificatePaper.objects.all().delete()  # the one made after the commit
    certificate = Certificate.objects.select_related("design").get(pk=certificate.pk)
    ask = partial(paper_of, certificate, form=PaperFormat.SVG, at=NOON)
    return side_by_side(ask, ask)


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_first_get_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    meet_in(monkeypatch, papers, "rendered")

    first, second = two_ask()

    assert first.pk == second.pk
    assert len(history.entries_about(first)) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_would_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    make_signing_key()
    certificate = make_completion()
    CertificatePaper.objects.all().delete()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, papers, "rendered")
    known = CertificatePaper.objects.get_or_create
    monkeypatch.setattr(
        CertificatePaper.objects,
        "get_or_create",
        lambda defaults, **wanted: (known.__self__.create(**wanted, **defaults), True),
    )
    ask = partial(paper_of, certificate, form=PaperFormat.SVG, at=NOON)

    answers = side_by_side(ask, ask)

    # The constraint kept one file; one of the two was turned away.
    assert sum(isinstance(answer, Exception) for answer in answers) == 1
    assert CertificatePaper.objects.filter(format=PaperFormat.SVG).count() == 1
