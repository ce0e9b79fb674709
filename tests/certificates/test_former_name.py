"""After a name has changed: is the former one gone from every address that anybody can open, and from every file?"""

import io
import json
from datetime import timedelta

import pikepdf
import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from certificates.bitstring import decode, is_set
from certificates.issuing import replace_certificate
from certificates.models import Certificate, CertificatePaper, PaperFormat, StatusList
from certificates.papers import paper_of
from certificates.register import on_register
from certificates.verifying import examine
from certificates.watching import begin_watch
from tests.factories.certificates import make_certificate
from tests.factories.people import make_person, make_registrar
from tests.factories.register import make_entry

pytestmark = pytest.mark.django_db
FORMER, NEW = "Formerly Zylphia", "Noor Prosser"
NOW = timezone.now()
WORDS = ("Formerly", "Zylphia")
FILES = ("credential_pdf", "credential_png", "credential_svg", "credential_badge", "credential")
ACCEPTS = ("text/html", "application/json", "application/vc", "application/ld+json")


def says_the_former_name(content: bytes) -> bool:
    """Whether it is in there in any way that we could have put it there: as text, or inside a PDF or a picture."""
    texts = [content]
    if content.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(content)) as pdf:
            texts.append(str(pdf.docinfo).encode())
            texts += [attached.get_file().read_bytes() for attached in pdf.attachments.values()]
    return any(word.encode() in text for text in texts for word in WORDS)


@pytest.fixture
def replaced() -> tuple[Certificate, Certificate]:
    """One on the register, watched, with every file given out, which was then replaced under a new name."""
    certificate = make_certificate(name=FORMER, at=NOW - timedelta(days=50))
    make_entry(certificate=certificate, at=NOW - timedelta(days=40))
    begin_watch(
        watcher=make_person("Employer"),
        certificate=certificate,
        shown_as="A Company",
        purpose="A booking",
        until=(NOW + timedelta(days=100)).date(),
        at=NOW - timedelta(days=30),
    )
    for form in PaperFormat:
        paper_of(certificate, form=form, at=NOW - timedelta(days=20))
    new = replace_certificate(certificate=certificate, holder_name=NEW, by=make_registrar(), at=NOW)
    return Certificate.objects.get(pk=certificate.pk), new


def addresses(old: Certificate, new: Certificate) -> list[str]:
    """Everything under which anybody finds something about the two."""
    found = ["/verify/", "/register/", "/log/", "/.well-known/did.json"]
    found += [reverse("certificates:status_list", args=[listed.number]) for listed in StatusList.objects.all()]
    found += [reverse("certificates:achievement", args=[old.requirement_set_id])]
    for entry in old.register_entries.all():
        found += [reverse(f"certificates:register_{page}", args=[entry.slug]) for page in ("entry", "write")]
    for certificate in (old, new):
        found.append(reverse("certificates:verify_number", args=[certificate.number]))
        found.append(reverse("certificates:credential_json", args=[certificate.public_id]))
        found += [reverse(f"certificates:{page}", args=[certificate.public_id]) for page in FILES]
        found.append(reverse("certificates:credential_pdf", args=[certificate.public_id]) + "?paper=letter")
    return found


def test_it_is_at_no_address_and_in_no_file(client, replaced) -> None:
    asked = 0

    for address in addresses(*replaced):
        for accept in ACCEPTS:
            response = client.get(address, headers={"accept": accept}, follow=True)
            asked += 1
            assert not says_the_former_name(response.content), (address, accept)
            assert not any(word in str(response.headers) for word in WORDS), (address, accept)
    assert asked > 60


def test_it_would_have_been_found(client) -> None:
    certificate = make_certificate(name=FORMER, at=NOW)

    page = client.get(reverse("certificates:verify_number", args=[certificate.number])).content
    pdf = client.get(reverse("certificates:credential_pdf", args=[certificate.public_id])).content
    png = client.get(reverse("certificates:credential_png", args=[certificate.public_id])).content

    assert says_the_former_name(page)
    assert says_the_former_name(pdf)
    assert says_the_former_name(png)


@pytest.mark.parametrize("page", FILES)
def test_an_old_address_leads_to_the_same_of_the_newest(client, replaced, page: str) -> None:
    old, middle = replaced
    newest = replace_certificate(certificate=middle, holder_name="Noor Hale", by=make_registrar(), at=timezone.now())

    response = client.get(reverse(f"certificates:{page}", args=[old.public_id]))

    assert (response.status_code, response.url) == (
        302,
        reverse(f"certificates:{page}", args=[newest.public_id]),
    )


def test_the_size_of_the_sheet_is_kept_on_the_way(client, replaced) -> None:
    old, new = replaced

    response = client.get(reverse("certificates:credential_pdf", args=[old.public_id]) + "?paper=letter")

    assert response.url == reverse("certificates:credential_pdf", args=[new.public_id]) + "?paper=letter"


def test_programs_are_told_that_it_is_gone_and_which_came_after(client, replaced) -> None:
    old, new = replaced

    response = client.get(reverse("certificates:credential_json", args=[old.public_id]))

    assert response.status_code == 410
    assert response["Link"].endswith(f'/credentials/{new.public_id}.json>; rel="successor-version"')


def test_files_that_were_given_out_are_kept_and_served_to_nobody(client, replaced) -> None:
    old, _new = replaced
    kept = CertificatePaper.objects.filter(certificate=old)

    response = client.get(reverse("certificates:credential_svg", args=[old.public_id]), follow=True)

    assert kept.count() == 3
    assert bytes(kept.get(format=PaperFormat.SVG).contents) != response.content


def test_a_file_that_somebody_kept_is_revoked_and_names_nobody(replaced) -> None:
    old, new = replaced
    document = json.loads(StatusList.objects.get(pk=old.status_list_id).document)

    report = examine(old.credential.encode(), at=timezone.now())

    assert is_set(decode(document["credentialSubject"]["encodedList"]), old.status_index)
    assert report.verdict == "revoked"
    assert "Zylphia" not in str(report)
    assert new.number in str(report)


def test_it_leaves_the_register_and_no_mail_says_it(replaced) -> None:
    assert not on_register(timezone.now()).exists()
    assert not any(word in message.subject + message.body for message in mail.outbox for word in WORDS)


def test_no_line_of_the_log_says_it(client, replaced, caplog) -> None:
    old, _new = replaced

    client.get(reverse("certificates:verify_number", args=[old.number]))
    client.get(reverse("certificates:credential", args=[old.public_id]))

    assert not any(word in caplog.text for word in WORDS)


@pytest.mark.parametrize("page", ["own", "name", "share"])
def test_the_holder_is_led_from_the_old_number_to_the_new(client, replaced, page: str) -> None:
    old, new = replaced
    client.force_login(old.holder)

    response = client.get(reverse(f"certificates:{page}", args=[old.number]))

    assert response.url == reverse(f"certificates:{page}", args=[new.number])
