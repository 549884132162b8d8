from django.db import migrations

DONE = """
CREATE FUNCTION require_chunks_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM runs_chunk WHERE run_id = NEW.id AND status <> 'done') THEN
        RAISE EXCEPTION 'run % has chunks that are not done', NEW.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_run", "DROP SEQUENCE number_run"),
        migrations.RunSQL(DONE, "DROP FUNCTION require_chunks_done()"),
        migrations.RunSQL(
            "CREATE TRIGGER runs_run_finished AFTER UPDATE OF status ON runs_run "
            "FOR EACH ROW WHEN (NEW.status = 'finished') EXECUTE FUNCTION require_chunks_done()",
            "DROP TRIGGER runs_run_finished ON runs_run",
        ),
    ]
