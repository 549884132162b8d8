from django.db import migrations, models

NEWS = """
CREATE TRIGGER funds_released_receipt AFTER UPDATE ON contributions_receipt FOR EACH ROW
WHEN (OLD.released <> NEW.released) EXECUTE FUNCTION note_unposted_change('released_receipt');
"""
WITHOUT_NEWS = "DROP TRIGGER funds_released_receipt ON contributions_receipt"
TYPES = [
    ("receipt", "Receipt"),
    ("assigned_receipt", "Receipt assigned to its notice"),
    ("released_receipt", "Part that came off its notice again"),
    ("returned_receipt", "Returned receipt"),
    ("settlement", "Settlement"),
    ("reversal", "Reversal"),
    ("statement", "Subsidy statement"),
    ("subsidy_receipt", "Subsidy received"),
]


class Migration(migrations.Migration):
    """A part that came off its notice, since another part went back, is held in the journal again (C5, C8)."""

    dependencies = [
        ("funds", "0014_unposted_documents"),
        ("contributions", "0006_parts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="journalentry",
            name="document_type",
            field=models.CharField(choices=TYPES, max_length=20, verbose_name="document"),
        ),
        migrations.AlterField(
            model_name="unposteddocument",
            name="document_type",
            field=models.CharField(choices=TYPES, max_length=20),
        ),
        migrations.RunSQL(NEWS, WITHOUT_NEWS),
    ]
