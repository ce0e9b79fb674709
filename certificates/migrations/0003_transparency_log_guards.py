from django.db import migrations

from certificates.log.guards import GUARDS, UNGUARDS


def guard(apps, schema_editor):
    for statement in GUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in UNGUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """The database itself refuses to change or delete what the log says, and a gap in it."""

    dependencies = [("certificates", "0002_published_rules_stay")]

    operations = [migrations.RunPython(guard, unguard)]
