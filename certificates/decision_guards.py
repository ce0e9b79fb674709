"""What does the database refuse about a decision, whoever asks it? To change it, and to take it away.

Written here once for the migration and for tests that clean up. Every refusal is an IntegrityError.
"""

TABLE = "certificates_decision"
SAYS = "a decision is kept as it was written"

GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER decision_never_changes BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
        f"CREATE TRIGGER decision_never_goes BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION decision_stays() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER decision_never_changes BEFORE UPDATE OR DELETE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION decision_stays()",
    ),
}
UNGUARDS = {
    "sqlite": ("DROP TRIGGER IF EXISTS decision_never_changes", "DROP TRIGGER IF EXISTS decision_never_goes"),
    "postgresql": (
        f"DROP TRIGGER IF EXISTS decision_never_changes ON {TABLE}",
        "DROP FUNCTION IF EXISTS decision_stays()",
    ),
}
