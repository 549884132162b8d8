"""Subsidy statements and what arrives on them: F2, F3, C3 (Art. 14, 15)."""

import hashlib
from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from funds import rules
from liaoyang_medins.kernel import policy
from liaoyang_medins.portal.snapshot import Row, one_row, stream

from .checks import Check, Finding, rule_check, sql_check
from .known import PAID_KNOWN, RETURN_KNOWN

STATEMENT = "funds_subsidystatement"
NOTICE = "contributions_contributionnotice"
ISSUED = "funds_subsidystatement WHERE status = 'issued'"
CLAIMED = """funds_subsidyitem item JOIN funds_subsidystatement statement
    ON statement.id = item.statement_id AND statement.status = 'issued'"""

ITEMS = sql_check(
    "statement.items",
    "F3, C3",
    _("A line of an issued statement has the amounts, category and tier of its notice, in a correction below zero."),
    table=STATEMENT,
    rows=CLAIMED,
    sql="""
        SELECT statement.number AS row, notice.number AS notice, item.government, item.city, item.district_share
        FROM funds_subsidyitem item
        JOIN funds_subsidystatement statement ON statement.id = item.statement_id AND statement.status = 'issued'
        JOIN contributions_contributionnotice notice ON notice.id = item.notice_id
        WHERE (item.government, item.city, item.district_share, item.category, item.tier) IS DISTINCT FROM (
                item.persons * notice.government, item.persons * notice.city, item.persons * notice.district_share,
                notice.category, notice.tier)
            OR item.persons NOT IN (1, -1)
    """,
    words=_("Its line for %(notice)s (%(government)s: %(city)s, %(district_share)s) is not what the notice says."),
)

COUNTED = sql_check(
    "statement.counted",
    "F3",
    _("Issued statements count a person in a contribution year, and a notice in a district, once or not at all."),
    table="registration_resident",
    rows=CLAIMED,
    sql="""
        SELECT DISTINCT resident.number AS row, line.contribution_year AS year FROM (
            SELECT notice.resident_id, notice.contribution_year,
                sum(sum(item.persons)) OVER (PARTITION BY notice.resident_id, notice.contribution_year) AS in_year,
                sum(item.persons) AS in_district
            FROM funds_subsidyitem item
            JOIN funds_subsidystatement statement ON statement.id = item.statement_id AND statement.status = 'issued'
            JOIN contributions_contributionnotice notice ON notice.id = item.notice_id
            GROUP BY notice.resident_id, notice.contribution_year, notice.id, item.district_id
        ) AS line
        JOIN registration_resident resident ON resident.id = line.resident_id
        WHERE in_year NOT IN (0, 1) OR in_district NOT IN (0, 1)
    """,
    words=_("For %(year)s the person is counted other than once."),
)

# Known on the day of issue itself: whether before or after it, nobody can tell.
COMPLETE = sql_check(
    "statement.complete",
    "F3",
    _("A paid notice with a government part is claimed by the statement of its day; known late, by the next."),
    table=NOTICE,
    rows="contributions_contributionnotice WHERE status = 'paid' AND government > 0",
    sql="""
        WITH issued AS MATERIALIZED (
            SELECT number, period_from, period_until, issued_on FROM funds_subsidystatement WHERE status = 'issued'
        )
        SELECT notice.number AS row, notice.paid_on, own.number AS statement
        FROM contributions_contributionnotice notice
        JOIN {paid} AS paid ON paid.notice_id = notice.id
        JOIN issued own ON notice.paid_on BETWEEN own.period_from AND own.period_until
        WHERE notice.status = 'paid' AND notice.government > 0
            AND EXISTS (
                SELECT FROM issued asked WHERE asked.issued_on > paid.known_on
                    AND (asked.number = own.number OR asked.issued_on > own.issued_on)
            )
            AND NOT EXISTS (
                SELECT FROM funds_subsidyitem item
                JOIN funds_subsidystatement statement ON statement.id = item.statement_id
                WHERE statement.status = 'issued' AND item.notice_id = notice.id
                HAVING sum(item.persons) >= 1
            )
    """.replace("{paid}", PAID_KNOWN),
    words=_("Paid on %(paid_on)s, it is in no issued statement, although %(statement)s is for that day."),
)

