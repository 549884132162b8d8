from django.db import migrations, models

EXAMINED = """
UPDATE claims_stay stay SET examined = true
WHERE EXISTS (SELECT FROM claims_review review WHERE review.stay_id = stay.id AND review.examined_on IS NOT NULL)
    OR EXISTS (SELECT FROM claims_feeline line WHERE line.stay_id = stay.id AND line.denied > 0)
"""


class Migration(migrations.Migration):
    """What the agency examined once is not settled again without it."""

    dependencies = [("claims", "0008_reviews_of_held_stays")]

    operations = [
        migrations.AddField(
            model_name="stay",
            name="examined",
            field=models.BooleanField(db_default=False, default=False, verbose_name="examined by the agency"),
        ),
        migrations.RunSQL(EXAMINED, migrations.RunSQL.noop),
    ]
