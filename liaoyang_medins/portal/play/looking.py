"""What must hold while the year goes by, beyond what the integrity check looks at in the end."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from funds.chart import Chart

# Each finds what is wrong, one row a line: rule, the words, and the statement. The journal has to be swept.
LOOKS: tuple[tuple[str, str, str], ...] = (
    (
        "F1",
        "The journal does not add up to 0: %s.",
        "SELECT sum(amount) FROM funds_journalleg HAVING sum(amount) <> 0",
    ),
    (
        "F1",
        "Matched receipts are %s yuan, contributions booked %s yuan.",
        """SELECT received, booked FROM
            (SELECT coalesce(sum(amount), 0) AS received FROM contributions_receipt WHERE status = 'matched') AS r,
            (SELECT coalesce(-sum(amount), 0) AS booked FROM funds_journalleg leg
                JOIN funds_account account ON account.id = account_id WHERE code = %(contributions)s) AS b
        WHERE received <> booked""",
    ),
    (
        "C6",
        "Unmatched and held receipts are %s yuan, held in the journal %s yuan.",
        """SELECT received, booked FROM
            (SELECT coalesce(sum(amount), 0) AS received FROM contributions_receipt
                WHERE status IN ('unmatched', 'held')) AS r,
            (SELECT coalesce(-sum(amount), 0) AS booked FROM funds_journalleg leg
                JOIN funds_account account ON account.id = account_id WHERE code = %(unmatched)s) AS b
        WHERE received <> booked""",
    ),
    (
        "C6",
        "Matched receipts are %s yuan, paid notices %s yuan.",
        """SELECT received, due FROM
            (SELECT coalesce(sum(amount), 0) AS received FROM contributions_receipt WHERE status = 'matched') AS r,
            (SELECT coalesce(sum(personal), 0) AS due FROM contributions_contributionnotice
                WHERE status = 'paid') AS n
        WHERE received <> due""",
    ),
    # What is claimed back of benefits is booked beside them; the settlements stand.
    (
        "A2",
        "Live settlements are %s yuan, benefits booked %s yuan.",
        """SELECT paid, booked FROM
            (SELECT coalesce(sum(fund), 0) AS paid FROM claims_settlement WHERE live) AS s,
            (SELECT coalesce(sum(amount), 0) AS booked FROM funds_journalleg leg
                JOIN funds_account account ON account.id = account_id
                JOIN funds_journalentry entry ON entry.id = entry_id
                WHERE code = %(benefits)s AND document_type !~ '_(claim|end)$') AS b
        WHERE paid <> booked""",
    ),
    (
        "B4",
        "%s was paid %s yuan in the cap period from %s, above the cap.",
        """SELECT resident.number, sum(fund), cap_from FROM claims_settlement settlement
            JOIN registration_resident resident ON resident.id = resident_id
        WHERE live GROUP BY resident.number, cap_from HAVING sum(fund) > max(cap)""",
    ),
    (
        "A4",
        "Settlement %s gives %s yuan, the reversed settlement %s of the same stay gave %s yuan for the same.",
        """SELECT after.number, after.fund, before.number, before.fund FROM claims_settlement after
            JOIN claims_settlement before ON before.stay_id = after.stay_id AND before.sequence < after.sequence
        WHERE after.facts = before.facts AND after.fund <> before.fund""",
    ),
)


def look() -> Iterator[str]:
    """A sentence for each thing that is wrong."""
    accounts: dict[str, Any] = {
        "contributions": Chart.CONTRIBUTIONS.value,
        "unmatched": Chart.UNMATCHED.value,
        "benefits": Chart.INPATIENT_BENEFITS.value,
    }
    with connection.cursor() as cursor:
        for rule, words, sql in LOOKS:
            cursor.execute(sql, accounts)
            for row in cursor.fetchall():
                yield f"{rule}: {words % row}"
