"""Stays, fee lines and settlements: A1–A4, D1–D6, B4, B5 (Art. 8, 18–24, 36)."""

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from claims.rules import StayFacts, adjudicate, decide
from claims.services.settlement import figures_of
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.facts import from_json
from liaoyang_medins.kernel.policy import PolicyError
from liaoyang_medins.portal.snapshot import Row, stream

from .checks import Check, Finding, differing, judged, sql_check, with_laws
from .known import PAID_KNOWN, REOPENED

STAY = "claims_stay"
SETTLEMENT = "claims_settlement"
LIVE = "claims_settlement WHERE live"

SUM = sql_check(
    "settlement.sum",
    "A2",
    _("What the fund and the resident pay adds up to the total."),
    table=SETTLEMENT,
    sql="SELECT number AS row, fund, resident_pays, total FROM claims_settlement WHERE fund + resident_pays <> total",
    words=_("The fund's %(fund)s and the resident's %(resident_pays)s are not the total of %(total)s."),
)

PARTS = sql_check(
    "settlement.parts",
    "A2",
    _("The resident's four parts add up; where nothing is payable there are none, and a reason."),
    table=SETTLEMENT,
    sql="""
        SELECT number AS row, resident_pays, out_of_scope + deductible + copayment + over_cap AS parts
        FROM claims_settlement
        WHERE CASE WHEN payable
            THEN reasons <> '[]' OR ratio IS NULL
                OR out_of_scope + deductible + copayment + over_cap IS DISTINCT FROM resident_pays
                OR least(out_of_scope, deductible, copayment, over_cap) < 0
            ELSE fund <> 0 OR reasons = '[]' OR num_nonnulls(ratio, out_of_scope, deductible, copayment, over_cap) > 0
            END
    """,
    words=_("The four parts give %(parts)s, the resident pays %(resident_pays)s; or parts and reasons do not fit."),
)


def judge_settlement(row: Row) -> str | None:
    """A2, A3, D1–D6: the settlement again, from its facts under its policy version.

    The resident's part and the co-payment are left to settlement.sum and settlement.parts: they follow from the rest.
    """
    facts = from_json(StayFacts, json.loads(row["facts"]))
    found = adjudicate(facts, policy.version(settings.POOLING_AREA, row["policy_version"]))
    stored = {**row, "reasons": json.loads(row["reasons"])}
    return differing({name: (stored[name], now) for name, now in figures_of(found).items() if name in stored})


# Of each combination of what the discrete part of the rules asks: everything but the amounts.
DECIDED = """
    SELECT DISTINCT (facts - '{total,in_scope,cap,used,denied}'::text[])::text AS facts, policy_version
    FROM claims_settlement settlement JOIN {laws} ON law.version = settlement.policy_version
"""
# Those whose decision, or the few lines of arithmetic behind it (A2), is not what they say.
OTHERWISE = """
    WITH decided AS MATERIALIZED (
        SELECT * FROM unnest(%(facts)s::text[], %(versions)s::int[], %(payable)s::boolean[], %(reasons)s::text[],
            %(deductibles)s::numeric[], %(ratios)s::numeric[])
            AS decision (facts, version, payable, reasons, deductible, ratio)
    ), own AS (
        SELECT settlement.*, decided.version AS decided, decided.payable AS may, decided.reasons AS why,
            decided.ratio AS part, decided.deductible AS standard, fact.*,
            round(greatest(fact.within - decided.deductible, 0) * decided.ratio, 2) AS without_cap,
            greatest(fact.most - fact.before, 0) AS room
        FROM claims_settlement settlement JOIN {laws} ON law.version = settlement.policy_version
        CROSS JOIN LATERAL (
            SELECT (facts ->> 'total')::numeric AS cost, (facts ->> 'in_scope')::numeric AS within,
                (facts ->> 'cap')::numeric AS most, (facts ->> 'used')::numeric AS before
        ) AS fact
        LEFT JOIN decided ON decided.facts = (settlement.facts - '{total,in_scope,cap,used,denied}'::text[])::text
            AND decided.version = settlement.policy_version
    )
    SELECT number AS row, facts::text AS facts, reasons::text AS reasons, policy_version, payable, total, in_scope,
        cap, cap_used, ratio, fund, out_of_scope, deductible, over_cap
    FROM own WHERE decided IS NULL OR NOT coalesce(
        payable = may AND reasons = why::jsonb AND total = cost AND in_scope = within AND cap = most
        AND cap_used = before AND ratio IS NOT DISTINCT FROM part AND CASE WHEN may
            THEN fund = least(without_cap, room) AND out_of_scope = cost - within
                AND deductible = least(standard, within) AND over_cap = without_cap - least(without_cap, room)
            ELSE fund = 0 AND num_nonnulls(out_of_scope, deductible, over_cap) = 0 END, false)
"""


