"""The journal against its documents: F1 (Art. 7, 32).

What a document has to be booked as is told here anew, not asked of the sweep, so that a wrong posting shows.
"""

from django.utils.translation import gettext_lazy as _

from funds.chart import Chart

from .checks import sql_check

ENTRY = "funds_journalentry"

# Owed is the resident where there is an application for reimbursement, else the institution.
PAYABLE = f"""CASE WHEN EXISTS (
    SELECT FROM reimbursement_reimbursement WHERE reimbursement_reimbursement.stay_id = settlement.stay_id
) THEN '{Chart.RESIDENTS_PAYABLE}' ELSE '{Chart.INSTITUTIONS_PAYABLE}' END"""

# The parts of decisions by which the fund claims something back, numbered in their order; `ended` says from when on
# they fell. What fell before a sweep saw it was never booked.
CLAIMS = """
        SELECT 'recovery' AS kind, owner.number || '.' || row_number() OVER (PARTITION BY owner.id ORDER BY item.id)
            AS number, owner.decided_on, item.amount, settlement.decided_on AS spent_on,
            least(owner.revoked_on, reversal.reversed_on) AS ended
        FROM misuse_misusecase owner JOIN misuse_recoveryitem item ON item.case_id = owner.id
        JOIN claims_settlement settlement ON settlement.id = item.settlement_id
        LEFT JOIN claims_reversal reversal ON reversal.settlement_id = settlement.id
        WHERE owner.status IN ('decided', 'revoked')
        UNION ALL
        SELECT 'repayment', owner.number || '.' || row_number() OVER (
                PARTITION BY owner.id ORDER BY finding.position, item.id
            ), owner.decided_on, item.amount, settlement.decided_on, least(owner.revoked_on, reversal.reversed_on)
        FROM inspections_inspection owner
        JOIN inspections_inspectionfinding finding ON finding.inspection_id = owner.id
        JOIN inspections_repaymentitem item ON item.finding_id = finding.id
        JOIN claims_settlement settlement ON settlement.id = item.settlement_id
        LEFT JOIN claims_reversal reversal ON reversal.settlement_id = settlement.id
        WHERE owner.status IN ('decided', 'revoked')
"""

