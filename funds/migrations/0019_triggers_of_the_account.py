from django.db import migrations

# Behind the lock that sweeps and closings share: whatever writes entries, a closed month stays as it is.
MONTHS = """
CREATE FUNCTION refuse_closed_month() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed date := (SELECT max(last) FROM funds_month WHERE status = 'closed');
BEGIN
    IF EXISTS (SELECT FROM added WHERE booked_on <= closed) THEN
        RAISE EXCEPTION 'nothing is booked until %: the month is closed', closed
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER funds_journalentry_open_month AFTER INSERT ON funds_journalentry REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_month();
CREATE FUNCTION keep_closed_months() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.status = 'closed' THEN
        RAISE EXCEPTION 'month % is closed and stays so', OLD.first USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.last <> NEW.first + interval '1 month' - interval '1 day' THEN
        RAISE EXCEPTION 'month % has other days', NEW.first USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.status = 'closed' AND NEW.first <> (
        SELECT max(last) + 1 FROM funds_month WHERE status = 'closed'
    ) THEN
        RAISE EXCEPTION 'month % is not the oldest open one', NEW.first
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funds_month_closed BEFORE INSERT OR UPDATE OR DELETE ON funds_month
FOR EACH ROW EXECUTE FUNCTION keep_closed_months();
"""
WITHOUT_MONTHS = """
DROP TRIGGER funds_journalentry_open_month ON funds_journalentry;
DROP FUNCTION refuse_closed_month();
DROP TRIGGER funds_month_closed ON funds_month;
DROP FUNCTION keep_closed_months();
"""

DOCUMENTS = """
CREATE FUNCTION keep_entered_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status <> 'entered' THEN
        RAISE EXCEPTION 'the document % is not changed any more', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funds_entereddocument_kept BEFORE UPDATE OR DELETE ON funds_entereddocument
FOR EACH ROW EXECUTE FUNCTION keep_entered_documents();
CREATE TRIGGER funds_checked_document AFTER UPDATE ON funds_entereddocument FOR EACH ROW
WHEN (OLD.status <> 'checked' AND NEW.status = 'checked') EXECUTE FUNCTION note_unposted_change('entered');
"""
WITHOUT_DOCUMENTS = """
DROP TRIGGER funds_entereddocument_kept ON funds_entereddocument;
DROP TRIGGER funds_checked_document ON funds_entereddocument;
DROP FUNCTION keep_entered_documents();
"""

