import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offices", "0002_number_sequences")]

    operations = [
        migrations.AddField(
            model_name="posting",
            name="head",
            field=models.BooleanField(default=False, verbose_name="heads the office"),
        ),
        migrations.CreateModel(
            name="StandIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts", models.DateField(verbose_name="from")),
                ("ends", models.DateField(verbose_name="until")),
                ("reason", models.CharField(blank=True, max_length=100, verbose_name="reason")),
                ("withdrawn", models.BooleanField(default=False)),
                (
                    "deputy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing_in",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="stands in",
                    ),
                ),
                (
                    "named_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="named by",
                    ),
                ),
                (
                    "posting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stand_ins",
                        to="offices.posting",
                        verbose_name="posting",
                    ),
                ),
            ],
            options={
                "verbose_name": "stand-in",
                "ordering": ["-ends", "-id"],
                "indexes": [models.Index(fields=["deputy", "ends"], name="stand_in_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends__gte", models.F("starts"))), name="stand_in_days"
                    )
                ],
            },
        ),
    ]
