"""What does the demo academy ask and get for its programmes? Every price, rule, fund and buyer is an invented example."""

from datetime import datetime, timedelta

from django.utils.formats import date_format

from cms.accounts.academy import AcademySettings
from cms.accounts.models import User
from courses.models import CompletedBy, Coupon, Fund, Intake, PlanKind, PricePlan, ProgrammePage, RefundTier
from courses.ordering import place_order
from courses.organisations import organisation_of
from courses.progress import complete_unit, units_of
from courses.seating import offer_seat, take_seat
from courses.transfers import record_transfer

from . import people, words

DAY = timedelta(days=1)
PLANS = (
    {"name": "In one payment", "kind": PlanKind.ONCE, "total_minor": 180_00},
    {"name": "A deposit, and the rest in 30 days", "kind": PlanKind.DEPOSIT, "total_minor": 180_00,
     "deposit_minor": 60_00, "balance_days": 30},
    {"name": "Three monthly payments", "kind": PlanKind.INSTALMENTS, "total_minor": 186_00, "parts": 3},
    {"name": "By bank transfer", "kind": PlanKind.INVOICE, "total_minor": 180_00, "for_seats": True},
)  # fmt: skip
TIERS = ((21, 100), (15, 50))  # days before the start, per cent; fewer days, nothing


def make_prices(programme: ProgrammePage, *, registrar: User, now: datetime) -> None:
    """Who asks for money, the plans of the fee programme, when it begins, and what takes something off."""
    academy = AcademySettings.load()
    academy.legal_name = words.LEGAL_NAME
    academy.legal_address = words.LEGAL_ADDRESS
    academy.tax_name, academy.tax_percent, academy.tax_number = "VAT", 20, "GB 000 0000 00 (example)"
    academy.save()
    for position, plan in enumerate(PLANS):
        PricePlan.objects.create(programme=programme, position=position, opened_at=now - 400 * DAY, **plan)
    RefundTier.objects.bulk_create(
        RefundTier(programme=programme, days_before=days, percent=percent) for days, percent in TIERS
    )
    for days, places in ((45, 12), (135, 12)):
        starts_on = (now + days * DAY).date()
        Intake.objects.create(
            programme=programme, name=date_format(starts_on, "F Y"), starts_on=starts_on, places=places
        )
    Coupon.objects.create(
        code="FIRST-CREW", percent=10, programme=programme, most_uses=20, begins_at=now - 30 * DAY, made_by=registrar
    )
    Fund.objects.create(name="The Understudy Fund (example)", amount_minor=2_500_00)


def make_orders(programme: ProgrammePage, *, registrar: User, now: datetime) -> None:
    """One place that was paid by transfer, and one invoice that waits."""
    plan = programme.plans.get(kind=PlanKind.INVOICE)
    intake = programme.intakes.order_by("starts_on").first()
    paid, waiting = (people.make(someone) for someone in people.BUYERS)
    order = place_order(buyer=paid, plan=plan, intake=intake, at=now - 12 * DAY)
    record_transfer(order=order, amount_minor=order.total_minor, by=registrar, at=now - 9 * DAY)
    place_order(buyer=waiting, plan=plan, intake=intake, code="FIRST-CREW", at=now - 2 * DAY)


def make_places(programme: ProgrammePage, *, employer: User, registrar: User, now: datetime) -> None:
    """An invented production company with five places: one taken and begun, two offered, two free."""
    plan = programme.plans.get(kind=PlanKind.INVOICE)
    company = organisation_of(
        owner=employer, name="Lantern Row Pictures", address="Stage 4\nLantern Row\nLeeds LS0 0AB", at=now - 40 * DAY
    )
    order = place_order(buyer=employer, plan=plan, organisation=company, seats=5, at=now - 40 * DAY)
    record_transfer(order=order, amount_minor=order.total_minor, by=registrar, at=now - 36 * DAY)
    first, second, third = order.seat_rows.order_by("number")[:3]
    someone = people.make(people.CREW)
    offer_seat(seat=first, email=someone.email, by=employer, at=now - 35 * DAY)
    enrolment = take_seat(seat=first, person=someone, at=now - 34 * DAY)
    for place, unit in enumerate(units_of(programme)[:2]):
        complete_unit(enrolment=enrolment, unit=unit, event=CompletedBy.READING, at=now - (33 - place) * DAY)
    offer_seat(seat=second, email="wardrobe@lantern-row.example", by=employer, at=now - 8 * DAY)
    offer_seat(seat=third, email="second.ad@lantern-row.example", by=employer, at=now - 6 * DAY)
