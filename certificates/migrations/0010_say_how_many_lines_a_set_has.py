from django.db import migrations
from django.db.models import Count


def count_lines(apps, schema_editor):
    sets = apps.get_model("certificates", "RequirementSet").objects.annotate(lines=Count("requirements"))
    for published in sets.filter(size=0):
        published.size = published.lines
        published.save(update_fields=["size"])


class Migration(migrations.Migration):
    """Sets that were published before they said so have the lines they have."""

    dependencies = [("certificates", "0010_drafts_moves_and_waivers")]

    operations = [migrations.RunPython(count_lines, migrations.RunPython.noop)]
