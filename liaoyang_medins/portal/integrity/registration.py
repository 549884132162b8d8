"""Residents, registrations and insured relationships: E1–E9, W1–W4, W8, W9 (Art. 2, 6, 9, 13, 17)."""

import json
from datetime import date

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.rules import assess_contribution
from enrollment.registration.rules import PersonFacts
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.days import add_years
from liaoyang_medins.kernel.facts import from_json
from liaoyang_medins.portal.snapshot import Row

from .checks import alike_check, differing, sql_check

RESIDENT = "registration_resident"
CIRCUMSTANCE = "registration_circumstance"
REGISTRATION = "registration_registration"
ENROLLMENT = "registration_enrollment"

ID_NUMBERS = sql_check(
    "resident.id_number",
    "E7",
    _("An ID number has the check digit, birth date and sex of its resident."),
    table=RESIDENT,
    rows="registration_resident WHERE id_number IS NOT NULL",
    sql="""
        SELECT number AS row FROM registration_resident
        WHERE id_number IS NOT NULL AND NOT coalesce(
            id_number ~ '^[0-9]{17}[0-9X]$'
            AND substr(id_number, 7, 8) = to_char(birth_date, 'YYYYMMDD')
            AND (substr(id_number, 17, 1) IN ('1', '3', '5', '7', '9')) = (sex = 'M')
            AND substr(id_number, 18, 1) = substr('10X98765432', 1 + mod((
                SELECT sum(strpos('0123456789', substr(id_number, place::int, 1)) * weight - weight)
                FROM unnest(ARRAY[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
                    WITH ORDINALITY AS weights (weight, place)
            ), 11)::int, 1), false)
    """,
    words=_("The ID number does not fit the person's birth date and sex, or its check digit is wrong."),
)

CIRCUMSTANCES = sql_check(
    "circumstance.overlap",
    "E1–E9",
    _("No two circumstances of a kind hold of a resident on one day."),
    table=CIRCUMSTANCE,
    rows="registration_circumstance WHERE NOT voided",
    sql="""
        SELECT resident.number AS row, a.kind, a.starts AS first, b.starts AS second
        FROM registration_circumstance a
        JOIN registration_circumstance b ON b.resident_id = a.resident_id AND b.kind = a.kind AND b.id > a.id
        JOIN registration_resident resident ON resident.id = a.resident_id
        WHERE NOT a.voided AND NOT b.voided
            AND a.starts <= coalesce(b.ends, 'infinity') AND b.starts <= coalesce(a.ends, 'infinity')
    """,
    words=_("The circumstances “%(kind)s” from %(first)s and from %(second)s overlap."),
)

ONE_OPEN_REGISTRATION = sql_check(
    "registration.one_open",
    "W3",
    _("A resident has at most one registration under way."),
    table=RESIDENT,
    rows="registration_registration WHERE status NOT IN ('recorded', 'refused', 'withdrawn')",
    sql="""
        SELECT resident.number AS row, string_agg(registration.number, ', ' ORDER BY registration.number) AS numbers
        FROM registration_registration registration
        JOIN registration_resident resident ON resident.id = registration.resident_id
        WHERE registration.status NOT IN ('recorded', 'refused', 'withdrawn')
        GROUP BY resident.number HAVING count(*) > 1
    """,
    words=_("Several registrations are under way: %(numbers)s."),
)

REASONS = sql_check(
    "registration.reasons",
    "E8",
    _("A refused registration has its reasons, any other has none."),
    table=REGISTRATION,
    sql="""
        SELECT number AS row, status, CASE WHEN status = 'refused' THEN 'none' ELSE 'some' END AS problem
        FROM registration_registration
        WHERE (status = 'refused' AND reasons = '[]' AND remark = '') OR (status <> 'refused' AND reasons <> '[]')
    """,
    words={
        "none": _("It is refused without a reason or a remark."),
        "some": _("It has reasons for a refusal and is “%(status)s”."),
    },
)


def judge_registration(row: Row) -> str | None:
    """E1–E9: category, tier and reasons again, from the facts on the reference date; of the day of birth they ask the
    completed age alone (E7).
    """
    on = date(row["year"], 12, 31)
    born = add_years(on, -row["age"]).isoformat()
    person = from_json(PersonFacts, json.loads(row["facts"]) | {"birth_date": born})
    law = policy.for_contribution_year(settings.POOLING_AREA, on.year)
    found = assess_contribution(person, on, law, moved_in=None, contribution_year_no=1)
    return differing(
        {
            "category": (row["category"], found.category.value if found.category else ""),
            "tier": (row["tier"], found.tier.value if found.tier else ""),
            "reasons": (json.loads(row["reasons"]), [reason.value for reason in found.eligibility.reasons]),
        }
    )