# type, number, day, code, amount: every leg that a document has to have. A receipt whose money was held first, as the
# problem or its own entry says, comes to the contributions by an entry of its own once it is matched; the day of that
# one is the sweep's. Each time that a part came off its notice again there is an entry that holds it, and one for its
# next assignment (number.n).
DUE = f"""
    WITH held AS MATERIALIZED (
        SELECT DISTINCT entry.document_number AS number
        FROM funds_journalleg leg JOIN funds_account account ON account.id = leg.account_id
        JOIN funds_journalentry entry ON entry.id = leg.entry_id
        WHERE account.code = '{Chart.UNMATCHED}' AND entry.document_type = 'receipt'
    ), receipt AS MATERIALIZED (
        SELECT receipt.number, amount, paid_on, returned_on, status, released,
            held.number IS NOT NULL OR released = 0 AND (problem <> '' OR status = 'held') AS is_held,
            assigned.id IS NOT NULL AS is_assigned
        FROM contributions_receipt receipt LEFT JOIN held ON held.number = receipt.number
        LEFT JOIN funds_journalentry assigned ON assigned.document_type = 'assigned_receipt'
            AND assigned.document_number
                = receipt.number || CASE WHEN released > 0 THEN '.' || released ELSE '' END
    ), claim AS MATERIALIZED (
        SELECT item.*, entry.id IS NOT NULL AS is_booked,
            CASE WHEN date_part('year', spent_on) = date_part('year', decided_on)
                THEN '{Chart.INPATIENT_BENEFITS}' ELSE '{Chart.OTHER_INCOME}' END AS code
        FROM ({CLAIMS}) AS item LEFT JOIN funds_journalentry entry
            ON entry.document_type = item.kind || '_claim' AND entry.document_number = item.number
    ), document AS (
        SELECT 'receipt' AS type, number, paid_on AS day, amount, '{Chart.BANK}' AS debit,
            CASE WHEN is_held THEN '{Chart.UNMATCHED}' ELSE '{Chart.CONTRIBUTIONS}' END AS credit
        FROM receipt
        UNION ALL
        SELECT 'assigned_receipt', number, NULL, amount, '{Chart.UNMATCHED}', '{Chart.CONTRIBUTIONS}'
        FROM receipt
        WHERE is_held AND (status = 'matched' OR released > 0 OR (status = 'returned' AND is_assigned))
        UNION ALL
        SELECT 'released_receipt', number || '.' || turn, NULL, amount, '{Chart.CONTRIBUTIONS}', '{Chart.UNMATCHED}'
        FROM receipt CROSS JOIN LATERAL generate_series(1, released) AS turn
        UNION ALL
        SELECT 'assigned_receipt', number || '.' || turn, NULL, amount, '{Chart.UNMATCHED}', '{Chart.CONTRIBUTIONS}'
        FROM receipt CROSS JOIN LATERAL generate_series(1, released) AS turn
        WHERE turn < released OR status = 'matched' OR (status = 'returned' AND is_assigned)
        UNION ALL
        SELECT 'returned_receipt', number, returned_on, amount,
            CASE WHEN (is_held OR released > 0) AND NOT is_assigned
                THEN '{Chart.UNMATCHED}' ELSE '{Chart.CONTRIBUTIONS}' END,
            '{Chart.BANK}'
        FROM receipt WHERE status = 'returned'
        UNION ALL
        SELECT 'settlement', settlement.number, decided_on, fund, '{Chart.INPATIENT_BENEFITS}', {PAYABLE}
        FROM claims_settlement settlement
        UNION ALL
        SELECT 'reversal', reversal.number, reversed_on, fund, {PAYABLE}, '{Chart.INPATIENT_BENEFITS}'
        FROM claims_reversal reversal JOIN claims_settlement settlement ON settlement.id = reversal.settlement_id
        UNION ALL
        SELECT 'resident_payment', number, paid_on, amount, '{Chart.RESIDENTS_PAYABLE}', '{Chart.BANK}'
        FROM reimbursement_residentpayment WHERE paid_on IS NOT NULL
        UNION ALL
        SELECT 'returned_payment', number, returned_on, amount, '{Chart.BANK}', '{Chart.RESIDENTS_PAYABLE}'
        FROM reimbursement_residentpayment WHERE paid_on IS NOT NULL AND returned_on IS NOT NULL
        UNION ALL
        SELECT 'institution_payment', number, paid_on, amount, '{Chart.INSTITUTIONS_PAYABLE}', '{Chart.BANK}'
        FROM paying_institutionpayment WHERE paid_on IS NOT NULL
        UNION ALL
        SELECT 'returned_institution', number, returned_on, amount, '{Chart.BANK}', '{Chart.INSTITUTIONS_PAYABLE}'
        FROM paying_institutionpayment WHERE paid_on IS NOT NULL AND returned_on IS NOT NULL
        UNION ALL
        SELECT 'entered', own.number, own.day,
            CASE WHEN own.corrects_id IS NULL THEN own.amount ELSE -original.amount END, '{Chart.BANK}',
            CASE coalesce(original.kind, own.kind) WHEN 'interest' THEN '{Chart.INTEREST}'
                WHEN 'late_fee' THEN '{Chart.LATE_FEES}' ELSE '{Chart.OTHER_INCOME}' END
        FROM funds_entereddocument own LEFT JOIN funds_entereddocument original ON original.id = own.corrects_id
        WHERE own.status = 'checked'
        UNION ALL
        SELECT kind || '_claim', number, decided_on, amount, '{Chart.RECOVERIES_RECEIVABLE}', code
        FROM claim WHERE ended IS NULL OR is_booked
        UNION ALL
        SELECT kind || '_end', number, ended, amount, code, '{Chart.RECOVERIES_RECEIVABLE}'
        FROM claim WHERE ended IS NOT NULL AND is_booked
        UNION ALL
        SELECT 'recovery_payment', number, paid_on, amount, '{Chart.BANK}', '{Chart.RECOVERIES_RECEIVABLE}'
        FROM misuse_recoverypayment
        UNION ALL
        SELECT 'deduction', owner.number || '.' || row_number() OVER (PARTITION BY owner.id ORDER BY deduction.id),
            deducted_on, amount, '{Chart.INSTITUTIONS_PAYABLE}', '{Chart.RECOVERIES_RECEIVABLE}'
        FROM inspections_inspection owner JOIN inspections_deduction deduction ON deduction.inspection_id = owner.id
        UNION ALL
        SELECT 'subsidy_receipt', number, paid_on, amount, '{Chart.BANK}', '{Chart.SUBSIDIES_RECEIVABLE}'
        FROM funds_subsidyreceipt
        UNION ALL
        SELECT 'statement', number, issued_on, sum(item.city), '{Chart.SUBSIDIES_RECEIVABLE}', '{Chart.CITY_SUBSIDY}'
        FROM funds_subsidystatement statement JOIN funds_subsidyitem item ON item.statement_id = statement.id
        WHERE status = 'issued' GROUP BY number, issued_on
        UNION ALL
        SELECT 'statement', number, issued_on, sum(item.district_share), '{Chart.SUBSIDIES_RECEIVABLE}',
            '{Chart.DISTRICT_SUBSIDY}'
        FROM funds_subsidystatement statement JOIN funds_subsidyitem item ON item.statement_id = statement.id
        WHERE status = 'issued' GROUP BY number, issued_on
    ), due AS (
        SELECT type, number, day, leg.code, sum(leg.sign * amount) AS amount
        FROM document CROSS JOIN LATERAL (VALUES (debit, 1), (credit, -1)) AS leg (code, sign)
        GROUP BY type, number, day, leg.code HAVING sum(leg.sign * amount) <> 0
    )
"""  # noqa: S608  the chart's codes

