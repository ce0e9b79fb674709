from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from assessments.guards import GUARDS, UNGUARDS


def guard(apps, schema_editor):
    for statement in GUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in UNGUARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """The database itself refuses to change or delete evidence, and to have a learner in two places at once."""

    dependencies = [("assessments", "0001_initial")]

    operations = [
        BtreeGistExtension(),  # an exclusion constraint that compares people beside times; does nothing on SQLite
        migrations.RunPython(guard, unguard),
    ]
