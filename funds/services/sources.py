"""The kinds of documents that the journal is drawn from, and how each is booked (F1).

Debit is positive, credit negative. docs/decisions/0010-when-the-fund-books.md and 0111-the-special-account.md say
which account and why.
"""

from dataclasses import dataclass

from funds.chart import Chart
from funds.models import JournalEntry

DocumentType = JournalEntry.DocumentType

# What came while the sweep was under way waits for the next one; what follows from a receipt waits for the receipt.
READY = "true"
AFTER_ITS_RECEIPT = f"""NOT EXISTS (
    SELECT FROM funds_unposteddocument before
    WHERE before.document_type = '{DocumentType.RECEIPT}' AND before.document_number = document.document_number
)"""

NOT_POSTED = """{number} IN (SELECT document_number FROM new) AND NOT EXISTS (
    SELECT FROM funds_journalentry posted WHERE posted.document_type = %(type)s AND posted.document_number = {number}
)"""

# The times that a new receipt came off its notice.
TURNS = """contributions_receipt receipt
        CROSS JOIN LATERAL generate_series(1, receipt.released) AS turn"""
TURN_NOT_POSTED = """receipt.number IN (SELECT document_number FROM new) AND NOT EXISTS (
    SELECT FROM funds_journalentry posted
    WHERE posted.document_type = %(type)s AND posted.document_number = receipt.number || '.' || turn
)"""


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of document: `legs` selects number, booked_on, code and amount of every leg that is `new` and not posted
    yet; `ready` says which documents are taken now.
    """

    document_type: DocumentType
    legs: str
    ready: str = READY


def two_legs(documents: str) -> str:
    """The legs of documents that are selected with one amount, the account to debit and the account to credit."""
    return f"""
        SELECT number, booked_on, leg.code, leg.sign * amount AS amount
        FROM ({documents}) AS document
        CROSS JOIN LATERAL (VALUES (debit, 1), (credit, -1)) AS leg (code, sign)"""  # noqa: S608


# A receipt that was matched from the first counts as income at once; any other is held until a clerk has dealt with
# it, and so is a part until its notice is paid in full (C5). The nth time that a part comes off its notice again
# (`released`), and is assigned anew, are documents of their own: number.n.
RECEIPTS = Source(
    DocumentType.RECEIPT,
    two_legs(
        f"""SELECT receipt.number, receipt.paid_on AS booked_on, receipt.amount, '{Chart.BANK}' AS debit,
        CASE WHEN receipt.status = 'matched' OR receipt.released > 0
            OR (receipt.status = 'returned' AND receipt.notice_id IS NOT NULL AND receipt.problem = '')
            THEN '{Chart.CONTRIBUTIONS}' ELSE '{Chart.UNMATCHED}' END AS credit
        FROM contributions_receipt receipt WHERE {NOT_POSTED.format(number="receipt.number")}"""  # noqa: S608
    ),
)
ASSIGNED_RECEIPTS = Source(
    DocumentType.ASSIGNED_RECEIPT,
    two_legs(
        f"""SELECT receipt.number, greatest(%(today)s, entry.booked_on) AS booked_on, receipt.amount,
        '{Chart.UNMATCHED}' AS debit, '{Chart.CONTRIBUTIONS}' AS credit
        FROM funds_journalleg leg
        JOIN funds_account account ON account.id = leg.account_id AND account.code = '{Chart.UNMATCHED}'
        JOIN funds_journalentry entry ON entry.id = leg.entry_id AND entry.document_type = '{DocumentType.RECEIPT}'
        JOIN contributions_receipt receipt ON receipt.number = entry.document_number
            AND (receipt.status = 'matched' OR receipt.released > 0)
        WHERE {NOT_POSTED.format(number="receipt.number")}
        UNION ALL
        SELECT receipt.number || '.' || turn, greatest(%(today)s, receipt.paid_on), receipt.amount,
            '{Chart.UNMATCHED}', '{Chart.CONTRIBUTIONS}'
        FROM {TURNS} WHERE (turn < receipt.released OR receipt.status = 'matched') AND {TURN_NOT_POSTED}"""  # noqa: S608
    ),
    AFTER_ITS_RECEIPT,
)
RELEASED_RECEIPTS = Source(
    DocumentType.RELEASED_RECEIPT,
    two_legs(
        f"""SELECT receipt.number || '.' || turn AS number, greatest(%(today)s, receipt.paid_on) AS booked_on,
        receipt.amount, '{Chart.CONTRIBUTIONS}' AS debit, '{Chart.UNMATCHED}' AS credit
        FROM {TURNS} WHERE {TURN_NOT_POSTED}"""  # noqa: S608
    ),
    AFTER_ITS_RECEIPT,
)
# Takes back whatever was booked for the receipt, wherever it stands by now.
RETURNED_RECEIPTS = Source(
    DocumentType.RETURNED_RECEIPT,
    f"""SELECT receipt.number, receipt.returned_on AS booked_on, account.code, -sum(leg.amount) AS amount
        FROM contributions_receipt receipt
        CROSS JOIN LATERAL generate_series(0, receipt.released) AS turn
        JOIN funds_journalentry entry
            ON entry.document_number = receipt.number || CASE WHEN turn > 0 THEN '.' || turn ELSE '' END
            AND entry.document_type IN (
                '{DocumentType.RECEIPT}', '{DocumentType.ASSIGNED_RECEIPT}', '{DocumentType.RELEASED_RECEIPT}'
            )
        JOIN funds_journalleg leg ON leg.entry_id = entry.id
        JOIN funds_account account ON account.id = leg.account_id
        WHERE receipt.status = 'returned' AND {NOT_POSTED.format(number="receipt.number")}
        GROUP BY receipt.number, receipt.returned_on, account.code""",  # noqa: S608
    AFTER_ITS_RECEIPT,
)
# Whom the fund owes what it pays: the institution, or who paid it themselves.
PAYABLE = f"CASE WHEN stay.self_paid THEN '{Chart.RESIDENTS_PAYABLE}' ELSE '{Chart.INSTITUTIONS_PAYABLE}' END"
SETTLEMENTS = Source(
    DocumentType.SETTLEMENT,
    two_legs(
        f"""SELECT settlement.number, settlement.decided_on AS booked_on, settlement.fund AS amount,
        '{Chart.INPATIENT_BENEFITS}' AS debit, {PAYABLE} AS credit
        FROM claims_settlement settlement JOIN claims_stay stay ON stay.id = settlement.stay_id
        WHERE settlement.fund > 0 AND {NOT_POSTED.format(number="settlement.number")}"""  # noqa: S608
    ),
)
REVERSALS = Source(
    DocumentType.REVERSAL,
    two_legs(
        f"""SELECT reversal.number, reversal.reversed_on AS booked_on, settlement.fund AS amount,
        {PAYABLE} AS debit, '{Chart.INPATIENT_BENEFITS}' AS credit
        FROM claims_reversal reversal JOIN claims_settlement settlement ON settlement.id = reversal.settlement_id
        JOIN claims_stay stay ON stay.id = settlement.stay_id
        WHERE settlement.fund > 0 AND {NOT_POSTED.format(number="reversal.number")}"""  # noqa: S608
    ),
)
# What the bank never carried out has no value date, and is no entry either when it comes back.
RESIDENT_PAYMENTS = Source(
    DocumentType.RESIDENT_PAYMENT,
    two_legs(
        f"""SELECT payment.number, payment.paid_on AS booked_on, payment.amount,
        '{Chart.RESIDENTS_PAYABLE}' AS debit, '{Chart.BANK}' AS credit
        FROM reimbursement_residentpayment payment
        WHERE payment.paid_on IS NOT NULL AND {NOT_POSTED.format(number="payment.number")}"""  # noqa: S608
    ),
)
RETURNED_PAYMENTS = Source(
    DocumentType.RETURNED_PAYMENT,
    two_legs(
        f"""SELECT payment.number, payment.returned_on AS booked_on, payment.amount,
        '{Chart.BANK}' AS debit, '{Chart.RESIDENTS_PAYABLE}' AS credit
        FROM reimbursement_residentpayment payment
        WHERE payment.paid_on IS NOT NULL AND payment.returned_on IS NOT NULL
            AND {NOT_POSTED.format(number="payment.number")}"""  # noqa: S608
    ),
)
# Just what the bank pays: what a declaration takes off for reversals was booked with them, deductions are documents of
# their own.
INSTITUTION_PAYMENTS = Source(
    DocumentType.INSTITUTION_PAYMENT,
    two_legs(
        f"""SELECT payment.number, payment.paid_on AS booked_on, payment.amount,
        '{Chart.INSTITUTIONS_PAYABLE}' AS debit, '{Chart.BANK}' AS credit
        FROM paying_institutionpayment payment
        WHERE payment.paid_on IS NOT NULL AND {NOT_POSTED.format(number="payment.number")}"""  # noqa: S608
    ),
)
RETURNED_INSTITUTIONS = Source(
    DocumentType.RETURNED_INSTITUTION,
    two_legs(
        f"""SELECT payment.number, payment.returned_on AS booked_on, payment.amount,
        '{Chart.BANK}' AS debit, '{Chart.INSTITUTIONS_PAYABLE}' AS credit
        FROM paying_institutionpayment payment
        WHERE payment.paid_on IS NOT NULL AND payment.returned_on IS NOT NULL
            AND {NOT_POSTED.format(number="payment.number")}"""  # noqa: S608
    ),
)
STATEMENTS = Source(
    DocumentType.STATEMENT,
    f"""SELECT statement.number, statement.issued_on AS booked_on, leg.code, leg.amount
        FROM funds_subsidystatement statement
        CROSS JOIN LATERAL (
            SELECT sum(government) AS government, sum(city) AS city, sum(district_share) AS district_share
            FROM funds_statementsum item WHERE item.statement_id = statement.id
        ) AS claimed
        CROSS JOIN LATERAL (VALUES
            ('{Chart.SUBSIDIES_RECEIVABLE}', government), ('{Chart.CITY_SUBSIDY}', -city),
            ('{Chart.DISTRICT_SUBSIDY}', -district_share)
        ) AS leg (code, amount)
        WHERE statement.status = 'issued' AND {NOT_POSTED.format(number="statement.number")}""",  # noqa: S608
)
SUBSIDY_RECEIPTS = Source(
    DocumentType.SUBSIDY_RECEIPT,
    two_legs(
        f"""SELECT receipt.number, receipt.paid_on AS booked_on, receipt.amount,
        '{Chart.BANK}' AS debit, '{Chart.SUBSIDIES_RECEIVABLE}' AS credit
        FROM funds_subsidyreceipt receipt WHERE {NOT_POSTED.format(number="receipt.number")}"""  # noqa: S608
    ),
)
# Checked by a second person, on the bank's day; a correction takes back what it corrects, on its own day.
ENTERED = Source(
    DocumentType.ENTERED,
    f"""SELECT document.number, document.day AS booked_on, leg.code,
            leg.sign * CASE WHEN document.kind = 'correction' THEN -original.amount ELSE document.amount END AS amount
        FROM funds_entereddocument document
        LEFT JOIN funds_entereddocument original ON original.id = document.corrects_id
        CROSS JOIN LATERAL (VALUES
            ('{Chart.BANK}', 1),
            (CASE coalesce(original.kind, document.kind)
                WHEN 'interest' THEN '{Chart.INTEREST}' WHEN 'late_fee' THEN '{Chart.LATE_FEES}'
                ELSE '{Chart.OTHER_INCOME}' END, -1)
        ) AS leg (code, sign)
        WHERE document.status = 'checked' AND {NOT_POSTED.format(number="document.number")}""",  # noqa: S608
)


def claims_of(items: str, claim: DocumentType, end: DocumentType) -> tuple[Source, Source]:
    """What the fund claims back by a decision, and what of it falls again. `items` selects the parts of decisions:
    number, decided_on, revoked_on, amount, spent_on (when the fund spent it), reversed_on (when its settlement was).

    What was spent in the year of the decision is less expense, what was spent before is other income. A part that fell
    before a sweep saw it is never booked.
    """
    begun = Source(
        claim,
        two_legs(
            f"""SELECT number, decided_on AS booked_on, amount, '{Chart.RECOVERIES_RECEIVABLE}' AS debit,
            CASE WHEN date_part('year', spent_on) = date_part('year', decided_on)
                THEN '{Chart.INPATIENT_BENEFITS}' ELSE '{Chart.OTHER_INCOME}' END AS credit
            FROM ({items}) AS item
            WHERE revoked_on IS NULL AND reversed_on IS NULL AND {NOT_POSTED.format(number="number")}"""  # noqa: S608
        ),
    )
    ended = Source(
        end,
        f"""SELECT item.number, least(item.revoked_on, item.reversed_on) AS booked_on, account.code,
            -leg.amount AS amount
        FROM ({items}) AS item
        JOIN funds_journalentry entry ON entry.document_type = '{claim}' AND entry.document_number = item.number
        JOIN funds_journalleg leg ON leg.entry_id = entry.id
        JOIN funds_account account ON account.id = leg.account_id
        WHERE (item.revoked_on IS NOT NULL OR item.reversed_on IS NOT NULL)
            AND {NOT_POSTED.format(number="item.number")}""",  # noqa: S608
        # What falls waits for what booked it.
        f"""NOT EXISTS (
            SELECT FROM funds_unposteddocument before
            WHERE before.document_type = '{claim}' AND before.document_number = document.document_number
        )""",
    )
    return begun, ended


# The parts of a decision are numbered in their order: what was decided is not changed any more.
DECIDED_OF = "SELECT split_part(document_number, '.', 1) FROM new"
RECOVERY_CLAIMS, RECOVERY_ENDS = claims_of(
    f"""SELECT owner.number || '.' || row_number() OVER (PARTITION BY owner.id ORDER BY item.id) AS number,
            owner.decided_on, owner.revoked_on, item.amount, settlement.decided_on AS spent_on, reversal.reversed_on
        FROM misuse_misusecase owner JOIN misuse_recoveryitem item ON item.case_id = owner.id
        JOIN claims_settlement settlement ON settlement.id = item.settlement_id
        LEFT JOIN claims_reversal reversal ON reversal.settlement_id = settlement.id
        WHERE owner.status IN ('decided', 'revoked') AND owner.number IN ({DECIDED_OF})""",  # noqa: S608
    DocumentType.RECOVERY_CLAIM,
    DocumentType.RECOVERY_END,
)
REPAYMENT_CLAIMS, REPAYMENT_ENDS = claims_of(
    f"""SELECT owner.number || '.' || row_number() OVER (
                PARTITION BY owner.id ORDER BY finding.position, item.id
            ) AS number,
            owner.decided_on, owner.revoked_on, item.amount, settlement.decided_on AS spent_on, reversal.reversed_on
        FROM inspections_inspection owner
        JOIN inspections_inspectionfinding finding ON finding.inspection_id = owner.id
        JOIN inspections_repaymentitem item ON item.finding_id = finding.id
        JOIN claims_settlement settlement ON settlement.id = item.settlement_id
        LEFT JOIN claims_reversal reversal ON reversal.settlement_id = settlement.id
        WHERE owner.status IN ('decided', 'revoked') AND owner.number IN ({DECIDED_OF})""",  # noqa: S608
    DocumentType.REPAYMENT_CLAIM,
    DocumentType.REPAYMENT_END,
)
RECOVERY_PAYMENTS = Source(
    DocumentType.RECOVERY_PAYMENT,
    two_legs(
        f"""SELECT payment.number, payment.paid_on AS booked_on, payment.amount,
        '{Chart.BANK}' AS debit, '{Chart.RECOVERIES_RECEIVABLE}' AS credit
        FROM misuse_recoverypayment payment WHERE {NOT_POSTED.format(number="payment.number")}"""  # noqa: S608
    ),
)
# The institution gets so much less of what it is owed.
DEDUCTIONS = Source(
    DocumentType.DEDUCTION,
    two_legs(
        f"""SELECT number, deducted_on AS booked_on, amount,
        '{Chart.INSTITUTIONS_PAYABLE}' AS debit, '{Chart.RECOVERIES_RECEIVABLE}' AS credit
        FROM (
            SELECT owner.number || '.' || row_number() OVER (PARTITION BY owner.id ORDER BY deduction.id) AS number,
                deduction.deducted_on, deduction.amount
            FROM inspections_inspection owner
            JOIN inspections_deduction deduction ON deduction.inspection_id = owner.id
            WHERE owner.number IN ({DECIDED_OF})
        ) AS numbered WHERE {NOT_POSTED.format(number="number")}"""  # noqa: S608
    ),
)
# In this order: what takes something back comes after what booked it.
SOURCES = (
    RECEIPTS,
    ASSIGNED_RECEIPTS,
    RELEASED_RECEIPTS,
    RETURNED_RECEIPTS,
    SETTLEMENTS,
    REVERSALS,
    RESIDENT_PAYMENTS,
    RETURNED_PAYMENTS,
    INSTITUTION_PAYMENTS,
    RETURNED_INSTITUTIONS,
    STATEMENTS,
    SUBSIDY_RECEIPTS,
    ENTERED,
    RECOVERY_CLAIMS,
    RECOVERY_ENDS,
    RECOVERY_PAYMENTS,
    REPAYMENT_CLAIMS,
    REPAYMENT_ENDS,
    DEDUCTIONS,
)
