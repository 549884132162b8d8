"""What institutions declare and are paid: A4, S1, F1, U14."""

from django.utils.translation import gettext_lazy as _

from funds.chart import Chart

from .checks import sql_check
from .journal import DUE, NOTED

DECLARATION, ITEM, PAYMENT, BATCH = (
    "paying_declaration",
    "paying_declarationitem",
    "paying_institutionpayment",
    "paying_paymentbatch",
)

LINES = sql_check(
    "declaration.lines",
    "A4",
    _("A line is what the fund pays by a settlement of that institution; it comes off after it went to the bank."),
    table=ITEM,
    sql="""
        SELECT settlement.number AS row, declaration.number AS declaration, item.amount, settlement.fund
        FROM paying_declarationitem item JOIN paying_declaration declaration ON declaration.id = item.declaration_id
        JOIN claims_settlement settlement ON settlement.id = item.settlement_id
        JOIN claims_stay stay ON stay.id = settlement.stay_id
        LEFT JOIN paying_declarationitem claimed ON claimed.settlement_id = settlement.id AND claimed.sign = 1
        LEFT JOIN paying_declaration before ON before.id = claimed.declaration_id
        WHERE item.amount <> item.sign * settlement.fund OR stay.institution_id <> declaration.institution_id
            OR stay.self_paid
            OR item.sign = -1 AND (settlement.live OR before.closed_on IS NULL OR before.id = declaration.id)
    """,
    words=_("In %(declaration)s it stands with %(amount)s, the fund pays %(fund)s; or it does not belong there."),
)

SUMS = sql_check(
    "declaration.sums",
    "A4, S1",
    _("The sums of a declaration are those of its lines, its deductions and what it takes over."),
    table=DECLARATION,
    sql="""
        WITH lines AS (
            SELECT item.declaration_id AS id, sum(item.amount) FILTER (WHERE sign = 1) AS settled,
                -sum(item.amount) FILTER (WHERE sign = -1) AS taken_back,
                sum(settlement.total) FILTER (WHERE sign = 1) AS total
            FROM paying_declarationitem item JOIN claims_settlement settlement ON settlement.id = item.settlement_id
            GROUP BY item.declaration_id
        ), deducted AS (
            SELECT declaration_id AS id, sum(amount) AS amount FROM paying_declarationdeduction GROUP BY declaration_id
        ), carried AS (
            SELECT carried_into_id AS id, sum(carried_out) AS amount FROM paying_declaration
            WHERE carried_into_id IS NOT NULL GROUP BY carried_into_id
        )
        SELECT own.number AS row, own.payable, own.carried_out,
            coalesce(lines.settled, 0) - coalesce(lines.taken_back, 0) - coalesce(carried.amount, 0)
                - coalesce(deducted.amount, 0) AS rest
        FROM paying_declaration own
        LEFT JOIN lines USING (id) LEFT JOIN deducted USING (id) LEFT JOIN carried USING (id)
        WHERE (own.settled, own.taken_back, own.total, own.deducted, own.carried_in) IS DISTINCT FROM (
                coalesce(lines.settled, 0), coalesce(lines.taken_back, 0), coalesce(lines.total, 0),
                coalesce(deducted.amount, 0), coalesce(carried.amount, 0)
            )
    """,
    words=_("It pays %(payable)s and carries %(carried_out)s on; its lines come to %(rest)s."),
)

