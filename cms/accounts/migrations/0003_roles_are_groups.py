from django.db import migrations

NAMES = ["Editors", "Registrars", "Ombuds"]


def make_groups(apps, schema_editor):
    """The staff roles. Rights are given after `migrate` (cms/staff.py): permissions do not exist before it ends."""
    Group = apps.get_model("auth", "Group")
    for name in NAMES:
        Group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_history_is_append_only"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
