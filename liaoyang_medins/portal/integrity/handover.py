"""Lists that are handed over: A6 (Art. 33, 34)."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.handover.models import HandoverList
from claims.handover.selectors import seal_of
from liaoyang_medins.portal.snapshot import Row

from .checks import rule_check, sql_check

LIST, LINE = "handover_handoverlist", "handover_handoverline"

AMOUNTS = sql_check(
    "handover.amounts",
    "A6",
    _("A line has the figures of its settlement, a correction those of the line that it takes back."),
    table=LINE,
    sql="""
        SELECT list.number || ' / ' || settlement.number AS row, line.amount,
            CASE WHEN line.corrects_id IS NOT NULL THEN -earlier.amount
                WHEN line.kind = 'over_cap' THEN settlement.over_cap ELSE settlement.resident_pays END AS should
        FROM handover_handoverline line
        JOIN handover_handoverlist list ON list.id = line.list_id
        JOIN claims_settlement settlement ON settlement.id = line.settlement_id
        LEFT JOIN handover_handoverline earlier ON earlier.id = line.corrects_id
        WHERE line.kind <> list.kind
            OR CASE WHEN line.corrects_id IS NOT NULL
                THEN line.amount <> -earlier.amount OR line.over_cap <> -earlier.over_cap
                    OR earlier.settlement_id <> line.settlement_id OR settlement.live
                ELSE (line.total, line.fund, line.out_of_scope, line.deductible, line.copayment, line.over_cap)
                    <> (settlement.total, settlement.fund, settlement.out_of_scope, settlement.deductible,
                        settlement.copayment, settlement.over_cap)
                    OR line.amount <> CASE WHEN line.kind = 'over_cap' THEN settlement.over_cap
                        ELSE settlement.resident_pays END
                    OR line.settled_on <> settlement.settled_on OR line.settled_on > list.period_until
                END
    """,
    words=_("%(amount)s yuan are handed over, %(should)s would be right."),
)

COMPLETE = sql_check(
    "handover.complete",
    "A6",
    _("What lies over the cap of a live settlement is in a list by the day of the last one that takes its days."),
    table="claims_settlement",
    rows="claims_settlement WHERE over_cap > 0",
    sql="""
        WITH last AS (
            SELECT max(drafted_on) AS drafted_on, period_until FROM handover_handoverlist
            WHERE kind = 'over_cap' AND status = 'issued' AND district_id IS NULL GROUP BY period_until
        )
        SELECT settlement.number AS row, settlement.over_cap
        FROM claims_settlement settlement
        WHERE settlement.live AND settlement.over_cap > 0
            AND EXISTS (SELECT FROM last WHERE last.period_until >= settlement.settled_on
                AND last.drafted_on > settlement.decided_on)
            AND NOT EXISTS (SELECT FROM handover_handoverline line
                WHERE line.settlement_id = settlement.id AND line.kind = 'over_cap' AND line.corrects_id IS NULL)
    """,
    words=_("%(over_cap)s yuan lie over the cap, and no list has them."),
)

CORRECTED = sql_check(
    "handover.corrected",
    "A6",
    _("A settlement that was reversed after its list was issued is taken back by the next list of all."),
    table=LINE,
    sql="""
        SELECT list.number || ' / ' || settlement.number AS row, reversal.number AS reversal
        FROM handover_handoverline line
        JOIN handover_handoverlist list ON list.id = line.list_id AND list.status = 'issued'
        JOIN claims_settlement settlement ON settlement.id = line.settlement_id
        JOIN claims_reversal reversal ON reversal.settlement_id = settlement.id
        WHERE line.corrects_id IS NULL
            AND NOT EXISTS (SELECT FROM handover_handoverline later WHERE later.corrects_id = line.id)
            AND EXISTS (SELECT FROM handover_handoverlist later WHERE later.kind = list.kind
                AND later.status = 'issued' AND later.district_id IS NULL AND later.drafted_on > reversal.reversed_on
                AND later.id > list.id AND later.drafted_on >= list.issued_on)
    """,
    words=_("It was reversed by %(reversal)s, and no later list takes it back."),
)


def judge_seal(row: Row) -> str | None:
    """What an issued list says is what it said when it was issued."""
    found = HandoverList.objects.get(number=row["row"])
    return None if seal_of(found) == row["sha256"] else gettext("Its lines are not those that were issued.")


SEAL = rule_check(
    "handover.seal",
    "A6",
    _("An issued list says what it said when it was issued."),
    table=LIST,
    rows="handover_handoverlist WHERE status = 'issued'",
    sql="SELECT number AS row, sha256 FROM handover_handoverlist WHERE status = 'issued'",
    judge=judge_seal,
)

CHECKS = (AMOUNTS, COMPLETE, CORRECTED, SEAL)
