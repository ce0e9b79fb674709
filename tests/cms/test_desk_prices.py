"""Can a registrar set up prices, intakes, refund rules, codes and funds, and is what somebody relies on left alone?"""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from cms.accounts import history
from courses.intakes import join_list
from courses.models import Coupon, Fund, Intake, PlanKind, PricePlan, RefundTier, Scholarship, Waiting
from courses.ordering import place_order
from courses.scholarships import award_scholarship
from tests.courses.buying import a_plan, order_of
from tests.factories.courses import make_programme
from tests.factories.desk import at_the_desk, yesterday
from tests.factories.people import make_person, make_registrar

pytestmark = pytest.mark.django_db


def verbs_about(thing: object) -> list[str]:
    return [entry.verb for entry in history.entries_about(thing)]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "ONCE", "total_minor": "400.50"}, 302),
        ({"kind": "DEPOSIT", "total_minor": "400", "deposit_minor": "100", "balance_days": "30"}, 302),
        ({"kind": "INSTALMENTS", "total_minor": "400", "parts": "3"}, 302),
        ({"kind": "FREE", "total_minor": "0"}, 302),
        ({"kind": "ONCE", "total_minor": "0"}, 422),
        ({"kind": "DEPOSIT", "total_minor": "400"}, 422),
        ({"kind": "INSTALMENTS", "total_minor": "400", "parts": "1"}, 422),
        ({"kind": "ONCE", "total_minor": "400", "currency": "pounds"}, 422),
    ],
    ids=str,
)
def test_a_plan_is_made_of_what_fits_together(client, fields, status):
    programme = make_programme(access="FEE")
    at_the_desk(client)

    answer = client.post(
        reverse("desk:plan_new"),
        {"programme": programme.pk, "name": "A plan", "currency": "GBP", "position": "0"} | fields,
    )

    assert answer.status_code == status
    assert PricePlan.objects.exists() == (status == 302)
    if fields["total_minor"] == "400.50":
        assert PricePlan.objects.get().total_minor == 40_050


def test_what_a_card_cannot_pay_is_refused_with_the_least_it_can(client):
    at_the_desk(client)
    said = {"programme": make_programme(access="FEE").pk, "name": "A plan", "currency": "GBP", "position": "0"}

    answer = client.post(reverse("desk:plan_new"), said | {"kind": "ONCE", "total_minor": "0.49"})

    assert answer.status_code == 422
    assert "A card pays £0.50 or more." in answer.content.decode()
    assert not PricePlan.objects.exists()


def test_a_plans_terms_change_until_somebody_orders_by_it(client):
    plan = a_plan(PlanKind.INVOICE)
    at_the_desk(client)
    page = reverse("desk:plan_change", args=[plan.pk])
    said = {"name": "By invoice", "kind": "INVOICE", "currency": "GBP", "total_minor": "350", "position": "2"}
    assert client.post(page, said).status_code == 302
    plan.refresh_from_db()
    assert (plan.name, plan.total_minor, plan.position) == ("By invoice", 35_000, 2)
    order = order_of(plan, at=yesterday())

    client.post(page, said | {"name": "By transfer", "total_minor": "1"})

    plan.refresh_from_db()
    assert (plan.name, plan.total_minor) == ("By transfer", 35_000)
    assert order.total_minor == 35_000
    assert "its terms stay" in client.get(page).content.decode()
    assert verbs_about(plan) == ["plan.changed", "plan.changed"]


def test_a_plan_is_closed_once_and_its_page_says_so(client):
    plan = a_plan(PlanKind.INVOICE)
    at_the_desk(client)

    for _again in range(2):
        client.post(reverse("desk:plan_close", args=[plan.pk]))

    plan.refresh_from_db()
    assert plan.closed_at is not None
    assert verbs_about(plan) == ["plan.closed"]
    assert "Closed" in client.get(reverse("desk:plan_detail", args=[plan.pk])).content.decode()


def test_an_intake_is_opened_changed_and_closed(client):
    programme = make_programme(access="FEE")
    at_the_desk(client)
    said = {"programme": programme.pk, "name": "Spring", "starts_on": "2027-03-01", "places": "10"}
    client.post(reverse("desk:intake_new"), said)
    intake = Intake.objects.get()

    client.post(reverse("desk:intake_change", args=[intake.pk]), said | {"places": "12"})
    client.post(reverse("desk:intake_close", args=[intake.pk]))

    intake.refresh_from_db()
    assert intake.places == 12
    assert intake.closed_at is not None
    assert verbs_about(intake) == ["intake.opened", "intake.changed", "intake.closed"]


