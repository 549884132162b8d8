from django.db import migrations

KEYS = "contribution_year, community_id, kind, category, tier, paid_on"

# The notices of a table that stand, as cells with a sign; the community is where the resident lives now.
CELLS = """
    SELECT notice.contribution_year, {community} AS community_id, notice.kind, notice.category, notice.tier,
        CASE WHEN notice.status = 'paid' THEN notice.paid_on END AS paid_on,
        {sign} AS sign, notice.personal, notice.government
    FROM {table} notice JOIN registration_resident resident ON resident.id = notice.resident_id
    WHERE (
        notice.status IN ('open', 'paid', 'lapsed')
        OR (notice.status = 'returned' AND notice.replaced_by_id IS NULL)
    ) AND {where}
"""
ADD = """
    INSERT INTO cockpit_noticesum ({keys}, notices, personal, government, fresh)
    SELECT {keys}, sum(sign), sum(sign * personal), sum(sign * government), {fresh}
    FROM ({cells}) AS changed GROUP BY {keys}
    HAVING sum(sign) <> 0 OR sum(sign * personal) <> 0 OR sum(sign * government) <> 0;
"""


def cells(table: str, sign: int, community: str = "resident.community_id", where: str = "true") -> str:
    return CELLS.format(table=table, sign=sign, community=community, where=where)


def add(*parts: str, fresh: bool = True) -> str:
    return ADD.format(keys=KEYS, cells=" UNION ALL ".join(parts), fresh=str(fresh).lower())


NOTICES = "contributions_contributionnotice"
# Rows are only added, never looked for: who pays waits for nobody. What comes to nothing adds none.
TRIGGERS = f"""
CREATE FUNCTION cockpit_add_notices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {add(cells("added", 1))}
    RETURN NULL;
END $$;
CREATE FUNCTION cockpit_change_notices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {add(cells("removed", -1), cells("added", 1))}
    RETURN NULL;
END $$;
CREATE FUNCTION cockpit_remove_notices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {add(cells("removed", -1))}
    RETURN NULL;
END $$;
CREATE FUNCTION cockpit_move_notices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {
    add(
        cells(NOTICES, -1, "OLD.community_id", "notice.resident_id = NEW.id"),
        cells(NOTICES, 1, "NEW.community_id", "notice.resident_id = NEW.id"),
    )
}
    RETURN NULL;
END $$;
CREATE TRIGGER cockpit_new_notices AFTER INSERT ON {NOTICES} REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION cockpit_add_notices();
CREATE TRIGGER cockpit_changed_notices AFTER UPDATE ON {NOTICES}
REFERENCING OLD TABLE AS removed NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION cockpit_change_notices();
CREATE TRIGGER cockpit_removed_notices AFTER DELETE ON {NOTICES} REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION cockpit_remove_notices();
CREATE TRIGGER cockpit_moved_resident AFTER UPDATE ON registration_resident FOR EACH ROW
WHEN (OLD.community_id IS DISTINCT FROM NEW.community_id) EXECUTE FUNCTION cockpit_move_notices();
"""  # noqa: S608  names of our own
WITHOUT = f"""
DROP TRIGGER cockpit_new_notices ON {NOTICES};
DROP TRIGGER cockpit_changed_notices ON {NOTICES};
DROP TRIGGER cockpit_removed_notices ON {NOTICES};
DROP TRIGGER cockpit_moved_resident ON registration_resident;
DROP FUNCTION cockpit_add_notices();
DROP FUNCTION cockpit_change_notices();
DROP FUNCTION cockpit_remove_notices();
DROP FUNCTION cockpit_move_notices();
"""
# With the triggers in place, which lock the notices for the rest of the transaction, what is there is counted once.
FILL = add(cells(NOTICES, 1), fresh=False)


class Migration(migrations.Migration):
    dependencies = [("cockpit", "0001_initial"), ("contributions", "0004_lists"), ("registration", "0009_few_are_merged")]

    operations = [
        migrations.RunSQL(TRIGGERS, WITHOUT),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
