from django.db import migrations, models


class Migration(migrations.Migration):
    """A later policy may set a ratio such as 47.5 %, which two decimals would round without a word."""

    dependencies = [("claims", "0002_initial")]

    operations = [
        migrations.AlterField(
            model_name="settlement",
            name="ratio",
            field=models.DecimalField(decimal_places=4, max_digits=5, null=True, verbose_name="fund ratio"),
        ),
    ]
