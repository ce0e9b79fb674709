"""Does a holder see where a renewal stands, and nobody else's; and does every refusal keep what was typed?"""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from certificates.issuing import replace_certificate
from certificates.ledger import return_credit
from certificates.models import Certificate, CreditEntry, Renewal, RevocationReason
from certificates.renewing import confirm_renewal, decline_renewal
from certificates.status import revoke_certificate
from tests.factories.certificates import make_certificate
from tests.factories.evidence import a_pdf
from tests.factories.people import make_person, make_registrar
from tests.factories.renewals import DAY, fresh, make_asked, make_credit, make_learned, make_renewable

pytestmark = pytest.mark.django_db
NOW = timezone.now() - timedelta(minutes=5)
SAID = {
    "category": "practice",
    "credits": "1.25",
    "on": (NOW - 30 * DAY).date().isoformat(),
    "title": "Listening",
    "provider": "Even Keel",
    "reference": "EK-41",
}


def url(certificate: Certificate, name: str = "renewal", *more: object) -> str:
    return reverse(f"certificates:{name}", args=[certificate.number, *more])


def words_of(client, certificate: Certificate) -> str:
    client.force_login(certificate.holder)
    response = client.get(url(certificate))
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_says_where_one_stands(client) -> None:
    certificate = make_renewable(now=NOW)
    make_credit(certificate, category="teaching", credits=8, at=NOW)
    make_credit(certificate, accepted=False, at=NOW)
    returned = make_credit(certificate, title="Which one", at=NOW)
    return_credit(entry=returned, words="Which day was it?", by=make_registrar(), at=NOW)

    words = words_of(client, certificate)

    assert "5 of 20 credits; 3 over the cap of Teaching do not count; Ethics: 2 credits more" in words
    assert "5 of it count" in words
    assert "Which day was it?" in words
    assert "at most 5 count" in words
    assert "2026.R1 (example)" in words
    assert "Ask to renew" not in words


def test_entering_something_with_its_paper(client) -> None:
    certificate = make_renewable(now=NOW)
    client.force_login(certificate.holder)
    paper = SimpleUploadedFile("paper.pdf", a_pdf())

    form = client.get(url(certificate, "credit_new"))
    page = client.post(url(certificate, "credit_new"), SAID | {"upload": paper}, follow=True).content.decode()

    entry = CreditEntry.objects.get()
    assert form.status_code == 200
    assert "Entered. It counts once the registrar has accepted it." in page
    assert (entry.quarters, entry.reference) == (5, "EK-41")
    assert client.get(url(certificate, "credit_file", entry.pk))["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"credits": "1.3"}, "Quarters of a credit are the finest"),
        ({"credits": "0"}, "Write 0.25 or more"),
        ({"category": "dance"}, "Choose one of these"),
        ({"on": (NOW + 5 * DAY).date().isoformat()}, "still to come"),
        ({"upload": SimpleUploadedFile("a.txt", b"words")}, "neither a PDF"),
    ],
)
def test_a_refused_entry_keeps_what_was_typed(client, changes: dict, sentence: str) -> None:
    certificate = make_renewable(now=NOW)
    client.force_login(certificate.holder)

    response = client.post(url(certificate, "credit_new"), SAID | changes)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert 'value="Listening"' in response.content.decode()
    assert not CreditEntry.objects.exists()


def test_withdrawing_is_asked_first_and_once_it_is_counted_refused(client) -> None:
    certificate = make_renewable(now=NOW)
    entry = make_credit(certificate, at=NOW)
    client.force_login(certificate.holder)

    asked = client.get(url(certificate, "credit_withdraw", entry.pk)).content.decode()
    page = client.post(url(certificate, "credit_withdraw", entry.pk), follow=True).content.decode()
    again = client.get(url(certificate, "credit_withdraw", entry.pk))

    assert "Withdraw this entry?" in asked
    assert "Withdrawn. It counts no more." in page
    assert again.status_code == 302


def test_what_a_renewal_rests_on_is_not_withdrawn(client) -> None:
    renewal = make_asked(at=NOW)
    confirm_renewal(renewal=renewal, by=make_registrar(), at=NOW)
    client.force_login(renewal.certificate.holder)

    address = url(renewal.certificate, "credit_withdraw", CreditEntry.objects.first().pk)

    assert "A renewal rests on this entry" in client.post(address, follow=True).content.decode()


def test_asking_and_what_the_page_says_then(client) -> None:
    certificate = make_renewable(now=NOW)
    make_learned(certificate, at=NOW)

    before = words_of(client, certificate)
    page = client.post(url(certificate, "renewal_ask"), follow=True).content.decode()

    assert "Everything is met" in before
    assert "With the registrar" in page
    assert Renewal.objects.get().certificate == certificate