def otherwise(check: Check) -> Iterator[Finding]:
    """The settlements that the rules answer otherwise: their discrete part is asked once of all that are alike, what
    follows by arithmetic is compared in PostgreSQL, and what differs is told by asking for it whole.
    """
    decisions = [decision_of(row) for row in stream(with_laws(DECIDED))]
    values = {name: [row[name] for row in decisions] for name in DECISION}
    for row in stream(with_laws(OTHERWISE), values):
        problem = judged(judge_settlement, row)
        if problem is not None:
            yield Finding(check.code, SETTLEMENT, str(row["row"]), problem)


DECISION = ("facts", "versions", "payable", "reasons", "deductibles", "ratios")
NO_AMOUNTS = {"total": "0", "in_scope": "0", "cap": "0"}


def decision_of(row: Row) -> dict[str, Any]:
    """A3, D1–D6 asked of facts without their amounts; where they cannot be asked it fits no settlement."""
    answer: dict[str, Any] = dict.fromkeys(DECISION) | {"facts": row["facts"], "versions": row["policy_version"]}
    try:
        facts = from_json(StayFacts, json.loads(row["facts"]) | NO_AMOUNTS)
        found = decide(facts, policy.version(settings.POOLING_AREA, row["policy_version"]))
    except (PolicyError, ValueError, TypeError, KeyError):
        return answer
    return answer | {
        "payable": found.payable,
        "reasons": json.dumps([reason.value for reason in found.reasons]),
        "deductibles": found.deductible,
        "ratios": found.ratio,
    }


RECOMPUTED = Check(
    "settlement.recomputed",
    "A2, A3, D1–D6",
    _("The rules answer the same from a settlement's stored facts and policy, to the fen."),
    "claims_settlement settlement JOIN {laws} ON law.version = settlement.policy_version",
    otherwise,
)

# Benefit periods may have come, gone or been cut since the decision. Days that certainly counted then give the least,
# days that may have counted the most; where nothing changed since, the two are one.
LINES = sql_check(
    "settlement.lines",
    "A1",
    _("A live settlement's total is the sum of its fee lines, its in-scope cost the sum of those that count."),
    table=SETTLEMENT,
    rows="claims_settlement JOIN claims_feeline USING (stay_id) WHERE live",
    sql="""
        WITH period AS MATERIALIZED (
            SELECT period.resident_id, period.starts, make_date(notice.contribution_year, 12, 31) AS latest,
                CASE WHEN period.withdrawn_on IS NULL THEN least(period.ends, enrollment.ends) END AS ends,
                paid.known_on, reopened.day AS reopened_on
            FROM contributions_benefitperiod period
            JOIN contributions_contributionnotice notice ON notice.id = period.notice_id
            JOIN registration_enrollment enrollment ON enrollment.id = notice.enrollment_id
            LEFT JOIN {paid} AS paid ON paid.notice_id = notice.id
            LEFT JOIN {reopened} AS reopened ON reopened.number = enrollment.number
        ), day AS MATERIALIZED (
            SELECT settlement.id, settlement.resident_id, settlement.decided_on, line.on AS day,
                sum(line.amount) AS amount, sum(line.in_scope) AS in_scope
            FROM claims_settlement settlement JOIN claims_feeline line ON line.stay_id = settlement.stay_id
            WHERE settlement.live GROUP BY settlement.id, line.on
        ), counted AS (
            SELECT day.id, day.day, bool_or(day.day <= period.ends AND period.known_on < day.decided_on
                    AND (period.reopened_on IS NULL OR period.reopened_on < day.decided_on)) AS certainly,
                bool_or(period.known_on <= day.decided_on) AS perhaps
            FROM day JOIN period ON period.resident_id = day.resident_id
                AND day.day BETWEEN period.starts AND period.latest
            GROUP BY day.id, day.day
        ), sums AS (
            SELECT day.id, sum(amount) AS total, coalesce(sum(in_scope) FILTER (WHERE certainly), 0) AS low,
                coalesce(sum(in_scope) FILTER (WHERE certainly OR perhaps), 0) AS high
            FROM day LEFT JOIN counted USING (id, day) GROUP BY day.id
        )
        SELECT settlement.number AS row, settlement.total, settlement.in_scope, coalesce(sums.total, 0) AS lines,
            coalesce(low, 0) AS fewest, coalesce(high, 0) AS most
        FROM claims_settlement settlement LEFT JOIN sums USING (id)
        WHERE settlement.live AND (settlement.total <> coalesce(sums.total, 0)
            OR settlement.in_scope NOT BETWEEN coalesce(low, 0) AND coalesce(high, 0))
    """.replace("{paid}", PAID_KNOWN).replace("{reopened}", REOPENED),
    words=_(
        "Total %(total)s, in scope %(in_scope)s; the fee lines give %(lines)s, of which %(fewest)s to %(most)s count."
    ),
)

