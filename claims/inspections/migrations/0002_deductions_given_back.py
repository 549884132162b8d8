from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """What was deducted for a settlement that was reversed since is given back: a deduction below zero."""

    dependencies = [("inspections", "0001_reports_and_inspections")]

    operations = [
        migrations.RemoveConstraint(model_name="deduction", name="deduction_amount"),
        migrations.AddConstraint(
            model_name="deduction",
            constraint=models.CheckConstraint(name="deduction_amount", condition=~Q(amount=0) & ~Q(payment="")),
        ),
    ]
