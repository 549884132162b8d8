import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('inspections', '0001_reports_and_inspections'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicReport',
            fields=[
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='public', serialize=False, to='inspections.report', verbose_name='report')),
                ('code_hash', models.CharField(max_length=64)),
                ('told', models.TextField(blank=True, verbose_name='what the public is told')),
            ],
            options={
                'verbose_name': 'report of the public',
            },
        ),
    ]