LINE = sql_check(
    "line.scope",
    "A1",
    _("A fee line lies inside its stay; its amounts follow from quantity, price, class, share, limit and cuts."),
    table="claims_feeline",
    sql="""
        SELECT stay.number || ' / ' || line.line_number AS row, line.on, line.amount, line.in_scope
        FROM claims_feeline line JOIN claims_stay stay ON stay.id = line.stay_id
        WHERE line.on NOT BETWEEN stay.admitted_on AND coalesce(stay.discharged_on, 'infinity')
            OR line.amount <> round(line.quantity * line.unit_price, 2)
            OR line.in_scope <> round(
                greatest(0, least(line.amount, line.price_limit * line.quantity) - line.denied)
                * CASE line.catalogue_class WHEN 'A' THEN 1 WHEN 'B' THEN 1 - line.personal_share ELSE 0 END, 2)
    """,
    words=_("Of %(on)s, amount %(amount)s, in scope %(in_scope)s: the day or an amount is not what the rule gives."),
)

ONE_LIVE = sql_check(
    "settlement.one_live",
    "A4",
    _("A stay has at most one live settlement."),
    table=STAY,
    rows=LIVE,
    sql="""
        SELECT stay.number AS row, string_agg(settlement.number, ', ' ORDER BY settlement.number) AS numbers
        FROM claims_settlement settlement JOIN claims_stay stay ON stay.id = settlement.stay_id
        WHERE settlement.live GROUP BY stay.number HAVING count(*) > 1
    """,
    words=_("Several settlements are live: %(numbers)s."),
)

REVERSED = sql_check(
    "settlement.reversed",
    "A4",
    _("A settlement is live until it has a reversal."),
    table=SETTLEMENT,
    sql="""
        SELECT settlement.number AS row, reversal.number AS reversal,
            CASE WHEN settlement.live THEN 'live' ELSE 'none' END AS problem
        FROM claims_settlement settlement LEFT JOIN claims_reversal reversal ON reversal.settlement_id = settlement.id
        WHERE settlement.live = (reversal.id IS NOT NULL)
    """,
    words={
        "live": _("It is live and has the reversal %(reversal)s."),
        "none": _("It is not live and has no reversal."),
    },
)

SEQUENCE = sql_check(
    "settlement.sequence",
    "A4",
    _("The settlements of a resident are numbered from 1 without gaps."),
    table="registration_resident",
    rows="(SELECT DISTINCT resident_id FROM claims_settlement) AS person",
    sql="""
        SELECT resident.number AS row, string_agg(sequence::text, ', ' ORDER BY sequence) AS numbers
        FROM claims_settlement settlement JOIN registration_resident resident ON resident.id = settlement.resident_id
        GROUP BY resident.number
        HAVING min(sequence) <> 1 OR max(sequence) <> count(*) OR count(DISTINCT sequence) <> count(*)
    """,
    words=_("The settlements are numbered %(numbers)s."),
)

STATUS = sql_check(
    "stay.status",
    "A4",
    _("A settled stay has a live settlement of its resident and its day of discharge; no other stay has one."),
    table=STAY,
    sql="""
        SELECT stay.number AS row, stay.status, stay.discharged_on, settled.number AS settlement
        FROM claims_stay stay
        LEFT JOIN LATERAL (
            SELECT number, resident_id, settled_on FROM claims_settlement
            WHERE stay_id = stay.id AND live ORDER BY sequence LIMIT 1
        ) AS settled ON true
        WHERE (stay.status = 'settled') <> (settled.number IS NOT NULL)
            OR settled.resident_id <> stay.resident_id OR settled.settled_on <> stay.discharged_on
            OR (stay.status IN ('discharged', 'settled')) <> (stay.discharged_on IS NOT NULL)
            OR (stay.status = 'cancelled' AND EXISTS (SELECT FROM claims_feeline WHERE stay_id = stay.id))
    """,
    words=_("It is “%(status)s”, discharged on %(discharged_on)s, and its live settlement is %(settlement)s."),
)

PERSON = sql_check(
    "cap.person",
    "B4, B5",
    _("What the fund paid for a resident in a cap period is never above the cap."),
    table="registration_resident",
    rows="(SELECT DISTINCT resident_id, cap_from, cap_until FROM claims_settlement WHERE live) AS period",
    sql="""
        SELECT resident.number AS row, cap_from, cap_until, sum(paid) AS paid, max(cap) AS cap
        FROM (
            SELECT resident_id, cap_from, cap_until, cap, sum(fund) AS paid
            FROM claims_settlement WHERE live GROUP BY resident_id, cap_from, cap_until, cap
        ) AS period
        JOIN registration_resident resident ON resident.id = period.resident_id
        GROUP BY resident.number, cap_from, cap_until HAVING sum(paid) > max(cap) OR bool_or(paid > cap)
    """,
    words=_("From %(cap_from)s to %(cap_until)s the fund paid %(paid)s; the cap is %(cap)s."),
)

