from django.db import migrations

from certificates.guards import GUARDS, UNGUARDS


def unguard(apps, schema_editor):
    for statement in UNGUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def guard(apps, schema_editor):
    for statement in GUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Lifts the guards of published rules while their table gets a new column: SQLite copies a table that has no room."""

    dependencies = [("certificates", "0004_decisions_are_kept")]

    operations = [migrations.RunPython(unguard, guard)]
