from django.db import migrations, models


class Migration(migrations.Migration):
    """Parts that an employer paid: held for their notice, and several receipts that settle one together (C5)."""

    dependencies = [
        ('contributions', '0005_the_years_jobs'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='receipt',
            name='receipt_one_a_notice',
        ),
        migrations.RemoveConstraint(
            model_name='receipt',
            name='receipt_matched_has_notice',
        ),
        migrations.AddField(
            model_name='receipt',
            name='released',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='receipt',
            name='channel',
            field=models.CharField(choices=[('bank', 'Bank'), ('counter', 'Agency counter'), ('school', 'School'), ('employer', 'Employer, a part of the amount')], max_length=10, verbose_name='paid at'),
        ),
        migrations.AlterField(
            model_name='receipt',
            name='status',
            field=models.CharField(choices=[('matched', 'Matched'), ('held', 'Held as a part'), ('unmatched', 'Unmatched'), ('returned', 'Returned')], max_length=10, verbose_name='status'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'matched'), models.Q(('channel', 'employer'), _negated=True)), fields=('notice',), name='receipt_one_a_notice'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('notice__isnull', False), ('problem', ''), ('status', 'matched')), models.Q(('channel', 'employer'), ('notice__isnull', False), ('problem', ''), ('status', 'held')), models.Q(('returned_on__isnull', False), ('status', 'returned')), models.Q(('status', 'unmatched'), models.Q(('problem', ''), _negated=True)), _connector='OR'), name='receipt_matched_has_notice'),
        ),
    ]