CORRECTED = sql_check(
    "statement.corrected",
    "F3, C8",
    _("A claim whose payment was returned is taken off by the statement that is issued next."),
    table=NOTICE,
    rows=CLAIMED,
    sql="""
        SELECT notice.number AS row, returned.known_on AS day, sum(item.persons) AS persons
        FROM contributions_contributionnotice notice
        LEFT JOIN {returned} AS returned ON returned.notice_id = notice.id
        JOIN funds_subsidyitem item ON item.notice_id = notice.id
        JOIN funds_subsidystatement statement ON statement.id = item.statement_id AND statement.status = 'issued'
        WHERE notice.status <> 'paid' AND (returned.known_on IS NULL OR EXISTS (
            SELECT FROM funds_subsidystatement later
            WHERE later.status = 'issued' AND later.issued_on > returned.known_on
        ))
        GROUP BY notice.number, returned.known_on HAVING sum(item.persons) > 0
    """.replace("{returned}", RETURN_KNOWN),
    words=_("It is not paid (its payment was returned: %(day)s), and it is still claimed."),
)


SEALED_DAYS = ("period_from", "period_until", "issued_on", "due_on")


def seal_of(number: str) -> str:
    """The seal of a statement as it stands, line by line as the rule orders them."""
    found = one_row("SELECT * FROM funds_subsidystatement WHERE number = %(number)s", {"number": number})
    digest = hashlib.sha256(
        "|".join([found["number"], found["kind"], *(f"{found[day]:%Y-%m-%d}" for day in SEALED_DAYS)]).encode()
    )
    lines = stream(
        """
        SELECT notice.number AS notice, district.code AS district, item.category, item.tier, persons,
            item.government, item.city, item.district_share
        FROM funds_subsidyitem item
        JOIN contributions_contributionnotice notice ON notice.id = item.notice_id
        JOIN offices_office district ON district.id = item.district_id
        WHERE item.statement_id = %(id)s
        ORDER BY notice.number COLLATE "C", district.code COLLATE "C", persons DESC
        """,
        {"id": found["id"]},
    )
    for row in lines:
        digest.update(rules.sealed_line(rules.Line(**row)))
    return digest.hexdigest()


def broken_seals(check: Check) -> Iterator[Finding]:
    """The issued statements whose hash is not that of what they say."""
    for row in stream("SELECT number, hash FROM funds_subsidystatement WHERE status = 'issued' ORDER BY number"):
        if seal_of(row["number"]) != row["hash"]:
            yield Finding(check.code, STATEMENT, row["number"], gettext("It does not say any more what was issued."))


HASH = Check(
    "statement.hash",
    "F3",
    _("An issued statement says what it said when it was issued."),
    ISSUED,
    broken_seals,
)


def judge_period(row: Row) -> str | None:
    """F2: the statement's period is one of the rule's, and its terms and people fit its status."""
    law = policy.on(settings.POOLING_AREA, row["period_from"])
    found = rules.period_of(row["period_from"], law)
    stored = (row["kind"], row["period_from"], row["period_until"])
    if stored != (found.kind.value, found.first, found.last):
        return gettext("From %(first)s to %(last)s is no period of the rule.") % {
            "first": row["period_from"],
            "last": row["period_until"],
        }
    return None


PERIOD = rule_check(
    "statement.period",
    "F2",
    _("A statement is for a window, or for what of a month lies outside it."),
    table=STATEMENT,
    sql="SELECT number AS row, kind, period_from, period_until FROM funds_subsidystatement",
    judge=judge_period,
)


def judge_due(row: Row) -> str | None:
    """F2, Art. 15: due 30 days after its date, which lies behind its period."""
    issued: date | None = row["issued_on"]
    if issued is None or row["status"] != "issued":
        wrong = row["status"] == "issued" or issued is not None or row["due_on"] is not None
        return gettext("Its dates do not fit its status.") if wrong else None
    due = rules.due_on(issued, policy.version(settings.POOLING_AREA, row["policy_version"]))
    if issued <= row["period_until"] or row["due_on"] != due:
        return gettext("Issued on %(issued)s it is due on %(due)s, not on %(stored)s.") % {
            "issued": issued,
            "due": due,
            "stored": row["due_on"],
        }
    return None


DUE = rule_check(
    "statement.due",
    "F2",
    _("An issued statement is dated behind its period and due at the end of its term."),
    table=STATEMENT,
    rows="funds_subsidystatement statement JOIN {laws} ON law.version = statement.policy_version",
    sql="""
        SELECT number AS row, status, issued_on, due_on, period_until, policy_version
        FROM funds_subsidystatement statement JOIN {laws} ON law.version = statement.policy_version
    """,
    judge=judge_due,
)