def test_asking_too_early_is_refused_with_the_day(client) -> None:
    certificate = make_renewable(now=NOW, ends_in=300 * DAY)
    make_learned(certificate, at=NOW)
    client.force_login(certificate.holder)

    response = client.post(url(certificate, "renewal_ask"))

    assert response.status_code == 422
    assert "You can ask from" in response.content.decode()
    assert not Renewal.objects.exists()


def test_once_lapsed_one_may_ask_in_words(client) -> None:
    certificate = make_renewable(now=NOW, ends_in=-100 * DAY)
    seen = words_of(client, certificate)

    empty = client.post(url(certificate, "renewal_ask"), {"words": " "})
    client.post(url(certificate, "renewal_ask"), {"words": "I was ill."})

    assert "Ask for reinstatement" in seen
    assert empty.status_code == 422
    assert Renewal.objects.get().words == "I was ill."


def test_an_answer_and_earlier_renewals_are_shown(client) -> None:
    renewal = make_asked(at=NOW)
    decline_renewal(renewal=renewal, reason="One paper is missing.", by=make_registrar(), at=NOW)
    declined = words_of(client, renewal.certificate)
    again = make_asked(at=NOW)
    confirm_renewal(renewal=again, by=make_registrar(), at=NOW)

    renewed = words_of(client, fresh(again.certificate))

    assert "One paper is missing." in declined
    assert "Renewed before" in renewed
    assert "Nothing entered yet" in renewed


def test_under_another_name_the_earlier_number_leads_on(client) -> None:
    certificate = make_renewable(now=NOW)
    newer = replace_certificate(certificate=certificate, holder_name="Ana Prosser", by=make_registrar(), at=NOW)
    client.force_login(certificate.holder)

    assert client.get(url(certificate)).url == url(newer)
    assert client.get(url(certificate, "credit_new")).status_code == 302


def test_what_is_revoked_or_has_no_terms_says_so(client) -> None:
    revoked = make_renewable(now=NOW)
    revoke_certificate(certificate=revoked, reason=RevocationReason.ETHICS, by=make_registrar(), at=NOW)
    without = make_certificate(at=NOW - 100 * DAY)

    assert "That is final." in words_of(client, revoked)
    assert "No terms yet" in words_of(client, without)
    assert client.get(url(without, "credit_new")).status_code == 302


@pytest.mark.parametrize("who", ["stranger", "registrar"])
def test_to_others_nothing_is_there(client, who: str) -> None:
    certificate = make_renewable(now=NOW)
    entry = make_credit(certificate, at=NOW, title="Secret seminar")
    own = make_renewable(now=NOW, learner=make_person() if who == "stranger" else make_registrar())
    client.force_login(own.holder)

    for name, more in (
        ("renewal", []), ("renewal_ask", []), ("credit_new", []), ("credit_file", [entry.pk]), ("credit_withdraw", [entry.pk]),
    ):  # fmt: skip
        for method in (client.get, client.post):
            answer = method(url(certificate, name, *more), SAID)
            assert answer.status_code in {404, 405}, name
            assert "Secret" not in answer.content.decode()
    assert client.post(url(own, "credit_withdraw", entry.pk)).status_code == 404
    entry.refresh_from_db()
    assert entry.withdrawn_at is None


def test_visitors_are_asked_to_sign_in(client) -> None:
    certificate = make_renewable(now=NOW)

    assert client.get(url(certificate)).url.startswith("/accounts/login/")


@pytest.mark.parametrize("entries", [1, 3])
def test_the_page_costs_the_same_for_one_entry_and_for_three(client, django_assert_num_queries, entries: int) -> None:
    certificate = make_renewable(now=NOW)
    for _ in range(entries):
        make_credit(certificate, at=NOW)
    client.force_login(certificate.holder)

    with django_assert_num_queries(13):
        response = client.get(url(certificate))

    assert len(response.context["lines"]) == entries


def test_the_list_links_to_it_and_the_first_screen_says_so_in_its_window(client) -> None:
    soon, later = make_renewable(now=NOW), make_renewable(now=NOW, ends_in=400 * DAY)

    for certificate, told in ((soon, True), (later, False)):
        client.force_login(certificate.holder)
        assert url(certificate) in client.get(reverse("certificates:list")).content.decode()
        assert ("you can renew it now" in client.get("/learn/").content.decode()) is told


@pytest.mark.parametrize(("ends_in", "said"), [(-3, "there is a way to go on"), (-90, "there is a way to go on")])
def test_the_first_screen_says_how_long_one_may_still_go_on(client, ends_in: int, said: str) -> None:
    certificate = make_renewable(now=NOW, ends_in=ends_in * DAY)
    client.force_login(certificate.holder)

    assert said in client.get("/learn/").content.decode()
