from django.db import migrations

# What the bank said stays as it is.
LINES = """
CREATE TRIGGER bank_bankline_append_only BEFORE UPDATE OR DELETE ON bank_bankline
FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
WITHOUT_LINES = "DROP TRIGGER bank_bankline_append_only ON bank_bankline"

# At commit, when both sides of a match are there, or the match is gone with them.
SUMS = """
CREATE FUNCTION require_match_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.match_id ELSE NEW.match_id END;
    at_bank numeric;
    in_book numeric;
BEGIN
    IF NOT EXISTS (SELECT FROM bank_match WHERE id = found) THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(sum(line.amount), 0) INTO at_bank
    FROM bank_matchedline matched JOIN bank_bankline line ON line.id = matched.line_id WHERE matched.match_id = found;
    SELECT coalesce(sum(leg.amount), 0) INTO in_book
    FROM bank_matchedleg matched JOIN funds_journalleg leg ON leg.id = matched.leg_id WHERE matched.match_id = found;
    IF at_bank <> in_book THEN
        RAISE EXCEPTION 'match % does not add up: % at the bank, % in the book', found, at_bank, in_book
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER bank_matchedline_adds_up AFTER INSERT OR UPDATE OR DELETE ON bank_matchedline
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_match_adds_up();
CREATE CONSTRAINT TRIGGER bank_matchedleg_adds_up AFTER INSERT OR UPDATE OR DELETE ON bank_matchedleg
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_match_adds_up();
"""
WITHOUT_SUMS = """
DROP TRIGGER bank_matchedline_adds_up ON bank_matchedline;
DROP TRIGGER bank_matchedleg_adds_up ON bank_matchedleg;
DROP FUNCTION require_match_adds_up();
"""


class Migration(migrations.Migration):
    """What the bank said is never changed, and both sides of a match have the same sum."""

    dependencies = [("bank", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(LINES, WITHOUT_LINES),
        migrations.RunSQL(SUMS, WITHOUT_SUMS),
    ]