ELIGIBILITY = alike_check(
    "registration.eligibility",
    "E1–E9",
    _("The rules answer the same from the stored facts: category, tier and reasons."),
    table=REGISTRATION,
    source="""
        SELECT number AS row, (facts - 'birth_date')::text AS facts, reasons::text AS reasons, category, tier,
            extract(year FROM reference_date)::int AS year,
            extract(year FROM age(reference_date, (facts ->> 'birth_date')::date))::int AS age
        FROM registration_registration
    """,
    columns=("facts", "reasons", "category", "tier", "year", "age"),
    judge=judge_registration,
)

DUE = sql_check(
    "registration.due",
    "W3",
    _("A step with a term is due on the last day of its term, any other has none."),
    table=REGISTRATION,
    sql="""
        SELECT number AS row, due_on, expected FROM (
            SELECT registration.number, registration.due_on, CASE
                WHEN status = 'accepted' THEN accepted_on + law.community_days
                WHEN status = 'at_district' THEN step_since + law.district_days
            END AS expected
            FROM registration_registration registration
            LEFT JOIN {laws} ON CASE WHEN status = 'accepted' THEN accepted_on ELSE step_since END
                BETWEEN law.first AND law.last
        ) AS step
        WHERE due_on IS DISTINCT FROM expected
    """,
    words=_("It is due on %(due_on)s, by its term on %(expected)s."),
)

RECORDED = sql_check(
    "registration.recorded",
    "W3",
    _("A recorded registration has an enrollment, and only such a one."),
    table=REGISTRATION,
    sql="""
        SELECT registration.number AS row, registration.status, enrollment.number AS enrollment, CASE
            WHEN enrollment.id IS NULL THEN 'none'
            WHEN status <> 'recorded' THEN 'early'
            ELSE 'other' END AS problem
        FROM registration_registration registration
        LEFT JOIN registration_enrollment enrollment ON enrollment.registration_id = registration.id
        WHERE (status = 'recorded') <> (enrollment.id IS NOT NULL)
            OR enrollment.resident_id <> registration.resident_id OR enrollment.starts < registration.received_on
    """,
    words={
        "none": _("It is recorded and has no enrollment."),
        "early": _("It is “%(status)s” and has the enrollment %(enrollment)s."),
        "other": _("Its enrollment %(enrollment)s is another resident's, or began before it was received."),
    },
)

CHECKER = sql_check(
    "registration.checker",
    "W3",
    _("Nobody reviewed a registration that they entered."),
    table=REGISTRATION,
    rows="registration_registration WHERE reviewed_by_id IS NOT NULL",
    sql="""
        SELECT registration.number AS row, users.username AS user
        FROM registration_registration registration JOIN offices_user users ON users.id = registration.made_by_id
        WHERE registration.reviewed_by_id = registration.made_by_id
    """,
    words=_("“%(user)s” entered it and reviewed it."),
)

ONE_OPEN_ENROLLMENT = sql_check(
    "enrollment.one_open",
    "W9",
    _("A resident has at most one open enrollment."),
    table=RESIDENT,
    rows="registration_enrollment WHERE ends IS NULL",
    sql="""
        SELECT resident.number AS row, string_agg(enrollment.number, ', ' ORDER BY enrollment.number) AS numbers
        FROM registration_enrollment enrollment
        JOIN registration_resident resident ON resident.id = enrollment.resident_id
        WHERE enrollment.ends IS NULL GROUP BY resident.number HAVING count(*) > 1
    """,
    words=_("Several enrollments are open: %(numbers)s."),
)

