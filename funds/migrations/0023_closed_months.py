import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A month keeps the balances of all accounts and its reconciliation as they were when it was closed (F1)."""

    dependencies = [("funds", "0022_set_offs"), ("papers", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="month",
            name="balances",
            field=models.JSONField(editable=False, null=True, verbose_name="balances of the accounts"),
        ),
        migrations.AddField(
            model_name="month",
            name="reconciliation",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="papers.keptpaper",
            ),
        ),
    ]
