"""Stays that residents paid, and what they were paid back: A2, A3, F1, U14."""

from django.utils.translation import gettext_lazy as _

from .checks import sql_check

APPLICATION, PAYMENT, LIST = (
    "reimbursement_reimbursement",
    "reimbursement_residentpayment",
    "reimbursement_paymentlist",
)

SETTLED = sql_check(
    "reimbursement.settled",
    "A2, A4",
    _("An application that is released has a live settlement; no other has one."),
    table=APPLICATION,
    sql="""
        SELECT application.number AS row, application.status, settlement.number AS settlement
        FROM reimbursement_reimbursement application
        LEFT JOIN claims_settlement settlement ON settlement.stay_id = application.stay_id AND settlement.live
        WHERE (application.status IN ('released', 'listed', 'paid', 'returned')) <> (settlement.id IS NOT NULL)
    """,
    words=_("It is “%(status)s”, and its live settlement is %(settlement)s."),
)

STAY = sql_check(
    "reimbursement.stay",
    "A2, F1",
    _("A stay that its resident paid has an application, and no other has one; a refused one's stay is cancelled."),
    table="claims_stay",
    rows="claims_stay WHERE self_paid",
    sql="""
        SELECT stay.number AS row, stay.self_paid AS paid, application.number AS application, stay.status
        FROM claims_stay stay FULL JOIN reimbursement_reimbursement application ON application.stay_id = stay.id
        WHERE stay.self_paid <> (application.id IS NOT NULL)
            OR (application.status = 'refused') <> (stay.status = 'cancelled') AND stay.self_paid
    """,
    words=_("Its application is %(application)s, it is “%(status)s”."),
)

AMOUNT = sql_check(
    "reimbursement.amount",
    "A2, F1",
    _("A payment to a resident is what the fund pays by a settlement of that application's stay, to its account."),
    table=PAYMENT,
    sql="""
        SELECT payment.number AS row, payment.amount, settlement.fund, settlement.number AS settlement
        FROM reimbursement_residentpayment payment
        JOIN claims_settlement settlement ON settlement.id = payment.settlement_id
        JOIN reimbursement_reimbursement application ON application.id = payment.application_id
        JOIN reimbursement_payeeaccount account ON account.id = payment.account_id
        WHERE payment.amount <> settlement.fund OR settlement.stay_id <> application.stay_id
            OR account.application_id <> application.id
            OR (payment.status <> 'returned' AND NOT settlement.live)
    """,
    words=_("It is %(amount)s yuan; by %(settlement)s the fund pays %(fund)s."),
)

ONCE = sql_check(
    "reimbursement.once",
    "F1",
    _("An application stands on one list at most, but for what came back."),
    table=APPLICATION,
    rows="reimbursement_residentpayment WHERE status <> 'returned'",
    sql="""
        SELECT application.number AS row, string_agg(list.number, ', ' ORDER BY list.number) AS lists
        FROM reimbursement_residentpayment payment
        JOIN reimbursement_reimbursement application ON application.id = payment.application_id
        JOIN reimbursement_paymentlist list ON list.id = payment.list_id
        WHERE payment.status <> 'returned' GROUP BY application.number HAVING count(*) > 1
    """,
    words=_("It stands on %(lists)s."),
)

STATE = sql_check(
    "reimbursement.state",
    "F1",
    _("An application says what became of its last payment."),
    table=APPLICATION,
    sql="""
        SELECT application.number AS row, application.status, last.status AS payment
        FROM reimbursement_reimbursement application
        LEFT JOIN LATERAL (
            SELECT payment.status FROM reimbursement_residentpayment payment
            WHERE payment.application_id = application.id ORDER BY payment.id DESC LIMIT 1
        ) AS last ON true
        WHERE CASE WHEN application.status IN ('listed', 'paid', 'returned')
            THEN last.status IS DISTINCT FROM application.status
            ELSE coalesce(last.status, 'returned') <> 'returned' END
    """,
    words=_("It is “%(status)s”, its last payment “%(payment)s”."),
)

CARRIED_OUT = sql_check(
    "reimbursement.list",
    "F1",
    _("The payments of a list that the bank carried out have its value date, and none is open; else none is paid."),
    table=LIST,
    sql="""
        SELECT list.number AS row, list.paid_on, string_agg(payment.number, ', ' ORDER BY payment.number) AS payments
        FROM reimbursement_paymentlist list JOIN reimbursement_residentpayment payment ON payment.list_id = list.id
        WHERE payment.status = 'listed' AND list.paid_on IS NOT NULL
            OR payment.paid_on IS NOT NULL AND payment.paid_on IS DISTINCT FROM list.paid_on
        GROUP BY list.id
    """,
    words=_("It was carried out on %(paid_on)s; these payments say something else: %(payments)s."),
)

CHECKER = sql_check(
    "reimbursement.checker",
    "A2, A3",
    _("Nobody decided on an application that they entered or examined, or paid to an account that they entered."),
    table=APPLICATION,
    sql="""
        SELECT number AS row, 'decided' AS problem FROM reimbursement_reimbursement
        WHERE decided_by_id IN (made_by_id, examined_by_id)
        UNION
        SELECT application.number, 'paid' FROM reimbursement_residentpayment payment
        JOIN reimbursement_reimbursement application ON application.id = payment.application_id
        JOIN reimbursement_paymentlist list ON list.id = payment.list_id
        JOIN reimbursement_payeeaccount account ON account.id = payment.account_id
        WHERE list.made_by_id = account.made_by_id
    """,
    words={
        "decided": _("Who entered or examined it decided on it."),
        "paid": _("Who entered its account put it on a list."),
    },
)

PAPER = sql_check(
    "reimbursement.paper",
    "A2, A3",
    _("What was decided on an application was said in writing, and is kept."),
    table=APPLICATION,
    sql="""
        SELECT application.number AS row, application.status
        FROM reimbursement_reimbursement application
        WHERE application.decided_on IS NOT NULL AND NOT EXISTS (
            SELECT FROM papers_keptpaper paper
            WHERE paper.object_type = 'reimbursement.reimbursement' AND paper.object_number = application.number
                AND paper.kind = CASE application.status
                    WHEN 'refused' THEN 'reimbursement_refusal' ELSE 'reimbursement_decision' END
        )
    """,
    words=_("It is “%(status)s”, and no such paper is kept."),
)

INVOICE = sql_check(
    "reimbursement.invoice",
    "A2, F1",
    _("An invoice is one of the institution where the stay was, and none is left of a refused application."),
    table="reimbursement_invoice",
    sql="""
        SELECT application.number AS row, invoice.printed, application.status
        FROM reimbursement_invoice invoice
        JOIN reimbursement_reimbursement application ON application.id = invoice.application_id
        JOIN claims_stay stay ON stay.id = application.stay_id
        WHERE application.status = 'refused' OR invoice.institution_id <> stay.institution_id
    """,
    words=_("It is “%(status)s”, and its invoice %(printed)s is another institution's or should be gone."),
)

CHECKS = (SETTLED, STAY, AMOUNT, ONCE, STATE, CARRIED_OUT, CHECKER, PAPER, INVOICE)
