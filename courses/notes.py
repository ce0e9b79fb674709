"""What did a learner write beside a unit, for themselves? Nothing else reads or writes UnitNote."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from .models import Enrolment, UnitNote, UnitPage


class NoteChanged(Exception):
    """The note was changed in another window since it was read here. `note` is what is kept now."""

    def __init__(self, message: str, note: UnitNote) -> None:
        super().__init__(message)
        self.note = note


def note_beside(*, enrolment: Enrolment, unit: UnitPage) -> UnitNote | None:
    """What the learner wrote beside this unit, if anything: one query."""
    return enrolment.notes.filter(unit=unit.pk).first()


@transaction.atomic
def save_note(*, enrolment: Enrolment, unit: UnitPage, text: str, seen: datetime | None, at: datetime) -> UnitNote:
    """Keep `text` as the learner's note beside `unit`. Repeating the same text changes nothing.

    `seen` is the `saved_at` of the note this text began as, or None where there was none. Raises NoteChanged when the
    note is newer than that: what was written in another window is not overwritten unread.
    """
    # The enrolment's row is the lock: there may be no note yet.
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    note = note_beside(enrolment=enrolment, unit=unit)
    if note is None:
        return UnitNote.objects.create(enrolment=enrolment, unit_id=unit.pk, text=text, saved_at=at)
    if note.text == text:
        return note
    if note.saved_at != seen:
        raise NoteChanged(_("This note was changed in another window. Both versions are below."), note)
    note.text, note.saved_at = text, at
    note.save(update_fields=["text", "saved_at"])
    return note
