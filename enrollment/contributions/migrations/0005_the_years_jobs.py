import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0004_lists"),
        ("papers", "0001_initial"),
        ("registration", "0009_few_are_merged"),
    ]

    operations = [
        migrations.CreateModel(
            name="BegunBenefit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begun_on", models.DateField(verbose_name="recorded on")),
                (
                    "period",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="begun",
                        to="contributions.benefitperiod",
                    ),
                ),
            ],
            options={
                "verbose_name": "begun benefits",
            },
        ),
        migrations.CreateModel(
            name="WindowLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("reminder", "Reminder"), ("no_notice", "Why there is no notice")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("contribution_year", models.PositiveSmallIntegerField(verbose_name="contribution year")),
                ("reasons", models.JSONField(default=list, verbose_name="reasons")),
                ("written_on", models.DateField(verbose_name="written on")),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="registration.enrollment",
                        verbose_name="enrollment",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="contributions.contributionnotice",
                    ),
                ),
                (
                    "paper",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="papers.keptpaper"
                    ),
                ),
            ],
            options={
                "verbose_name": "letter of the window",
                "ordering": ["-contribution_year", "-id"],
                "indexes": [models.Index(fields=["contribution_year", "kind", "id"], name="letters_of_year")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrollment", "contribution_year", "kind"), name="letter_once_a_year"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "reminder"), ("notice__isnull", False), ("paper", None)),
                            models.Q(("kind", "no_notice"), ("notice", None), ("paper__isnull", False)),
                            _connector="OR",
                        ),
                        name="letter_is_of_its_kind",
                    ),
                ],
            },
        ),
    ]