ENDS = sql_check(
    "enrollment.end",
    "W8, W9",
    _("An enrollment ends by what is on record of the resident, and on its day."),
    table=ENROLLMENT,
    # First the ends that nothing on record explains, then what is on record and should have ended it.
    sql="""
        WITH known AS MATERIALIZED (
            SELECT resident_id, kind, starts, ends FROM registration_circumstance
            WHERE NOT voided AND kind IN ('death', 'scheme', 'bar', 'hukou')
        ), ended AS MATERIALIZED (
            SELECT resident_id, kind, starts AS since, coalesce(ends, 'infinity') AS lasts,
                CASE kind WHEN 'death' THEN starts ELSE starts - 1 END AS last_day
            FROM known WHERE kind <> 'hukou'
            UNION ALL
            SELECT resident_id, kind, starts, 'infinity', ends FROM known
            WHERE kind = 'hukou' AND ends IS NOT NULL AND NOT EXISTS (
                SELECT FROM known later
                WHERE later.resident_id = known.resident_id AND later.kind = 'hukou' AND later.starts = known.ends + 1
            )
        )
        SELECT number AS row, enrollment.ends, end_reason AS reason, 'unexplained' AS problem, NULL AS day
        FROM registration_enrollment enrollment
        WHERE (ends IS NULL) <> (end_reason = '')
            OR (end_reason IN ('death', 'other_scheme', 'barred', 'moved_away') AND NOT EXISTS (
                SELECT FROM ended WHERE ended.resident_id = enrollment.resident_id AND ended.last_day = enrollment.ends
                AND ended.kind = CASE end_reason WHEN 'death' THEN 'death' WHEN 'other_scheme' THEN 'scheme'
                    WHEN 'barred' THEN 'bar' ELSE 'hukou' END
            ))
            OR (end_reason = 'lapsed' AND (to_char(ends, 'MMDD') <> '1231' OR EXISTS (
                SELECT FROM contributions_contributionnotice notice
                WHERE notice.enrollment_id = enrollment.id AND notice.status = 'paid'
                AND notice.contribution_year > extract(year FROM ends)
            )))
        UNION ALL
        SELECT enrollment.number, enrollment.ends, ended.kind, 'not_ended', ended.last_day
        FROM registration_enrollment enrollment JOIN ended ON ended.resident_id = enrollment.resident_id
        WHERE enrollment.end_reason <> 'merged'
            AND ended.last_day < coalesce(enrollment.ends, 'infinity') AND CASE kind
            WHEN 'death' THEN true
            WHEN 'hukou' THEN ended.last_day >= enrollment.starts
            ELSE ended.lasts >= enrollment.starts END
    """,
    words={
        "unexplained": _("It ended on %(ends)s by “%(reason)s”, which nothing on record explains."),
        "not_ended": _("By “%(reason)s” its last day is %(day)s, it ends on %(ends)s."),
    },
)

MERGED = sql_check(
    "resident.merged",
    "E1",
    _("A record that was merged into another is empty and leads to one that counts."),
    table=RESIDENT,
    rows="registration_resident WHERE merged_into_id IS NOT NULL",
    sql="""
        SELECT gone.number AS row, stays.number AS survivor, CASE
            WHEN stays.merged_into_id IS NOT NULL THEN 'chain'
            WHEN merge.id IS NULL THEN 'unsaid'
            ELSE 'hangs' END AS problem
        FROM registration_resident gone
        JOIN registration_resident stays ON stays.id = gone.merged_into_id
        LEFT JOIN life_merge merge ON merge.duplicate_id = gone.id AND merge.status = 'done'
        WHERE stays.merged_into_id IS NOT NULL OR merge.id IS NULL
            OR EXISTS (SELECT FROM registration_circumstance row WHERE row.resident_id = gone.id)
            OR EXISTS (SELECT FROM registration_registration row WHERE row.resident_id = gone.id)
            OR EXISTS (SELECT FROM registration_enrollment row WHERE row.resident_id = gone.id)
            OR EXISTS (SELECT FROM contributions_contributionnotice row WHERE row.resident_id = gone.id)
            OR EXISTS (SELECT FROM contributions_benefitperiod row WHERE row.resident_id = gone.id)
            OR EXISTS (SELECT FROM claims_stay row WHERE row.resident_id = gone.id)
            OR EXISTS (SELECT FROM claims_settlement row WHERE row.resident_id = gone.id)
    """,
    words={
        "chain": _("It leads to %(survivor)s, which was merged itself."),
        "unsaid": _("It leads to %(survivor)s, and no proposal to merge them was decided."),
        "hangs": _("It was merged into %(survivor)s, and something still hangs on it."),
    },
)

CHECKS = (
    ID_NUMBERS,
    MERGED,
    CIRCUMSTANCES,
    ONE_OPEN_REGISTRATION,
    REASONS,
    ELIGIBILITY,
    DUE,
    RECORDED,
    CHECKER,
    ONE_OPEN_ENROLLMENT,
    ENDS,
)
