"""Who opens a sealed title, and why? A registrar, for a reason that its learner reads. Nothing else writes TitleReading."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from . import tasks
from .models import Production, TitleReading

LONGEST_REASON = 500  # characters


class CannotRead(Exception):
    """The title cannot be opened like this; the message says why."""


@transaction.atomic
def read_title(*, production: Production, by: User, reason: str, at: datetime) -> TitleReading:
    """Open a sealed title: the reading, with its reason, an entry in the audit trail, and a mail to the learner.

    The title is that of the answer's `production`. Every call is a reading of its own and is told: nobody reads twice
    and is written down once. Raises CannotRead without a reason or a title, and for one's own production.
    """
    production = Production.objects.select_for_update(no_key=True).get(pk=production.pk)
    reason = reason.strip()
    if by.pk == production.learner_id:
        raise CannotRead(_("This production is your own. You read its title with your shifts."))
    if not reason:
        raise CannotRead(_("Say why. The learner reads it."))
    if len(reason) > LONGEST_REASON:
        raise CannotRead(_("Keep the reason under 500 characters."))
    if not production.title:
        raise CannotRead(_("No title was kept for this production. Ask the learner for a letter."))
    reading = TitleReading.objects.create(production=production, read_by=by, read_at=at, reason=reason)
    history.record(
        chain="audit",
        verb="title.read",
        subject=history.name_of(reading),
        actor=by,
        at=at,
        facts={"production": production.pk},
    )
    transaction.on_commit(partial(tasks.tell_learner_of_reading.enqueue, reading.pk))
    return reading


def readings_for(learner: User) -> list[TitleReading]:
    """Who opened titles of this learner's, newest first, with the code and not the title: one query."""
    readings = TitleReading.objects.filter(production__learner=learner).select_related("production", "read_by")
    return list(readings.defer("production__title").order_by("-read_at", "-pk"))
