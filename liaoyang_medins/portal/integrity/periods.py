"""Benefit periods: B1–B5, C8, W9 (Art. 16, 17, 36)."""

import json
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.rules import BenefitFacts, BenefitStart, benefit_start
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.facts import from_json
from liaoyang_medins.kernel.policy.terms import EnrollmentKind
from liaoyang_medins.portal.snapshot import Row

from .checks import rule_check, sql_check

PERIOD = "contributions_benefitperiod"

OVERLAP = sql_check(
    "period.overlap",
    "B3",
    _("The live benefit periods of a resident never overlap."),
    table="registration_resident",
    rows="contributions_benefitperiod WHERE withdrawn_on IS NULL",
    sql="""
        SELECT resident.number AS row, a.starts AS first, b.starts AS second
        FROM contributions_benefitperiod a
        JOIN contributions_benefitperiod b ON b.resident_id = a.resident_id AND b.id > a.id
        JOIN registration_resident resident ON resident.id = a.resident_id
        WHERE a.withdrawn_on IS NULL AND b.withdrawn_on IS NULL AND a.starts <= b.ends AND b.starts <= a.ends
    """,
    words=_("The benefit periods from %(first)s and from %(second)s overlap."),
)

NOTICE = sql_check(
    "period.notice",
    "B3, C8",
    _("A paid notice has exactly one live benefit period, any other has none."),
    table="contributions_contributionnotice",
    rows="contributions_contributionnotice WHERE status IN ('paid', 'returned')",
    # One that never began, since the relationship had ended before, is withdrawn although its notice stays paid (W9).
    sql="""
        SELECT notice.number AS row, notice.status, coalesce(live, 0) AS live
        FROM contributions_contributionnotice notice
        JOIN registration_enrollment enrollment ON enrollment.id = notice.enrollment_id
        LEFT JOIN (
            SELECT notice_id, count(*) FILTER (WHERE withdrawn_on IS NULL) AS live, min(starts) AS starts,
                min(resident_id) AS one, max(resident_id) AS other
            FROM contributions_benefitperiod GROUP BY notice_id
        ) AS period ON period.notice_id = notice.id
        WHERE CASE WHEN notice.status = 'paid'
                THEN coalesce(live, 0) <> 1 AND NOT coalesce(live = 0 AND enrollment.ends < period.starts, false)
                ELSE live > 0 END
            OR notice.resident_id <> one OR notice.resident_id <> other
    """,
    words=_("It is “%(status)s” and has %(live)s live benefit periods, or another resident's."),
)


@lru_cache(maxsize=100_000)
def bought(stored: str) -> tuple[BenefitFacts, BenefitStart]:
    """What a payment with these facts (as stored) buys; many people pay with the same."""
    facts = from_json(BenefitFacts, json.loads(stored))
    return facts, benefit_start(facts, policy_on)


def cover_of(row: Row) -> tuple[date, date]:
    """First and last day that the notice's payment buys: by its stored facts, else by its columns as far as they
    tell.
    """
    year = row["contribution_year"]
    if row["benefit_facts"] != "{}":
        facts, found = bought(row["benefit_facts"])
        if (facts.paid, facts.kind) != (row["paid_on"], row["kind"]):
            raise ValueError(f"{facts.kind} {facts.paid} ≠ {row['kind']} {row['paid_on']}")
    elif row["kind"] == EnrollmentKind.RENEWAL or row["moved_in"]:
        # Loaded without facts, so that a waiting period that still ran, or a move from outside, is not known: any
        # later start may be right.
        earliest = date(year, 1, 1) if row["kind"] == EnrollmentKind.RENEWAL else row["paid_on"]
        return max(row["starts"], earliest), date(year, 12, 31)
    else:
        facts = BenefitFacts(
            kind=EnrollmentKind(row["kind"]),
            eligible_since=row["eligible_since"],
            paid=row["paid_on"],
            student=row["student"],
            made=row["issued_on"],
        )
        found = benefit_start(facts, policy_on)
    return (date(year, 1, 1), date(year, 12, 31)) if year == found.prepaid_year else (found.start, found.end)


def judge_days(row: Row) -> str | None:
    """B1–B5: the days again. They may begin later only behind another period, and end early only by W9, or where
    another period follows that was bought after the relationship had ended.
    """
    starts, ends = row["starts"], row["ends"]
    first, last = cover_of(row)
    begins = starts == first or (starts > first and row["behind"])
    stops = ends == last or (ends < last and (ends == row["over"] or row["ahead"]))
    if begins and stops and starts <= ends:
        return None
    return gettext("It runs from %(starts)s to %(ends)s; its notice %(notice)s buys %(first)s to %(last)s.") % {
        "starts": starts,
        "ends": ends,
        "notice": row["notice"],
        "first": first,
        "last": last,
    }


DAYS = rule_check(
    "period.days",
    "B1–B5, W9",
    _("A benefit period has the days that its payment buys, and ends early only with the enrollment."),
    table=PERIOD,
    rows="contributions_benefitperiod WHERE withdrawn_on IS NULL",
    sql="""
        SELECT resident.number AS row, notice.number AS notice, period.starts, period.ends, enrollment.ends AS over,
            notice.contribution_year, notice.kind, notice.eligible_since, notice.issued_on, notice.student,
            coalesce(notice.paid_on, notice.issued_on) AS paid_on,
            notice.facts ->> 'moved_in' AS moved_in, notice.benefit_facts::text AS benefit_facts,
            EXISTS (
                SELECT FROM contributions_benefitperiod other
                WHERE other.resident_id = period.resident_id AND other.ends = period.starts - 1
            ) AS behind,
            EXISTS (
                SELECT FROM contributions_benefitperiod other
                WHERE other.resident_id = period.resident_id AND other.starts = period.ends + 1
            ) AS ahead
        FROM contributions_benefitperiod period
        JOIN registration_resident resident ON resident.id = period.resident_id
        JOIN contributions_contributionnotice notice ON notice.id = period.notice_id
        JOIN registration_enrollment enrollment ON enrollment.id = notice.enrollment_id
        WHERE period.withdrawn_on IS NULL
    """,
    judge=judge_days,
)

BEGUN = sql_check(
    "period.begun",
    "B1–B5",
    _("That benefits have begun is recorded on one of their days, and before them never."),
    table=PERIOD,
    rows="contributions_begunbenefit",
    sql="""
        SELECT resident.number AS row, begun.begun_on, period.starts
        FROM contributions_begunbenefit begun JOIN contributions_benefitperiod period ON period.id = begun.period_id
        JOIN registration_resident resident ON resident.id = period.resident_id
        WHERE begun.begun_on < period.starts
    """,
    words=_("Their beginning is recorded on %(begun_on)s; they begin on %(starts)s."),
)

CHECKS = (OVERLAP, NOTICE, DAYS, BEGUN)
