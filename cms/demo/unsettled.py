"""Which days of the demo's learner did not go smoothly? One in each state that a signature does not settle at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from assessments.answering import decline_shift, propose_hours
from assessments.disputing import answer_dispute, letter_of, open_dispute
from assessments.journal import write_journal
from assessments.models import (
    Competency,
    DeclineReason,
    Duty,
    Level,
    Medium,
    Phase,
    Region,
    Scene,
    Shift,
    ShiftRole,
    Union,
    VoidReason,
)
from assessments.shift_facts import ShiftFields
from assessments.shifts import amend_shift, change_shift, submit_shift, void_shift
from assessments.signing import sign_shift

from . import words

DAY = timedelta(days=1)


def unsettle(waiting: Mapping[str, Shift], *, now: datetime) -> None:
    """Bring these shifts, handed in and by name, to where their names say. All are with one mentor."""
    decline(waiting["declined"], words=words.DECLINED, at=now - 9 * DAY)
    dispute(waiting["disputed"], now=now)
    propose(waiting["proposed"], at=now - 4 * DAY)
    amend(waiting["amended"], now=now)
    void = waiting["void"]
    void_shift(shift=void, by=void.learner, reason=VoidReason.TWICE, at=now - 8 * DAY)


def decline(shift: Shift, *, words: str, at: datetime) -> None:
    decline_shift(shift=shift, mentor=shift.mentorship.mentor, reason=DeclineReason.NOT_SO, words=words, at=at)


def dispute(shift: Shift, *, now: datetime) -> None:
    """Declined, taken to the registrar with a letter, answered by the mentor: a decision is due."""
    decline(shift, words=words.DISPUTED, at=now - 13 * DAY)
    opened = open_dispute(shift=shift, account=words.ACCOUNT, letter=letter_of(letter_in_words()), at=now - 12 * DAY)
    answer_dispute(dispute=opened, account=words.MENTORS_ACCOUNT, at=now - 10 * DAY)


def propose(shift: Shift, *, at: datetime) -> None:
    propose_hours(
        shift=shift,
        mentor=shift.mentorship.mentor,
        call_at=shift.call_at,
        wrap_at=shift.wrap_at - timedelta(minutes=45),
        break_minutes=shift.break_minutes,
        words=words.PROPOSED,
        at=at,
    )


def amend(shift: Shift, *, now: datetime) -> None:
    """Signed, amended by a duty that was forgotten, and signed again."""
    sign(shift, at=now - 13 * DAY)
    new = amend_shift(shift=shift, at=now - 12 * DAY)
    new = change_shift(
        shift=new,
        mentorship=new.mentorship,
        production=new.production,
        at=now - 12 * DAY,
        **said_in(new, duties=[*map(Duty, new.duties), Duty.MONITOR]),
    )
    new = submit_shift(shift=new, at=now - 12 * DAY)
    sign(new, at=now - 11 * DAY)
    write_journal(shift=new, by=new.learner, text=words.JOURNAL, seen=None, at=now - 11 * DAY)


def sign(shift: Shift, *, at: datetime) -> None:
    sign_shift(
        shift=shift,
        mentor=shift.mentorship.mentor,
        rubric=dict.fromkeys(Competency, Level.ASSISTED),
        authentication="demo",
        at=at,
    )


def said_in(shift: Shift, *, duties: list[Duty]) -> ShiftFields:
    """What the shift says, with other duties."""
    return {
        "call_at": shift.call_at,
        "wrap_at": shift.wrap_at,
        "time_zone": shift.time_zone,
        "break_minutes": shift.break_minutes,
        "role": ShiftRole(shift.role),
        "medium": Medium(shift.medium),
        "region": Region(shift.region),
        "union": Union(shift.union),
        "phases": [Phase(phase) for phase in shift.phases],
        "scenes": {Scene(scene): count for scene, count in shift.scenes.items()},
        "duties": duties,
        "competencies": shift.competencies,
        "learning_note": shift.learning_note,
    }


def letter_in_words() -> bytes:
    """A letter on one page, as a small PDF of our own making."""
    lines = "".join(f"({line}) Tj T* " for line in words.LETTER)
    stream = f"BT /F1 12 Tf 18 TL 72 760 Td {lines}ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + table + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(body))
