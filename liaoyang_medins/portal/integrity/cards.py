"""Certificates and cards (W7), the misuse of cards and what is recovered for it (S1; Art. 11, 30)."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.cards.numbering import is_card_number
from liaoyang_medins.portal.snapshot import Row

from .checks import rule_check, sql_check

CARD = "cards_insurancecard"
CASE = "misuse_misusecase"


def _judge_number(row: Row) -> str | None:
    return None if is_card_number(str(row["row"])) else gettext("Its check digit is wrong.")


NUMBER = rule_check(
    "card.number",
    "W7",
    _("A card's number has its check digit."),
    table=CARD,
    sql="SELECT number AS row FROM cards_insurancecard",
    judge=_judge_number,
)

ONE_LIVE = sql_check(
    "card.one_live",
    "W7",
    _("An enrollment has at most one card that is not dead."),
    table=CARD,
    rows="cards_insurancecard WHERE status NOT IN ('replaced', 'ended')",
    sql="""
        SELECT string_agg(number, ', ' ORDER BY number) AS row, count(*) AS cards FROM cards_insurancecard
        WHERE status NOT IN ('replaced', 'ended') GROUP BY enrollment_id HAVING count(*) > 1
    """,
    words=_("Its enrollment has %(cards)s live cards."),
)

REPLACED = sql_check(
    "card.replaced",
    "W7",
    _("A card is replaced where another one took its place, in the same enrollment, and nowhere else."),
    table=CARD,
    sql="""
        SELECT card.number AS row FROM cards_insurancecard card
        LEFT JOIN cards_insurancecard other ON other.replaces_id = card.id
        WHERE (card.status = 'replaced') <> (other.id IS NOT NULL) OR other.enrollment_id <> card.enrollment_id
    """,
    words=_("It is replaced without another card, or has one and is not replaced."),
)

TERM = sql_check(
    "card.term",
    "W7",
    _("A certificate says only what was paid, and its enrollment has a card."),
    table="cards_certificateterm",
    sql="""
        SELECT notice.number AS row, notice.status FROM cards_certificateterm term
        JOIN contributions_contributionnotice notice ON notice.id = term.notice_id
        WHERE notice.status NOT IN ('paid', 'returned')
            OR NOT EXISTS (SELECT FROM cards_insurancecard card WHERE card.enrollment_id = notice.enrollment_id)
    """,
    words=_("The notice is “%(status)s”, or its enrollment has no card."),
)

BAR = sql_check(
    "misuse.bar",
    "S1",
    _("A decided misuse bars the person from the day of the decision for the years of the policy; a revoked one not."),
    table=CASE,
    rows="misuse_misusecase WHERE status IN ('decided', 'revoked')",
    sql="""
        SELECT own.number AS row, bar.starts, bar.ends FROM misuse_misusecase own
        LEFT JOIN registration_circumstance bar ON bar.id = own.bar_id
        LEFT JOIN {laws} ON law.version = own.policy_version
        WHERE own.status IN ('decided', 'revoked') AND (
            bar.id IS NULL OR bar.kind <> 'bar' OR bar.resident_id <> own.resident_id
            OR bar.voided <> (own.status = 'revoked') OR bar.starts <> own.decided_on
            OR own.barred_until <> (own.decided_on + make_interval(years => law.bar_years))::date
            OR bar.ends <> own.barred_until
        )
    """,
    words=_("Its bar (%(starts)s to %(ends)s) is not what was decided."),
)

SUSPENDED = sql_check(
    "misuse.card",
    "S1",
    _("A card is suspended where a misuse of its holder is decided, and nowhere else."),
    table=CARD,
    rows="cards_insurancecard WHERE status = 'suspended'",
    sql="""
        SELECT card.number AS row FROM cards_insurancecard card
        WHERE card.status = 'suspended' AND NOT EXISTS (
            SELECT FROM misuse_misusecase own WHERE own.resident_id = card.resident_id AND own.status = 'decided'
        )
    """,
    words=_("It is suspended, and no misuse of its holder is decided."),
)

RECOVERY = sql_check(
    "misuse.recovery",
    "S1",
    _("At most what the fund paid is to be recovered of a settlement of the person, and at most that came back."),
    table=CASE,
    sql="""
        SELECT own.number AS row, claimed.sum AS claimed, coalesce(paid.sum, 0) AS received
        FROM misuse_misusecase own
        LEFT JOIN LATERAL (
            SELECT sum(item.amount) AS sum,
                bool_or(item.amount > settlement.fund OR settlement.resident_id <> own.resident_id) AS wrong
            FROM misuse_recoveryitem item JOIN claims_settlement settlement ON settlement.id = item.settlement_id
            WHERE item.case_id = own.id
        ) AS claimed ON true
        LEFT JOIN LATERAL (SELECT sum(amount) FROM misuse_recoverypayment WHERE case_id = own.id) AS paid ON true
        WHERE claimed.wrong OR coalesce(paid.sum, 0) > coalesce(claimed.sum, 0)
    """,
    words=_("%(claimed)s yuan are claimed and %(received)s came back: more than may be."),
)

CHECKER = sql_check(
    "misuse.checker",
    "S1",
    _("Nobody decides on a misuse whose facts they wrote."),
    table=CASE,
    sql="SELECT number AS row FROM misuse_misusecase WHERE made_by_id = decided_by_id",
    words=_("Who wrote the facts decided."),
)

CHECKS = (NUMBER, ONE_LIVE, REPLACED, TERM, BAR, SUSPENDED, RECOVERY, CHECKER)
