import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Who records by hand that a payment came back is known: they do not have it paid again (U14)."""

    dependencies = [
        ("paying", "0002_triggers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="institutionpayment",
            name="returned_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="return recorded by",
            ),
        ),
        migrations.AddConstraint(
            model_name="institutionpayment",
            constraint=models.CheckConstraint(
                condition=Q(returned_by=None) | Q(status="returned"), name="institution_payment_returned_by"
            ),
        ),
    ]
