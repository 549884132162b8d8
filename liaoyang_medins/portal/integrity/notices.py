"""Contribution notices: C1–C8, W5, W6 (Art. 8, 10, 12, 14)."""

import json
from datetime import date

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.assessment import months_of
from enrollment.contributions.rules import ContributionFacts, assess_contribution, for_notice
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.days import add_years
from liaoyang_medins.kernel.facts import from_json
from liaoyang_medins.kernel.policy.terms import StudentKind
from liaoyang_medins.portal.snapshot import Row

from .checks import alike_check, differing, sql_check

NOTICE = "contributions_contributionnotice"

ONE_LIVE = sql_check(
    "notice.one_live",
    "C6",
    _("A resident has at most one notice in force for a contribution year."),
    table="registration_resident",
    rows="contributions_contributionnotice WHERE status IN ('open', 'paid', 'lapsed')",
    sql="""
        SELECT resident.number AS row, contribution_year AS year,
            string_agg(notice.number, ', ' ORDER BY notice.number) AS numbers
        FROM contributions_contributionnotice notice
        JOIN registration_resident resident ON resident.id = notice.resident_id
        WHERE notice.status IN ('open', 'paid', 'lapsed')
        GROUP BY resident.number, contribution_year HAVING count(*) > 1
    """,
    words=_("For %(year)s several notices are in force: %(numbers)s."),
)


def judge_amounts(row: Row) -> str | None:
    """C1, C2, C4, B5: category, tier and amounts again, from the stored facts under the notice's policy version.

    Of the days of birth and of the assessment the rules ask the completed age alone (E7).
    """
    on = date(row["contribution_year"], 12, 31)
    born = {"birth_date": add_years(on, -row["age"]).isoformat()}
    told = json.loads(row["facts"]) | {"on": on.isoformat()}
    facts = from_json(ContributionFacts, told | {"person": told["person"] | born})
    law = policy.version(settings.POOLING_AREA, row["policy_version"])
    student = facts.person.student is StudentKind.SCHOOL
    whole = assess_contribution(
        facts.person, facts.on, law, moved_in=facts.moved_in, contribution_year_no=facts.contribution_year_no
    )
    found = for_notice(whole, row["contribution_year"], student, law)
    return differing(
        {
            "student": (row["student"], student),
            "year_no": (row["year_no"], facts.contribution_year_no),
            "months": (row["months"], months_of(row["contribution_year"], student, law)),
            "category": (row["category"], found.category.value if found.category else ""),
            "tier": (row["tier"], found.tier.value if found.tier else ""),
            "personal": (row["personal"], found.personal),
            "government": (row["government"], found.government),
        }
    )


AMOUNTS = alike_check(
    "notice.amounts",
    "C1, C2, C4, B5",
    _("The rules answer the same from a notice's stored facts and policy: category, tier and amounts."),
    table=NOTICE,
    # What names a policy that is not known is the business of policy.version.
    rows="contributions_contributionnotice notice JOIN {laws} ON law.version = notice.policy_version",
    source="""
        SELECT number AS row, (facts #- '{person,birth_date}' #- '{on}')::text AS facts, policy_version,
            contribution_year, student, year_no, months, category, tier, personal, government,
            extract(year FROM age((facts ->> 'on')::date, (facts #>> '{person,birth_date}')::date))::int AS age
        FROM contributions_contributionnotice notice JOIN {laws} ON law.version = notice.policy_version
    """,
    columns=(
        *("facts", "policy_version", "contribution_year", "student", "year_no", "months", "category", "tier"),
        *("personal", "government", "age"),
    ),
    judge=judge_amounts,
)

SHARES = sql_check(
    "notice.shares",
    "C3",
    _("City and district share add up to the government part, the city's rounded half up."),
    table=NOTICE,
    rows="contributions_contributionnotice notice JOIN {laws} ON law.version = notice.policy_version",
    sql="""
        SELECT number AS row, city, district_share, government, round(government * city_share, 2) AS share
        FROM contributions_contributionnotice notice JOIN {laws} ON law.version = notice.policy_version
        WHERE city <> round(government * city_share, 2) OR city + district_share <> government
    """,
    words=_("City %(city)s and district %(district_share)s of %(government)s: the city's share is %(share)s."),
)

