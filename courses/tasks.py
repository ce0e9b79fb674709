"""What may wait until the answer is given, and what happens by the clock? Each task fetches its rows and calls one
function; all are safe to run twice."""

from crontask import cron
from django.core.management import call_command
from django.tasks import task
from django.utils import timezone

from . import mail
from .models import Enrolment, Instalment, Invitation, MoneyPaper, Order, Scholarship, Seat, StripeEvent, Waiting


@task
def mail_invitation(invitation_id: int) -> None:
    mail.send_invitation(Invitation.objects.select_related("programme").get(pk=invitation_id))


@task
def mail_paper(paper_id: int) -> None:
    mail.send_paper(MoneyPaper.objects.select_related("payer", "order").get(pk=paper_id))


@task
def mail_place(enrolment_id: int) -> None:
    mail.send_place(Enrolment.objects.select_related("learner", "programme").get(pk=enrolment_id))


@task
def mail_failed(instalment_id: int) -> None:
    mail.send_failed(Instalment.objects.select_related("order__buyer").get(pk=instalment_id))


@task
def mail_due(instalment_id: int) -> None:
    mail.send_due(Instalment.objects.select_related("order__buyer").get(pk=instalment_id))


@task
def mail_paused(instalment_id: int) -> None:
    mail.send_paused(Instalment.objects.select_related("order__buyer").get(pk=instalment_id))


@task
def mail_offer(waiting_id: int) -> None:
    mail.send_offer(Waiting.objects.select_related("person", "intake__programme").get(pk=waiting_id))


@task
def mail_seat(seat_id: int) -> None:
    mail.send_seat(Seat.objects.select_related("order__programme", "order__organisation").get(pk=seat_id))


@task
def mail_award(scholarship_id: int) -> None:
    mail.send_award(Scholarship.objects.select_related("person", "fund", "programme").get(pk=scholarship_id))


@task
def mail_cancelled(order_id: int) -> None:
    mail.send_cancelled(Order.objects.select_related("buyer").get(pk=order_id))


@task
def settle_event(event_id: int) -> None:
    """What an event is about, asked for anew."""
    from .settling import settle

    event = StripeEvent.objects.select_related("order").get(pk=event_id)
    if event.order is not None:
        settle(order=event.order, at=timezone.now())
    StripeEvent.objects.filter(pk=event_id, handled_at=None).update(handled_at=timezone.now())


@task
def limit_subscription(order_id: int) -> None:
    """Monthly payments end by themselves after the last part, whatever becomes of us."""
    from . import payments
    from .settling import last_month_ends

    order = Order.objects.get(pk=order_id)
    payments.limit_subscription(order.subscription_id, ends_at=last_month_ends(order))


@task
def end_subscription(order_id: int) -> None:
    """No more months. Until it is seen to have ended, the reconciliation asks for it again."""
    from . import payments
    from .settling import settle

    order = Order.objects.get(pk=order_id)
    payments.end_subscription(order.subscription_id)
    settle(order=order, at=timezone.now())


@task
def close_pages(order_id: int) -> None:
    """Nobody pays on a page of an order that is over."""
    from .settling import close_open_pages

    close_open_pages(order=Order.objects.get(pk=order_id), at=timezone.now())


@task
def give_back(refund_id: int) -> None:
    from .refunding import carry_out

    carry_out(refund_id=refund_id, at=timezone.now())


@cron("*/15 * * * *")
@task
def reconcile_payments() -> None:
    call_command("reconcile_payments", verbosity=0)


@cron("5 * * * *")
@task
def chase_payments() -> None:
    call_command("chase_payments", verbosity=0)
