"""Indexes for the search by a part of a name, or by its pinyin from the start."""

from django.db import migrations

# Of one name all single characters and all pairs: people look for one or two.
FUNCTION = """
CREATE FUNCTION name_parts(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT part), '{}') FROM (
        SELECT substr(name, place, length) AS part
        FROM generate_series(1, char_length(name)) AS place, generate_series(1, 2) AS length
        WHERE place + length - 1 <= char_length(name)
    ) AS parts
$$
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("registration", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION name_parts(text)"),
        migrations.RunSQL(
            "CREATE INDEX resident_name_parts ON registration_resident USING gin (name_parts(name))",
            "DROP INDEX resident_name_parts",
        ),
        migrations.RunSQL(
            "CREATE INDEX resident_sounds ON registration_resident (replace(pinyin, ' ', '') text_pattern_ops)",
            "DROP INDEX resident_sounds",
        ),
    ]
