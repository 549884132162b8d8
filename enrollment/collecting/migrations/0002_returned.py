from django.db import migrations, models


class Migration(migrations.Migration):
    """The bank takes the payment of a collection back (C8)."""

    dependencies = [
        ('collecting', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='collection',
            name='collection_state',
        ),
        migrations.AddField(
            model_name='collection',
            name='returned_on',
            field=models.DateField(blank=True, null=True, verbose_name='returned on'),
        ),
        migrations.AlterField(
            model_name='collection',
            name='status',
            field=models.CharField(choices=[('handed_in', 'Handed in'), ('paid', 'Paid'), ('withdrawn', 'Withdrawn'), ('returned', 'Payment returned')], default='handed_in', max_length=10, verbose_name='status'),
        ),
        migrations.AddConstraint(
            model_name='collection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_on__isnull', False), ('recorded_on__isnull', False), ('status__in', ['paid', 'returned']), models.Q(('bank_reference', ''), _negated=True)), models.Q(models.Q(('status__in', ['paid', 'returned']), _negated=True), ('bank_reference', ''), ('paid_on', None), ('recorded_on', None)), _connector='OR'), name='collection_state'),
        ),
        migrations.AddConstraint(
            model_name='collection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('returned_on__isnull', False), ('status', 'returned')), models.Q(models.Q(('status', 'returned'), _negated=True), ('returned_on', None)), _connector='OR'), name='collection_returned'),
        ),
    ]
