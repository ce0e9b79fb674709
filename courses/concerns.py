"""Which money needs a person, and what did they decide? Concerns are noted by `courses.fulfilling.notice`."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .models import Concern, ConcernKind


@transaction.atomic
def settle_concern(*, concern: Concern, note: str, by: User, at: datetime) -> Concern:
    """Say that it was looked at and is settled, and how. Repeating changes nothing. No money moves by this."""
    concern = Concern.objects.select_for_update(of=("self",)).select_related("order").get(pk=concern.pk)
    if concern.settled_at is None:
        concern.settled_at, concern.settled_by, concern.note = at, by, note.strip()
        concern.save(update_fields=["settled_at", "settled_by", "note"])
        history.record(
            chain=f"learner:{concern.order.buyer_id}",
            verb="concern.settled",
            subject=history.name_of(concern),
            actor=by,
            at=at,
            facts={"kind": str(concern.kind)},
        )
    return concern


def what_to_do(concern: Concern) -> str:
    """What it means and what a registrar does about it, in plain words."""
    return {
        ConcernKind.WRONG_AMOUNT: _(
            "Money arrived at Stripe that is not the amount this order asked for. Nothing was given for it. Look at the "
            "payment in Stripe’s dashboard: give it back there, or record the place by an invitation."
        ),
        ConcernKind.WRONG_CURRENCY: _(
            "Money arrived in another currency than this order asked for. Nothing was given for it. Give it back in "
            "Stripe’s dashboard, and let them pay again."
        ),
        ConcernKind.NOT_OURS: _(
            "A page at Stripe names this order and is not the one we opened for it. Nothing was given for it. Look it up "
            "in Stripe’s dashboard before you give anything back."
        ),
        ConcernKind.PAID_TWICE: _(
            "They paid for a place they had already, by another order or without paying. Access stays. Usually one of the "
            "payments is given back."
        ),
        ConcernKind.GIVEN_BACK_IN_PART: _(
            "Somebody gave back a part of the payment in Stripe’s dashboard. Access stays as it was. End it here with a "
            "refund of the rest, if it is to end."
        ),
        ConcernKind.ENROLLED_UNPAID: _(
            "They are on the programme, and Stripe knows of no payment for this order. Nothing was changed. Find out how "
            "they came in; record a transfer if one arrived."
        ),
        ConcernKind.PAID_AFTER_CANCEL: _(
            "Money arrived for an order that had been cancelled. Ask the buyer whether they still want it: let them in by "
            "an invitation, or give the money back."
        ),
        ConcernKind.PAID_AFTER_END: _(
            "Money arrived for an order whose access had ended, by a refund or a dispute. Nothing was given for it. "
            "Usually it is given back."
        ),
        ConcernKind.PAID_OUTSIDE: _(
            "Somebody marked a month as paid in Stripe’s dashboard, and no payment came with it. If the money arrived "
            "another way, record it here as a transfer; else open the month again at Stripe."
        ),
        ConcernKind.MONTHS_ENDED: _(
            "Stripe collects no more months for this order, and not all are paid. Ask the buyer to pay what is left: by "
            "transfer, which you record here, or from their order’s page."
        ),
        ConcernKind.DISPUTE_LOST: _(
            "The bank took the payment back for good, and what it gave has ended. Write to the buyer if that was a "
            "mistake; look at their certificate if they hold one."
        ),
        ConcernKind.REFUNDED_TWICE: _(
            "One refund was made twice at Stripe, so more went back than was asked for. Ask the buyer to pay it again, or "
            "let it be."
        ),
        ConcernKind.DISPUTE: _(
            "The buyer’s bank disputes the payment. Access rests while it is open, comes back when it is won, and ends "
            "when it is lost. Answer it in Stripe’s dashboard before its date."
        ),
        ConcernKind.REFUND_FAILED: _(
            "A refund did not arrive, and the money is with you again. Ask the buyer how else to pay it back."
        ),
    }[ConcernKind(concern.kind)]
