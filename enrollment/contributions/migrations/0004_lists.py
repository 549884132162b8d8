from django.db import migrations, models
from django.db.models import Case, F, OrderBy, When


class Migration(migrations.Migration):
    dependencies = [("contributions", "0003_notice_replacement")]

    operations = [
        migrations.AddIndex(
            "contributionnotice", models.Index(fields=["-contribution_year", "-number"], name="notice_newest")
        ),
        migrations.AddIndex(
            "contributionnotice",
            models.Index(
                fields=["pay_until", "number"], condition=models.Q(("status", "open")), name="notice_open_first"
            ),
        ),
        migrations.AddIndex(
            "receipt",
            models.Index(
                Case(When(status="unmatched", then=0), default=1),
                OrderBy(F("received_on"), descending=True),
                OrderBy(F("number"), descending=True),
                name="receipt_unmatched_first",
            ),
        ),
    ]
