"""What is kept of a statement beside its items, so that no page adds up or looks through what was claimed long ago."""

from django.db import connection

from funds.models import SubsidyStatement
from funds.selectors import drawing

SUMS = """
INSERT INTO funds_statementsum (
    statement_id, district_id, category, tier, corrections, policy_version, persons, government, city, district_share
)
SELECT item.statement_id, item.district_id, item.category, item.tier, item.persons < 0, notice.policy_version,
    sum(item.persons), sum(item.government), sum(item.city), sum(item.district_share)
FROM funds_subsidyitem item JOIN contributions_contributionnotice notice ON notice.id = item.notice_id
WHERE item.statement_id = %s GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""

FORGET = f"""
WITH {drawing.COUNTED},
waiting AS MATERIALIZED (
    SELECT id AS notice_id FROM ({drawing.UNCLAIMED}) AS claim
    UNION SELECT notice_id FROM ({drawing.OVERCLAIMED}) AS less
), forgotten AS (
    DELETE FROM funds_unstatednotice known
    WHERE NOT EXISTS (SELECT FROM waiting WHERE waiting.notice_id = known.notice_id) RETURNING 1
)
SELECT count(*) FROM forgotten
"""  # noqa: S608  (all of it stands in drawing)


def write_sums(statement: SubsidyStatement) -> None:
    """Add up the items of a statement that is not issued, anew."""
    statement.sums.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(SUMS, [statement.pk])


def forget_stated() -> None:
    """Take off the list of unstated notices what issued statements count as it stands.

    One statement of SQL decides and deletes: a change that commits meanwhile it does not see, neither on the notice
    nor on the list, so none is lost.
    """
    drawing.asked(FORGET)
