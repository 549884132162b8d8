from django.db import migrations, models

STATES = [("listed", "With the bank"), ("paid", "Paid out"), ("returned", "Returned by the bank")]


class Migration(migrations.Migration):
    """The states of a payment have the words that those of payments to institutions have."""

    dependencies = [("reimbursement", "0002_invoices")]

    operations = [
        migrations.AlterField(
            model_name="residentpayment",
            name="status",
            field=models.CharField(choices=STATES, default="listed", max_length=10, verbose_name="status"),
        ),
    ]
