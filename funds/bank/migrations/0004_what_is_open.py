import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

# The earliest and the latest day of what a match holds.
DAYS = """
UPDATE bank_match SET first_day = part.first, last_day = part.last FROM (
    SELECT match_id, min(day) AS first, max(day) AS last FROM (
        SELECT matched.match_id, line.day FROM bank_matchedline matched JOIN bank_bankline line ON line.id = matched.line_id
        UNION ALL
        SELECT matched.match_id, entry.booked_on FROM bank_matchedleg matched
        JOIN funds_journalleg leg ON leg.id = matched.leg_id JOIN funds_journalentry entry ON entry.id = leg.entry_id
    ) AS parts GROUP BY match_id
) AS part WHERE part.match_id = bank_match.id
"""


class Migration(migrations.Migration):
    """A match knows its days; lines and legs without a match stand in tables of their own."""

    dependencies = [("bank", "0003_numbers"), ("funds", "0023_closed_months")]

    operations = [
        migrations.AddField("match", "first_day", models.DateField(null=True, verbose_name="first day")),
        migrations.AddField("match", "last_day", models.DateField(null=True, verbose_name="last day")),
        migrations.RunSQL(DAYS, migrations.RunSQL.noop),
        # A table is not altered while triggers of it wait for the end of the transaction.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField("match", "first_day", models.DateField(verbose_name="first day")),
        migrations.AlterField("match", "last_day", models.DateField(verbose_name="last day")),
        migrations.AddConstraint(
            "match", models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="match_days")
        ),
        migrations.AddIndex("match", models.Index(fields=["first_day"], name="match_by_first_day")),
        migrations.AddIndex(
            "match",
            models.Index(fields=["last_day"], condition=Q(last_day__gt=F("first_day")), name="match_in_transit"),
        ),
        migrations.CreateModel(
            "UnmatchedLine",
            [
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="unmatched",
                        serialize=False,
                        to="bank.bankline",
                    ),
                ),
                ("day", models.DateField(verbose_name="value date")),
            ],
            options={
                "verbose_name": "unmatched line",
                "ordering": ["day", "line"],
                "indexes": [models.Index(fields=["day"], name="unmatched_line_by_day")],
            },
        ),
        migrations.CreateModel(
            "UnmatchedLeg",
            [
                (
                    "leg",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="unmatched",
                        serialize=False,
                        to="funds.journalleg",
                    ),
                ),
                ("day", models.DateField(verbose_name="booked on")),
            ],
            options={
                "verbose_name": "unmatched entry",
                "ordering": ["day", "leg"],
                "indexes": [models.Index(fields=["day"], name="unmatched_leg_by_day")],
            },
        ),
    ]
