"""Stays that need a person: queue, cuts, maker and checker (A1, A4, U14)."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .checks import sql_check

REVIEW = "claims_review"

QUEUE = sql_check(
    "review.queue",
    "A4, A8",
    _("A stay is held while its settlement is reviewed, and only then; what is settled has no open review."),
    table="claims_stay",
    sql="""
        SELECT stay.number AS row, stay.status, stay.held, coalesce(review.reasons, '[]')::text AS reasons
        FROM claims_stay stay
        LEFT JOIN claims_review review ON review.stay_id = stay.id AND review.kind = 'settlement'
            AND review.status IN ('waiting', 'proposed')
        WHERE CASE WHEN review.id IS NULL THEN stay.held <> ''
            ELSE stay.status <> 'discharged' OR stay.held <> coalesce(review.reasons ->> 0, '') OR stay.held = '' END
    """,
    words=_("It is “%(status)s” and held for “%(held)s”; its open review says %(reasons)s."),
)

REVERSAL = sql_check(
    "review.reversal",
    "A4",
    _("A reversal is asked for of the live settlement of a settled stay."),
    table=REVIEW,
    rows="claims_review WHERE kind = 'reversal' AND status IN ('waiting', 'proposed')",
    sql="""
        SELECT stay.number AS row, coalesce(settlement.number, '') AS settlement
        FROM claims_review review JOIN claims_stay stay ON stay.id = review.stay_id
        LEFT JOIN claims_settlement settlement ON settlement.id = review.settlement_id
        WHERE review.kind = 'reversal' AND review.status IN ('waiting', 'proposed') AND NOT coalesce(
            stay.status = 'settled' AND settlement.live AND settlement.stay_id = stay.id, false)
    """,
    words=_("The reversal of “%(settlement)s” is asked for, which is not what the stay is settled by."),
)

RELEASED = sql_check(
    "review.released",
    "A4",
    _("A released review led to a settlement of its stay, or to the reversal of one."),
    table=REVIEW,
    rows="claims_review WHERE status = 'released'",
    sql="""
        SELECT stay.number AS row, coalesce(settlement.number, '') AS settlement
        FROM claims_review review JOIN claims_stay stay ON stay.id = review.stay_id
        LEFT JOIN claims_settlement settlement ON settlement.id = review.settlement_id
        WHERE review.status = 'released' AND NOT coalesce(settlement.stay_id = stay.id
            AND (review.kind = 'settlement' OR NOT settlement.live), false)
    """,
    words=_("It was released, and “%(settlement)s” is not what came of it."),
)

CUT = sql_check(
    "line.denied",
    "A1",
    _("What is denied of a fee line stands beside it with its reason, and is never more than the line."),
    table="claims_feeline",
    rows="claims_feeline WHERE denied > 0",
    sql="""
        SELECT stay.number || ' / ' || line.line_number AS row, line.amount, line.denied,
            coalesce(cut.amount, 0) AS cut
        FROM claims_feeline line JOIN claims_stay stay ON stay.id = line.stay_id
        JOIN claims_feelinecut cut ON cut.line_id = line.id
        WHERE cut.amount <> line.denied OR cut.amount > line.amount OR cut.amount <= 0 OR cut.reason = ''
        UNION ALL
        SELECT stay.number || ' / ' || line.line_number, line.amount, line.denied, 0
        FROM claims_feeline line JOIN claims_stay stay ON stay.id = line.stay_id
        WHERE line.denied <> 0 AND NOT EXISTS (SELECT FROM claims_feelinecut cut WHERE cut.line_id = line.id)
    """,
    words=_("Of %(amount)s the line says %(denied)s are denied, the reason stands beside %(cut)s."),
)

CHECKER = sql_check(
    "review.checker",
    "A4",
    _("From the threshold of the second person on nobody released what they examined."),
    table=REVIEW,
    rows="claims_review WHERE status IN ('released', 'denied')",
    sql="""
        SELECT stay.number AS row, coalesce(review.fund, 0) AS fund
        FROM claims_review review JOIN claims_stay stay ON stay.id = review.stay_id
        WHERE review.status IN ('released', 'denied')
            AND (review.closed_by_id = review.examined_by_id OR EXISTS (
                SELECT FROM claims_feelinecut cut JOIN claims_feeline line ON line.id = cut.line_id
                WHERE line.stay_id = stay.id AND cut.made_by_id = review.closed_by_id))
            AND coalesce(review.fund, 0) >= {threshold}
    """.replace("{threshold}", str(settings.REVIEW_SECOND_PERSON_FROM)),
    words=_("Who examined it released it, with %(fund)s yuan of the fund at stake."),
)

EXAMINED = sql_check(
    "review.examined",
    "A4",
    _("A stay that somebody examined, or denied a line of, is known for it, so that it comes to the desk again."),
    table="claims_stay",
    sql="""
        SELECT stay.number AS row, stay.status
        FROM claims_stay stay
        WHERE NOT stay.examined AND (
            EXISTS (SELECT FROM claims_review review WHERE review.stay_id = stay.id AND review.kind = 'settlement'
                AND review.examined_on IS NOT NULL)
            OR EXISTS (SELECT FROM claims_feeline line WHERE line.stay_id = stay.id AND line.denied > 0))
    """,
    words=_("It is “%(status)s”, and nothing says that it was examined."),
)

CHECKS = (QUEUE, REVERSAL, RELEASED, CUT, CHECKER, EXAMINED)
