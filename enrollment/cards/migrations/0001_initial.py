import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contributions', '0004_lists'),
        ('offices', '0003_stand_ins'),
        ('registration', '0007_handovers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_card", "DROP SEQUENCE number_card"),
        migrations.CreateModel(
            name='CertificateTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entered_on', models.DateField(verbose_name='entered on')),
                ('run', models.CharField(blank=True, max_length=20)),
                ('notice', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='certificate_term', to='contributions.contributionnotice')),
            ],
            options={
                'verbose_name': 'term of a certificate',
                'ordering': ['notice'],
                'indexes': [models.Index(condition=models.Q(('run', ''), _negated=True), fields=['run'], name='certificate_of_run')],
            },
        ),
        migrations.CreateModel(
            name='InsuranceCard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=13, unique=True, verbose_name='card number')),
                ('status', models.CharField(choices=[('made', 'Made'), ('with_community', 'With the community'), ('handed_out', 'Handed out'), ('lost', 'Reported lost'), ('suspended', 'Suspended'), ('replaced', 'Replaced'), ('ended', 'Out of use')], default='made', max_length=16, verbose_name='status')),
                ('since', models.DateField(verbose_name='since')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('cause', models.CharField(choices=[('first', 'First card'), ('lost', 'Lost'), ('damaged', 'Damaged'), ('corrected', 'Wrong or changed data')], default='first', max_length=10, verbose_name='why it was made')),
                ('made_on', models.DateField(verbose_name='made on')),
                ('handed_out_on', models.DateField(blank=True, null=True, verbose_name='handed out on')),
                ('taken_by', models.CharField(blank=True, max_length=10, verbose_name='taken by')),
                ('taken_by_name', models.CharField(blank=True, max_length=60, verbose_name='name of who took it')),
                ('run', models.CharField(blank=True, max_length=20)),
                ('version', models.PositiveIntegerField(default=1)),
                ('enrollment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cards', to='registration.enrollment', verbose_name='enrollment')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('office', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='offices.office', verbose_name='handed to')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='cards.insurancecard', verbose_name='replaces')),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cards', to='registration.resident', verbose_name='resident')),
            ],
            options={
                'verbose_name': 'card',
                'ordering': ['-made_on', '-number'],
                'indexes': [models.Index(fields=['status', 'since', 'number'], name='card_by_status'), models.Index(condition=models.Q(('run', ''), _negated=True), fields=['run'], name='card_of_run')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ['made', 'with_community', 'handed_out', 'lost', 'suspended'])), fields=('enrollment',), name='card_one_live'), models.CheckConstraint(condition=models.Q(models.Q(('handed_out_on', None), ('taken_by', ''), models.Q(('status', 'handed_out'), _negated=True)), models.Q(('handed_out_on__isnull', False), models.Q(('taken_by', ''), _negated=True)), _connector='OR'), name='card_handed_out_to_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'with_community'), _negated=True), ('office__isnull', False), _connector='OR'), name='card_with_an_office'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['replaced', 'ended']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='card_stopped_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('cause', 'first'), ('replaces', None)), models.Q(models.Q(('cause', 'first'), _negated=True), ('replaces__isnull', False)), _connector='OR'), name='card_made_for_something')],
            },
        ),
    ]