# The next sweep books it: a note of it stands. The turns of a receipt (number.n) are noted by the receipt's number.
NOTES = "SELECT document_type, document_number FROM funds_unposteddocument"
NOTED = f"""(
    (due.type, due.number) IN ({NOTES}) OR (due.type, split_part(due.number, '.', 1)) IN ({NOTES})
)"""

MISSING = sql_check(
    "journal.missing",
    "F1",
    _("Every document of money is posted."),
    table=ENTRY,
    rows="""(
        SELECT number FROM contributions_receipt UNION ALL SELECT number FROM claims_settlement WHERE fund > 0
        UNION ALL SELECT number FROM reimbursement_residentpayment WHERE paid_on IS NOT NULL
        UNION ALL SELECT number FROM claims_reversal UNION ALL SELECT number FROM funds_subsidyreceipt
        UNION ALL SELECT number FROM funds_subsidystatement WHERE status = 'issued'
    ) AS document""",
    sql="""{due}
        SELECT DISTINCT due.type || ' ' || due.number AS row, due.day, {noted} AS waiting
        FROM due LEFT JOIN funds_journalentry entry
            ON entry.document_type = due.type AND entry.document_number = due.number
        WHERE entry.id IS NULL
    """.replace("{due}", DUE).replace("{noted}", NOTED),
    words=_("The document of %(day)s has no entry."),
)

DOUBLE = sql_check(
    "journal.double",
    "F1",
    _("No document is posted twice."),
    table=ENTRY,
    sql="""
        SELECT document_type || ' ' || document_number AS row, count(*) AS times FROM funds_journalentry
        GROUP BY document_type, document_number HAVING count(*) > 1
    """,
    words=_("It is posted %(times)s times."),
)

UNKNOWN = sql_check(
    "journal.unknown",
    "F1",
    _("Every entry has its document."),
    table=ENTRY,
    sql="""{due}
        SELECT entry.document_type || ' ' || entry.document_number AS row
        FROM funds_journalentry entry
        WHERE NOT EXISTS (SELECT FROM due WHERE due.type = entry.document_type AND due.number = entry.document_number)
    """.replace("{due}", DUE),
    words=_("There is no document that it is drawn from."),
)

