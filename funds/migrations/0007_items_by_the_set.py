from django.db import migrations

# Once for a statement of SQL, not for each of the thousands of rows that it inserts.
KEEP_CLOSED = """
CREATE FUNCTION keep_issued_items_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    -- The lock makes an item wait for an issue that is under way, and sees what became of it.
    FOR found IN
        SELECT id, status FROM funds_subsidystatement WHERE id IN (SELECT statement_id FROM added) FOR SHARE
    LOOP
        IF found.status = 'issued' THEN
            RAISE EXCEPTION 'the items of statement % are not changed', found.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
"""
FROZEN = "CREATE TRIGGER funds_subsidyitem_frozen BEFORE {acts} ON funds_subsidyitem FOR EACH ROW EXECUTE FUNCTION keep_issued_items()"
NOT_FROZEN = "DROP TRIGGER funds_subsidyitem_frozen ON funds_subsidyitem"


class Migration(migrations.Migration):
    dependencies = [("funds", "0006_preparing")]

    operations = [
        migrations.RunSQL(NOT_FROZEN, FROZEN.format(acts="INSERT OR UPDATE OR DELETE")),
        migrations.RunSQL(FROZEN.format(acts="UPDATE OR DELETE"), NOT_FROZEN),
        migrations.RunSQL(KEEP_CLOSED, "DROP FUNCTION keep_issued_items_closed()"),
        migrations.RunSQL(
            "CREATE TRIGGER funds_subsidyitem_closed AFTER INSERT ON funds_subsidyitem REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION keep_issued_items_closed()",
            "DROP TRIGGER funds_subsidyitem_closed ON funds_subsidyitem",
        ),
    ]
