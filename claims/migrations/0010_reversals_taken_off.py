from django.db import migrations, models


class Migration(migrations.Migration):
    """A reversal of what an institution was paid says when the money came off a later payment (A4)."""

    dependencies = [("claims", "0009_examined_stays")]

    operations = [
        migrations.AddField(
            model_name="reversal",
            name="taken_off_on",
            field=models.DateField(blank=True, null=True, verbose_name="taken off a payment on"),
        ),
    ]
