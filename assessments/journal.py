"""What did a learner write about a day for themselves? Nothing else reads or writes JournalEntry.

Sealed in its column and asked for by its owner alone. Writing it leaves no history: who reads a shift's history is to
learn nothing of it, not even that it is there.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from cms.accounts.models import User

from .models import JournalEntry, Shift
from .shifts import lock_learner

LONGEST_JOURNAL = 20_000  # characters


class CannotWrite(Exception):
    """This cannot be kept in this person's journal. The message says why."""


class JournalChanged(CannotWrite):
    """The page was written on in another window since. `entry` is what is kept now."""

    def __init__(self, message: str, entry: JournalEntry) -> None:
        super().__init__(message)
        self.entry = entry


def journal_of(*, shift: Shift, reader: User) -> JournalEntry | None:
    """What `reader` themself wrote about this shift, whichever version it is; never somebody else’s. One query."""
    return JournalEntry.objects.filter(learner=reader, record=shift.record).first()


@sensitive_variables("text", "entry")
@transaction.atomic
def write_journal(*, shift: Shift, by: User, text: str, seen: datetime | None, at: datetime) -> JournalEntry | None:
    """Keep `text` as the page about this shift. Repeating the same changes nothing; nothing at first keeps nothing.

    `seen` is the `written_at` of the page that this text began as, or None where there was none. Raises JournalChanged
    when the page is newer than that, and CannotWrite for anybody's shift but one's own, or for too much.
    """
    if shift.learner_id != by.pk:
        raise CannotWrite(_("A journal is kept by the one who was there."))
    if len(text) > LONGEST_JOURNAL:
        raise CannotWrite(_("Keep it under 20,000 characters."))
    lock_learner(by)  # there may be no page yet
    entry = journal_of(shift=shift, reader=by)
    if entry is None:
        if not text.strip():
            return None
        return JournalEntry.objects.create(learner=by, record=shift.record, text=text, written_at=at)
    if entry.text == text:
        return entry
    if entry.written_at != seen:
        raise JournalChanged(_("You wrote on this page in another window. Both texts are below."), entry)
    entry.text, entry.written_at = text, at
    entry.save(update_fields=["text", "written_at"])
    return entry
