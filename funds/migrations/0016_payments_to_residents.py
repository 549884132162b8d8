from django.db import migrations, models

NEWS = """
CREATE TRIGGER funds_resident_payment AFTER UPDATE ON reimbursement_residentpayment FOR EACH ROW
WHEN (OLD.paid_on IS NULL AND NEW.paid_on IS NOT NULL) EXECUTE FUNCTION note_unposted_change('resident_payment');
CREATE TRIGGER funds_returned_payment AFTER UPDATE ON reimbursement_residentpayment FOR EACH ROW
WHEN (OLD.returned_on IS NULL AND NEW.returned_on IS NOT NULL AND NEW.paid_on IS NOT NULL)
EXECUTE FUNCTION note_unposted_change('returned_payment');
"""
WITHOUT_NEWS = """
DROP TRIGGER funds_resident_payment ON reimbursement_residentpayment;
DROP TRIGGER funds_returned_payment ON reimbursement_residentpayment;
"""
TYPES = [
    ("receipt", "Receipt"),
    ("assigned_receipt", "Receipt assigned to its notice"),
    ("released_receipt", "Part that came off its notice again"),
    ("returned_receipt", "Returned receipt"),
    ("settlement", "Settlement"),
    ("reversal", "Reversal"),
    ("resident_payment", "Payment to a resident"),
    ("returned_payment", "Payment to a resident that came back"),
    ("statement", "Subsidy statement"),
    ("subsidy_receipt", "Subsidy received"),
]


class Migration(migrations.Migration):
    """What residents paid themselves is owed to them: its payment is a document of the journal (F1)."""

    dependencies = [
        ("funds", "0015_released_receipts"),
        ("reimbursement", "0001_initial"),
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
