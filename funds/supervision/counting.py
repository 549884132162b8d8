"""How the sums are counted from journal and documents: one statement of SQL for each, over whole months."""

from funds.chart import Chart

# Where residents lived who have moved: until a day, since the move before.
LIVED = """lived AS MATERIALIZED (
    SELECT resident_id, from_community_id AS community_id, moved_on AS until,
        lag(moved_on) OVER (PARTITION BY resident_id ORDER BY moved_on) AS since
    FROM registration_move WHERE NOT voided
)"""
# Of what was `decided` on stays the district, as subdistrict.parent_id.
AT_HOME = """decided JOIN registration_resident resident ON resident.id = decided.resident_id
    LEFT JOIN lived ON lived.resident_id = decided.resident_id AND decided.settled_on < lived.until
        AND (lived.since IS NULL OR decided.settled_on >= lived.since)
    JOIN offices_office community ON community.id = coalesce(lived.community_id, resident.community_id)
    JOIN offices_office subdistrict ON subdistrict.id = community.parent_id"""

# A district is that of whom a document is about: a contribution's is the one that shares the subsidy, of the day on
# which it was paid (C3); a settlement's, and that of its reversal, where the resident lived on the day of discharge; a
# statement's are those that it claims for. What no document gives to a district is the rest of the journal.
FUND = f"""
WITH leg AS MATERIALIZED (
    SELECT date_trunc('month', entry.booked_on)::date AS month, entry.document_type AS type,
        entry.document_number AS number, account.id AS account_id, account.code,
        CASE account.kind WHEN 'income' THEN -leg.amount ELSE leg.amount END AS amount
    FROM funds_journalentry entry
    JOIN funds_journalleg leg ON leg.entry_id = entry.id
    JOIN funds_account account ON account.id = leg.account_id AND account.kind IN ('income', 'expense')
    WHERE entry.booked_on >= %(first)s AND entry.booked_on < %(end)s
), {LIVED}, decided AS (
    SELECT leg.month, leg.account_id, leg.amount, settlement.resident_id, settlement.settled_on
    FROM leg JOIN claims_settlement settlement ON settlement.number = leg.number
    WHERE leg.type = 'settlement'
    UNION ALL
    SELECT leg.month, leg.account_id, leg.amount, settlement.resident_id, settlement.settled_on
    FROM leg JOIN claims_reversal reversal ON reversal.number = leg.number
    JOIN claims_settlement settlement ON settlement.id = reversal.settlement_id
    WHERE leg.type = 'reversal'
), placed AS (
    SELECT leg.month, leg.account_id, notice.district_id, leg.amount
    FROM leg JOIN contributions_receipt receipt ON receipt.number = split_part(leg.number, '.', 1)
    JOIN contributions_contributionnotice notice ON notice.id = receipt.notice_id
    WHERE leg.type IN ('receipt', 'assigned_receipt', 'released_receipt', 'returned_receipt')
    UNION ALL
    SELECT decided.month, decided.account_id, subdistrict.parent_id, decided.amount
    FROM {AT_HOME}
    UNION ALL
    SELECT leg.month, leg.account_id, part.district_id,
        CASE leg.code WHEN '{Chart.CITY_SUBSIDY}' THEN part.city ELSE part.district_share END
    FROM leg JOIN funds_subsidystatement statement ON statement.number = leg.number
    JOIN funds_statementsum part ON part.statement_id = statement.id
    WHERE leg.type = 'statement' AND leg.code IN ('{Chart.CITY_SUBSIDY}', '{Chart.DISTRICT_SUBSIDY}')
)
SELECT month, account_id, district_id, sum(amount) AS amount
FROM (
    SELECT month, account_id, district_id, amount FROM placed
    UNION ALL SELECT month, account_id, NULL, amount FROM leg
    UNION ALL SELECT month, account_id, NULL, -amount FROM placed
) AS found
GROUP BY month, account_id, district_id HAVING sum(amount) <> 0
"""  # noqa: S608  names of our own

