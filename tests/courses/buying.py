"""How does a test buy something? In the steps a buyer takes."""

from datetime import datetime

from django.utils import timezone

from cms.accounts.models import User
from courses import ordering, paying
from courses.models import Access, Checkout, Order, PlanKind, PricePlan, ProgrammePage
from tests.factories.courses import make_programme
from tests.factories.people import make_person
from tests.stripe_stand_in import StandIn


def a_plan(kind: PlanKind = PlanKind.ONCE, *, programme: ProgrammePage | None = None, **fields: object) -> PricePlan:
    """A plan of a programme for a fee: £400 unless it says otherwise."""
    defaults = {"name": str(kind.label), "opened_at": timezone.now()}
    values = (
        defaults
        | {
            PlanKind.DEPOSIT: {"deposit_minor": 10_000, "balance_days": 30},
            PlanKind.INSTALMENTS: {"parts": 3},
        }.get(kind, {})
        | {"total_minor": 0 if kind == PlanKind.FREE else 40_000}
        | fields
    )
    return PricePlan.objects.create(
        programme=programme or make_programme(access=Access.FEE),
        kind=kind,
        **values,
    )


def order_of(plan: PricePlan, *, buyer: User | None = None, at: datetime | None = None, **terms: object) -> Order:
    return ordering.place_order(buyer=buyer or make_person(), plan=plan, at=at or timezone.now(), **terms)


def go_to_pay(order: Order, *, at: datetime | None = None) -> str:
    """On to the hosted page; returns the id of its session."""
    paying.page_to_pay(order=order, at=at or timezone.now())
    return Checkout.objects.filter(order=order, session_id__isnull=False).latest("pk").session_id


def pay(stripe: StandIn, order: Order, **how: object) -> list[str]:
    """Go to the page and pay there. Returns the ids of what Stripe has to tell, not delivered yet."""
    before = set(stripe.undelivered())
    stripe.pay(go_to_pay(order), **how)
    return [event for event in stripe.undelivered() if event not in before]


def pay_and_tell(stripe: StandIn, order: Order, **how: object) -> Order:
    """Pay, and let Stripe tell of it."""
    stripe.deliver(pay(stripe, order, **how))
    return Order.objects.get(pk=order.pk)
