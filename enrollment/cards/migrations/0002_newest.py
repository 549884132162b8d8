from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cards", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="insurancecard",
            index=models.Index(fields=["-made_on", "-number"], name="card_newest"),
        ),
    ]
