"""Drawing journal entries from source documents, each exactly once (F1).

Each kind of document is one statement in SQL that takes what is new (`UnpostedDocument`) and books it, so that a sweep
is fast however much there is. Debit is positive, credit negative. docs/decisions/0010-when-the-fund-books.md says
which account and why.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from funds.chart import Chart
from funds.models import Account, JournalEntry
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor

DocumentType = JournalEntry.DocumentType
# Any number that no other advisory lock of the portal uses.
_SWEEP_LOCK = 102_2008_01

POST = """
WITH new AS MATERIALIZED (
    DELETE FROM funds_unposteddocument document WHERE document_type = %(type)s AND {ready} RETURNING document_number
), legs AS MATERIALIZED (
    SELECT number, booked_on, code, amount FROM ({legs}) AS found WHERE amount <> 0
), entries AS (
    INSERT INTO funds_journalentry (document_type, document_number, booked_on)
    SELECT DISTINCT %(type)s, number, booked_on FROM legs ORDER BY number
    ON CONFLICT (document_type, document_number) DO NOTHING
    RETURNING id, document_number
), posted AS (
    INSERT INTO funds_journalleg (entry_id, account_id, amount)
    SELECT entries.id, account.id, legs.amount
    FROM entries
    JOIN legs ON legs.number = entries.document_number
    JOIN funds_account account ON account.code = legs.code
    ORDER BY entries.id, legs.amount < 0, legs.code
)
SELECT count(*) FROM entries
"""

WAITING = """
WITH new AS MATERIALIZED (
    SELECT document_number FROM funds_unposteddocument document WHERE document_type = %(type)s
)
SELECT count(DISTINCT number) FROM ({legs}) AS found WHERE amount <> 0
"""

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
    STATEMENTS,
    SUBSIDY_RECEIPTS,
)


def _count(template: str, source: Source) -> int:
    parameters: dict[str, Any] = {"type": source.document_type.value, "today": clock.today()}
    with connection.cursor() as cursor:
        cursor.execute(template.format(legs=source.legs, ready=source.ready), parameters)
        (count,) = cursor.fetchone()
    return int(count)


def documents_waiting() -> int:
    """How many documents have no entry yet. What waits on another (a receipt to be assigned) counts once that is
    posted.
    """
    return sum(_count(WAITING, source) for source in SOURCES)


@transaction.atomic
def post_documents(*, by: Actor) -> dict[str, int]:
    """Post every document that has no entry yet; returns how many of each type (none: an empty dict) (F1).

    Raises Conflict while another sweep is at work, NotAllowed. The sweeps are serial because a returned receipt
    takes back what was booked for it; the unique key on the document stands behind that.
    """
    by.require("journal.post")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SWEEP_LOCK])
        (free,) = cursor.fetchone()
    if not free:
        raise Conflict(_("The documents are being posted just now. Look again in a moment."), code="sweep_running")
    counts = {source.document_type.value: _count(POST, source) for source in SOURCES}
    posted = {document_type: count for document_type, count in counts.items() if count}
    if posted:
        account = Account.objects.get(code=Chart.BANK)
        audit.record(by=by, verb="journal.post", obj=account, changes=posted)
    return posted
