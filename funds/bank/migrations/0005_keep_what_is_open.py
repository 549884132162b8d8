from django.db import migrations

FILL = """
INSERT INTO bank_unmatchedline (line_id, day) SELECT id, day FROM bank_bankline line
WHERE NOT EXISTS (SELECT FROM bank_matchedline matched WHERE matched.line_id = line.id);
INSERT INTO bank_unmatchedleg (leg_id, day)
SELECT leg.id, entry.booked_on FROM funds_journalleg leg
JOIN funds_account account ON account.id = leg.account_id AND account.code = '1003'
JOIN funds_journalentry entry ON entry.id = leg.entry_id
WHERE NOT EXISTS (SELECT FROM bank_matchedleg matched WHERE matched.leg_id = leg.id);
"""
EMPTY = "DELETE FROM bank_unmatchedline; DELETE FROM bank_unmatchedleg"

# In the statement that brings a line in, books an entry, makes a match or takes it away, so that whoever looks sees both
# alike.
OPEN = """
CREATE FUNCTION note_unmatched_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bank_unmatchedline (line_id, day) SELECT id, day FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER bank_bankline_unmatched AFTER INSERT ON bank_bankline REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_unmatched_lines();

CREATE FUNCTION note_unmatched_legs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bank_unmatchedleg (leg_id, day)
    SELECT added.id, entry.booked_on FROM added
    JOIN funds_account account ON account.id = added.account_id AND account.code = '1003'
    JOIN funds_journalentry entry ON entry.id = added.entry_id;
    RETURN NULL;
END $$;
CREATE TRIGGER bank_journalleg_unmatched AFTER INSERT ON funds_journalleg REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_unmatched_legs();

CREATE FUNCTION note_matched_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM bank_unmatchedline WHERE line_id IN (SELECT line_id FROM added);
    RETURN NULL;
END $$;
CREATE TRIGGER bank_matchedline_matched AFTER INSERT ON bank_matchedline REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_matched_lines();

CREATE FUNCTION note_matched_legs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM bank_unmatchedleg WHERE leg_id IN (SELECT leg_id FROM added);
    RETURN NULL;
END $$;
CREATE TRIGGER bank_matchedleg_matched AFTER INSERT ON bank_matchedleg REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_matched_legs();

CREATE FUNCTION note_freed_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bank_unmatchedline (line_id, day)
    SELECT line.id, line.day FROM gone JOIN bank_bankline line ON line.id = gone.line_id;
    RETURN NULL;
END $$;
CREATE TRIGGER bank_matchedline_freed AFTER DELETE ON bank_matchedline REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION note_freed_lines();

CREATE FUNCTION note_freed_legs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bank_unmatchedleg (leg_id, day)
    SELECT leg.id, entry.booked_on FROM gone JOIN funds_journalleg leg ON leg.id = gone.leg_id
    JOIN funds_journalentry entry ON entry.id = leg.entry_id;
    RETURN NULL;
END $$;
CREATE TRIGGER bank_matchedleg_freed AFTER DELETE ON bank_matchedleg REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION note_freed_legs();

CREATE TRIGGER bank_matchedline_stays BEFORE UPDATE ON bank_matchedline
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bank_matchedleg_stays BEFORE UPDATE ON bank_matchedleg
FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
CLOSED = """
DROP TRIGGER bank_matchedleg_stays ON bank_matchedleg;
DROP TRIGGER bank_matchedline_stays ON bank_matchedline;
DROP TRIGGER bank_matchedleg_freed ON bank_matchedleg;
DROP TRIGGER bank_matchedline_freed ON bank_matchedline;
DROP TRIGGER bank_matchedleg_matched ON bank_matchedleg;
DROP TRIGGER bank_matchedline_matched ON bank_matchedline;
DROP TRIGGER bank_journalleg_unmatched ON funds_journalleg;
DROP TRIGGER bank_bankline_unmatched ON bank_bankline;
DROP FUNCTION note_freed_legs();
DROP FUNCTION note_freed_lines();
DROP FUNCTION note_matched_legs();
DROP FUNCTION note_matched_lines();
DROP FUNCTION note_unmatched_legs();
DROP FUNCTION note_unmatched_lines();
"""


class Migration(migrations.Migration):
    """What is in no match follows from what is brought in, booked and matched."""

    dependencies = [("bank", "0004_what_is_open"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(FILL, EMPTY), migrations.RunSQL(OPEN, CLOSED)]
