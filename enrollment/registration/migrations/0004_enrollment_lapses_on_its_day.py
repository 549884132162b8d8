from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registration", "0003_fill_lapsed_on")]

    operations = [
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.CheckConstraint(
                name="enrollment_lapses_on_its_day",
                condition=models.Q(
                    models.Q(("end_reason", "lapsed"), _negated=True),
                    models.Q(("lapsed_on", models.F("ends")), ("lapsed_on__isnull", False)),
                    _connector="OR",
                ),
            ),
        ),
    ]
