from django.db import migrations

# The function refuse_change is the audit record's.
TABLES = ["watch_evidence", "watch_evidencestay"]


class Migration(migrations.Migration):
    dependencies = [("watch", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_watch", "DROP SEQUENCE number_watch"),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
                f"DROP TRIGGER {table}_frozen ON {table}",
            )
            for table in TABLES
        ],
    ]