INSTITUTIONS = """
SELECT date_trunc('month', settlement.settled_on)::date AS month, stay.institution_id,
    coalesce(held.grade, '') AS grade, stay.category, count(*) AS stays, sum(settlement.total) AS total,
    sum(settlement.in_scope) AS in_scope, sum(settlement.fund) AS fund,
    sum(greatest(stay.discharged_on - stay.admitted_on, 1)) AS days,
    count(*) FILTER (WHERE stay.discharge_way <> 'transferred' AND EXISTS (
        SELECT FROM claims_stay again
        WHERE again.resident_id = stay.resident_id AND again.status = 'settled'
            AND NOT again.outpatient AND NOT again.transfer_stated
            AND again.admitted_on BETWEEN stay.discharged_on AND stay.discharged_on + 14
            AND (again.admitted_on, again.id) > (stay.admitted_on, stay.id)
    )) AS readmitted
FROM claims_settlement settlement
JOIN claims_stay stay ON stay.id = settlement.stay_id AND NOT stay.outpatient
LEFT JOIN claims_institutiongrade held ON held.institution_id = stay.institution_id
    AND held.starts <= stay.admitted_on AND (held.ends IS NULL OR held.ends >= stay.admitted_on)
WHERE settlement.live AND settlement.settled_on >= %(first)s AND settlement.settled_on < %(end)s
GROUP BY 1, 2, 3, 4
"""

KEEP_FUND = f"""
    DELETE FROM supervision_fundmonth WHERE month >= %(first)s AND month < %(end)s;
    INSERT INTO supervision_fundmonth (month, account_id, district_id, amount) {FUND}
"""  # noqa: S608
KEEP_INSTITUTIONS = f"""
    DELETE FROM supervision_institutionmonth WHERE month >= %(first)s AND month < %(end)s;
    INSERT INTO supervision_institutionmonth
        (month, institution_id, grade, category, stays, total, in_scope, fund, days, readmitted) {INSTITUTIONS}
"""  # noqa: S608

# What the journal has by month and account, from the sums that it keeps by day.
BOOKED = """
    SELECT date_trunc('month', day)::date AS month, account_id, sum(debits) AS debits, sum(credits) AS credits
    FROM funds_accountday JOIN funds_account ON funds_account.id = account_id AND kind IN ('income', 'expense')
    WHERE day >= %(first)s AND day < %(end)s
    GROUP BY 1, 2
"""
# Before the sums themselves: what is booked meanwhile is in the sums or not, and the month is counted again.
KEEP_BOOKED = f"""
    DELETE FROM supervision_countedmonth WHERE month >= %(first)s AND month < %(end)s;
    INSERT INTO supervision_countedmonth (month, account_id, debits, credits) {BOOKED}
"""  # noqa: S608
# The months in which the journal has something else than when they were counted.
CHANGED_IN_JOURNAL = f"""
    SELECT DISTINCT coalesce(booked.month, counted.month) FROM ({BOOKED}) AS booked
    FULL JOIN supervision_countedmonth counted USING (month, account_id)
    WHERE (booked.debits, booked.credits) IS DISTINCT FROM (counted.debits, counted.credits)
    ORDER BY 1
"""  # noqa: S608
# The months whose stays are told otherwise by what was decided or reversed from a day on: that of the discharge, and
# those of the stays after which the person was admitted again.
TOUCHED = """
    SELECT settlement.settled_on, stay.admitted_on
    FROM claims_settlement settlement JOIN claims_stay stay ON stay.id = settlement.stay_id
    WHERE settlement.decided_on >= %(since)s
    UNION ALL
    SELECT settlement.settled_on, stay.admitted_on
    FROM claims_reversal reversal JOIN claims_settlement settlement ON settlement.id = reversal.settlement_id
    JOIN claims_stay stay ON stay.id = settlement.stay_id
    WHERE reversal.reversed_on >= %(since)s
"""
CHANGED_STAYS = f"""
    SELECT DISTINCT date_trunc('month', day)::date FROM ({TOUCHED}) AS touched
    CROSS JOIN LATERAL (VALUES (settled_on), (admitted_on), (admitted_on - 14)) AS told (day)
    ORDER BY 1
"""  # noqa: S608
