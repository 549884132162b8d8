from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0001_hospitals_interface")]

    operations = [
        migrations.AddField(
            model_name="client",
            name="calls_a_minute",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="calls a minute"),
        ),
    ]