# A part of a decision is numbered by its place among the parts: number.place.
MISUSE_PARTS = """
    SELECT owner.number || '.' || row_number() OVER (PARTITION BY owner.id ORDER BY item.id) AS number,
        item.settlement_id, owner.status
    FROM misuse_misusecase owner JOIN misuse_recoveryitem item ON item.case_id = owner.id
"""
INSPECTION_PARTS = """
    SELECT owner.number || '.' || row_number() OVER (
            PARTITION BY owner.id ORDER BY finding.position, item.id
        ) AS number, item.settlement_id, owner.status
    FROM inspections_inspection owner
    JOIN inspections_inspectionfinding finding ON finding.inspection_id = owner.id
    JOIN inspections_repaymentitem item ON item.finding_id = finding.id
"""
CLAIMS = f"""
CREATE FUNCTION note_unposted_recoveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unposteddocument (document_type, document_number)
    SELECT CASE NEW.status WHEN 'decided' THEN 'recovery_claim' ELSE 'recovery_end' END, number
    FROM ({MISUSE_PARTS} WHERE owner.id = NEW.id) AS part;
    RETURN NULL;
END $$;
CREATE FUNCTION note_unposted_repayments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unposteddocument (document_type, document_number)
    SELECT CASE NEW.status WHEN 'decided' THEN 'repayment_claim' ELSE 'repayment_end' END, number
    FROM ({INSPECTION_PARTS} WHERE owner.id = NEW.id) AS part;
    RETURN NULL;
END $$;
CREATE FUNCTION note_fallen_claims() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unposteddocument (document_type, document_number)
    SELECT 'recovery_end', part.number FROM (
        {MISUSE_PARTS} WHERE owner.id IN (
            SELECT case_id FROM misuse_recoveryitem JOIN added USING (settlement_id)
        )
    ) AS part JOIN added USING (settlement_id)
    UNION ALL
    SELECT 'repayment_end', part.number FROM (
        {INSPECTION_PARTS} WHERE owner.id IN (
            SELECT inspection_id FROM inspections_inspectionfinding one
            JOIN inspections_repaymentitem its ON its.finding_id = one.id JOIN added USING (settlement_id)
        )
    ) AS part JOIN added USING (settlement_id);
    RETURN NULL;
END $$;
CREATE FUNCTION note_unposted_deductions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unposteddocument (document_type, document_number)
    SELECT 'deduction', owner.number || '.' || (
        SELECT count(*) FROM inspections_deduction other
        WHERE other.inspection_id = added.inspection_id AND other.id <= added.id
    )
    FROM added JOIN inspections_inspection owner ON owner.id = added.inspection_id;
    RETURN NULL;
END $$;
CREATE TRIGGER funds_decided_misuse AFTER UPDATE ON misuse_misusecase FOR EACH ROW
WHEN (OLD.status <> NEW.status AND NEW.status IN ('decided', 'revoked')) EXECUTE FUNCTION note_unposted_recoveries();
CREATE TRIGGER funds_decided_inspection AFTER UPDATE ON inspections_inspection FOR EACH ROW
WHEN (OLD.status <> NEW.status AND NEW.status IN ('decided', 'revoked')) EXECUTE FUNCTION note_unposted_repayments();
CREATE TRIGGER funds_fallen_claims AFTER INSERT ON claims_reversal REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_fallen_claims();
CREATE TRIGGER funds_new_recovery_payments AFTER INSERT ON misuse_recoverypayment REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_unposted('recovery_payment');
CREATE TRIGGER funds_new_deductions AFTER INSERT ON inspections_deduction REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_unposted_deductions();
"""  # noqa: S608
WITHOUT_CLAIMS = """
DROP TRIGGER funds_decided_misuse ON misuse_misusecase;
DROP TRIGGER funds_decided_inspection ON inspections_inspection;
DROP TRIGGER funds_fallen_claims ON claims_reversal;
DROP TRIGGER funds_new_recovery_payments ON misuse_recoverypayment;
DROP TRIGGER funds_new_deductions ON inspections_deduction;
DROP FUNCTION note_unposted_recoveries();
DROP FUNCTION note_unposted_repayments();
DROP FUNCTION note_fallen_claims();
DROP FUNCTION note_unposted_deductions();
"""
# What was decided and paid before the journal knew of it.
WAITING = f"""
INSERT INTO funds_unposteddocument (document_type, document_number)
SELECT 'recovery_claim', number FROM ({MISUSE_PARTS}) AS part WHERE status = 'decided'
UNION ALL SELECT 'repayment_claim', number FROM ({INSPECTION_PARTS}) AS part WHERE status = 'decided'
UNION ALL SELECT 'recovery_payment', number FROM misuse_recoverypayment
UNION ALL SELECT 'deduction', owner.number || '.' || row_number() OVER (PARTITION BY owner.id ORDER BY deduction.id)
    FROM inspections_inspection owner JOIN inspections_deduction deduction ON deduction.inspection_id = owner.id
"""  # noqa: S608


class Migration(migrations.Migration):
    """Closed months stay closed, checked documents stay as they are, and what is claimed back is booked (F1, S1)."""

    dependencies = [
        ("funds", "0018_the_account"),
        ("claims", "0004_lists"),
        ("misuse", "0001_initial"),
        ("inspections", "0001_reports_and_inspections"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_entered_document", "DROP SEQUENCE number_entered_document"),
        migrations.RunSQL(MONTHS, WITHOUT_MONTHS),
        migrations.RunSQL(DOCUMENTS, WITHOUT_DOCUMENTS),
        migrations.RunSQL(CLAIMS, WITHOUT_CLAIMS),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
    ]