DISTRICT = sql_check(
    "notice.district",
    "C3",
    _("The district that shares is that of the resident's community on the day of payment."),
    table=NOTICE,
    rows="contributions_contributionnotice WHERE status IN ('open', 'paid')",
    sql="""
        SELECT notice.number AS row, district.code AS stored, home.code AS lives, moved.found AS waiting
        FROM contributions_contributionnotice notice
        CROSS JOIN LATERAL (
            SELECT EXISTS (SELECT FROM registration_move move WHERE move.resident_id = notice.resident_id) AS found
        ) AS moved
        JOIN registration_resident resident ON resident.id = notice.resident_id
        LEFT JOIN LATERAL (
            SELECT from_community_id FROM registration_move move
            WHERE move.resident_id = resident.id AND NOT voided
                AND moved_on > coalesce(notice.paid_on, notice.issued_on)
            ORDER BY moved_on LIMIT 1
        ) AS later ON resident.moved_on > coalesce(notice.paid_on, notice.issued_on)
        JOIN offices_office community ON community.id = coalesce(later.from_community_id, resident.community_id)
        JOIN offices_office subdistrict ON subdistrict.id = community.parent_id
        JOIN offices_office home ON home.id = subdistrict.parent_id
        JOIN offices_office district ON district.id = notice.district_id
        WHERE notice.status IN ('open', 'paid') AND home.id <> notice.district_id
            -- What is not paid yet is looked at anew on the day of payment.
            AND NOT (notice.status = 'open' AND moved.found)
    """,
    words=_("Its district is %(stored)s; the resident lived in %(lives)s on the day of payment."),
)

TERM = sql_check(
    "notice.term",
    "W5, W6",
    _("A renewal can be paid in its window, a first notice for its 30 days."),
    table=NOTICE,
    sql="""
        SELECT number AS row, pay_from, pay_until FROM contributions_contributionnotice notice
        WHERE NOT EXISTS (
            SELECT FROM {laws} WHERE CASE WHEN notice.kind = 'renewal'
                THEN pay_from = make_date(contribution_year - 1, opens_month, opens_day)
                    AND pay_until = make_date(contribution_year - 1, closes_month, closes_day)
                ELSE pay_until = pay_from + notice_days AND pay_from <= issued_on END
        )
    """,
    words=_("Its term from %(pay_from)s to %(pay_until)s is none of the rule."),
)

STATE = sql_check(
    "notice.state",
    "C6, C8",
    _("A notice's day of payment and its replacement fit its status."),
    table=NOTICE,
    sql="""
        SELECT notice.number AS row, notice.status, notice.paid_on, CASE
            WHEN (notice.status IN ('paid', 'returned')) <> (notice.paid_on IS NOT NULL) THEN 'paid_on'
            ELSE 'replaced' END AS problem
        FROM contributions_contributionnotice notice
        LEFT JOIN contributions_contributionnotice newer ON newer.id = notice.replaced_by_id
        WHERE (notice.status IN ('paid', 'returned')) <> (notice.paid_on IS NOT NULL)
            OR (notice.status = 'remade' AND newer.id IS NULL)
            OR (notice.status IN ('open', 'paid', 'lapsed') AND newer.id IS NOT NULL)
            OR newer.resident_id <> notice.resident_id
    """,
    words={
        "paid_on": _("It is “%(status)s” and its day of payment is %(paid_on)s."),
        "replaced": _("It is “%(status)s”, which the notice that took its place does not fit."),
    },
)

