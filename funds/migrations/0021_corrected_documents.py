from django.db import migrations, models
from django.db.models import Q

# A checked document stays as it is; only that it is not live any more is said of it, once its correction was checked.
KEEP = """
CREATE OR REPLACE FUNCTION keep_entered_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'checked' AND OLD.live AND NOT NEW.live
        AND to_jsonb(NEW) - 'live' = to_jsonb(OLD) - 'live'
        AND EXISTS (SELECT FROM funds_entereddocument WHERE corrects_id = OLD.id AND status = 'checked')
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.status <> 'entered' THEN
        RAISE EXCEPTION 'the document % is not changed any more', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
KEEP_ALL = """
CREATE OR REPLACE FUNCTION keep_entered_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status <> 'entered' THEN
        RAISE EXCEPTION 'the document % is not changed any more', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
TAKEN_BACK = """
UPDATE funds_entereddocument SET live = false WHERE id IN (
    SELECT corrects_id FROM funds_entereddocument WHERE corrects_id IS NOT NULL AND status = 'checked'
)
"""


class Migration(migrations.Migration):
    """The bank reference of a document that was taken back is free for what is right."""

    dependencies = [("funds", "0020_subsidies_taken_back")]

    operations = [
        migrations.AddField(model_name="entereddocument", name="live", field=models.BooleanField(default=True)),
        migrations.RemoveConstraint(model_name="entereddocument", name="entered_reference_once"),
        migrations.AddConstraint(
            model_name="entereddocument",
            constraint=models.UniqueConstraint(
                fields=("bank_reference",),
                condition=Q(status__in=["entered", "checked"], live=True) & ~Q(bank_reference=""),
                name="entered_reference_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="entereddocument",
            constraint=models.CheckConstraint(
                condition=Q(live=True) | Q(status="checked", corrects=None), name="entered_live"
            ),
        ),
        migrations.RunSQL(KEEP, KEEP_ALL),
        migrations.RunSQL(TAKEN_BACK, migrations.RunSQL.noop),
    ]
