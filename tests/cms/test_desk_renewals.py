"""Does a registrar judge what was learned, confirm renewals, publish terms; and never about themselves?"""

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.uploads import read_upload
from certificates.credits import Category
from certificates.issuing import replace_certificate
from certificates.models import CreditEntry, Renewal, RenewalTerms
from certificates.renewing import ask_to_renew
from cms.accounts import history
from tests.factories.courses import make_programme
from tests.factories.desk import at_the_desk, yesterday
from tests.factories.evidence import a_pdf
from tests.factories.people import make_registrar
from tests.factories.renewals import DAY, make_asked, make_credit, make_learned, make_renewable, make_terms

pytestmark = pytest.mark.django_db


def url(name: str, thing: object) -> str:
    return reverse(f"desk:{name}", args=[thing.pk])


def test_what_waits_is_listed_oldest_first_and_leads_to_its_page(client):
    first = make_asked(at=yesterday() - DAY)
    second = make_asked(at=yesterday())
    at_the_desk(client)

    page = client.get(reverse("desk:renewal_list"))

    assert list(page.context["page_obj"].object_list) == [first, second]
    assert url("renewal_detail", first) in page.content.decode()


def test_the_whole_basis_is_on_one_page(client):
    renewal = make_asked(at=yesterday())
    at_the_desk(client)

    page = client.get(url("renewal_detail", renewal)).content.decode()

    assert "25 of 20 credits." in page
    assert "Even Keel Training" in page
    assert "Confirm …" in page


def test_confirming_says_first_what_will_happen_and_then_renews_once(client):
    renewal = make_asked(at=yesterday())
    registrar = at_the_desk(client)

    asked = client.get(url("renewal_confirm", renewal)).content.decode()
    page = client.post(url("renewal_confirm", renewal), follow=True).content.decode()
    again = client.post(url("renewal_confirm", renewal), follow=True).content.decode()

    renewal.refresh_from_db()
    assert "Its number, address and award date stay" in asked
    assert "Renewed. The verification page says so now" in page
    assert "23 counted" in page
    assert "has been answered" in again
    assert (renewal.answered_by, renewal.edition) == (registrar, 2)


def test_a_lapsed_one_is_excused_with_a_reason(client):
    certificate = make_renewable(now=yesterday(), ends_in=-90 * DAY)
    renewal = ask_to_renew(certificate=certificate, words="I was ill.", by=certificate.holder, at=yesterday())
    at_the_desk(client)

    shown = client.get(url("renewal_detail", renewal)).content.decode()
    empty = client.post(url("renewal_confirm", renewal), {"excused_because": " "})
    page = client.post(url("renewal_confirm", renewal), {"excused_because": "Seen."}, follow=True).content.decode()

    assert "I was ill." in shown
    assert empty.status_code == 422
    assert "Without the credits that were missing: Seen." in page


def test_one_that_cannot_be_confirmed_has_no_button(client):
    renewal = make_asked(at=yesterday())
    entry = CreditEntry.objects.get(quarters=8)
    at_the_desk(client)
    client.post(url("credit_return", entry), {"words": "No paper."})

    seen = client.get(url("renewal_confirm", renewal)).content.decode()
    refused = client.post(url("renewal_confirm", renewal))

    assert "Ethics: 2 credits more" in seen
    assert "Confirm and renew" not in seen
    assert refused.status_code == 422


def test_a_renamed_holder_is_shown_under_the_new_name(client):
    renewal = make_asked(at=yesterday())
    replace_certificate(certificate=renewal.certificate, holder_name="Ana Prosser", by=make_registrar(), at=yesterday())
    at_the_desk(client)

    page = client.get(url("renewal_detail", renewal)).content.decode()

    assert "Ana Prosser" in page
    assert "was replaced" not in page
    assert "Renewed." in client.post(url("renewal_confirm", renewal), follow=True).content.decode()


def test_declining_needs_a_reason(client):
    renewal = make_asked(at=yesterday())
    at_the_desk(client)

    empty = client.post(url("renewal_decline", renewal), {"reason": " "})
    page = client.post(url("renewal_decline", renewal), {"reason": "One is missing."}, follow=True).content.decode()
    answered = client.get(reverse("desk:renewal_list"), {"state": "answered"}).content.decode()

    assert empty.status_code == 422
    assert "Declined. The holder gets a mail" in page
    assert "Declined" in answered
    assert client.get(url("renewal_decline", renewal)).status_code == 302


def test_nobody_answers_their_own(client):
    registrar = at_the_desk(client)
    renewal = make_asked(at=yesterday(), learner=registrar)
    entry = CreditEntry.objects.first()

    seen = client.get(url("renewal_detail", renewal)).content.decode()
    client.post(url("renewal_confirm", renewal))
    client.post(url("renewal_decline", renewal), {"reason": "No."})

    renewal.refresh_from_db()
    assert "This is your own certificate" in seen
    assert "Confirm …" not in seen
    assert renewal.answered_at is None
    for name in ("credit_detail", "credit_file", "credit_accept", "credit_return"):
        assert client.get(url(name, entry)).status_code == 404
    assert (
        url("credit_detail", entry)
        not in client.get(reverse("desk:credit_list"), {"state": "accepted"}).content.decode()
    )


