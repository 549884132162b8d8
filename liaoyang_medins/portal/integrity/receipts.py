"""Receipts: C5, C6, C8 (Art. 10)."""

from django.utils.translation import gettext_lazy as _

from .checks import sql_check

RECEIPT = "contributions_receipt"
MATCHED = "contributions_receipt WHERE status = 'matched'"

AMOUNT = sql_check(
    "receipt.amount",
    "C5, C6",
    _(
        "The matched receipts of a notice, one or parts of it, are exactly the amount due, with that of the notice "
        "paid together with it."
    ),
    table=RECEIPT,
    rows=MATCHED,
    sql="""
        SELECT matched.row, amount, notice.number AS notice, notice.personal + coalesce(joint.personal, 0) AS due
        FROM (
            SELECT notice_id, string_agg(number, ', ' ORDER BY number) AS row, sum(amount) AS amount
            FROM contributions_receipt WHERE status = 'matched' GROUP BY notice_id
        ) AS matched
        JOIN contributions_contributionnotice notice ON notice.id = matched.notice_id
        LEFT JOIN contributions_contributionnotice joint ON joint.joint_with_id = notice.id
        -- Of two receipts that are none of them a part one is too much: notice.receipt.
        WHERE amount <> notice.personal + coalesce(joint.personal, 0) AND NOT EXISTS (
            SELECT FROM contributions_receipt other WHERE other.notice_id = matched.notice_id
                AND other.status = 'matched' AND other.channel <> 'employer'
            HAVING count(*) > 1
        )
    """,
    words=_("It comes to %(amount)s yuan, the notice %(notice)s asks for %(due)s."),
)

TERM = sql_check(
    "receipt.term",
    "C5, C6",
    _("A matched receipt is dated inside the term of its notice, which is paid on the day of the last of them."),
    table=RECEIPT,
    rows=MATCHED,
    sql="""
        SELECT receipt.number AS row, receipt.paid_on, notice.number AS notice, notice.pay_from, notice.pay_until,
            notice.paid_on AS day
        FROM contributions_receipt receipt
        JOIN contributions_contributionnotice notice ON notice.id = receipt.notice_id
        WHERE receipt.status = 'matched' AND (
            receipt.paid_on NOT BETWEEN notice.pay_from AND notice.pay_until
            OR receipt.paid_on > receipt.received_on OR receipt.paid_on > notice.paid_on
            OR receipt.paid_on < notice.paid_on AND NOT EXISTS (
                SELECT FROM contributions_receipt last WHERE last.notice_id = notice.id AND last.status = 'matched'
                    AND last.paid_on = notice.paid_on
            )
        )
    """,
    words=_("It is dated %(paid_on)s; notice %(notice)s says %(day)s, its term is %(pay_from)s to %(pay_until)s."),
)

PROBLEM = sql_check(
    "receipt.problem",
    "C6, C8",
    _("A receipt that settles nothing says why, and a returned one when."),
    table=RECEIPT,
    sql="""
        SELECT number AS row, status, problem AS stated FROM contributions_receipt
        WHERE (status = 'unmatched' AND problem = '') OR (status = 'matched' AND (problem <> '' OR notice_id IS NULL))
            OR (status = 'returned') <> (returned_on IS NOT NULL) OR returned_on < paid_on
    """,
    words=_("It is “%(status)s”, which its problem “%(stated)s”, its notice or its day of return do not fit."),
)

REFERENCE = sql_check(
    "receipt.reference",
    "C6",
    _("A bank reference is taken once."),
    table=RECEIPT,
    sql="""
        SELECT string_agg(number, ', ' ORDER BY number) AS row, channel, bank_reference AS reference
        FROM contributions_receipt GROUP BY channel, bank_reference HAVING count(*) > 1 OR btrim(bank_reference) = ''
    """,
    words=_("The bank reference “%(reference)s” (%(channel)s) is missing or taken twice."),
)

HELD = sql_check(
    "receipt.held",
    "C5",
    _("What is held for a notice is an employer's part, in the term of a notice that is open, and less than it."),
    table=RECEIPT,
    rows="contributions_receipt WHERE status = 'held'",
    sql="""
        SELECT receipt.number AS row, notice.number AS notice, notice.status, parts.amount,
            notice.personal + coalesce(joint.personal, 0) AS due
        FROM contributions_receipt receipt
        JOIN contributions_contributionnotice notice ON notice.id = receipt.notice_id
        LEFT JOIN contributions_contributionnotice joint ON joint.joint_with_id = notice.id
        CROSS JOIN LATERAL (
            SELECT sum(amount) AS amount FROM contributions_receipt part
            WHERE part.notice_id = notice.id AND part.status = 'held'
        ) AS parts
        WHERE receipt.status = 'held' AND (
            receipt.channel <> 'employer' OR btrim(receipt.payer) = '' OR receipt.problem <> ''
            OR notice.status <> 'open' OR notice.joint_with_id IS NOT NULL
            OR receipt.paid_on NOT BETWEEN notice.pay_from AND notice.pay_until
            OR parts.amount >= notice.personal + coalesce(joint.personal, 0)
        )
    """,
    words=_("Held are %(amount)s of %(due)s yuan for the notice %(notice)s, which is “%(status)s”."),
)

CHECKS = (AMOUNT, TERM, PROBLEM, REFERENCE, HELD)
