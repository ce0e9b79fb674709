"""Do the pages of ordering say what it costs and what to do, to the buyer alone?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cms.accounts.models import AcademySettings
from courses.intakes import join_list
from courses.models import (
    Access,
    Checkout,
    Coupon,
    Enrolment,
    Fund,
    Intake,
    Order,
    Organisation,
    PlanKind,
    PricePlan,
    Refund,
    Scholarship,
    Waiting,
)
from courses.ordering import cancel_order
from courses.transfers import record_transfer
from tests.courses.buying import a_plan, go_to_pay, order_of, pay
from tests.factories.courses import lessons_of, make_enrolment, make_programme
from tests.factories.people import make_person, make_registrar

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    return make_programme(title="On set", access=Access.FEE)


@pytest.fixture
def plan(programme):
    return a_plan(PlanKind.INVOICE, programme=programme)


@pytest.fixture
def buyer(client):
    person = make_person("Nell")
    client.force_login(person)
    return person


def make_intake(programme, *, places=2, name="Spring 2099"):
    return Intake.objects.create(programme=programme, name=name, starts_on="2099-03-01", places=places)


def enrol_page(client, programme):
    return client.get(reverse("courses:enrol", args=[programme.slug])).content.decode()


def post_order(client, programme, **typed):
    return client.post(reverse("courses:enrol", args=[programme.slug]), typed)


def page_of(client, order):
    return client.get(reverse("courses:order", args=[order.reference])).content.decode()


# Choosing ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("stripe", "buyer")
def test_every_way_to_pay_says_what_is_paid_when(client, programme):
    a_plan(PlanKind.ONCE, programme=programme, total_minor=18_000)
    a_plan(PlanKind.DEPOSIT, programme=programme)
    a_plan(PlanKind.INSTALMENTS, programme=programme, total_minor=10_000)
    a_plan(PlanKind.FREE, programme=programme)
    a_plan(PlanKind.INVOICE, programme=programme, total_minor=19_000)

    page = enrol_page(client, programme)

    for words in (
        "£180",
        "The whole amount now, by card. The lessons open at once.",
        "£100 now by card, and the lessons open at once. The other £300 is due by",
        "£33.34 now by card, and the lessons open at once. Then 2 payments of £33.33, one a month, the last on",
        "Nothing to pay. The lessons open at once.",
        "You get an invoice and pay it by bank transfer within 14 days.",
    ):
        assert words in page


def test_without_keys_ways_to_pay_by_card_are_not_shown_and_the_page_says_so(client, buyer, programme, plan):
    a_plan(PlanKind.ONCE, programme=programme, name="By card at once")

    page = enrol_page(client, programme)

    assert "By card at once" not in page
    assert plan.name in page
    assert "Payments online are not set up at present, so ways to pay by card are not shown." in page


def test_without_keys_and_without_another_way_the_page_says_whom_to_write_to(client, buyer, programme):
    a_plan(PlanKind.ONCE, programme=programme)
    academy = AcademySettings.load()
    academy.registrar_email = "registrar@example.org"
    academy.save()

    page = enrol_page(client, programme)

    assert "Payments online are not set up at present. Write to the registrar" in page
    assert 'href="mailto:registrar@example.org"' in page
    assert "See your order" not in page


def test_a_plan_by_card_cannot_be_smuggled_in_without_keys(client, buyer, programme, plan):
    card = a_plan(PlanKind.ONCE, programme=programme)

    response = post_order(client, programme, plan=card.pk)

    assert response.status_code == 422
    assert "This is not offered any more. Choose another way." in response.content.decode()
    assert not Order.objects.exists()


def test_a_plan_of_another_programme_is_none(client, buyer, programme, plan):
    other = a_plan(PlanKind.INVOICE)

    assert post_order(client, programme, plan=other.pk).status_code == 422
    assert not Order.objects.exists()


def test_choosing_leads_to_the_order(client, buyer, programme, plan):
    intake = make_intake(programme)

    response = post_order(client, programme, plan=plan.pk, intake=intake.pk)

    order = Order.objects.get()
    assert response.url == reverse("courses:order", args=[order.reference])
    assert (order.buyer, order.plan, order.intake) == (buyer, plan, intake)


def test_what_costs_nothing_begins_at_once(client, buyer, programme):
    free = a_plan(PlanKind.FREE, programme=programme)

    page = client.get(post_order(client, programme, plan=free.pk).url).content.decode()

    assert "Nothing to pay" in page
    assert f'href="{lessons_of(programme)[0].get_url()}">Begin</a>' in page
    assert Enrolment.objects.get().learner == buyer


def test_a_code_that_is_refused_keeps_what_was_chosen(client, buyer, programme, plan):
    other = a_plan(PlanKind.INVOICE, programme=programme, name="Another")
    intake = make_intake(programme)

    response = post_order(client, programme, plan=other.pk, intake=intake.pk, code="NOPE")

    page = response.content.decode()
    assert response.status_code == 422
    assert "There is no such code for this programme." in page
    assert 'value="NOPE"' in page
    assert f'value="{other.pk}" id="id_plan_1" required checked>' in page
    assert f'value="{intake.pk}" id="id_intake_0" required checked>' in page
    assert page.count(" checked>") == 2
    assert "data-focus" in page
    assert not Order.objects.exists()


def test_choosing_nothing_is_refused_beside_the_choice(client, buyer, programme, plan):
    a_plan(PlanKind.INVOICE, programme=programme)
    make_intake(programme)

    response = post_order(client, programme)

    assert response.status_code == 422
    assert response.content.decode().count("Choose one of these.") == 4  # in the summary, and beside each


def test_a_scholarship_is_said_and_taken_off(client, buyer, programme, plan):
    fund = Fund.objects.create(name="The Understudy Fund", amount_minor=100_000)
    Scholarship.objects.create(
        fund=fund, person=buyer, programme=programme, amount_minor=15_000, awarded_at=timezone.now(),
        awarded_by=make_registrar(),
    )  # fmt: skip

    page = enrol_page(client, programme)
    ordered = client.get(post_order(client, programme, plan=plan.pk).url).content.decode()

    assert "The Understudy Fund pays up to £150 of your fee." in page
    assert "Your scholarship pays £150." in page
    assert "£250" in page
    assert "Paid by The Understudy Fund" in ordered


def test_somebody_elses_scholarship_is_not_said(client, buyer, programme, plan):
    fund = Fund.objects.create(name="The Understudy Fund", amount_minor=100_000)
    Scholarship.objects.create(
        fund=fund, person=make_person(), programme=programme, amount_minor=15_000, awarded_at=timezone.now(),
        awarded_by=make_registrar(),
    )  # fmt: skip

    assert "Understudy" not in enrol_page(client, programme)


def test_what_comes_first_is_said_in_place_of_the_choice(client, buyer, programme, plan):
    before = make_programme(title="Foundations")
    programme.after = [before]
    programme.save()

    page = enrol_page(client, programme)

    assert "Something comes first" in page
    assert "Foundations" in page
    assert "See your order" not in page


def test_who_has_ordered_is_led_on_with_that_order(client, buyer, programme, plan):
    order = order_of(plan, buyer=buyer)

    page = enrol_page(client, programme)

    assert f'href="{reverse("courses:order", args=[order.reference])}">Go on with that order</a>' in page
    assert "See your order" not in page


def test_who_is_on_the_programme_is_led_to_it(client, buyer, programme, plan):
    make_enrolment(learner=buyer, programme=programme)

    assert client.get(reverse("courses:enrol", args=[programme.slug])).url == programme.get_url()


def test_a_visitor_signs_in_first(client, programme, plan):
    assert client.get(reverse("courses:enrol", args=[programme.slug])).url.startswith("/accounts/login/")


@pytest.mark.parametrize(("for_seats", "shown"), [(True, True), (False, False)])
def test_places_for_an_organisation_are_named_where_they_are_sold(client, buyer, programme, for_seats, shown):
    a_plan(PlanKind.INVOICE, programme=programme, for_seats=for_seats)

    page = enrol_page(client, programme)

    assert (reverse("courses:buy_places", args=[programme.slug]) in page) == shown


@pytest.mark.parametrize("count", [1, 3])
def test_choosing_among_plans_costs_the_same(client, buyer, programme, count, django_assert_num_queries):
    for place in range(count):
        a_plan(PlanKind.INVOICE, programme=programme, name=f"Way {place}")
        make_intake(programme, name=f"Intake {place}")
    AcademySettings.load()
    client.get(programme.get_url())

    # session, person, programme; plans (2), scholarship, what comes first, order, enrolment; intakes, who has a place
    # in them, who is offered one, and where this person waits; refund rules, hours of cooling off; the menu (3), the academy
    with django_assert_num_queries(19):
        page = enrol_page(client, programme)

    assert page.count('name="plan"') == page.count('name="intake"') == count


# The waiting list ----------------------------------------------------------------------------------------------


@pytest.fixture
def full(programme, plan):
    intake = make_intake(programme, places=1, name="Winter 2099")
    order_of(plan, intake=intake)
    return intake


def post_waiting(client, intake, **typed):
    return client.post(
        reverse("courses:waiting", args=[intake.programme.slug]), {"intake": intake.pk} | typed, follow=True
    ).content.decode()


def test_a_full_intake_is_no_choice_and_has_a_list(client, buyer, programme, full):
    page = enrol_page(client, programme)

    assert "Every intake is full at present" in page
    assert "Winter 2099" in page
    assert "Join the list" in page
    assert 'name="plan"' not in page


def test_one_joins_and_leaves_the_list(client, buyer, programme, full):
    joined = post_waiting(client, full)
    left = post_waiting(client, full, leave="1")

    assert "You are on the list. When a place is free" in joined
    assert "Leave the list" in joined
    assert "You are off the list." in left
    assert "Join the list" in left
    assert Waiting.objects.get().left_at is not None


def test_leaving_takes_nobody_else_off_the_list(client, buyer, full):
    other = join_list(intake=full, person=make_person(), at=timezone.now())

    post_waiting(client, full, leave="1")

    other.refresh_from_db()
    assert other.left_at is None


def test_an_offer_says_until_when_the_place_is_held(client, buyer, programme, full):
    place = join_list(intake=full, person=buyer, at=timezone.now())
    cancel_order(order=Order.objects.get(), by=None, at=timezone.now())
    place.offered_at, place.offer_ends_at = timezone.now(), timezone.now() + timedelta(hours=72)
    place.save()

    page = enrol_page(client, programme)

    assert "A place is held for you until" in page
    assert 'name="intake" value=' in page


@pytest.mark.parametrize("intake", ["", "x", "-1", "²", "9" * 30])
def test_an_intake_that_is_none_is_not_there(client, buyer, programme, intake):
    address = reverse("courses:waiting", args=[programme.slug])

    assert client.post(address, {"intake": intake}).status_code == 404


def test_a_list_of_another_programme_is_not_there(client, buyer, full):
    other = make_programme(access=Access.FEE)

    response = client.post(reverse("courses:waiting", args=[other.slug]), {"intake": full.pk})

    assert response.status_code == 404
    assert not Waiting.objects.exists()


# The order -----------------------------------------------------------------------------------------------------


def test_an_invoice_says_how_much_where_to_and_with_which_reference(client, buyer, plan):
    academy = AcademySettings.load()
    academy.bank_details, academy.tax_name, academy.tax_percent = "IBAN GB00", "VAT", 20
    academy.save()
    order = order_of(plan, buyer=buyer)

    page = page_of(client, order)

    for words in ("On set", "£400", "Waits for a transfer", "IBAN GB00", "INV-00001", "VAT at 20 %", "£66.67"):
        assert words in page
    assert reverse("courses:paper", args=["main", "INV", 1]) in page
    assert "Pay £400" not in page


def test_every_amount_of_the_price_is_there(client, buyer, plan):
    Coupon.objects.create(
        code="CREW", percent=10, begins_at=timezone.now() - timedelta(days=1), made_by=make_registrar()
    )
    order = order_of(plan, buyer=buyer, code="crew")

    page = page_of(client, order)

    for words in ("<dd>£400</dd>", "Less by the code CREW", "<dd>−£40</dd>", "<dd>£360</dd>"):
        assert words in page


def test_a_paid_order_leads_to_the_first_unit(client, buyer, programme, plan):
    order = order_of(plan, buyer=buyer)
    record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=timezone.now())

    page = page_of(client, order)

    assert f'href="{lessons_of(programme)[0].get_url()}">Begin</a>' in page
    assert "Receipt RCT-00001" in page
    assert f"Each receipt goes to {buyer.email}" in page
    assert "Cancel this order" not in page


def test_cancelling_is_asked_first_and_a_cancelled_order_asks_for_nothing(client, buyer, plan):
    order = order_of(plan, buyer=buyer)
    address = reverse("courses:order_cancel", args=[order.reference])

    assert f'href="{address}">Cancel this order</a>' in page_of(client, order)
    asked = client.get(address).content.decode()
    assert "Cancel this order?" in asked
    order.refresh_from_db()
    assert order.is_waiting
    response = client.post(address, follow=True)

    page = response.content.decode()
    assert "Your order is cancelled. Nothing is to pay." in page
    assert "IBAN" not in page
    assert "Cancel this order" not in page


def test_the_button_leads_to_the_hosted_page_and_the_page_may_be_left_for_it(client, stripe, buyer, programme):
    order = order_of(a_plan(programme=programme), buyer=buyer)

    shown = client.get(reverse("courses:order", args=[order.reference]))
    pressed = client.post(reverse("courses:order_pay", args=[order.reference]))

    assert "Pay £400" in shown.content.decode()
    assert f"form-action 'self' https://checkout.stripe.com {stripe.address}" in shown["Content-Security-Policy"]
    assert pressed.url.startswith(stripe.address)


def test_a_hosted_page_elsewhere_is_a_link(client, stripe, buyer, programme):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    go_to_pay(order)
    Checkout.objects.update(url="https://pay.academy.example/c/1")

    page = client.post(reverse("courses:order_pay", args=[order.reference])).content.decode()

    assert 'href="https://pay.academy.example/c/1"' in page


def test_a_payment_service_that_is_away_is_said_where_the_reader_is(client, stripe, buyer, programme):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    stripe.mode(api="down")

    response = client.post(reverse("courses:order_pay", args=[order.reference]))

    page = response.content.decode()
    assert response.status_code == 422
    assert "Nothing was taken. Try again in a minute." in page
    assert 'role="alert" tabindex="-1" autofocus data-focus' in page
    assert "Pay £400" in page


def test_coming_back_asks_and_opening_the_address_gives_nothing(client, stripe, buyer, programme):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    address = reverse("courses:order_done", args=[order.reference])
    go_to_pay(order)

    unpaid = client.get(address, follow=True).content.decode()
    pay(stripe, order)
    paid = client.get(address, follow=True).content.decode()

    assert "No payment has arrived yet." in unpaid
    assert "Pay £400" in unpaid
    assert "Begin</a>" not in unpaid
    assert "Begin</a>" in paid


def test_a_bank_that_takes_its_time_is_waited_for_and_not_paid_again(client, stripe, buyer, programme):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    pay(stripe, order, asynchronous=True)
    Checkout.objects.update(opened_at=timezone.now() - timedelta(minutes=1))
    address = reverse("courses:order_done", args=[order.reference])

    waiting = client.get(address, follow=True).content.decode()
    stripe.settle(Checkout.objects.get().session_id, ok=True)
    paid = client.get(address, follow=True).content.decode()

    assert "If you have paid, your bank is confirming it." in waiting
    assert "Look again" in waiting
    assert "Pay £400" not in waiting
    assert "Cancel this order" not in waiting
    assert "Begin</a>" in paid


def test_a_page_left_after_paying_offers_to_look_again(client, stripe, buyer, programme):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    go_to_pay(order)
    earlier = timezone.now() - timedelta(hours=3)
    Checkout.objects.update(opened_at=earlier, expires_at=earlier + timedelta(hours=2))

    page = page_of(client, order)

    assert "If you have paid, your bank is confirming it." in page
    assert f'href="{reverse("courses:order_done", args=[order.reference])}"' in page
    assert "Pay £400" not in page


def test_parts_say_when_they_are_due_and_paid(client, stripe, buyer, programme):
    order = order_of(a_plan(PlanKind.DEPOSIT, programme=programme), buyer=buyer)
    pay(stripe, order)

    page = client.get(reverse("courses:order_done", args=[order.reference]), follow=True).content.decode()

    for words in ("Paid so far", "1 of 2", "2 of 2", "Paid on ", "To come", "Pay £300"):
        assert words in page


def test_places_that_were_paid_back_are_not_said_to_be_there(client, buyer, programme):
    plan = a_plan(PlanKind.INVOICE, programme=programme, for_seats=True)
    company = Organisation.objects.create(name="Prewitt Pictures", owner=buyer, made_at=timezone.now())
    order = order_of(plan, buyer=buyer, organisation=company, seats=2)
    record_transfer(order=order, amount_minor=80_000, by=make_registrar(), at=timezone.now())

    paid = page_of(client, order)
    Refund.objects.create(
        payment=order.payments.get(), key="back", amount_minor=80_000, ends_access=True, asked_at=timezone.now(),
        given_at=timezone.now(),
    )  # fmt: skip
    given_back = page_of(client, order)

    assert "2 places for Prewitt Pictures are yours to give out." in paid
    assert "What you paid was given back" in given_back
    assert "yours to give out" not in given_back


# Whose it is ---------------------------------------------------------------------------------------------------

ADDRESSES = ("order", "order_done", "order_back", "order_cancel")


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_order_is_its_buyers_alone(client, plan, name):
    order = order_of(plan, buyer=make_person("Wes"))
    address = reverse(f"courses:{name}", args=[order.reference])

    assert client.get(address).url.startswith("/accounts/login/")
    for other in (make_person(), make_registrar(), make_enrolment(programme=plan.programme).learner):
        client.force_login(other)
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("name", ["order_pay", "order_cancel"])
def test_nobody_else_pays_or_cancels_an_order(client, plan, name):
    order = order_of(plan, buyer=make_person("Wes"))
    client.force_login(make_person())

    assert client.post(reverse(f"courses:{name}", args=[order.reference])).status_code == 404
    order.refresh_from_db()
    assert order.is_waiting


def test_ones_payments_list_ones_own_orders_and_papers_only(client, buyer, programme, plan):
    theirs, mine = order_of(plan), order_of(plan, buyer=buyer)

    page = client.get(reverse("courses:payments")).content.decode()

    assert mine.reference in page
    assert theirs.reference not in page
    assert "INV-00002" in page
    assert "INV-00001" not in page


def test_who_has_bought_nothing_is_shown_the_programmes(client, buyer):
    page = client.get(reverse("courses:payments")).content.decode()

    assert "Nothing yet" in page
    assert 'href="/programmes/"' in page


def test_payments_are_found_from_the_account_and_the_first_screen(client, buyer, plan):
    make_enrolment(learner=buyer)
    address = reverse("courses:payments")

    assert f'href="{address}"' in client.get(reverse("cms:account")).content.decode()
    assert f'href="{address}"' not in client.get(reverse("cms:learn")).content.decode()
    order_of(plan, buyer=buyer)
    assert f'href="{address}"' in client.get(reverse("cms:learn")).content.decode()


def test_an_order_that_waits_is_on_the_first_screen_of_who_is_on_nothing(client, buyer, plan):
    order = order_of(plan, buyer=buyer)

    page = client.get(reverse("cms:learn")).content.decode()

    assert "On set: Waits for a transfer" in page
    assert reverse("courses:order", args=[order.reference]) in page


@pytest.mark.parametrize("count", [1, 3])
def test_payments_cost_the_same_for_few_and_for_many(client, buyer, count, django_assert_num_queries):
    for _ in range(count):
        order_of(a_plan(PlanKind.INVOICE), buyer=buyer)
    AcademySettings.load()

    # session, person, orders and what says how they stand (6), papers, the menu (3), the academy
    with django_assert_num_queries(13):
        page = client.get(reverse("courses:payments")).content.decode()

    assert page.count("Waits for a transfer") == count


@pytest.mark.parametrize("parts", [2, 3])
def test_an_order_costs_the_same_for_few_parts_and_for_many(client, buyer, stripe, parts, django_assert_num_queries):
    plan = a_plan(PlanKind.INSTALMENTS, parts=parts)
    order = order_of(plan, buyer=buyer)
    client.get(plan.programme.get_url())

    # session, person, the order (2); parts, visits to the hosted page, grants, payments, concerns, papers; whether they
    # are on the programme; the menu (3), the academy
    with django_assert_num_queries(15):
        page = page_of(client, order)

    assert (page.count("Due now"), page.count("To come")) == (1, parts - 1)


def test_the_plans_of_a_closed_kind_are_not_offered(client, buyer, programme, plan):
    PricePlan.objects.update(closed_at=timezone.now())

    page = enrol_page(client, programme)

    assert "This programme is not offered at present." in page