JOINT = sql_check(
    "notice.joint",
    "B5",
    _("Two notices that are paid together are one resident's, of two years, and share their status."),
    table=NOTICE,
    rows="contributions_contributionnotice WHERE joint_with_id IS NOT NULL",
    sql="""
        SELECT second.number AS row, first.number AS first
        FROM contributions_contributionnotice second
        JOIN contributions_contributionnotice first ON first.id = second.joint_with_id
        WHERE (second.resident_id, second.enrollment_id, second.kind, second.status, second.contribution_year)
            <> (first.resident_id, first.enrollment_id, first.kind, first.status, first.contribution_year + 1)
            OR second.paid_on IS DISTINCT FROM first.paid_on OR first.joint_with_id IS NOT NULL
    """,
    words=_("It does not fit %(first)s, with which it is paid together."),
)

RECEIPT = sql_check(
    "notice.receipt",
    "C5, C6, C8",
    _(
        "A notice is paid where matched receipts settle it, exactly one of them or parts of an employer with at most "
        "one other; its own or those of the notice it is joined to."
    ),
    table=NOTICE,
    sql="""
        SELECT notice.number AS row, notice.status, coalesce(matched, 0) AS matched
        FROM contributions_contributionnotice notice
        LEFT JOIN (
            SELECT notice_id, count(*) FILTER (WHERE status = 'matched') AS matched,
                count(*) FILTER (WHERE status = 'matched' AND channel <> 'employer') AS whole,
                count(*) FILTER (WHERE status = 'returned' AND problem = '') AS returned
            FROM contributions_receipt WHERE notice_id IS NOT NULL GROUP BY notice_id
        ) AS receipt ON receipt.notice_id = coalesce(notice.joint_with_id, notice.id)
        WHERE (notice.status = 'paid') <> (coalesce(matched, 0) > 0) OR whole > 1
            OR (notice.status = 'returned' AND coalesce(returned, 0) = 0)
    """,
    words=_("It is “%(status)s” and has %(matched)s matched receipts, or no returned one."),
)

# What stands: open, paid, lapsed, and returned without another in its place.
SUMS = sql_check(
    "notice.sums",
    "W5",
    _("The sums by community, tier and day, which the window's figures are taken from, are those of the notices."),
    table="cockpit_noticesum",
    sql="""
        WITH told AS (
            SELECT contribution_year, resident.community_id, notice.kind, category, tier,
                CASE WHEN status = 'paid' THEN paid_on END AS paid_on,
                count(*) AS notices, sum(personal) AS personal, sum(government) AS government
            FROM contributions_contributionnotice notice
            JOIN registration_resident resident ON resident.id = notice.resident_id
            WHERE status <> 'remade' AND NOT (status = 'returned' AND replaced_by_id IS NOT NULL)
            GROUP BY 1, 2, 3, 4, 5, 6
        ), kept AS (
            SELECT contribution_year, community_id, kind, category, tier, paid_on,
                sum(notices) AS notices, sum(personal) AS personal, sum(government) AS government
            FROM cockpit_noticesum GROUP BY 1, 2, 3, 4, 5, 6
        ), both_ways AS (
            SELECT contribution_year, community_id, kind, category, tier, paid_on,
                sum(kept) AS kept, sum(told) AS told, sum(kept_yuan) AS kept_yuan, sum(told_yuan) AS told_yuan
            FROM (
                SELECT contribution_year, community_id, kind, category, tier, paid_on, notices AS kept, 0 AS told,
                    personal AS kept_yuan, 0 AS told_yuan, government
                FROM kept
                UNION ALL
                SELECT contribution_year, community_id, kind, category, tier, paid_on, 0, notices, 0, personal,
                    -government
                FROM told
            ) AS cell GROUP BY 1, 2, 3, 4, 5, 6
            HAVING sum(kept) <> sum(told) OR sum(kept_yuan) <> sum(told_yuan) OR sum(government) <> 0
        )
        SELECT community.code || ' ' || contribution_year AS row, kept, told, kept_yuan, told_yuan
        FROM both_ways JOIN offices_office community ON community.id = community_id
    """,
    words=_("Kept are %(kept)s notices of %(kept_yuan)s yuan; there are %(told)s of %(told_yuan)s."),
)

CHECKS = (ONE_LIVE, AMOUNTS, SHARES, DISTRICT, TERM, STATE, JOINT, RECEIPT, SUMS)
