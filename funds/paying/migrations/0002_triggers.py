from django.db import migrations

# Sums, institution and month are what was confirmed; only a draft is drawn anew. A declaration that is deleted was a
# draft: its lines went before it.
FREEZE = """
CREATE FUNCTION paying_freeze_declaration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR (NEW.number, NEW.institution_id, NEW.month, NEW.total, NEW.settled, NEW.taken_back,
            NEW.carried_in, NEW.deducted, NEW.payable, NEW.carried_out)
        IS DISTINCT FROM (OLD.number, OLD.institution_id, OLD.month, OLD.total, OLD.settled, OLD.taken_back,
            OLD.carried_in, OLD.deducted, OLD.payable, OLD.carried_out)
    THEN
        RAISE EXCEPTION 'Declaration % is frozen.', OLD.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION paying_freeze_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.declaration_id ELSE NEW.declaration_id END;
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM paying_declaration WHERE id = own AND status <> 'draft') THEN
        RAISE EXCEPTION 'The lines of a declaration are frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER paying_freeze_declaration BEFORE UPDATE OR DELETE ON paying_declaration
FOR EACH ROW EXECUTE FUNCTION paying_freeze_declaration();
CREATE TRIGGER paying_freeze_items BEFORE INSERT OR UPDATE OR DELETE ON paying_declarationitem
FOR EACH ROW EXECUTE FUNCTION paying_freeze_lines();
CREATE TRIGGER paying_freeze_deductions BEFORE INSERT OR UPDATE OR DELETE ON paying_declarationdeduction
FOR EACH ROW EXECUTE FUNCTION paying_freeze_lines();
"""
WITHOUT_FREEZE = """
DROP TRIGGER paying_freeze_declaration ON paying_declaration;
DROP TRIGGER paying_freeze_items ON paying_declarationitem;
DROP TRIGGER paying_freeze_deductions ON paying_declarationdeduction;
DROP FUNCTION paying_freeze_declaration();
DROP FUNCTION paying_freeze_lines();
"""
# What the journal has to book (funds/services/sources.py): what the bank paid, and what of it came back.
NEWS = """
CREATE TRIGGER funds_institution_payment AFTER UPDATE ON paying_institutionpayment FOR EACH ROW
WHEN (OLD.paid_on IS NULL AND NEW.paid_on IS NOT NULL) EXECUTE FUNCTION note_unposted_change('institution_payment');
CREATE TRIGGER funds_returned_institution AFTER UPDATE ON paying_institutionpayment FOR EACH ROW
WHEN (OLD.returned_on IS NULL AND NEW.returned_on IS NOT NULL AND NEW.paid_on IS NOT NULL)
EXECUTE FUNCTION note_unposted_change('returned_institution');
"""
WITHOUT_NEWS = """
DROP TRIGGER funds_institution_payment ON paying_institutionpayment;
DROP TRIGGER funds_returned_institution ON paying_institutionpayment;
"""


class Migration(migrations.Migration):
    """What was confirmed is frozen; the journal hears of what was paid."""

    dependencies = [("paying", "0001_initial"), ("funds", "0016_payments_to_residents")]

    operations = [
        migrations.RunSQL(FREEZE, WITHOUT_FREEZE),
        migrations.RunSQL(NEWS, WITHOUT_NEWS),
    ]
