from django.db import migrations


class Migration(migrations.Migration):
    """The sums of an issued statement are as frozen as its items."""

    dependencies = [("funds", "0011_fill_sums_and_news")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER funds_statementsum_frozen BEFORE UPDATE OR DELETE ON funds_statementsum "
            "FOR EACH ROW EXECUTE FUNCTION keep_issued_items()",
            "DROP TRIGGER funds_statementsum_frozen ON funds_statementsum",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER funds_statementsum_closed AFTER INSERT ON funds_statementsum REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION keep_issued_items_closed()",
            "DROP TRIGGER funds_statementsum_closed ON funds_statementsum",
        ),
    ]