USED = sql_check(
    "cap.used",
    "B4, B5",
    _("What a live settlement says was used of the cap is what those decided before it paid in its period."),
    table=SETTLEMENT,
    rows=LIVE,
    sql="""
        SELECT number AS row, cap_used, used FROM (
            SELECT settlement.number, settlement.cap_used,
                CASE WHEN settlement.cap < law.cap
                    THEN greatest(before.first_year, before.whole - (law.cap - settlement.cap))
                    ELSE before.whole END AS used
            FROM claims_settlement settlement
            JOIN {laws} ON law.version = settlement.policy_version
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(fund), 0) AS whole,
                    coalesce(sum(fund) FILTER (WHERE extract(year FROM settled_on) = law.first_year), 0) AS first_year
                FROM claims_settlement earlier
                WHERE earlier.resident_id = settlement.resident_id AND earlier.live
                    AND earlier.sequence < settlement.sequence
                    AND earlier.settled_on BETWEEN settlement.cap_from AND settlement.cap_until
            ) AS before
            WHERE settlement.live
        ) AS told
        WHERE cap_used <> used
    """,
    words=_("It says %(cap_used)s, the earlier ones add up to %(used)s."),
)

CAP_PERIOD = sql_check(
    "cap.period",
    "B4, B5",
    _("The cap and its period are those of the discharge: the school year for a student, else the calendar year."),
    table=SETTLEMENT,
    sql="""
        WITH told AS (
            SELECT settlement.*, law.cap AS whole_cap, law.student_cap, law.first_year,
                extract(year FROM settled_on)::int AS year, make_date(
                    extract(year FROM settled_on)::int
                    - CASE WHEN to_char(settled_on, 'MMDD')::int < school_month * 100 + school_day THEN 1 ELSE 0 END,
                    school_month, school_day) AS school_from
            FROM claims_settlement settlement JOIN {laws} ON law.version = settlement.policy_version
        ), kinds AS (
            SELECT told.*, cap_from = make_date(year, 1, 1) AND cap_until = make_date(year, 12, 31) AS calendar,
                cap_from = school_from AND cap_until = (school_from + interval '1 year')::date - 1 AS school
            FROM told
        ), student AS (
            -- What the notice said at the decision: none where the year was never paid, unknown where that changed.
            SELECT kinds.id, CASE WHEN count(notice.id) = 0 THEN false
                ELSE bool_or(notice.student) FILTER (WHERE notice.status = 'paid' AND paid.known_on < kinds.decided_on)
                END AS student
            FROM kinds
            LEFT JOIN contributions_contributionnotice notice ON notice.resident_id = kinds.resident_id
                AND notice.contribution_year = kinds.year AND notice.status IN ('paid', 'returned')
            LEFT JOIN {paid} AS paid ON paid.notice_id = notice.id
            GROUP BY kinds.id
        )
        SELECT number AS row, cap_from, cap_until, cap FROM kinds JOIN student USING (id)
        WHERE NOT (calendar OR school) OR school <> student
            OR cap <> CASE WHEN school AND year = first_year THEN student_cap ELSE whole_cap END
    """.replace("{paid}", PAID_KNOWN),
    words=_("Its cap of %(cap)s from %(cap_from)s to %(cap_until)s is not that of its day of discharge."),
)

CHECKER = sql_check(
    "claims.checker",
    "A4, D7",
    _("At the agency nobody settled a stay or approved a referral that they entered."),
    table="audit_auditentry",
    rows="audit_auditentry WHERE verb IN ('stays.settle', 'referrals.approve')",
    sql="""
        SELECT said.object_number AS row, said.actor_name AS name
        FROM audit_auditentry said
        LEFT JOIN claims_stay stay ON said.object_type = 'claims.stay' AND stay.number = said.object_number
        LEFT JOIN claims_referral referral
            ON said.object_type = 'claims.referral' AND referral.number = said.object_number
        WHERE said.verb IN ('stays.settle', 'referrals.approve') AND said.role IN ('agency_clerk', 'agency_reviewer')
            AND said.user_id = coalesce(stay.made_by_id, referral.made_by_id)
    """,
    words=_("“%(name)s” entered it and decided on it."),
)

CHECKS = (
    SUM,
    PARTS,
    RECOMPUTED,
    LINES,
    LINE,
    ONE_LIVE,
    REVERSED,
    SEQUENCE,
    STATUS,
    PERSON,
    USED,
    CAP_PERIOD,
    CHECKER,
)
