from django.db import migrations

from certificates.guards import GUARDS, UNGUARDS


def guard(apps, schema_editor):
    for statement in GUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in UNGUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """The database itself refuses again to change, delete or lengthen published rules."""

    dependencies = [("certificates", "0005_published_rules_unguarded")]

    operations = [migrations.RunPython(guard, unguard)]
