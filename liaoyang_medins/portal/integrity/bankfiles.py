"""Bank files: that nothing that a bank sent is lost or changed (C6, C8)."""

from django.utils.translation import gettext_lazy as _

from .checks import sql_check

FILE = "bankfiles_bankfile"

CONTENT = sql_check(
    "bankfile.content",
    "C6",
    _("A bank file is kept byte for byte as it came."),
    table=FILE,
    sql="""
        SELECT file.number AS row FROM bankfiles_bankfile file
        LEFT JOIN bankfiles_bankfilepart part ON part.file_id = file.id
        GROUP BY file.id
        HAVING encode(sha256(coalesce(string_agg(part.content, ''::bytea ORDER BY part.position), ''::bytea)), 'hex')
            <> file.sha256
    """,
    words=_("Its bytes do not have the hash that they came with."),
)

SUMS = sql_check(
    "bankfile.sums",
    "C6, C8",
    _("The lines of an imported bank file are as many, and come to as much, as its trailer says."),
    table=FILE,
    rows="bankfiles_bankfile WHERE imported_on IS NOT NULL",
    sql="""
        SELECT file.number AS row, file.payments_sum, file.returns_sum,
            coalesce(sum(line.amount) FILTER (WHERE NOT line.returned), 0) AS payments,
            coalesce(sum(line.amount) FILTER (WHERE line.returned), 0) AS returns
        FROM bankfiles_bankfile file LEFT JOIN bankfiles_bankfileline line ON line.file_id = file.id
        WHERE file.imported_on IS NOT NULL
        GROUP BY file.id
        HAVING (
            count(*) FILTER (WHERE NOT line.returned), coalesce(sum(line.amount) FILTER (WHERE NOT line.returned), 0),
            count(*) FILTER (WHERE line.returned), coalesce(sum(line.amount) FILTER (WHERE line.returned), 0)
        ) <> (file.payments, file.payments_sum, file.returns, file.returns_sum)
    """,
    words=_(
        "Its lines come to %(payments)s and %(returns)s yuan, its trailer says %(payments_sum)s and %(returns_sum)s."
    ),
)

LINES = sql_check(
    "bankfile.line",
    "C6, C8",
    _("A line of a bank file fits its receipt: in amount and value date, and returned where it went back."),
    table="bankfiles_bankfileline",
    sql="""
        SELECT file.number || ' / ' || line.place AS row, receipt.number AS receipt
        FROM bankfiles_bankfileline line JOIN bankfiles_bankfile file ON file.id = line.file_id
        JOIN contributions_receipt receipt ON receipt.id = line.receipt_id
        WHERE line.result <> 'open' AND line.amount <> receipt.amount
            OR NOT line.returned AND line.day <> receipt.paid_on
            OR line.result = 'returned' AND receipt.status <> 'returned'
    """,
    words=_("Its receipt %(receipt)s says something else."),
)

CHECKS = (CONTENT, SUMS, LINES)
