from django.db import migrations

# What a statement adds must balance by itself: then every entry does, whatever came before, and nothing is read again.
LEGS = """
CREATE FUNCTION require_balanced_legs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry bigint;
    total numeric;
BEGIN
    SELECT entry_id, sum(amount) INTO entry, total FROM added GROUP BY entry_id HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal entry % does not balance: %', entry, total
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER funds_journalleg_balanced AFTER INSERT ON funds_journalleg REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION require_balanced_legs();
"""
WITHOUT_LEGS = "DROP TRIGGER funds_journalleg_balanced ON funds_journalleg; DROP FUNCTION require_balanced_legs()"

ENTRIES = """
CREATE FUNCTION require_legs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM funds_journalleg WHERE entry_id = NEW.id) THEN
        RAISE EXCEPTION 'journal entry % does not balance: it has no legs', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER funds_journalentry_balanced AFTER INSERT ON funds_journalentry DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION require_legs();
"""
WITHOUT_ENTRIES = "DROP TRIGGER funds_journalentry_balanced ON funds_journalentry; DROP FUNCTION require_legs()"


def by_the_row(table: str) -> str:
    return (
        f"CREATE CONSTRAINT TRIGGER {table}_balanced AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION require_balanced_entry()"
    )


class Migration(migrations.Migration):
    """One look at what a statement adds instead of one at each leg: half of a large posting was the looking."""

    dependencies = [("funds", "0007_items_by_the_set")]

    operations = [
        migrations.RunSQL("DROP TRIGGER funds_journalleg_balanced ON funds_journalleg", by_the_row("funds_journalleg")),
        migrations.RunSQL(
            "DROP TRIGGER funds_journalentry_balanced ON funds_journalentry", by_the_row("funds_journalentry")
        ),
        migrations.RunSQL(
            "DROP FUNCTION require_balanced_entry()",
            # As 0003 has it.
            """
            CREATE FUNCTION require_balanced_entry() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                total numeric;
                entry bigint := CASE WHEN TG_TABLE_NAME = 'funds_journalentry'
                    THEN NEW.id ELSE (to_jsonb(NEW) ->> 'entry_id')::bigint END;
            BEGIN
                SELECT sum(amount) INTO total FROM funds_journalleg WHERE entry_id = entry;
                IF total IS DISTINCT FROM 0 THEN
                    RAISE EXCEPTION 'journal entry % does not balance: %', entry, total
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NULL;
            END $$
            """,
        ),
        migrations.RunSQL(LEGS, WITHOUT_LEGS),
        migrations.RunSQL(ENTRIES, WITHOUT_ENTRIES),
    ]
