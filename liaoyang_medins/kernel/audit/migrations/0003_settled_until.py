from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.AddField("auditblock", "drawn_until", models.BigIntegerField(default=0)),
        migrations.AddField("auditblock", "transactions_until", models.BigIntegerField(default=0)),
        migrations.AddField("auditblock", "settled_until", models.BigIntegerField(default=0)),
    ]
