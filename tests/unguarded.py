"""How does a test do behind the product's back what the database refuses? In a test's own transaction it is undone with it."""

from django.db import connection

from assessments import guards
from certificates import decision_guards
from certificates import guards as guards_of_rules
from certificates.log import guards as log_guards
from cms.accounts import history


def lift_guards() -> None:
    """From now on the database lets anybody change and delete what happened."""
    # What foreign keys have still to check would keep PostgreSQL from altering the tables.
    connection.check_constraints()
    _run(history.UNGUARDS[connection.vendor])
    _run(guards.UNGUARDS[connection.vendor])
    _run(log_guards.UNGUARDS[connection.vendor])
    _run(guards_of_rules.UNGUARDS[connection.vendor])
    _run(decision_guards.UNGUARDS[connection.vendor])


def set_guards() -> None:
    """The database refuses again. They must have been lifted."""
    _run(history.GUARDS[connection.vendor])
    guards.set_guards()
    log_guards.set_guards()
    guards_of_rules.set_guards()
    _run(decision_guards.GUARDS[connection.vendor])


def _run(statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