def test_two_intakes_of_a_programme_have_two_names(client):
    programme = make_programme(access="FEE")
    at_the_desk(client)
    said = {"programme": programme.pk, "name": "Spring", "starts_on": "2027-03-01", "places": "10"}
    client.post(reverse("desk:intake_new"), said)

    answer = client.post(reverse("desk:intake_new"), said)

    assert answer.status_code == 422
    assert "This programme has an intake of that name." in answer.content.decode()


def test_free_places_are_offered_from_the_intakes_page(client):
    intake = Intake.objects.create(
        programme=make_programme(access="FEE"), name="Spring", starts_on=timezone.localdate() + timedelta(60), places=1
    )
    first, second = make_person("Juno"), make_person("Ilse")
    for hours, person in ((5, first), (4, second)):
        join_list(intake=intake, person=person, at=timezone.now() - timedelta(hours=hours))
    at_the_desk(client)
    offer = reverse("desk:intake_offer", args=[intake.pk])

    assert client.get(offer).status_code == 302
    assert not Waiting.objects.filter(offered_at__isnull=False).exists()
    page = client.post(offer, follow=True).content.decode()

    assert "1 place was offered by mail." in page
    assert [row.person for row in Waiting.objects.filter(offered_at__isnull=False)] == [first]
    assert "No place is free" in client.post(offer, follow=True).content.decode()


def test_refund_rules_are_lines_and_a_wrong_one_is_named(client):
    programme = make_programme(access="FEE")
    at_the_desk(client)
    page = reverse("desk:refund_rules", args=[programme.pk])
    assert "21: 100" in client.get(page, {"example": ""}).content.decode()

    wrong = client.post(page, {"tiers": "21: 100\n15 days, half"})
    upside_down = client.post(page, {"tiers": "21: 50\n15: 100"})
    said = {"tiers": "21: 100\n15: 50 %\n\n"}
    shown = client.post(page, said).content.decode()
    back = client.post(page, said | {"sure": "yes", "again": "yes"}).content.decode()
    assert not RefundTier.objects.exists()
    client.post(page, said | {"sure": "yes"})

    assert "Until 15 days before your intake begins, 50 % of what you paid is given back." in shown
    assert "keeps the rules of the day they ordered" in shown
    assert "15: 50 %" in back
    assert "Line 2 is not understood." in wrong.content.decode()
    assert "15 days, half" in wrong.content.decode()
    assert "The nearer the start, the less is given back" in upside_down.content.decode()
    found = RefundTier.objects.order_by("-days_before").values_list("days_before", "percent")
    assert list(found) == [(21, 100), (15, 50)]
    assert "No refunds after the hours of cooling off?" in client.post(page, {"tiers": ""}).content.decode()
    assert RefundTier.objects.count() == 2
    client.post(page, {"tiers": "", "sure": "yes"})
    assert not RefundTier.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"code": " crew-10 ", "percent": "10"}, 302),
        ({"code": "CREW", "amount_minor": "25.50", "currency": "gbp"}, 302),
        ({"code": "CREW", "percent": "10", "amount_minor": "5", "currency": "GBP"}, 422),
        ({"code": "CREW"}, 422),
        ({"code": "CREW", "percent": "101"}, 422),
        ({"code": "CREW", "amount_minor": "5"}, 422),
        ({"code": "a b", "percent": "10"}, 422),
        ({"code": "CREW", "percent": "10", "ends_at": "2020-01-01T00:00"}, 422),
        ({"code": "CREW", "percent": "10", "most_uses": "0"}, 422),
    ],
    ids=str,
)
def test_a_code_is_made_of_what_fits_together(client, fields, status):
    at_the_desk(client)

    answer = client.post(reverse("desk:coupon_new"), {"begins_at": "2026-01-01T00:00"} | fields)

    assert answer.status_code == status
    assert Coupon.objects.exists() == (status == 302)


def test_a_code_ends_once_and_orders_keep_their_price(client):
    plan = a_plan(PlanKind.INVOICE)
    coupon = Coupon.objects.create(
        code="CREW", percent=10, begins_at=yesterday(), made_by=make_registrar(), most_uses=2
    )
    order = order_of(plan, code="crew", at=timezone.now())
    at_the_desk(client)
    page = reverse("desk:coupon_end", args=[coupon.pk])
    assert "1 time" in client.get(page).content.decode()

    for _again in range(2):
        client.post(page)

    coupon.refresh_from_db()
    order.refresh_from_db()
    assert coupon.ends_at is not None
    assert order.total_minor == 36_000
    assert verbs_about(coupon) == ["coupon.ended"]


