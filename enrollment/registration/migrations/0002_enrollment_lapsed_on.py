from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registration", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="enrollment",
            name="lapsed_on",
            field=models.DateField(blank=True, null=True, verbose_name="lapsed on"),
        ),
    ]