CHECKER = sql_check(
    "statement.checker",
    "F2",
    _("Three people signed a statement: who made it, who checked it, who approved it."),
    table=STATEMENT,
    rows=ISSUED,
    sql="""
        SELECT statement.number AS row, count(DISTINCT signed.by) AS people
        FROM funds_subsidystatement statement
        LEFT JOIN LATERAL (VALUES (made_by_id), (checked_by_id), (approved_by_id)) AS signed (by) ON true
        WHERE statement.status = 'issued' GROUP BY statement.number HAVING count(DISTINCT signed.by) < 3
    """,
    words=_("It has the signatures of %(people)s people."),
)

RECEIVED = sql_check(
    "subsidy.received",
    "F2",
    _("City and districts paid on an issued statement, after its date, and never more than it claims of them."),
    table=STATEMENT,
    rows="funds_subsidyreceipt",
    sql="""
        WITH claimed AS (
            SELECT statement_id, district_id AS payer_id, sum(district_share) AS amount
            FROM funds_subsidyitem GROUP BY statement_id, district_id
            UNION ALL
            SELECT statement_id, district.parent_id, sum(city)
            FROM funds_subsidyitem item JOIN offices_office district ON district.id = item.district_id
            GROUP BY statement_id, district.parent_id
        ), received AS (
            SELECT statement_id, payer_id, sum(amount) AS amount, min(paid_on) AS first
            FROM funds_subsidyreceipt GROUP BY statement_id, payer_id
        )
        SELECT statement.number AS row, payer.code AS payer, received.amount AS received,
            coalesce(claimed.amount, 0) AS claimed
        FROM received
        JOIN funds_subsidystatement statement ON statement.id = received.statement_id
        JOIN offices_office payer ON payer.id = received.payer_id
        LEFT JOIN claimed USING (statement_id, payer_id)
        WHERE received.amount > coalesce(claimed.amount, 0) OR statement.status <> 'issued'
            OR received.first < statement.issued_on
    """,
    words=_("%(payer)s paid %(received)s of %(claimed)s claimed, or paid before it was issued."),
)

REFERENCE = sql_check(
    "subsidy.reference",
    "F2",
    _("A bank reference of a subsidy is taken once."),
    table="funds_subsidyreceipt",
    sql="""
        SELECT string_agg(number, ', ' ORDER BY number) AS row, bank_reference AS reference
        FROM funds_subsidyreceipt WHERE live OR btrim(bank_reference) = ''
        GROUP BY bank_reference HAVING count(*) > 1 OR btrim(bank_reference) = ''
    """,
    words=_("The bank reference “%(reference)s” is missing or taken twice."),
)

TAKEN_BACK = sql_check(
    "subsidy.taken_back",
    "F1, F2",
    _("A subsidy that was taken back is set against one of the same amount, payer and statement, once."),
    table="funds_subsidyreceipt",
    sql="""
        SELECT receipt.number AS row, receipt.amount, coalesce(correction.amount, 0) AS taken_back
        FROM funds_subsidyreceipt receipt
        LEFT JOIN funds_subsidyreceipt correction ON correction.corrects_id = receipt.id
        WHERE receipt.corrects_id IS NULL AND (
            receipt.live = (correction.id IS NOT NULL) OR correction.live OR correction.amount <> -receipt.amount
            OR (correction.statement_id, correction.payer_id, correction.bank_reference)
                <> (receipt.statement_id, receipt.payer_id, receipt.bank_reference)
        )
    """,
    words=_("Of %(amount)s yuan %(taken_back)s were taken back."),
)

SUMS = sql_check(
    "statement.sums",
    "F2",
    _("The sums kept of a statement, which pages and balances are taken from, are those of its lines."),
    table=STATEMENT,
    rows="funds_statementsum",
    sql="""
        WITH lines AS (
            SELECT item.statement_id, item.district_id, item.category, item.tier, item.persons < 0 AS corrections,
                notice.policy_version, sum(item.persons) AS persons, sum(item.government) AS government,
                sum(item.city) AS city, sum(item.district_share) AS district_share
            FROM funds_subsidyitem item JOIN contributions_contributionnotice notice ON notice.id = item.notice_id
            GROUP BY 1, 2, 3, 4, 5, 6
        )
        SELECT statement.number AS row, count(*) AS sums
        FROM lines FULL JOIN funds_statementsum kept
            USING (statement_id, district_id, category, tier, corrections, policy_version)
        JOIN funds_subsidystatement statement ON statement.id = statement_id AND statement.status <> 'preparing'
        WHERE (kept.persons, kept.government, kept.city, kept.district_share)
            IS DISTINCT FROM (lines.persons, lines.government, lines.city, lines.district_share)
        GROUP BY statement.number
    """,
    words=_("%(sums)s of its sums are not what its lines add up to."),
)

