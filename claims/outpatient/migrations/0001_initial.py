import django.contrib.postgres.constraints
import django.db.models.deletion
import enrollment.registration.models.people
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('claims', '0007_reviews'),
        ('registration', '0010_indexes_that_others_begin_with'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_outpatient", "DROP SEQUENCE number_outpatient"),
        migrations.CreateModel(
            name='OutpatientApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='approval number')),
                ('submission', models.UUIDField(editable=False, unique=True)),
                ('disease', models.CharField(max_length=20, verbose_name='disease')),
                ('evidence', models.CharField(max_length=200, verbose_name='what confirms the disease')),
                ('starts', models.DateField(verbose_name='from')),
                ('until', models.DateField(verbose_name='asked for until')),
                ('ends', models.DateField(verbose_name='until')),
                ('status', models.CharField(choices=[('requested', 'Requested'), ('approved', 'Approved'), ('denied', 'Denied'), ('ended', 'Ended early')], default='requested', max_length=10, verbose_name='status')),
                ('requested_on', models.DateField(verbose_name='requested on')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='decided on')),
                ('denial', models.CharField(blank=True, max_length=200, verbose_name='reason of the denial')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended on')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the early end')),
                ('version', models.PositiveIntegerField(default=1)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('diagnosis', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.diagnosis', verbose_name='diagnosis')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outpatient_approvals', to='claims.institution', verbose_name='institution')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outpatient_approvals', to='registration.resident', verbose_name='resident')),
            ],
            options={
                'verbose_name': 'approval of an outpatient disease',
                'ordering': ['-requested_on', '-number'],
            },
        ),
        migrations.CreateModel(
            name='OutpatientClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('approval', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='outpatient.outpatientapproval', verbose_name='approval')),
                ('stay', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='outpatient_claim', to='claims.stay', verbose_name='claim')),
            ],
            options={
                'verbose_name': 'claim of an outpatient disease',
                'ordering': ['-stay__admitted_on', '-stay__number'],
            },
        ),
        migrations.AddIndex(
            model_name='outpatientapproval',
            index=models.Index(fields=['status', 'requested_on'], name='outpatient_by_status'),
        ),
        migrations.AddConstraint(
            model_name='outpatientapproval',
            constraint=models.CheckConstraint(condition=models.Q(('disease__in', ['malignant_tumour', 'dialysis', 'transplant', 'aplastic_anaemia', 'haemophilia', 'lupus', 'cirrhosis', 'stroke', 'heart_disease', 'hypertension', 'diabetes', 'mental'])), name='outpatient_disease'),
        ),
        migrations.AddConstraint(
            model_name='outpatientapproval',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gte', models.F('starts')), ('ends__lte', models.F('until')), ('until__gte', models.F('starts'))), name='outpatient_days'),
        ),
        migrations.AddConstraint(
            model_name='outpatientapproval',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status', 'denied'), _negated=True), expressions=[('resident', '='), ('disease', '='), (enrollment.registration.models.people.DayRange(), '&&')], name='outpatient_no_overlap'),
        ),
        migrations.AddConstraint(
            model_name='outpatientapproval',
            constraint=models.CheckConstraint(condition=models.Q(('made_by', None), ('decided_by', None), models.Q(('made_by', models.F('decided_by')), _negated=True), _connector='OR'), name='outpatient_maker_is_not_checker'),
        ),
        migrations.AddConstraint(
            model_name='outpatientapproval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_on', None), ('status', 'requested')), models.Q(models.Q(('status', 'requested'), _negated=True), ('decided_on__isnull', False)), _connector='OR'), name='outpatient_decided_has_date'),
        ),
        migrations.AddConstraint(
            model_name='outpatientapproval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'denied'), models.Q(('denial', ''), _negated=True)), models.Q(models.Q(('status', 'denied'), _negated=True), ('denial', '')), _connector='OR'), name='outpatient_denied_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='outpatientapproval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', False), ('status', 'ended'), models.Q(('end_reason', ''), _negated=True)), models.Q(models.Q(('status', 'ended'), _negated=True), ('end_reason', ''), ('ended_on', None), ('ends', models.F('until'))), _connector='OR'), name='outpatient_ended_has_reason'),
        ),
    ]
