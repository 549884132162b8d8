from django.db import migrations, models

# Rows are only added, never looked for: who pays waits for no sweep.
NEWS = """
CREATE FUNCTION note_unposted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unposteddocument (document_type, document_number) SELECT TG_ARGV[0], number FROM added;
    RETURN NULL;
END $$;
CREATE FUNCTION note_unposted_receipts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unposteddocument (document_type, document_number)
    SELECT kind, number FROM added CROSS JOIN (VALUES ('receipt'), ('returned_receipt')) AS kinds (kind)
    WHERE kind = 'receipt' OR status = 'returned';
    RETURN NULL;
END $$;
CREATE FUNCTION note_unposted_settlements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unposteddocument (document_type, document_number)
    SELECT 'settlement', number FROM added WHERE fund > 0;
    RETURN NULL;
END $$;
CREATE FUNCTION note_unposted_statements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unposteddocument (document_type, document_number)
    SELECT 'statement', number FROM added WHERE status = 'issued';
    RETURN NULL;
END $$;
CREATE FUNCTION note_unposted_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unposteddocument (document_type, document_number) VALUES (TG_ARGV[0], NEW.number);
    RETURN NULL;
END $$;
CREATE TRIGGER funds_new_receipts AFTER INSERT ON contributions_receipt REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_unposted_receipts();
CREATE TRIGGER funds_assigned_receipt AFTER UPDATE ON contributions_receipt FOR EACH ROW
WHEN (OLD.status <> 'matched' AND NEW.status = 'matched') EXECUTE FUNCTION note_unposted_change('assigned_receipt');
CREATE TRIGGER funds_returned_receipt AFTER UPDATE ON contributions_receipt FOR EACH ROW
WHEN (OLD.status <> 'returned' AND NEW.status = 'returned') EXECUTE FUNCTION note_unposted_change('returned_receipt');
CREATE TRIGGER funds_new_settlements AFTER INSERT ON claims_settlement REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_unposted_settlements();
CREATE TRIGGER funds_new_reversals AFTER INSERT ON claims_reversal REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_unposted('reversal');
CREATE TRIGGER funds_new_statements AFTER INSERT ON funds_subsidystatement REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_unposted_statements();
CREATE TRIGGER funds_issued_statement AFTER UPDATE ON funds_subsidystatement FOR EACH ROW
WHEN (OLD.status <> 'issued' AND NEW.status = 'issued') EXECUTE FUNCTION note_unposted_change('statement');
CREATE TRIGGER funds_new_subsidy_receipts AFTER INSERT ON funds_subsidyreceipt REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_unposted('subsidy_receipt');
"""
WITHOUT_NEWS = """
DROP TRIGGER funds_new_receipts ON contributions_receipt;
DROP TRIGGER funds_assigned_receipt ON contributions_receipt;
DROP TRIGGER funds_returned_receipt ON contributions_receipt;
DROP TRIGGER funds_new_settlements ON claims_settlement;
DROP TRIGGER funds_new_reversals ON claims_reversal;
DROP TRIGGER funds_new_statements ON funds_subsidystatement;
DROP TRIGGER funds_issued_statement ON funds_subsidystatement;
DROP TRIGGER funds_new_subsidy_receipts ON funds_subsidyreceipt;
DROP FUNCTION note_unposted();
DROP FUNCTION note_unposted_receipts();
DROP FUNCTION note_unposted_settlements();
DROP FUNCTION note_unposted_statements();
DROP FUNCTION note_unposted_change();
"""
# What no entry was made of so far; a row too many does no harm.
WAITING = """
INSERT INTO funds_unposteddocument (document_type, document_number)
SELECT kind, number FROM (
    SELECT 'receipt' AS kind, number FROM contributions_receipt
    UNION ALL SELECT 'assigned_receipt', number FROM contributions_receipt WHERE status = 'matched'
    UNION ALL SELECT 'returned_receipt', number FROM contributions_receipt WHERE status = 'returned'
    UNION ALL SELECT 'settlement', number FROM claims_settlement WHERE fund > 0
    UNION ALL SELECT 'reversal', number FROM claims_reversal
    UNION ALL SELECT 'statement', number FROM funds_subsidystatement WHERE status = 'issued'
    UNION ALL SELECT 'subsidy_receipt', number FROM funds_subsidyreceipt
) AS document
WHERE NOT EXISTS (
    SELECT FROM funds_journalentry posted WHERE posted.document_type = kind AND posted.document_number = number
)
"""


class Migration(migrations.Migration):
    """What the journal may have to book is noted when it comes, so that a sweep does not look for it everywhere."""

    dependencies = [
        ("funds", "0013_items_in_order"),
        ("contributions", "0004_lists"),
        ("claims", "0004_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnpostedDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "document_type",
                    models.CharField(
                        choices=[
                            ("receipt", "Receipt"),
                            ("assigned_receipt", "Receipt assigned to its notice"),
                            ("returned_receipt", "Returned receipt"),
                            ("settlement", "Settlement"),
                            ("reversal", "Reversal"),
                            ("statement", "Subsidy statement"),
                            ("subsidy_receipt", "Subsidy received"),
                        ],
                        max_length=20,
                    ),
                ),
                ("document_number", models.CharField(max_length=20)),
            ],
            options={"verbose_name": "document to be posted"},
        ),
        migrations.RunSQL(NEWS, WITHOUT_NEWS),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
    ]
