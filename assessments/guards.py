"""What does the database itself refuse about a day on set, whoever asks it? Rows that go, seals that move, two places at once.

Written here once, for the migration and for tests that clean up. What a row may hold by itself is a constraint of its
model; these are about a row that is changed or removed, and about two rows together, which Django's constraints cannot
say. Every refusal is an IntegrityError that begins with the guard's name. A column that is added later gets its place in
a list below and a migration that sets the guards anew; so does a migration that makes SQLite copy one of these tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

# Columns ----------------------------------------------------------------------------------------------------

IDENTITY = ("id", "record", "version", "learner_id", "device_key", "logged_at")
SIGNED = (
    *IDENTITY, "enrolment_id", "mentorship_id", "production_id", "medium", "region", "union", "time_zone", "worked_on",
    "call_at", "wrap_at", "break_minutes", "role", "phases", "scenes", "duties", "competencies", "submitted_at",
    "returned_at", "proposed_at", "declined_at", "decline_reason", "disputed_at", "signed_at", "sealed_by", "signed_by_id",
    "signed_as_id", "rubric", "sealed", "seal", "assertion",
)  # fmt: skip
AFTERWARDS = ("superseded_at", "voided_at", "voided_by_id", "void_reason")  # said once about what is signed
# The note is sealed in its column and no part of the seal; the other two are noted by reminders.
FREE = ("learning_note", "reminded_at", "escalated_at")

MESSAGE = ("id", "shift_id", "author_id", "written_at", "text")
READING = ("id", "production_id", "read_by_id", "read_at", "reason")
HOURS = ("id", "shift_id", "proposed_at", "call_at", "wrap_at", "break_minutes")
DISPUTE_TEXTS = ("account", "mentor_account", "call_sheet", "letter", "letter_type", "letter_digest")
DISPUTE = (
    "id", "shift_id", "opened_at", *DISPUTE_TEXTS, "mentor_answered_at", "decided_at", "decided_by_id", "outcome", "reason",
)  # fmt: skip
TERMS = (
    "id", "mentorship_id", "version", "agreement_id", "scope", "starts_on", "ends_on", "check_in_days", "pay", "counts",
    "cover", "notice_days", "proposed_by_id", "proposed_at", "digest",
)  # fmt: skip
DRAW = ("id", "month", "shift_id", "drawn_at")
DRAW_ANSWER = (
    "answer",
    "answered_at",
    "letter",
    "letter_type",
    "letter_digest",
    "closed_at",
    "closed_by_id",
    "outcome",
    "note",
)


def _changed(columns: Iterable[str]) -> str:
    return " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in columns)


def _changed_again(columns: Iterable[str], *, empty: str = "") -> str:
    """A column that was set before is set to something else. `empty` is what a text is before it is set."""
    set_before = "OLD.\"{0}\" <> ''" if empty == "''" else 'OLD."{0}" IS NOT NULL'
    return " OR ".join(f"({set_before.format(name)} AND ({_changed([name])}))" for name in columns)


# Guards -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Guard:
    """One thing the database refuses. `when` compares OLD with NEW in SQL; empty means always."""

    name: str
    table: str
    on: str  # UPDATE or DELETE
    says: str
    when: str = ""


def _stays(model: str) -> Guard:
    return Guard(
        name=f"{model}_never_goes", table=f"assessments_{model}", on="DELETE", says="what happened is never deleted"
    )


def _keeps(name: str, columns: Iterable[str], says: str, *, once: str = "") -> Guard:
    """Columns that do not change; with `once` only from when that column is set."""
    when = _changed(columns)
    if once:
        when = f'OLD."{once}" IS NOT NULL AND ({when})'
    return Guard(name=name, table=f"assessments_{name.split('_')[0]}", on="UPDATE", says=says, when=when)


EVIDENCE = ("shift", "shiftmessage", "hoursproposal", "shiftdispute", "mentorshipterms", "titlereading", "auditdraw")
WRITTEN = (
    *(_stays(model) for model in EVIDENCE),
    _keeps("shift_keeps_whose_and_which_it_is", IDENTITY, "a shift is the same one for ever"),
    _keeps("shift_keeps_what_is_sealed", SIGNED, "what is signed is never changed", once="signed_at"),
    _keeps("shift_is_replaced_once", ["superseded_at"], "a replaced version stays replaced", once="superseded_at"),
    _keeps("shift_stays_void", [*SIGNED, *AFTERWARDS], "a void shift stays as it is", once="voided_at"),
    _keeps("shiftmessage_keeps_its_words", MESSAGE, "what was written is never changed"),
    _keeps("titlereading_keeps_what_was_read", READING, "a reading is never changed"),
    _keeps("hoursproposal_keeps_its_hours", HOURS, "other hours are another proposal"),
    _keeps("hoursproposal_is_closed_once", ["accepted_at", "closed_at"], "it was answered", once="closed_at"),
    _keeps("shiftdispute_keeps_its_shift", ["id", "shift_id", "opened_at"], "a dispute is about one shift"),
    _keeps("shiftdispute_is_decided_once", DISPUTE, "a decision stands", once="decided_at"),
    Guard(
        name="shiftdispute_keeps_what_was_said",
        table="assessments_shiftdispute",
        on="UPDATE",
        says="accounts and evidence are given once",
        when=f"{_changed_again(DISPUTE_TEXTS, empty="''")} OR {_changed_again(['mentor_answered_at'])}",
    ),
    _keeps("mentorshipterms_keep_their_words", TERMS, "other terms are another version"),
    Guard(
        name="mentorshipterms_keep_their_signatures",
        table="assessments_mentorshipterms",
        on="UPDATE",
        says="a signature under terms stays",
        when=_changed_again(["learner_signed_at", "mentor_signed_at"]),
    ),
    _keeps("auditdraw_keeps_what_was_drawn", DRAW, "a draw stays"),
    _keeps("auditdraw_is_closed_once", [*DRAW, *DRAW_ANSWER], "it was closed", once="closed_at"),
)

# Spans that cannot be, and a learner in two places. PostgreSQL says them as constraints, which hold in any order of
# commits; SQLite has one writer at a time, so a trigger that looks at the other rows is as good.
LONGEST = "lasts_24_hours_at_most"
BREAKS = "breaks_are_shorter_than_the_shift"
APART = "shift_one_at_a_time"
SPANS = ("shift", "hoursproposal")


# In SQL -----------------------------------------------------------------------------------------------------


def _sqlite() -> tuple[str, ...]:
    made = [_sqlite_trigger(guard.name, guard.on, guard.table, guard.when, guard.says) for guard in WRITTEN]
    seconds = 'round((julianday(NEW."wrap_at") - julianday(NEW."call_at")) * 86400)'
    rows = [
        *((f"{model}_{LONGEST}", f"assessments_{model}", f"{seconds} > 86400", "too long") for model in SPANS),
        *(
            (
                f"{model}_{BREAKS}",
                f"assessments_{model}",
                f'{seconds} > 0 AND NEW."break_minutes" * 60 >= {seconds}',
                "too long",
            )
            for model in SPANS
        ),
        (
            APART,
            "assessments_shift",
            'NEW."voided_at" IS NULL AND NEW."superseded_at" IS NULL AND EXISTS (SELECT 1 FROM "assessments_shift" AS other '
            'WHERE other."learner_id" = NEW."learner_id" AND other."record" <> NEW."record" AND other."voided_at" IS NULL '
            'AND other."superseded_at" IS NULL AND other."call_at" < NEW."wrap_at" AND other."wrap_at" > NEW."call_at")',
            "nobody is on two shifts at once",
        ),
    ]
    for name, table, when, says in rows:
        made.append(_sqlite_trigger(name, "INSERT", table, when, says))
        made.append(_sqlite_trigger(name, "UPDATE", table, when, says, suffix="_later"))
    return tuple(made)


def _sqlite_trigger(name: str, on: str, table: str, when: str, says: str, *, suffix: str = "") -> str:
    # IS DISTINCT FROM is younger than the SQLite that Django supports; there IS NOT says the same.
    condition = f"WHEN {when.replace('IS DISTINCT FROM', 'IS NOT')} " if when else ""
    return f"CREATE TRIGGER {name}{suffix} BEFORE {on} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{name}: {says}'); END"


def _postgresql() -> tuple[str, ...]:
    made = [
        "CREATE FUNCTION evidence_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING "
        "MESSAGE = TG_NAME || ': ' || TG_ARGV[0], ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME; END $$"
    ]
    for guard in WRITTEN:
        condition = f"WHEN ({guard.when}) " if guard.when else ""
        made.append(
            f"CREATE TRIGGER {guard.name} BEFORE {guard.on} ON {guard.table} FOR EACH ROW {condition}"
            f"EXECUTE FUNCTION evidence_stays('{guard.says}')"
        )
    for model in SPANS:
        made.append(
            f"ALTER TABLE assessments_{model} ADD CONSTRAINT {model}_{LONGEST} "
            "CHECK (wrap_at - call_at <= interval '24 hours')"
        )
        made.append(
            f"ALTER TABLE assessments_{model} ADD CONSTRAINT {model}_{BREAKS} "
            "CHECK (wrap_at <= call_at OR break_minutes * interval '1 minute' < wrap_at - call_at)"
        )
    made.append(
        f"ALTER TABLE assessments_shift ADD CONSTRAINT {APART} EXCLUDE USING gist "
        "(learner_id WITH =, record WITH <>, tstzrange(call_at, wrap_at, '[)') WITH &&) "
        "WHERE (voided_at IS NULL AND superseded_at IS NULL)"
    )
    return tuple(made)


GUARDS = {"sqlite": _sqlite(), "postgresql": _postgresql()}
_triggers = [statement.split()[2] for statement in GUARDS["sqlite"]]
UNGUARDS = {
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}" for name in _triggers),
    "postgresql": (
        *(f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}" for guard in WRITTEN),
        "DROP FUNCTION IF EXISTS evidence_stays()",
        *(
            f"ALTER TABLE assessments_{model} DROP CONSTRAINT IF EXISTS {model}_{rule}"
            for model in SPANS
            for rule in (LONGEST, BREAKS)
        ),
        f"ALTER TABLE assessments_shift DROP CONSTRAINT IF EXISTS {APART}",
    ),
}
NAMES = {
    "sqlite": frozenset(_triggers),
    "postgresql": frozenset(
        [guard.name for guard in WRITTEN]
        + [f"{model}_{rule}" for model in SPANS for rule in (LONGEST, BREAKS)]
        + [APART]
    ),
}


@transaction.atomic
def set_guards() -> None:
    """Set every guard anew, whatever is there. Repeating changes nothing."""
    with connection.cursor() as cursor:
        for statement in (*UNGUARDS[connection.vendor], *GUARDS[connection.vendor]):
            cursor.execute(statement)


def missing_guards() -> list[str]:
    """The guards that this database does not have, by name; none when all is well. A table that was copied loses them."""
    said = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' UNION SELECT conname FROM pg_constraint",
    }
    with connection.cursor() as cursor:
        cursor.execute(said[connection.vendor])
        there = {name for (name,) in cursor.fetchall()}
    return sorted(NAMES[connection.vendor] - there)
