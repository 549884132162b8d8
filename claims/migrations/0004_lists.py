from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0003_settlement_ratio_of_four_decimals")]

    operations = [
        migrations.AddIndex("stay", models.Index(fields=["-admitted_on", "-number"], name="stay_newest")),
        migrations.AddIndex(
            "stay", models.Index(fields=["institution", "-admitted_on", "-number"], name="stay_newest_at")
        ),
    ]