# What issued statements count of a notice, in its district and elsewhere; against the list of the notices with news.
UNSTATED = sql_check(
    "statement.unstated",
    "F3",
    _("Every notice that issued statements do not count as it stands is on the list that the next one is drawn from."),
    table=NOTICE,
    rows="contributions_contributionnotice WHERE government > 0",
    sql="""
        WITH counted AS (
            SELECT item.notice_id, sum(item.persons) FILTER (WHERE item.district_id = notice.district_id) AS here,
                coalesce(sum(item.persons) FILTER (WHERE item.district_id <> notice.district_id), 0) AS elsewhere
            FROM {claimed} JOIN contributions_contributionnotice notice ON notice.id = item.notice_id
            GROUP BY item.notice_id
        )
        SELECT notice.number AS row, notice.paid_on AS day
        FROM contributions_contributionnotice notice LEFT JOIN counted ON counted.notice_id = notice.id
        WHERE notice.government > 0
            AND (coalesce(here, 0) <> (notice.status = 'paid')::integer OR coalesce(elsewhere, 0) <> 0)
            AND NOT EXISTS (SELECT FROM funds_unstatednotice news WHERE news.notice_id = notice.id)
    """.replace("{claimed}", CLAIMED),
    words=_("The next statement would pass it over (paid: %(day)s)."),
)

REMINDED = sql_check(
    "subsidy.reminded",
    "F2",
    _("A letter about what is overdue says what was claimed, had come or was set off by then, and how late it was."),
    table="funds_subsidyreminder",
    sql="""
        SELECT letter.number AS row, letter.overdue_days AS days,
            letter.claimed - letter.received - letter.set_off AS outstanding
        FROM funds_subsidyreminder letter
        JOIN funds_subsidystatement statement ON statement.id = letter.statement_id
        JOIN offices_office payer ON payer.id = letter.payer_id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount) FILTER (WHERE id = statement.id), 0) AS own,
                coalesce(-sum(amount) FILTER (WHERE amount < 0 AND issued_on <= letter.written_on), 0) AS credit
            FROM (
                SELECT other.*, sum(CASE WHEN payer.kind = 'area' THEN city ELSE district_share END) AS amount
                FROM funds_statementsum kept JOIN funds_subsidystatement other ON other.id = kept.statement_id
                WHERE payer.kind = 'area' OR kept.district_id = payer.id GROUP BY other.id
            ) AS claim
        ) AS claimed
        WHERE statement.due_on IS NULL OR letter.overdue_days <> letter.written_on - statement.due_on
            OR letter.claimed <> claimed.own OR letter.set_off NOT BETWEEN 0 AND claimed.credit OR letter.received > (
                SELECT coalesce(sum(amount), 0) FROM funds_subsidyreceipt paid
                WHERE paid.statement_id = statement.id AND paid.payer_id = payer.id
                    AND paid.paid_on <= letter.written_on AND paid.amount > 0
            )
    """,
    words=_("%(outstanding)s yuan overdue for %(days)s days is not what the records say."),
)

WORKBOOK = sql_check(
    "workbook.whole",
    "F2",
    _("A workbook of persons is there whole until its term is over, and then nothing of it."),
    table="funds_personsworkbook",
    sql="""
        SELECT workbook.run AS row, workbook.size AS size
        FROM funds_personsworkbook workbook LEFT JOIN LATERAL (
            SELECT sum(length(content)) AS size, count(*) FILTER (WHERE kind <> 'file') AS others,
                encode(sha256(string_agg(content, ''::bytea ORDER BY position)), 'hex') AS sha256
            FROM funds_workbookpiece piece WHERE piece.workbook_id = workbook.id
        ) AS kept ON true
        WHERE workbook.ready_on IS NOT NULL AND (CASE WHEN workbook.deleted_on IS NULL
            THEN kept.others > 0 OR (workbook.size, workbook.sha256) IS DISTINCT FROM (kept.size, kept.sha256)
            ELSE kept.size IS NOT NULL OR workbook.deleted_on <= workbook.kept_until END)
    """,
    words=_("Its file of %(size)s bytes is not what lies there."),
)

CHECKS = (
    ITEMS,
    COUNTED,
    COMPLETE,
    CORRECTED,
    HASH,
    PERIOD,
    DUE,
    CHECKER,
    RECEIVED,
    REFERENCE,
    SUMS,
    UNSTATED,
    REMINDED,
    TAKEN_BACK,
    WORKBOOK,
)
