from django.db import migrations

OPEN = """
INSERT INTO claims_review (stay_id, kind, status, reasons, asked, total, opened_on, finding, note, version)
SELECT stay.id, 'settlement', 'waiting', jsonb_build_array(stay.held), '', coalesce(sum(line.amount), 0),
    stay.discharged_on, '', '', 1
FROM claims_stay stay LEFT JOIN claims_feeline line ON line.stay_id = stay.id
WHERE stay.held <> '' GROUP BY stay.id
"""


class Migration(migrations.Migration):
    """Stays that were held for a clerk (A8) wait at the desk."""

    dependencies = [("claims", "0007_reviews")]

    operations = [migrations.RunSQL(OPEN, "DELETE FROM claims_review")]
