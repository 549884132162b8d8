import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Unmatched receipts that somebody looked at and that wait for an answer (C6)."""

    dependencies = [
        ('contributions', '0006_parts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='receipt',
            name='on_hold_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='put on hold by'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='on_hold_note',
            field=models.CharField(blank=True, default='', max_length=200, verbose_name='what it waits for'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='receipt',
            name='on_hold_since',
            field=models.DateField(blank=True, null=True, verbose_name='on hold since'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('on_hold_by', None), ('on_hold_note', ''), ('on_hold_since', None)), models.Q(('on_hold_since__isnull', False), ('status', 'unmatched'), models.Q(('on_hold_note', ''), _negated=True)), _connector='OR'), name='receipt_on_hold'),
        ),
    ]
