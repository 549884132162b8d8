import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('offices', '0003_stand_ins'),
        ('registration', '0007_handovers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_household", "DROP SEQUENCE number_household"),
        migrations.CreateModel(
            name='Household',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='household number')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='telephone')),
                ('formed_on', models.DateField(verbose_name='on record since')),
                ('version', models.PositiveIntegerField(default=1)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='households', to='offices.office', verbose_name='community')),
            ],
            options={
                'verbose_name': 'household',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='FormerContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='telephone')),
                ('until', models.DateField(verbose_name='until')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_contacts', to='households.household')),
            ],
            options={
                'verbose_name': 'former address or telephone',
                'ordering': ['household', '-until', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('relation', models.CharField(choices=[('head', 'Head of the household'), ('spouse', 'Wife or husband'), ('child', 'Son or daughter'), ('parent', 'Parent'), ('other', 'Other')], default='other', max_length=10, verbose_name='relation')),
                ('since', models.DateField(verbose_name='since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='households.household')),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='registration.resident', verbose_name='resident')),
            ],
            options={
                'verbose_name': 'member of a household',
                'ordering': ['household', 'since', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('resident',), name='member_of_one'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='member_days')],
            },
        ),
    ]
