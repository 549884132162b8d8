from django.db import migrations, models


class Migration(migrations.Migration):
    """The record is searched by actor, act and time, the newest day first: each from an index in that order."""

    dependencies = [("audit", "0003_settled_until")]

    operations = [
        migrations.RemoveIndex("auditentry", "audit_by_user"),
        migrations.AddIndex(
            "auditentry",
            models.Index(
                fields=["user_id", "business_date", "id"],
                condition=models.Q(user_id__isnull=False),
                name="audit_by_user_and_day",
            ),
        ),
        migrations.AddIndex(
            "auditentry", models.Index(fields=["verb", "business_date", "id"], name="audit_by_verb_and_day")
        ),
        migrations.AddIndex("auditentry", models.Index(fields=["business_date", "id"], name="audit_by_day")),
    ]