def test_a_fund_awards_what_it_holds_and_its_report_adds_up(client):
    plan = a_plan(PlanKind.INVOICE)
    scholar = make_person("Scholar", email="scholar@example.org")
    at_the_desk(client)
    client.post(reverse("desk:fund_new"), {"name": "Understudies", "currency": "GBP", "amount_minor": "500"})
    fund = Fund.objects.get()
    award = reverse("desk:fund_award", args=[fund.pk])
    said = {"email": "scholar@example.org", "programme": plan.programme_id}

    too_much = client.post(award, said | {"amount_minor": "500.01"})
    unknown = client.post(award, said | {"email": "nobody@example.org", "amount_minor": "400"})
    client.post(award, said | {"amount_minor": "400"})

    assert too_much.status_code == unknown.status_code == 422
    assert "Nobody here has confirmed this address." in unknown.content.decode()
    assert Scholarship.objects.get().amount_minor == 40_000
    place_order(buyer=scholar, plan=plan, at=timezone.now())
    page = client.get(reverse("desk:fund_detail", args=[fund.pk])).content.decode()
    assert "£100" in page  # left to award
    assert "Used" in page
    lines = client.get(reverse("desk:fund_csv", args=[fund.pk])).getvalue().decode("utf-8-sig").splitlines()
    assert lines[1].endswith("1,400.00,400.00,GBP,40000,40000")
    assert lines[2] == "Understudies,Left to award,0,100.00,0.00,GBP,10000,0"


def test_an_award_goes_back_to_its_fund_unless_it_was_used(client):
    plan = a_plan(PlanKind.INVOICE)
    make_person("Scholar", email="scholar@example.org")
    fund = Fund.objects.create(name="Understudies", amount_minor=50_000)
    at_the_desk(client)
    award = reverse("desk:fund_award", args=[fund.pk])
    said = {"email": "scholar@example.org", "programme": plan.programme_id, "amount_minor": "400"}
    client.post(award, said)
    scholarship = Scholarship.objects.get()
    page = reverse("desk:scholarship_take_back", args=[scholarship.pk])

    client.post(page)

    scholarship.refresh_from_db()
    assert scholarship.taken_back_at is not None
    client.post(award, said)
    used = Scholarship.objects.get(taken_back_at=None)
    place_order(buyer=used.person, plan=plan, at=timezone.now())
    refused = client.post(reverse("desk:scholarship_take_back", args=[used.pk]))
    assert refused.status_code == 422
    used.refresh_from_db()
    assert used.taken_back_at is None


def test_a_closed_fund_awards_nothing(client):
    fund = Fund.objects.create(name="Understudies", amount_minor=50_000)
    at_the_desk(client)
    client.post(reverse("desk:fund_close", args=[fund.pk]))

    page = client.get(reverse("desk:fund_award", args=[fund.pk])).content.decode()

    assert "This fund is closed." in page
    assert "Award from it" not in client.get(reverse("desk:fund_detail", args=[fund.pk])).content.decode()


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"kind": "DEPOSIT", "total_minor": "400", "deposit_minor": "400", "balance_days": "30"}, "deposit_minor",
         "A deposit is less than the whole fee."),
        ({"kind": "DEPOSIT", "total_minor": "400", "deposit_minor": "100"}, "balance_days",
         "Say in how many days the balance is due: 1 or more."),
        ({"kind": "INSTALMENTS", "total_minor": "400", "parts": "1"}, "parts", "Monthly payments are 2 to 24."),
        ({"kind": "FREE", "total_minor": "1"}, "total_minor", "A free plan costs 0."),
        ({"kind": "ONCE", "total_minor": "x"}, "total_minor", "Write an amount such as 400 or 400.50."),
        ({"kind": "ONCE", "total_minor": "-1"}, "total_minor", "Write 0 or more."),
        ({"kind": "ONCE", "total_minor": "400", "name": ""}, "name", "Fill this in."),
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_a_plan_is_said_at_its_field_in_our_words(client, fields, field, words):
    at_the_desk(client)
    said = {"programme": make_programme(access="FEE").pk, "name": "A plan", "currency": "GBP", "position": "0"}

    answer = client.post(reverse("desk:plan_new"), said | fields)

    assert answer.context["form"].errors == {field: [words]}


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"percent": "101"}, "percent", "From 1 to 100 per cent."),
        ({}, "percent", "Give a percentage, or an amount off."),
        ({"percent": "10", "amount_minor": "5", "currency": "GBP"}, "amount_minor",
         "A percentage or an amount, not both."),
        ({"amount_minor": "5"}, "currency", "Say in which currency the amount is, such as GBP."),
        ({"percent": "10", "most_uses": "0"}, "most_uses", "At least one use."),
        ({"percent": "10", "code": "KNOWN"}, "code", "There is such a code already."),
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_a_code_is_said_at_its_field(client, fields, field, words):
    Coupon.objects.create(code="KNOWN", percent=10, begins_at=yesterday(), made_by=make_registrar())
    at_the_desk(client)

    answer = client.post(reverse("desk:coupon_new"), {"begins_at": "2026-01-01T00:00", "code": "CREW"} | fields)

    assert answer.context["form"].errors == {field: [words]}


