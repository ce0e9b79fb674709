"""What does the database itself refuse about the log? Leaves that change or go, a gap, a log that becomes shorter.

Written here once, for the migration and for tests that clean up; as `assessments.guards`. A migration that makes SQLite
copy one of these tables sets the guards anew.
"""

from django.db import connection, transaction

KEPT = ("logentry", "lognode", "checkpoint")  # neither changed nor deleted
GAP = "logentry_follows_the_one_before"
HEAD = "loghead_never_shrinks"


def _sqlite() -> tuple[str, ...]:
    def trigger(name: str, on: str, model: str, says: str, when: str = "") -> str:
        condition = f"WHEN {when} " if when else ""
        table = f"certificates_{model}"
        return (
            f"CREATE TRIGGER {name} BEFORE {on} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{name}: {says}'); END"
        )

    before = 'NEW."index" > 0 AND NOT EXISTS (SELECT 1 FROM certificates_logentry WHERE "index" = NEW."index" - 1)'
    return (
        *(trigger(f"{model}_never_changes", "UPDATE", model, "the log is never changed") for model in KEPT),
        *(trigger(f"{model}_never_goes", "DELETE", model, "the log is never deleted") for model in (*KEPT, "loghead")),
        trigger(GAP, "INSERT", "logentry", "the log has no gaps", before),
        trigger(HEAD, "UPDATE", "loghead", "the log never becomes shorter", 'NEW."size" < OLD."size"'),
    )


def _postgresql() -> tuple[str, ...]:
    refuse = (
        "RAISE EXCEPTION USING MESSAGE = TG_NAME || ': ' || TG_ARGV[0], "
        "ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;"
    )

    def trigger(name: str, on: str, model: str, says: str, function: str = "log_stays", when: str = "") -> str:
        condition = f"WHEN ({when}) " if when else ""
        return (
            f"CREATE TRIGGER {name} BEFORE {on} ON certificates_{model} FOR EACH ROW {condition}"
            f"EXECUTE FUNCTION {function}('{says}')"
        )

    before = 'SELECT 1 FROM certificates_logentry WHERE "index" = NEW."index" - 1'
    return (
        f"CREATE FUNCTION log_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse} END $$",
        "CREATE FUNCTION log_has_no_gaps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f'IF NEW."index" > 0 AND NOT EXISTS ({before}) THEN {refuse} END IF; RETURN NEW; END $$',
        *(trigger(f"{model}_never_changes", "UPDATE", model, "the log is never changed") for model in KEPT),
        *(trigger(f"{model}_never_goes", "DELETE", model, "the log is never deleted") for model in (*KEPT, "loghead")),
        trigger(GAP, "INSERT", "logentry", "the log has no gaps", "log_has_no_gaps"),
        trigger(HEAD, "UPDATE", "loghead", "the log never becomes shorter", when="NEW.size < OLD.size"),
    )


GUARDS = {"sqlite": _sqlite(), "postgresql": _postgresql()}
NAMES = frozenset(statement.split()[2] for statement in GUARDS["sqlite"])
UNGUARDS = {
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}" for name in sorted(NAMES)),
    "postgresql": (
        *(
            f"DROP TRIGGER IF EXISTS {name} ON certificates_{name.split('_')[0]}"
            for name in sorted(NAMES)
        ),
        "DROP FUNCTION IF EXISTS log_stays()",
        "DROP FUNCTION IF EXISTS log_has_no_gaps()",
    ),
}  # fmt: skip


@transaction.atomic
def set_guards() -> None:
    """Set every guard anew, whatever is there. Repeating changes nothing."""
    with connection.cursor() as cursor:
        for statement in (*UNGUARDS[connection.vendor], *GUARDS[connection.vendor]):
            cursor.execute(statement)


def missing_guards() -> list[str]:
    """The guards that this database does not have, by name; none when all is well."""
    said = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
    }
    with connection.cursor() as cursor:
        cursor.execute(said[connection.vendor])
        there = {name for (name,) in cursor.fetchall()}
    return sorted(NAMES - there)
