"""Months, entered documents and the bank's statements of the special account: F1 (Art. 7, 32)."""

from django.utils.translation import gettext_lazy as _

from funds.chart import Chart

from .checks import sql_check

MONTH, DOCUMENT = "funds_month", "funds_entereddocument"

FIGURES = sql_check(
    "month.figures",
    "F1",
    _("Of every closed month the book still says what it said when it was closed."),
    table=MONTH,
    sql=f"""
        WITH closed AS (
            SELECT *, lag(last, 1, '-infinity') OVER (ORDER BY first) AS before
            FROM funds_month WHERE status = 'closed'
        ), moved AS (
            SELECT closed.id, closed.first, account.code, coalesce(sum(day.debits - day.credits), 0) AS amount
            FROM closed CROSS JOIN funds_account account LEFT JOIN funds_accountday day
                ON day.account_id = account.id AND day.day > closed.before AND day.day <= closed.last
            GROUP BY closed.id, closed.first, account.code
        ), stood AS (
            SELECT id, code, sum(amount) OVER (PARTITION BY code ORDER BY first) AS amount FROM moved
        )
        SELECT to_char(month.first, 'YYYY-MM') AS row, stood.code AS account, said.amount AS said,
            stood.amount AS found
        FROM closed month JOIN stood USING (id)
        CROSS JOIN LATERAL (
            SELECT month.in_book AS amount WHERE stood.code = '{Chart.BANK}'
            UNION SELECT coalesce((month.balances ->> stood.code)::numeric, 0) WHERE month.balances IS NOT NULL
        ) AS said
        WHERE said.amount <> stood.amount
    """,  # noqa: S608  the chart's codes
    words=_("It was closed with %(said)s on the account %(account)s; the entries until its end come to %(found)s."),
)

ORDER = sql_check(
    "month.order",
    "F1",
    _("Months are closed one after the other, none is left out."),
    table=MONTH,
    sql="""
        SELECT to_char(first, 'YYYY-MM') AS row, before FROM (
            SELECT first, status, lag(last) OVER (ORDER BY first) AS before,
                lag(status) OVER (ORDER BY first) AS status_before
            FROM funds_month
        ) AS month
        WHERE before IS NOT NULL AND (before <> first - 1 OR status_before <> 'closed')
    """,
    words=_("The month before it ended on %(before)s, or is not closed."),
)

CHECKER = sql_check(
    "month.checker",
    "F1",
    _("Whoever closes a month, or checks a document, is not who prepared or entered it."),
    table="",
    rows="(SELECT id FROM funds_month UNION ALL SELECT id FROM funds_entereddocument) AS record",
    sql="""
        SELECT 'funds_month' AS kind, to_char(first, 'YYYY-MM') AS row FROM funds_month WHERE made_by_id = closed_by_id
        UNION ALL
        SELECT 'funds_entereddocument', number FROM funds_entereddocument WHERE made_by_id = checked_by_id
    """,
    words=_("Both are the same person."),
)

CORRECTION = sql_check(
    "document.correction",
    "F1",
    _("A correction takes back a checked document, all of it and once."),
    table=DOCUMENT,
    sql="""
        SELECT own.number AS row, original.number AS original FROM funds_entereddocument own
        JOIN funds_entereddocument original ON original.id = own.corrects_id
        WHERE own.status IN ('entered', 'checked')
            AND (original.status <> 'checked' OR original.amount <> own.amount OR original.kind = 'correction')
        UNION ALL
        SELECT string_agg(own.number, ', ' ORDER BY own.number), max(original.number)
        FROM funds_entereddocument own JOIN funds_entereddocument original ON original.id = own.corrects_id
        WHERE own.status IN ('entered', 'checked') GROUP BY own.corrects_id HAVING count(*) > 1
    """,
    words=_("It does not fit the document %(original)s."),
)

LINES = sql_check(
    "bank.statement",
    "F1",
    _("The lines of every imported bank statement come to its balances, which follow one another."),
    table="bank_bankstatement",
    sql="""
        WITH line AS (
            SELECT statement_id, count(*) AS count, sum(amount) FILTER (WHERE amount > 0) AS paid_in,
                -sum(amount) FILTER (WHERE amount < 0) AS paid_out
            FROM bank_bankline GROUP BY statement_id
        ), statement AS (
            SELECT own.*, lag(closing) OVER (ORDER BY first) AS before FROM bank_bankstatement own
        )
        SELECT statement.number AS row, statement.closing AS said FROM statement
        LEFT JOIN line ON line.statement_id = statement.id
        WHERE statement.opening <> coalesce(statement.before, statement.opening) OR statement.imported_on IS NOT NULL
            AND (coalesce(line.count, 0), coalesce(line.paid_in, 0), coalesce(line.paid_out, 0))
                <> (statement.count, statement.paid_in, statement.paid_out)
    """,
    words=_("Its lines, or the statement before it, do not come to its closing balance of %(said)s."),
)