SIGNED = sql_check(
    "declaration.signed",
    "U14",
    _("A declaration was confirmed, examined, checked and approved in this order, by people who signed once each."),
    table=DECLARATION,
    sql="""
        SELECT number AS row, status FROM paying_declaration
        WHERE status <> 'draft' AND submitted_on IS NULL OR status = 'draft' AND submitted_on IS NOT NULL
            OR status NOT IN ('draft', 'submitted') AND examined_on IS NULL
            OR status NOT IN ('draft', 'submitted', 'examined') AND checked_on IS NULL
            OR status NOT IN ('draft', 'submitted', 'examined', 'checked') AND approved_on IS NULL
            OR examined_on < submitted_on OR checked_on < examined_on OR approved_on < checked_on
            OR closed_on < approved_on
            OR examined_by_id IN (checked_by_id, approved_by_id) OR checked_by_id = approved_by_id
            OR submitted_by_id IN (checked_by_id, approved_by_id)
        UNION ALL
        SELECT institution.code, account.status FROM paying_institutionaccount account
        JOIN claims_institution institution ON institution.id = account.institution_id
        WHERE account.made_by_id = account.decided_by_id OR account.decided_on < account.entered_on
    """,
    words=_("It is “%(status)s”: a signature is missing, out of order, or somebody signed twice."),
)

PAID = sql_check(
    "declaration.payment",
    "F1",
    _("A payment is what its declaration pays, to an account of that institution in force; the two say the same."),
    table=PAYMENT,
    sql="""
        SELECT payment.number AS row, payment.amount, declaration.payable, declaration.status
        FROM paying_institutionpayment payment
        JOIN paying_declaration declaration ON declaration.id = payment.declaration_id
        JOIN paying_institutionaccount account ON account.id = payment.account_id
        JOIN paying_paymentbatch batch ON batch.id = payment.list_id
        WHERE payment.amount <> declaration.payable OR account.institution_id <> declaration.institution_id
            OR account.status <> 'confirmed' OR account.starts > batch.made_on
            OR payment.status <> 'returned' AND payment.status <> declaration.status
        UNION ALL
        SELECT declaration.number, declaration.payable, sum(payment.amount), declaration.status
        FROM paying_declaration declaration
        LEFT JOIN paying_institutionpayment payment
            ON payment.declaration_id = declaration.id AND payment.status <> 'returned'
        WHERE declaration.status IN ('listed', 'paid', 'returned')
        GROUP BY declaration.id
        HAVING count(payment.id) <> CASE declaration.status WHEN 'returned' THEN 0 ELSE 1 END
    """,
    words=_("It is %(amount)s yuan, its declaration pays %(payable)s and is “%(status)s”."),
)

CARRIED_OUT = sql_check(
    "declaration.batch",
    "F1",
    _("The payments of a batch that the bank carried out have its value date, and none is open; else none is paid."),
    table=BATCH,
    sql="""
        SELECT batch.number AS row, batch.paid_on, string_agg(payment.number, ', ' ORDER BY payment.number) AS payments
        FROM paying_paymentbatch batch JOIN paying_institutionpayment payment ON payment.list_id = batch.id
        WHERE payment.status = 'listed' AND batch.paid_on IS NOT NULL
            OR payment.paid_on IS NOT NULL AND payment.paid_on IS DISTINCT FROM batch.paid_on
        GROUP BY batch.id
    """,
    words=_("It was carried out on %(paid_on)s; these payments say something else: %(payments)s."),
)

MARKS = sql_check(
    "declaration.marks",
    "A4",
    _("A settlement says that it was paid, and a reversal that it came off, on the day that its declaration was."),
    table="claims_settlement",
    sql="""
        WITH closed AS (
            SELECT item.settlement_id, item.sign,
                CASE declaration.status WHEN 'paid' THEN payment.paid_on ELSE declaration.closed_on END AS day
            FROM paying_declarationitem item
            JOIN paying_declaration declaration ON declaration.id = item.declaration_id
            LEFT JOIN paying_institutionpayment payment
                ON payment.declaration_id = declaration.id AND payment.status = 'paid'
            WHERE declaration.status IN ('paid', 'set_off')
        )
        SELECT settlement.number AS row, settlement.paid_out_on AS said, closed.day
        FROM claims_settlement settlement
        LEFT JOIN closed ON closed.settlement_id = settlement.id AND closed.sign = 1
        WHERE settlement.paid_out_on IS DISTINCT FROM closed.day
        UNION ALL
        SELECT reversal.number, reversal.taken_off_on, closed.day
        FROM claims_reversal reversal
        LEFT JOIN closed ON closed.settlement_id = reversal.settlement_id AND closed.sign = -1
        WHERE reversal.taken_off_on IS DISTINCT FROM closed.day
    """,
    words=_("It says %(said)s; its declaration was paid or set off on %(day)s."),
)

