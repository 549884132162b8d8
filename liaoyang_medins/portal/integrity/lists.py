"""Lists of other authorities and schools: what became of their rows."""

from django.utils.translation import gettext_lazy as _

from .checks import sql_check

APPLIED = sql_check(
    "list.applied",
    "—",
    _("Of a list that was applied every row is done, or says why not."),
    table="lists_listrow",
    sql="""
        SELECT list.number AS row, count(*) AS rows FROM lists_listrow
        JOIN lists_uploadedlist list ON list.id = list_id
        WHERE applied_on IS NOT NULL AND (
            state IN ('waiting', 'would') OR state IN ('nothing', 'refused') AND findings = '[]'
            OR state = 'done' AND resident_id IS NULL
        ) GROUP BY list.number
    """,
    words=_("%(rows)s of its rows are not."),
)

CLASSES = sql_check(
    "class.overlap",
    "W10",
    _("Nobody is in two classes on one day."),
    table="lists_classmembership",
    sql="""
        SELECT DISTINCT resident.number AS row FROM lists_classmembership one
        JOIN lists_classmembership other ON other.resident_id = one.resident_id AND other.id > one.id
            AND daterange(other.starts, other.ends, '[]') && daterange(one.starts, one.ends, '[]')
        JOIN registration_resident resident ON resident.id = one.resident_id
    """,
    words=_("There are two classes on one day."),
)

CHECKS = (APPLIED, CLASSES)