MATCHES = sql_check(
    "bank.match",
    "F1",
    _("Both sides of a match of bank and book have the same sum."),
    table="bank_match",
    sql="""
        SELECT own.number AS row, coalesce(bank.sum, 0) AS bank, coalesce(book.sum, 0) AS book FROM bank_match own
        LEFT JOIN (
            SELECT match_id, sum(amount) FROM bank_matchedline matched JOIN bank_bankline line ON line.id = line_id
            GROUP BY match_id
        ) AS bank ON bank.match_id = own.id
        LEFT JOIN (
            SELECT match_id, sum(amount) FROM bank_matchedleg matched JOIN funds_journalleg leg ON leg.id = leg_id
            GROUP BY match_id
        ) AS book ON book.match_id = own.id
        WHERE coalesce(bank.sum, 0) <> coalesce(book.sum, 0)
    """,
    words=_("%(bank)s at the bank, %(book)s in the book."),
)

UNMATCHED = sql_check(
    "bank.unmatched",
    "F1",
    _("What is kept as unmatched are the lines and entries in no match, and every match keeps its days."),
    table="",
    rows="(SELECT line_id FROM bank_unmatchedline UNION ALL SELECT leg_id FROM bank_unmatchedleg "
    "UNION ALL SELECT id FROM bank_match) AS kept",
    sql=f"""
        WITH line AS (
            SELECT line.id, line.day FROM bank_bankline line LEFT JOIN bank_matchedline matched
                ON matched.line_id = line.id WHERE matched.id IS NULL
        ), leg AS (
            SELECT leg.id, entry.booked_on AS day FROM funds_journalleg leg
            JOIN funds_account account ON account.id = leg.account_id AND account.code = '{Chart.BANK}'
            JOIN funds_journalentry entry ON entry.id = leg.entry_id
            LEFT JOIN bank_matchedleg matched ON matched.leg_id = leg.id WHERE matched.id IS NULL
        ), part AS (
            SELECT matched.match_id, line.day FROM bank_matchedline matched
            JOIN bank_bankline line ON line.id = matched.line_id
            UNION ALL
            SELECT matched.match_id, entry.booked_on FROM bank_matchedleg matched
            JOIN funds_journalleg leg ON leg.id = matched.leg_id
            JOIN funds_journalentry entry ON entry.id = leg.entry_id
        ), days AS (
            SELECT match_id, min(day) AS first, max(day) AS last FROM part GROUP BY match_id
        )
        SELECT 'bank_unmatchedline' AS kind, statement.number || ' ' || own.place AS row,
            kept.day AS said, line.day AS found
        FROM bank_unmatchedline kept FULL JOIN line ON line.id = kept.line_id
        JOIN bank_bankline own ON own.id = coalesce(line.id, kept.line_id)
        JOIN bank_bankstatement statement ON statement.id = own.statement_id
        WHERE kept.day IS DISTINCT FROM line.day
        UNION ALL
        SELECT 'bank_unmatchedleg', entry.document_type || ' ' || entry.document_number, kept.day, leg.day
        FROM bank_unmatchedleg kept FULL JOIN leg ON leg.id = kept.leg_id
        JOIN funds_journalleg own ON own.id = coalesce(leg.id, kept.leg_id)
        JOIN funds_journalentry entry ON entry.id = own.entry_id
        WHERE kept.day IS DISTINCT FROM leg.day
        UNION ALL
        SELECT 'bank_match', own.number, own.last_day, days.last
        FROM bank_match own LEFT JOIN days ON days.match_id = own.id
        WHERE (own.first_day, own.last_day) IS DISTINCT FROM (days.first, days.last)
    """,  # noqa: S608  the chart's code
    words=_("Kept with the day %(said)s, found with %(found)s."),
)

CHECKS = (FIGURES, ORDER, CHECKER, CORRECTION, LINES, MATCHES, UNMATCHED)
