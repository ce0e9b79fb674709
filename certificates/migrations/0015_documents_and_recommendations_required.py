from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="requirement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("modules", "Modules complete"),
                    ("quizzes", "Quizzes passed"),
                    ("shadow_days", "Shadow days"),
                    ("agreement", "Agreement signed"),
                    ("documents", "Outside documents in date"),
                    ("recommendation", "Recommended by a mentor"),
                ],
                max_length=16,
            ),
        ),
    ]
