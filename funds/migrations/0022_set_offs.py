from django.db import migrations, models


class Migration(migrations.Migration):
    """A letter about what is overdue says what of the claim credits of other statements paid: none so far (F2)."""

    dependencies = [("funds", "0021_corrected_documents")]

    operations = [
        migrations.AddField(
            model_name="subsidyreminder",
            name="set_off",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="amount set off"),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="subsidyreminder", name="reminder_of_something_overdue"),
        migrations.AddConstraint(
            model_name="subsidyreminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    claimed__gt=models.F("received") + models.F("set_off"), overdue_days__gt=0, round__gt=0
                ),
                name="reminder_of_something_overdue",
            ),
        ),
    ]
