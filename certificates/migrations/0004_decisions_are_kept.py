from django.db import migrations

from certificates.decision_guards import GUARDS, UNGUARDS


def guard(apps, schema_editor):
    for statement in GUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in UNGUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """The database itself refuses to change or delete a decision."""

    dependencies = [("certificates", "0003_transparency_log_guards")]

    operations = [migrations.RunPython(guard, unguard)]
