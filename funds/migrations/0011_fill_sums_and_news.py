from django.db import migrations

# The lock of the sweeps: none posts while the days are counted.
DAYS = """
SELECT pg_advisory_xact_lock(102200801);
INSERT INTO funds_accountday (account_id, day, debits, credits)
SELECT leg.account_id, entry.booked_on,
    coalesce(sum(leg.amount) FILTER (WHERE leg.amount > 0), 0),
    coalesce(-sum(leg.amount) FILTER (WHERE leg.amount < 0), 0)
FROM funds_journalleg leg JOIN funds_journalentry entry ON entry.id = leg.entry_id
GROUP BY leg.account_id, entry.booked_on
ON CONFLICT (account_id, day) DO UPDATE SET debits = excluded.debits, credits = excluded.credits;
"""
SUMS = """
INSERT INTO funds_statementsum (
    statement_id, district_id, category, tier, corrections, policy_version, persons, government, city, district_share
)
SELECT item.statement_id, item.district_id, item.category, item.tier, item.persons < 0, notice.policy_version,
    sum(item.persons), sum(item.government), sum(item.city), sum(item.district_share)
FROM funds_subsidyitem item
JOIN funds_subsidystatement statement ON statement.id = item.statement_id AND statement.status <> 'preparing'
JOIN contributions_contributionnotice notice ON notice.id = item.notice_id
GROUP BY 1, 2, 3, 4, 5, 6;
"""
NEWS = """
INSERT INTO funds_unstatednotice (notice_id)
SELECT notice.id FROM contributions_contributionnotice notice
LEFT JOIN (
    SELECT item.notice_id, sum(item.persons) FILTER (WHERE item.district_id = notice.district_id) AS here,
        coalesce(sum(item.persons) FILTER (WHERE item.district_id <> notice.district_id), 0) AS elsewhere
    FROM funds_subsidyitem item
    JOIN funds_subsidystatement statement ON statement.id = item.statement_id AND statement.status = 'issued'
    JOIN contributions_contributionnotice notice ON notice.id = item.notice_id
    GROUP BY item.notice_id
) AS counted ON counted.notice_id = notice.id
WHERE notice.government > 0 AND (
    coalesce(counted.here, 0) <> (notice.status = 'paid')::integer OR coalesce(counted.elsewhere, 0) <> 0
);
"""


class Migration(migrations.Migration):
    """What is kept from now on is made once from what is there."""

    dependencies = [("funds", "0010_days_and_news_by_trigger")]

    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (DAYS, SUMS, NEWS)]
