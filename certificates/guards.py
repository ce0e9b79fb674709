"""What does the database itself refuse about published rules, whoever asks it? That they change, go, or grow.

Written here once, for the migration and for tests that clean up. A migration that makes SQLite copy one of these tables
sets the guards anew (`set_guards`), as the copy has none; `doctor` says so where one is missing.
"""

from __future__ import annotations

from django.db import connection, transaction

SETS, LINES = "certificates_requirementset", "certificates_requirement"
FULL = "requirement_never_joins_a_published_set"
# (name, table, on, what it says)
STAYS = (
    ("requirementset_never_changes", SETS, "UPDATE", "published rules are never changed"),
    ("requirementset_never_goes", SETS, "DELETE", "published rules are never deleted"),
    ("requirement_never_changes", LINES, "UPDATE", "published rules are never changed"),
    ("requirement_never_goes", LINES, "DELETE", "published rules are never deleted"),
)
# A set says how many lines it has, and each has a place of its own: whatever stands beyond them came later.
BEYOND = f'NEW."position" > (SELECT "size" FROM {SETS} WHERE "id" = NEW."requirement_set_id")'  # noqa: S608 - no input

GUARDS = {
    "sqlite": (
        *(
            f"CREATE TRIGGER {name} BEFORE {on} ON {table} BEGIN SELECT RAISE(ABORT, '{name}: {says}'); END"
            for name, table, on, says in STAYS
        ),
        f"CREATE TRIGGER {FULL} BEFORE INSERT ON {LINES} WHEN {BEYOND} "
        f"BEGIN SELECT RAISE(ABORT, '{FULL}: published rules never grow'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION rules_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING "
        "MESSAGE = TG_NAME || ': ' || TG_ARGV[0], ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME; END $$",
        "CREATE FUNCTION rules_are_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {BEYOND} THEN RAISE EXCEPTION USING MESSAGE = TG_NAME || ': published rules never grow', "
        "ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME; END IF; RETURN NEW; END $$",
        *(
            f"CREATE TRIGGER {name} BEFORE {on} ON {table} FOR EACH ROW EXECUTE FUNCTION rules_stay('{says}')"
            for name, table, on, says in STAYS
        ),
        f"CREATE TRIGGER {FULL} BEFORE INSERT ON {LINES} FOR EACH ROW EXECUTE FUNCTION rules_are_full()",
    ),
}
NAMES = (*((name, table) for name, table, _on, _says in STAYS), (FULL, LINES))
UNGUARDS = {
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}" for name, _table in NAMES),
    "postgresql": (
        *(f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in NAMES),
        "DROP FUNCTION IF EXISTS rules_stay()",
        "DROP FUNCTION IF EXISTS rules_are_full()",
    ),
}


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
    return sorted({name for name, _table in NAMES} - there)