BALANCE = sql_check(
    "journal.balance",
    "F1",
    _("The legs of every entry add up to zero, and so does the whole journal."),
    table=ENTRY,
    sql="""
        SELECT entry.document_type || ' ' || entry.document_number AS row, sum(leg.amount) AS sum
        FROM funds_journalentry entry LEFT JOIN funds_journalleg leg ON leg.entry_id = entry.id
        GROUP BY entry.id HAVING sum(leg.amount) IS DISTINCT FROM 0
        UNION ALL
        SELECT 'trial balance', sum(amount) FROM funds_journalleg HAVING sum(amount) <> 0
    """,
    words=_("Debits and credits differ by %(sum)s."),
)

# An entry that does not balance is told by journal.balance.
AMOUNTS = sql_check(
    "journal.amounts",
    "F1",
    _("Every entry has the accounts and amounts that its document asks for."),
    table=ENTRY,
    sql="""{due}
        , legs AS (
            SELECT entry.id, entry.document_type AS type, entry.document_number AS number, account.code,
                sum(leg.amount) AS amount
            FROM funds_journalentry entry JOIN funds_journalleg leg ON leg.entry_id = entry.id
            JOIN funds_account account ON account.id = leg.account_id
            GROUP BY entry.id, account.code
        ), booked AS (
            SELECT type, number, string_agg(code || ' ' || amount, ', ' ORDER BY code) AS told
            FROM legs GROUP BY id, type, number HAVING sum(amount) = 0
        ), asked AS (
            SELECT type, number, string_agg(code || ' ' || amount, ', ' ORDER BY code) AS told
            FROM due GROUP BY type, number
        )
        SELECT booked.type || ' ' || number AS row, booked.told AS booked, asked.told AS asked
        FROM booked JOIN asked USING (type, number) WHERE booked.told <> asked.told
    """.replace("{due}", DUE),
    words=_("Booked is %(booked)s; the document asks for %(asked)s."),
)

DATES = sql_check(
    "journal.date",
    "F1",
    _("Every entry is booked on the day of its document, or on the first open day after its month was closed."),
    table=ENTRY,
    sql="""{due}
        SELECT DISTINCT entry.document_type || ' ' || entry.document_number AS row, entry.booked_on AS booked, due.day
        FROM due JOIN funds_journalentry entry
            ON entry.document_type = due.type AND entry.document_number = due.number
        LEFT JOIN funds_month month ON month.status = 'closed' AND month.last = entry.booked_on - 1
        WHERE entry.booked_on <> due.day AND (month.id IS NULL OR due.day > month.last)
    """.replace("{due}", DUE),
    words=_("It is booked on %(booked)s, its document is of %(day)s."),
)

DAYS = sql_check(
    "journal.days",
    "F1",
    _("The sums of an account and day, which balances are taken from, are those of the legs."),
    table="funds_accountday",
    sql="""
        WITH booked AS (
            SELECT leg.account_id, entry.booked_on AS day,
                coalesce(sum(leg.amount) FILTER (WHERE leg.amount > 0), 0) AS debits,
                coalesce(-sum(leg.amount) FILTER (WHERE leg.amount < 0), 0) AS credits
            FROM funds_journalleg leg JOIN funds_journalentry entry ON entry.id = leg.entry_id
            GROUP BY leg.account_id, entry.booked_on
        )
        SELECT account.code || ' ' || day AS row, coalesce(kept.debits, 0) AS debits,
            coalesce(kept.credits, 0) AS credits, coalesce(booked.debits, 0) AS legs_debits,
            coalesce(booked.credits, 0) AS legs_credits
        FROM booked FULL JOIN funds_accountday kept USING (account_id, day)
        JOIN funds_account account ON account.id = account_id
        WHERE (kept.debits, kept.credits) IS DISTINCT FROM (booked.debits, booked.credits)
    """,
    words=_("Kept are %(debits)s and %(credits)s; the legs come to %(legs_debits)s and %(legs_credits)s."),
)

CHECKS = (MISSING, DOUBLE, UNKNOWN, BALANCE, AMOUNTS, DATES, DAYS)
