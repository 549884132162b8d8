import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

OPEN = ["preparing", "draft", "checked"]
STATUS = [("preparing", "Being prepared"), ("draft", "Draft"), ("checked", "Checked"), ("issued", "Issued")]


class Migration(migrations.Migration):
    """A statement is made, checked and approved by three people; whoever issued one before approved it. Beside it the
    workbooks of its persons, and the letters to finance offices that are late.
    """

    dependencies = [
        ("funds", "0016_payments_to_residents"),
        ("offices", "0003_stand_ins"),
        ("papers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="subsidystatement", name="statement_maker_is_not_checker"),
        migrations.RemoveConstraint(model_name="subsidystatement", name="statement_one_open"),
        migrations.RemoveConstraint(model_name="subsidystatement", name="statement_issued"),
        migrations.RenameField("subsidystatement", "issued_by", "approved_by"),
        migrations.AlterField(
            model_name="subsidystatement",
            name="approved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="approved by",
            ),
        ),
        migrations.AddField(
            model_name="subsidystatement",
            name="checked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="checked by",
            ),
        ),
        migrations.AlterField(
            model_name="subsidystatement",
            name="status",
            field=models.CharField(choices=STATUS, default="draft", max_length=10, verbose_name="status"),
        ),
        migrations.AddConstraint(
            model_name="subsidystatement",
            constraint=models.UniqueConstraint(
                condition=Q(("status__in", OPEN)),
                fields=("issued_on",),
                name="statement_one_open",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="subsidystatement",
            constraint=models.CheckConstraint(
                condition=Q(status__in=OPEN, issued_on=None, due_on=None)
                | (Q(status="issued", issued_on__isnull=False, due_on__isnull=False) & ~Q(hash="")),
                name="statement_issued",
            ),
        ),
        migrations.AddConstraint(
            model_name="subsidystatement",
            constraint=models.CheckConstraint(
                condition=(Q(checked_by=None) | Q(made_by=None) | ~Q(checked_by=F("made_by")))
                & (Q(approved_by=None) | Q(made_by=None) | ~Q(approved_by=F("made_by")))
                & (Q(approved_by=None) | Q(checked_by=None) | ~Q(approved_by=F("checked_by"))),
                name="statement_three_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="subsidystatement",
            constraint=models.CheckConstraint(
                condition=Q(status="checked", approved_by=None)
                | Q(status="issued")
                | Q(status__in=["preparing", "draft"], checked_by=None, approved_by=None),
                name="statement_signed_in_order",
            ),
        ),
        migrations.RunSQL("CREATE SEQUENCE number_subsidy_reminder", "DROP SEQUENCE number_subsidy_reminder"),
        migrations.CreateModel(
            name="PersonsWorkbook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("asked_on", models.DateField(verbose_name="asked for on")),
                ("run", models.CharField(max_length=20, unique=True, verbose_name="run number")),
                ("ready_on", models.DateField(blank=True, null=True, verbose_name="ready on")),
                ("kept_until", models.DateField(blank=True, null=True, verbose_name="kept until")),
                ("deleted_on", models.DateField(blank=True, null=True, verbose_name="deleted on")),
                ("size", models.PositiveBigIntegerField(default=0, verbose_name="size in bytes")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offices.office",
                        verbose_name="district",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="workbooks",
                        to="funds.subsidystatement",
                    ),
                ),
            ],
            options={
                "verbose_name": "workbook of persons",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SubsidyReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("round", models.PositiveSmallIntegerField(verbose_name="round")),
                ("written_on", models.DateField(verbose_name="written on")),
                ("claimed", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount claimed")),
                ("received", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount received")),
                ("overdue_days", models.PositiveIntegerField(verbose_name="days overdue")),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="papers.keptpaper"
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offices.office",
                        verbose_name="payer",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="funds.subsidystatement",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written by",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder of a finance office",
                "ordering": ["-written_on", "-number"],
            },
        ),
        migrations.CreateModel(
            name="WorkbookPiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("frame", "Frame"), ("rows", "Rows"), ("file", "File")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("sheet", models.PositiveSmallIntegerField(default=0)),
                ("position", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "workbook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pieces", to="funds.personsworkbook"
                    ),
                ),
            ],
            options={
                "verbose_name": "piece of a workbook",
                "ordering": ["workbook", "kind", "sheet", "position"],
            },
        ),
        migrations.AddConstraint(
            model_name="personsworkbook",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_on", None)),
                fields=("statement", "asked_by", "district", "language"),
                name="persons_workbook_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="personsworkbook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("deleted_on", None), ("kept_until", None), ("ready_on", None), ("sha256", ""), ("size", 0)
                    ),
                    models.Q(
                        ("kept_until__isnull", False),
                        ("ready_on__isnull", False),
                        ("size__gt", 0),
                        models.Q(("sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="persons_workbook_ready",
            ),
        ),
        migrations.AddConstraint(
            model_name="subsidyreminder",
            constraint=models.UniqueConstraint(fields=("statement", "payer", "round"), name="reminder_round_once"),
        ),
        migrations.AddConstraint(
            model_name="subsidyreminder",
            constraint=models.UniqueConstraint(
                fields=("statement", "payer", "written_on"), name="reminder_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="subsidyreminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("claimed__gt", models.F("received")), ("overdue_days__gt", 0), ("round__gt", 0)),
                name="reminder_of_something_overdue",
            ),
        ),
        migrations.AddConstraint(
            model_name="workbookpiece",
            constraint=models.UniqueConstraint(
                fields=("workbook", "kind", "sheet", "position"), name="workbook_piece_once"
            ),
        ),
    ]
