import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('claims', '0007_reviews'),
        ('offices', '0003_stand_ins'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_handover_list", "DROP SEQUENCE number_handover_list"),
        migrations.CreateModel(
            name='HandoverList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='list number')),
                ('kind', models.CharField(choices=[('over_cap', 'Over the cap (supplementary insurance)'), ('assistance', 'Medical assistance (civil affairs)')], max_length=10, verbose_name='kind')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('issued', 'Issued'), ('discarded', 'Discarded')], default='draft', max_length=10, verbose_name='status')),
                ('period_from', models.DateField(verbose_name='discharged from')),
                ('period_until', models.DateField(verbose_name='discharged until')),
                ('drafted_on', models.DateField(verbose_name='drafted on')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='issued on')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('version', models.PositiveIntegerField(default=1)),
                ('district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='offices.office', verbose_name='district')),
                ('issued_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='issued by')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drafted by')),
            ],
            options={
                'verbose_name': 'list that is handed over',
                'ordering': ['-drafted_on', '-number'],
            },
        ),
        migrations.CreateModel(
            name='HandoverLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('resident_number', models.CharField(max_length=20, verbose_name='personal number')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('id_number', models.CharField(blank=True, max_length=18, verbose_name='ID number')),
                ('low_income', models.CharField(blank=True, max_length=20, verbose_name='low income')),
                ('institution', models.CharField(max_length=120, verbose_name='institution')),
                ('settled_on', models.DateField(verbose_name='discharged on')),
                ('total', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='total cost')),
                ('fund', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='fund pays')),
                ('out_of_scope', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='out of scope')),
                ('deductible', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='deductible')),
                ('copayment', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='co-payment')),
                ('over_cap', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='over the cap')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='handed over')),
                ('corrects', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction', to='handover.handoverline', verbose_name='corrects')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='offices.office', verbose_name='district')),
                ('settlement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='claims.settlement', verbose_name='settlement')),
                ('list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='handover.handoverlist')),
            ],
            options={
                'verbose_name': 'line of a list',
                'ordering': ['list', 'settled_on', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='handoverlist',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'draft')), fields=('kind',), name='handover_one_draft_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='handoverlist',
            constraint=models.CheckConstraint(condition=models.Q(('period_until__gte', models.F('period_from'))), name='handover_days'),
        ),
        migrations.AddConstraint(
            model_name='handoverlist',
            constraint=models.CheckConstraint(condition=models.Q(('made_by', None), ('issued_by', None), models.Q(('made_by', models.F('issued_by')), _negated=True), _connector='OR'), name='handover_maker_is_not_checker'),
        ),
        migrations.AddConstraint(
            model_name='handoverlist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('issued_on__isnull', False), ('status', 'issued'), models.Q(('sha256', ''), _negated=True)), models.Q(models.Q(('status', 'issued'), _negated=True), ('issued_on', None), ('sha256', '')), _connector='OR'), name='handover_issued_has_date'),
        ),
        migrations.AddConstraint(
            model_name='handoverline',
            constraint=models.UniqueConstraint(condition=models.Q(('corrects', None)), fields=('kind', 'settlement'), name='handover_once_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='handoverline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('corrects', None)), models.Q(('amount__lt', 0), ('corrects__isnull', False)), _connector='OR'), name='handover_line_sign'),
        ),
        migrations.AddConstraint(
            model_name='handoverline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount', models.F('over_cap')), ('kind', 'over_cap')), models.Q(('amount', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('out_of_scope'), '+', models.F('deductible')), '+', models.F('copayment')), '+', models.F('over_cap'))), ('kind', 'assistance')), _connector='OR'), name='handover_line_amount'),
        ),
    ]
