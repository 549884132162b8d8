from django.db import migrations


class Migration(migrations.Migration):
    """The sequences that bank statements and matches are numbered from."""

    dependencies = [("bank", "0002_triggers")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_bank_statement", "DROP SEQUENCE number_bank_statement"),
        migrations.RunSQL("CREATE SEQUENCE number_match", "DROP SEQUENCE number_match"),
    ]
