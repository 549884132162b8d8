from django.db import migrations

# Frozen here on purpose: later kinds get their sequence in a migration of their own.
KINDS = [
    "resident",
    "registration",
    "enrollment",
    "notice",
    "receipt",
    "stay",
    "settlement",
    "reversal",
    "referral",
    "statement",
    "subsidy_receipt",
]


class Migration(migrations.Migration):
    dependencies = [("offices", "0001_initial")]

    operations = [
        migrations.RunSQL(f"CREATE SEQUENCE number_{kind}", f"DROP SEQUENCE number_{kind}") for kind in KINDS
    ]
