"""Names are found in the order in which they are shown: whoever shows the first fifty reads no more than these."""

from django.db import migrations

SOUNDS = "replace(pinyin, ' ', '') COLLATE \"C\""


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_scheme_figures"), ("registration", "0005_moves")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX resident_sounds_in_order ON registration_resident (({SOUNDS}), number)",
            "DROP INDEX resident_sounds_in_order",
        ),
        migrations.RunSQL(
            f"CREATE INDEX resident_surname ON registration_resident (left(name, 1), ({SOUNDS}), number)",
            "DROP INDEX resident_surname",
        ),
        migrations.RunSQL(
            "DROP INDEX resident_sounds",
            "CREATE INDEX resident_sounds ON registration_resident (replace(pinyin, ' ', '') text_pattern_ops)",
        ),
    ]
