"""What supervision keeps against what it is counted from, and what was published against its seal: Art. 31, 32.

Months in which something was booked or settled since the last count are left out: they are counted again soon. Where a
district or a person is another's since (a move that became known later, records made one), sums of districts and
grades are compared together until the next whole count.
"""

import datetime
import json

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from funds.published.compiling import seal_of
from funds.supervision import counting
from liaoyang_medins.portal.snapshot import Row

from .checks import rule_check, sql_check


def ever(sql: str) -> str:
    """A statement of the counts over all months."""
    return sql.replace("%(first)s", "date '0001-01-01'").replace("%(end)s", "date '9999-12-31'")


QUIET = """quiet AS MATERIALIZED (
    SELECT NOT EXISTS (
        SELECT FROM audit_auditentry
        WHERE resident <> '' AND at > (SELECT max(at) FROM supervision_refresh WHERE whole)
    ) AS told
)"""
# Since a day before the last count, as the next one looks.
CHANGED_STAYS = counting.CHANGED_STAYS.replace("%(since)s", "(SELECT max(day) FROM supervision_refresh)")

FUND = f"""
WITH {QUIET}, changed AS MATERIALIZED ({ever(counting.CHANGED_IN_JOURNAL)}),
both_ways AS (
    SELECT month, account_id, district_id, amount AS kept, 0 AS told FROM supervision_fundmonth
    UNION ALL SELECT month, account_id, district_id, 0, amount FROM ({ever(counting.FUND)}) AS found
)
SELECT to_char(month, 'YYYY-MM') || ' ' || account.code || coalesce(' ' || office.code, '') AS row,
    sum(kept) AS kept, sum(told) AS told
FROM both_ways JOIN funds_account account ON account.id = account_id
LEFT JOIN offices_office office ON office.id = district_id AND (SELECT told FROM quiet)
WHERE month NOT IN (SELECT * FROM changed) AND EXISTS (SELECT FROM supervision_refresh)
GROUP BY month, account.code, office.code HAVING sum(kept) <> sum(told)
"""  # noqa: S608  names of our own

INSTITUTIONS = f"""
WITH {QUIET}, changed AS MATERIALIZED ({CHANGED_STAYS}),
both_ways AS (
    SELECT month, institution_id, grade, category, stays, total, in_scope, fund, days, readmitted, 1 AS sign
    FROM supervision_institutionmonth
    UNION ALL
    SELECT month, institution_id, grade, category, stays, total, in_scope, fund, days, readmitted, -1
    FROM ({ever(counting.INSTITUTIONS)}) AS found
)
SELECT DISTINCT to_char(month, 'YYYY-MM') || ' ' || institution.code AS row
FROM both_ways JOIN claims_institution institution ON institution.id = institution_id CROSS JOIN quiet
WHERE month NOT IN (SELECT * FROM changed) AND EXISTS (SELECT FROM supervision_refresh)
GROUP BY month, institution.code, CASE WHEN told THEN grade END, CASE WHEN told THEN category END, told
HAVING sum(sign * stays) <> 0 OR sum(sign * total) <> 0 OR sum(sign * in_scope) <> 0 OR sum(sign * fund) <> 0
    OR sum(sign * days) <> 0 OR (told AND sum(sign * readmitted) <> 0)
"""  # noqa: S608


def sealed(row: Row) -> str | None:
    """What is wrong with the seal of an edition."""
    published_on: datetime.date = row["published_on"]
    if seal_of(row["row"], published_on, json.loads(row["figures"])) == row["hash"]:
        return None
    return gettext("It does not say any more what was published.")


CHECKS = (
    sql_check(
        "supervision.fund",
        "F1",
        _("Income and spending by month and district are what the journal and its documents say."),
        table="supervision_fundmonth",
        sql=FUND,
        words=_("%(kept)s yuan are kept, the journal and its documents say %(told)s."),
    ),
    sql_check(
        "supervision.institutions",
        "A2",
        _("The figures of institutions by month are what their settled stays say."),
        table="supervision_institutionmonth",
        sql=INSTITUTIONS,
        words=_("The figures kept are not those of the settled stays."),
    ),
    rule_check(
        "published.frozen",
        "F1",
        _("Published figures say what was published."),
        table="published_publication",
        sql="""SELECT number AS row, published_on, figures::text AS figures, hash
            FROM published_publication WHERE status = 'published'""",
        judge=sealed,
    ),
    sql_check(
        "published.checker",
        "F1",
        _("Nobody published figures that they prepared."),
        table="published_publication",
        sql="""SELECT number AS row FROM published_publication
            WHERE status = 'published' AND published_by_id = made_by_id""",
        words=_("Prepared and published by one person."),
    ),
)