DEDUCTED = sql_check(
    "declaration.deducted",
    "S1",
    _("What closed declarations deduct is recorded against the inspections, and nothing else is."),
    table="paying_declarationdeduction",
    sql="""
        WITH due AS (
            SELECT declaration.number, line.inspection_id, line.amount
            FROM paying_declarationdeduction line
            JOIN paying_declaration declaration ON declaration.id = line.declaration_id
            WHERE declaration.closed_on IS NOT NULL
        ), recorded AS (
            SELECT payment AS number, inspection_id, amount FROM inspections_deduction
        )
        SELECT number AS row, due.amount, recorded.amount AS recorded
        FROM due FULL JOIN recorded USING (number, inspection_id)
        WHERE due.amount IS DISTINCT FROM recorded.amount
    """,
    words=_("It deducts %(amount)s, recorded is %(recorded)s."),
)

# All of time, so that a fen that went astray anywhere shows: what is owed for live settlements that never went to the
# bank, less what is still to be taken off, what is at the bank or came back, less what is carried on.
PAYABLE = sql_check(
    "declaration.payable",
    "F1, A4",
    _("What the journal owes institutions is what is settled and not paid, less what comes off, to the fen."),
    table=DECLARATION,
    sql=f"""{DUE}
        , closed AS (
            SELECT item.settlement_id, bool_or(sign = 1) AS claimed, bool_or(sign = -1) AS taken_back
            FROM paying_declarationitem item
            JOIN paying_declaration declaration ON declaration.id = item.declaration_id
            WHERE declaration.closed_on IS NOT NULL
            GROUP BY item.settlement_id
        ), owed AS (
            SELECT
                (SELECT coalesce(sum(CASE
                    WHEN settlement.live AND closed.claimed IS NULL THEN settlement.fund
                    WHEN NOT settlement.live AND closed.claimed AND NOT closed.taken_back THEN -settlement.fund
                END), 0)
                FROM claims_settlement settlement JOIN claims_stay stay ON stay.id = settlement.stay_id
                LEFT JOIN closed ON closed.settlement_id = settlement.id
                WHERE NOT stay.self_paid)
                + (SELECT coalesce(sum(payable), 0) FROM paying_declaration WHERE status IN ('listed', 'returned'))
                - (SELECT coalesce(sum(own.carried_out), 0) FROM paying_declaration own
                    LEFT JOIN paying_declaration later ON later.id = own.carried_into_id
                    WHERE own.closed_on IS NOT NULL AND later.closed_on IS NULL)
                AS amount
        ), booked AS (
            SELECT coalesce(sum(day.credits - day.debits), 0) AS amount
            FROM funds_accountday day JOIN funds_account account ON account.id = day.account_id
            WHERE account.code = '{Chart.INSTITUTIONS_PAYABLE}'
        )
        SELECT '{Chart.INSTITUTIONS_PAYABLE}' AS row, owed.amount AS owed, booked.amount AS booked,
            owed.amount = (
                SELECT booked.amount - coalesce(sum(due.amount), 0)
                FROM due LEFT JOIN funds_journalentry entry
                    ON entry.document_type = due.type AND entry.document_number = due.number
                WHERE entry.id IS NULL AND due.code = '{Chart.INSTITUTIONS_PAYABLE}' AND {NOTED}
            ) AS waiting
        FROM owed, booked WHERE owed.amount <> booked.amount
    """,  # noqa: S608
    words=_("By the records %(owed)s yuan are owed, the journal says %(booked)s."),
)

CHECKS = (LINES, SUMS, SIGNED, PAID, CARRIED_OUT, MARKS, DEDUCTED, PAYABLE)
