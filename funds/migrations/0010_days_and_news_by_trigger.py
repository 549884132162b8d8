from django.db import migrations

# In the statement that adds the legs, so that the days say what the legs say to whoever looks. Sweeps are serial: none
# waits for the rows of another.
DAYS = """
CREATE FUNCTION add_to_account_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_accountday (account_id, day, debits, credits)
    SELECT added.account_id, entry.booked_on,
        coalesce(sum(added.amount) FILTER (WHERE added.amount > 0), 0),
        coalesce(-sum(added.amount) FILTER (WHERE added.amount < 0), 0)
    FROM added JOIN funds_journalentry entry ON entry.id = added.entry_id
    GROUP BY added.account_id, entry.booked_on ORDER BY added.account_id, entry.booked_on
    ON CONFLICT (account_id, day) DO UPDATE
        SET debits = funds_accountday.debits + excluded.debits, credits = funds_accountday.credits + excluded.credits;
    RETURN NULL;
END $$;
CREATE TRIGGER funds_journalleg_days AFTER INSERT ON funds_journalleg REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION add_to_account_days();
"""
WITHOUT_DAYS = "DROP TRIGGER funds_journalleg_days ON funds_journalleg; DROP FUNCTION add_to_account_days()"

# Rows are only added, never looked for: who pays waits for nobody, whatever statement is being issued.
NEWS = """
CREATE FUNCTION note_new_notices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unstatednotice (notice_id) SELECT id FROM added WHERE status = 'paid' AND government > 0;
    RETURN NULL;
END $$;
CREATE FUNCTION note_changed_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funds_unstatednotice (notice_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER funds_new_notices AFTER INSERT ON contributions_contributionnotice REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION note_new_notices();
CREATE TRIGGER funds_changed_notice AFTER UPDATE ON contributions_contributionnotice FOR EACH ROW
WHEN (
    (OLD.status = 'paid' OR NEW.status = 'paid') AND NEW.government > 0
    AND (OLD.status, OLD.district_id) IS DISTINCT FROM (NEW.status, NEW.district_id)
) EXECUTE FUNCTION note_changed_notice();
"""
WITHOUT_NEWS = """
DROP TRIGGER funds_new_notices ON contributions_contributionnotice;
DROP TRIGGER funds_changed_notice ON contributions_contributionnotice;
DROP FUNCTION note_new_notices();
DROP FUNCTION note_changed_notice();
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0009_sums_and_news"), ("contributions", "0004_lists")]

    operations = [migrations.RunSQL(DAYS, WITHOUT_DAYS), migrations.RunSQL(NEWS, WITHOUT_NEWS)]
