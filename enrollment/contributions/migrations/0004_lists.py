from django.db import migrations, models
from django.db.models import Case, F, OrderBy, When


class Migration(migrations.Migration):
    dependencies = [("contributions", "0003_notice_replacement")]

    operations = [
        migrations.RemoveIndex("contributionnotice", "contributio_status_cc90f2_idx"),
        migrations.AddIndex(
            "contributionnotice", models.Index(fields=["-contribution_year", "-number"], name="notice_newest")
        ),
        migrations.AddIndex(
            "contributionnotice",
            models.Index(fields=["status", "pay_until", "number"], name="notice_by_term"),
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
