from django.db import migrations


class Migration(migrations.Migration):
    """A lapse is a fact of its own from here on; so far the end said it."""

    dependencies = [("registration", "0002_enrollment_lapsed_on")]

    operations = [
        migrations.RunSQL(
            "UPDATE registration_enrollment SET lapsed_on = ends WHERE end_reason = 'lapsed'",
            migrations.RunSQL.noop,
        ),
    ]