def test_accepting_an_entry_with_its_paper(client):
    certificate = make_renewable(now=yesterday())
    entry = make_credit(certificate, accepted=False, upload=read_upload(a_pdf()), at=yesterday())
    registrar = at_the_desk(client)

    listed = client.get(reverse("desk:credit_list")).content.decode()
    shown = client.get(url("credit_detail", entry)).content.decode()
    file = client.get(url("credit_file", entry))
    asked = client.get(url("credit_accept", entry)).content.decode()
    client.post(url("credit_accept", entry))

    entry.refresh_from_db()
    assert entry.title in listed
    assert "Accept …" in shown
    assert file["Content-Type"] == "application/pdf"
    assert "up to what its category lets count" in asked
    assert entry.accepted_by == registrar
    [read] = history.entries_about(entry).filter(chain__name="audit")
    assert (read.verb, read.actor) == ("credit.file_read", registrar)


def test_an_answered_entry_has_no_button(client):
    entry = make_credit(make_renewable(now=yesterday()), accepted=False, at=yesterday())
    at_the_desk(client)
    client.post(url("credit_return", entry), {"words": "Which day?"})

    for name in ("credit_accept", "credit_return"):
        page = client.get(url(name, entry)).content.decode()
        assert '<button type="submit" class="button' not in page
    assert client.post(url("credit_accept", entry)).status_code == 422
    assert client.post(url("credit_return", entry), {"words": " "}).status_code == 422
    assert "Which day?" in client.get(url("credit_detail", entry)).content.decode()


@pytest.mark.parametrize(("state", "expected"), [("waiting", 1), ("accepted", 2), ("returned", 0), ("nonsense", 1)])
def test_each_way_to_look_at_entries(client, state, expected):
    certificate = make_renewable(now=yesterday())
    make_learned(certificate, at=yesterday())
    make_credit(certificate, accepted=False, at=yesterday())
    at_the_desk(client)

    page = client.get(reverse("desk:credit_list"), {"state": state})

    assert len(page.context["page_obj"].object_list) == expected


CATEGORY = (Category(slug="practice", name="Practice"),)
TERMS = {
    "version": "2027.R1",
    "is_example": "on",
    "credits": "24",
    "window_days": "120",
    "grace_days": "14",
    "reinstatement_days": "0",
    "reinstatement_credits": "0",
    "category_1_name": "Ethics",
    "category_1_least": "4",
    "category_2_name": "Practice",
    "category_2_most": "20",
}


def test_a_new_version_begins_with_what_the_newest_says_and_keeps_its_slugs(client):
    programme = make_programme()
    make_terms(programme, at=yesterday())
    registrar = at_the_desk(client)

    form = client.get(url("renewal_terms_publish", programme)).content.decode()
    page = client.post(url("renewal_terms_publish", programme), TERMS, follow=True).content.decode()

    newest = RenewalTerms.objects.latest("published_at")
    assert 'value="Teaching"' in form
    assert "Published. They hold for every span that begins from now on." in page
    assert "2026.R1" in page
    assert (newest.version, newest.credits, newest.published_by, newest.reinstatement_days) == (
        "2027.R1",
        24,
        registrar,
        0,
    )
    assert list(newest.categories.order_by("position").values_list("slug", "least", "most")) == [
        ("ethics", 4, None),
        ("practice", 0, 20),
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"version": "2026.R1"}, "published already"),
        ({"category_1_name": ""}, "leave no line empty"),
        ({"category_1_most": "10", "credits": "40"}, "nobody could reach"),
        ({"window_days": "731"}, "Write a number from 1 to 730"),
    ],
)
def test_terms_that_cannot_be_come_back_with_a_sentence(client, changes, sentence):
    programme = make_programme()
    make_terms(programme, at=yesterday())
    at_the_desk(client)

    page = client.post(url("renewal_terms_publish", programme), TERMS | changes)

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert RenewalTerms.objects.count() == 1


def test_a_programme_without_terms_says_so(client):
    programme = make_programme()
    at_the_desk(client)

    assert "None is published yet" in client.get(url("renewal_terms", programme)).content.decode()
    assert programme.title in client.get(reverse("desk:renewal_terms_list")).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_a_renewal_asks_as_often_for_three_entries_as_for_one(client, django_assert_num_queries, rows):
    certificate = make_renewable(
        now=yesterday(), terms={"credits": 0, "reinstatement_credits": 0, "categories": CATEGORY}
    )
    for _ in range(rows):
        make_credit(certificate, at=yesterday())
    renewal = ask_to_renew(certificate=certificate, by=certificate.holder, at=yesterday())
    at_the_desk(client)

    with django_assert_num_queries(16):
        response = client.get(url("renewal_detail", renewal))

    assert len(response.context["lines"]) == rows
    assert timezone.now() > Renewal.objects.get().asked_at