def test_an_intake_does_not_begin_in_the_past_unless_it_did(client):
    programme = make_programme(access="FEE")
    at_the_desk(client)
    said = {"programme": programme.pk, "name": "Spring", "starts_on": "2020-03-01", "places": "10"}
    begun = Intake.objects.create(programme=programme, name="Winter", starts_on="2020-01-01", places=3)

    answer = client.post(reverse("desk:intake_new"), said)
    changed = client.post(
        reverse("desk:intake_change", args=[begun.pk]),
        {"name": "Winter", "starts_on": "2020-01-01", "places": "4"},
    )

    assert answer.context["form"].errors == {"starts_on": ["That day is past. Choose one from today on."]}
    assert changed.status_code == 302


def test_an_award_is_for_a_programme_for_a_fee_and_told_to_its_person(client):
    plan, free = a_plan(PlanKind.INVOICE), make_programme()
    make_person("Scholar", email="scholar@example.org")
    fund = Fund.objects.create(name="Understudies", amount_minor=50_000)
    at_the_desk(client)
    award = reverse("desk:fund_award", args=[fund.pk])
    said = {"email": "scholar@example.org", "amount_minor": "400"}

    refused = client.post(award, said | {"programme": free.pk})
    for _again in range(2):
        client.post(award, said | {"programme": plan.programme_id})

    assert "programme" in refused.context["form"].errors
    [message] = [message for message in mail.outbox if message.to == ["scholar@example.org"]]
    assert "Understudies pays up to £400 of your fee" in message.body
    assert plan.programme.title not in message.subject
    assert "£100" in client.get(reverse("desk:fund_list")).content.decode()  # left of it


def test_an_award_that_an_order_uses_has_no_button_to_take_it_back(client):
    plan = a_plan(PlanKind.INVOICE)
    fund = Fund.objects.create(name="Understudies", amount_minor=50_000)
    person = make_person()
    award = award_scholarship(
        fund=fund, person=person, programme=plan.programme, amount_minor=100, by=make_registrar(), at=timezone.now()
    )
    place_order(buyer=person, plan=plan, at=timezone.now())
    at_the_desk(client)

    page = client.get(reverse("desk:scholarship_take_back", args=[award.pk])).content.decode()

    assert "An order uses it." in page
    assert "Take it back</button>" not in page


def test_free_places_are_offered_only_where_one_is_free(client):
    intake = Intake.objects.create(
        programme=make_programme(access="FEE"), name="Spring", starts_on=timezone.localdate() + timedelta(60), places=1
    )
    order_of(a_plan(PlanKind.INVOICE, programme=intake.programme), intake=intake)
    join_list(intake=intake, person=make_person(), at=timezone.now())
    at_the_desk(client)

    assert (
        "Offer the free places now" not in client.get(reverse("desk:intake_detail", args=[intake.pk])).content.decode()
    )


def test_a_plan_by_card_says_when_nobody_can_pay_by_it_and_a_closed_one_is_not_changed(client):
    plan = a_plan(PlanKind.ONCE)
    at_the_desk(client)
    page = reverse("desk:plan_detail", args=[plan.pk])

    assert "Not offered: payments online are not set up" in client.get(page).content.decode()
    client.post(reverse("desk:plan_close", args=[plan.pk]))
    assert "Change …" not in client.get(page).content.decode()
