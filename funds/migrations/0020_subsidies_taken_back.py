import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A subsidy that was booked wrongly is taken back by a receipt of its own."""

    dependencies = [("funds", "0019_triggers_of_the_account")]

    operations = [
        migrations.RemoveConstraint(model_name="subsidyreceipt", name="subsidy_receipt_amount"),
        migrations.AlterField(
            model_name="subsidyreceipt",
            name="bank_reference",
            field=models.CharField(max_length=40, verbose_name="bank reference"),
        ),
        migrations.AddField(
            model_name="subsidyreceipt",
            name="corrects",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="correction",
                to="funds.subsidyreceipt",
                verbose_name="takes back",
            ),
        ),
        migrations.AddField(
            model_name="subsidyreceipt",
            name="reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="reason"),
        ),
        migrations.AddField(
            model_name="subsidyreceipt",
            name="live",
            field=models.BooleanField(default=True),
        ),
        migrations.AddConstraint(
            model_name="subsidyreceipt",
            constraint=models.UniqueConstraint(
                condition=Q(live=True), fields=("bank_reference",), name="subsidy_reference_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="subsidyreceipt",
            constraint=models.CheckConstraint(
                condition=Q(corrects=None, amount__gt=0, reason="")
                | (Q(corrects__isnull=False, amount__lt=0, live=False) & ~Q(reason="")),
                name="subsidy_receipt_amount",
            ),
        ),
    ]
