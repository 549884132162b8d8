import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cards', '0001_initial'),
        ('claims', '0005_settlements_to_correct'),
        ('registration', '0007_handovers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_misuse", "DROP SEQUENCE number_misuse"),
        migrations.RunSQL("CREATE SEQUENCE number_recovery", "DROP SEQUENCE number_recovery"),
        migrations.CreateModel(
            name='MisuseCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='case number')),
                ('submission', models.UUIDField(editable=False, unique=True)),
                ('kind', models.CharField(choices=[('lent', 'The card was lent'), ('forged', 'The card was forged'), ('altered', 'The card was altered')], max_length=10, verbose_name='what was done')),
                ('found_on', models.DateField(verbose_name='found on')),
                ('facts', models.TextField(verbose_name='what was found')),
                ('status', models.CharField(choices=[('open', 'To be decided'), ('decided', 'Misuse decided'), ('dismissed', 'Dismissed'), ('revoked', 'Decision revoked')], default='open', max_length=10, verbose_name='status')),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='decided on')),
                ('reasoning', models.TextField(blank=True, verbose_name='reasons of the decision')),
                ('barred_until', models.DateField(blank=True, null=True, verbose_name='barred until')),
                ('debtor', models.CharField(blank=True, max_length=60, verbose_name='who is to repay')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='to be repaid until')),
                ('revoked_on', models.DateField(blank=True, null=True, verbose_name='revoked on')),
                ('revocation', models.CharField(blank=True, max_length=200, verbose_name='reason of the revocation')),
                ('policy_version', models.PositiveIntegerField()),
                ('policy_hash', models.CharField(max_length=64)),
                ('version', models.PositiveIntegerField(default=1)),
                ('bar', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='misuse', to='registration.circumstance', verbose_name='bar')),
                ('card', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='misuses', to='cards.insurancecard', verbose_name='card')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='opened by')),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='misuses', to='registration.resident', verbose_name='resident')),
            ],
            options={
                'verbose_name': 'case of misuse',
                'ordering': ['-opened_on', '-number'],
            },
        ),
        migrations.CreateModel(
            name='RecoveryItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='to be recovered')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='misuse.misusecase')),
                ('settlement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recoveries', to='claims.settlement', verbose_name='settlement')),
            ],
            options={
                'verbose_name': 'settlement to be recovered',
                'ordering': ['case', 'settlement__settled_on', 'settlement'],
            },
        ),
        migrations.CreateModel(
            name='RecoveryPayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='payment number')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='amount')),
                ('paid_on', models.DateField(verbose_name='value date')),
                ('entered_on', models.DateField(verbose_name='entered on')),
                ('bank_reference', models.CharField(max_length=40, unique=True, verbose_name='bank reference')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='misuse.misusecase', verbose_name='case')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
            ],
            options={
                'verbose_name': 'recovered payment',
                'ordering': ['-paid_on', '-number'],
            },
        ),
        migrations.AddIndex(
            model_name='misusecase',
            index=models.Index(fields=['status', 'opened_on'], name='misuse_by_status'),
        ),
        migrations.AddConstraint(
            model_name='misusecase',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('resident',), name='misuse_one_open_a_resident'),
        ),
        migrations.AddConstraint(
            model_name='misusecase',
            constraint=models.CheckConstraint(condition=models.Q(('made_by', None), ('decided_by', None), models.Q(('made_by', models.F('decided_by')), _negated=True), _connector='OR'), name='misuse_maker_is_not_checker'),
        ),
        migrations.AddConstraint(
            model_name='misusecase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_on', None), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('decided_on__isnull', False)), _connector='OR'), name='misuse_decided_has_date'),
        ),
        migrations.AddConstraint(
            model_name='misusecase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['decided', 'revoked']), _negated=True), models.Q(('bar__isnull', False), ('barred_until__isnull', False), models.Q(('reasoning', ''), _negated=True)), _connector='OR'), name='misuse_decided_bars'),
        ),
        migrations.AddConstraint(
            model_name='misusecase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_on__isnull', False), ('status', 'revoked'), models.Q(('revocation', ''), _negated=True)), models.Q(models.Q(('status', 'revoked'), _negated=True), ('revoked_on', None)), _connector='OR'), name='misuse_revoked_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='recoveryitem',
            constraint=models.UniqueConstraint(fields=('case', 'settlement'), name='recovery_once_a_case'),
        ),
        migrations.AddConstraint(
            model_name='recoveryitem',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='recovery_amount'),
        ),
        migrations.AddConstraint(
            model_name='recoverypayment',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='recovery_payment_amount'),
        ),
    ]
