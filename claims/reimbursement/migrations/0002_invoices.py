import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """An invoice is handed in once."""

    dependencies = [("claims", "0009_examined_stays"), ("reimbursement", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("printed", models.CharField(max_length=30, verbose_name="invoice number")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invoices",
                        to="reimbursement.reimbursement",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.institution",
                        verbose_name="institution",
                    ),
                ),
            ],
            options={"verbose_name": "invoice", "ordering": ["application", "printed"]},
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(fields=("institution", "printed"), name="invoice_handed_in_once"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("printed", ""), _negated=True), name="invoice_has_number"
            ),
        ),
        migrations.AlterField(
            model_name="residentpayment",
            name="status",
            field=models.CharField(
                choices=[
                    ("listed", "With the bank"),
                    ("paid", "Paid to the resident"),
                    ("returned", "Returned by the bank"),
                ],
                default="listed",
                max_length=10,
                verbose_name="status",
            ),
        ),
    ]
