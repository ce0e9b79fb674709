from django.db import migrations


def give(apps, schema_editor):
    """Written out, as permissions are otherwise made only after all migrations have run."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    group, _created = Group.objects.get_or_create(name="Ombuds")
    kind, _created = ContentType.objects.get_or_create(app_label="wagtailadmin", model="admin")
    permission, _created = Permission.objects.get_or_create(
        content_type=kind, codename="access_admin", defaults={"name": "Can access Wagtail admin"}
    )
    group.permissions.add(permission)


class Migration(migrations.Migration):
    """The ombud reads complaints in the Wagtail admin, and finds nothing else there."""

    dependencies = [("cms", "0002_staff_rights")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
