from django.db import migrations

BALANCED = """
CREATE FUNCTION require_balanced_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total numeric;
    entry bigint := CASE WHEN TG_TABLE_NAME = 'funds_journalentry' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'entry_id')::bigint END;
BEGIN
    SELECT sum(amount) INTO total FROM funds_journalleg WHERE entry_id = entry;
    IF total IS DISTINCT FROM 0 THEN
        RAISE EXCEPTION 'journal entry % does not balance: %', entry, total
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER {table}_append_only ON {table}",
    )


def balanced(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE CONSTRAINT TRIGGER {table}_balanced AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION require_balanced_entry()",
        f"DROP TRIGGER {table}_balanced ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("funds", "0002_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(BALANCED, "DROP FUNCTION require_balanced_entry()"),
        balanced("funds_journalentry"),
        balanced("funds_journalleg"),
        append_only("funds_journalentry"),
        append_only("funds_journalleg"),
    ]
