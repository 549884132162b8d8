"""School collections: that a list, its payment and what became of its lines fit each other (W4, C6)."""

from django.utils.translation import gettext_lazy as _

from .checks import sql_check

COLLECTION = "collecting_collection"

SUM = sql_check(
    "collection.sum",
    "W4",
    _("A collection has as many lines, and comes to as much, as it says."),
    table=COLLECTION,
    sql="""
        SELECT collection.number AS row, collection.count, collection.amount, coalesce(lines.count, 0) AS lines,
            coalesce(lines.amount, 0) AS told
        FROM collecting_collection collection
        LEFT JOIN (
            SELECT collection_id, count(*) AS count, sum(amount) AS amount FROM collecting_collectionline
            GROUP BY collection_id
        ) AS lines ON lines.collection_id = collection.id
        WHERE (collection.count, collection.amount) IS DISTINCT FROM (lines.count, lines.amount)
    """,
    words=_("It says %(count)s notices and %(amount)s yuan; its lines are %(lines)s and come to %(told)s."),
)

LINE = sql_check(
    "collection.line",
    "W4, C6",
    _(
        "Each line of a paid collection is a receipt of the school for its notice, and no other line is one; of a "
        "collection whose payment went back every receipt did."
    ),
    table="collecting_collectionline",
    sql="""
        SELECT collection.number || ' / ' || line.place AS row, collection.status,
            coalesce(receipt.number, '–') AS receipt
        FROM collecting_collectionline line
        JOIN collecting_collection collection ON collection.id = line.collection_id
        JOIN contributions_contributionnotice notice ON notice.id = line.notice_id
        LEFT JOIN contributions_receipt receipt ON receipt.id = line.receipt_id
        WHERE line.open <> (collection.status = 'handed_in')
            OR (receipt.id IS NOT NULL) <> (collection.status IN ('paid', 'returned'))
            OR collection.status = 'returned' AND receipt.status <> 'returned'
            OR receipt.amount <> line.amount OR receipt.paid_on <> collection.paid_on
            OR receipt.channel <> 'school' OR receipt.stated_notice <> notice.number
            OR receipt.bank_reference <> collection.bank_reference || '/' || line.place
    """,
    words=_("The collection is “%(status)s”, which the line's state or its receipt %(receipt)s does not fit."),
)

CHECKS = (SUM, LINE)
