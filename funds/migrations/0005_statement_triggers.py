from django.db import migrations

KEEP_ITEMS = """
CREATE FUNCTION keep_issued_items() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    statement bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.statement_id ELSE NEW.statement_id END;
    found varchar;
BEGIN
    -- The lock makes an item wait for an issue that is under way.
    SELECT status INTO found FROM funds_subsidystatement WHERE id = statement FOR SHARE;
    IF found = 'issued' OR TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'the items of statement % are not changed', statement USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""

COUNTED_ONCE = """
CREATE FUNCTION require_notices_counted_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT item.notice_id INTO wrong
    FROM funds_subsidyitem item JOIN funds_subsidystatement statement ON statement.id = item.statement_id
    WHERE statement.status = 'issued'
      AND item.notice_id IN (SELECT notice_id FROM funds_subsidyitem WHERE statement_id = NEW.id)
    GROUP BY item.notice_id
    HAVING sum(item.persons) NOT IN (0, 1)
    LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'notice % would be claimed other than once', wrong USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0004_statement_lines"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(KEEP_ITEMS, "DROP FUNCTION keep_issued_items()"),
        migrations.RunSQL(
            "CREATE TRIGGER funds_subsidyitem_frozen BEFORE INSERT OR UPDATE OR DELETE ON funds_subsidyitem "
            "FOR EACH ROW EXECUTE FUNCTION keep_issued_items()",
            "DROP TRIGGER funds_subsidyitem_frozen ON funds_subsidyitem",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER funds_subsidystatement_frozen BEFORE UPDATE OR DELETE ON funds_subsidystatement "
            "FOR EACH ROW WHEN (OLD.status = 'issued') EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER funds_subsidystatement_frozen ON funds_subsidystatement",
        ),
        migrations.RunSQL(COUNTED_ONCE, "DROP FUNCTION require_notices_counted_once()"),
        migrations.RunSQL(
            "CREATE TRIGGER funds_subsidystatement_counted_once AFTER UPDATE OF status ON funds_subsidystatement "
            "FOR EACH ROW WHEN (NEW.status = 'issued') EXECUTE FUNCTION require_notices_counted_once()",
            "DROP TRIGGER funds_subsidystatement_counted_once ON funds_subsidystatement",
        ),
    ]
