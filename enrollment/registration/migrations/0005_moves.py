import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("offices", "0002_number_sequences"),
        ("registration", "0004_enrollment_lapses_on_its_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="resident",
            name="moved_on",
            field=models.DateField(blank=True, null=True, verbose_name="moved on"),
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("moved_on", models.DateField(verbose_name="moved on")),
                ("voided", models.BooleanField(default=False)),
                (
                    "from_community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offices.office",
                        verbose_name="moved from",
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="registration.resident"
                    ),
                ),
                (
                    "to_community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offices.office",
                        verbose_name="moved to",
                    ),
                ),
            ],
            options={
                "verbose_name": "move",
                "ordering": ["resident", "moved_on"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("voided", False)), fields=("resident", "moved_on"), name="move_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_community", models.F("to_community")), _negated=True),
                        name="move_goes_elsewhere",
                    ),
                ],
            },
        ),
    ]
