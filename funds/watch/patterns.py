"""Where stays look suspicious (S2): for each kind one statement over all stays of the period, however many there are.

What is found is not judged here, and nothing is written. Cancelled stays never count; outpatient treatment is a stay
only where a card was used in two places.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from . import rules
from .models import Finding
from .rules import Far, Figures, Measured

Kind = Finding.Kind
# How many of an institution's stays are named where it is unlike its peers: those that make the figure.
NAMED = 20
READMISSION_DAYS = 14


@dataclass(frozen=True, slots=True)
class Found:
    """Stays (keys) that fit a pattern, about a person or an institution (a key), with the figures of that day.

    `period` is what makes it the same evidence where the stays do not: an institution compared over a quarter.
    """

    stays: tuple[int, ...]
    figures: Mapping[str, str]
    resident: int | None = None
    institution: int | None = None
    period: str = ""


Look = Callable[[datetime.date, Figures], Iterator[Found]]


def figures() -> Figures:
    """The figures of the agency's settings."""
    return Figures(
        months=settings.WATCH_MONTHS,
        many_stays=settings.WATCH_MANY_STAYS,
        many_days=settings.WATCH_MANY_DAYS,
        death_days=settings.WATCH_DEATH_DAYS,
        card_hours=settings.WATCH_CARD_HOURS,
        series_persons=settings.WATCH_SERIES_PERSONS,
        series_times=settings.WATCH_SERIES_TIMES,
        peer_deviations=Decimal(settings.WATCH_PEER_DEVIATIONS),
        peer_stays=settings.WATCH_PEER_STAYS,
        peer_institutions=settings.WATCH_PEER_INSTITUTIONS,
    )


# Stays in hospital of the period, with the day on which one that still runs is seen.
STAYS = """
    SELECT id, resident_id, institution_id, admitted_on, discharged_on, discharge_way, transfer_stated,
        card_presented_at, diagnosis_id, greatest(coalesce(discharged_on, %(today)s), admitted_on) AS ends
    FROM claims_stay WHERE status <> 'cancelled' AND NOT outpatient
"""


def asked(today: datetime.date, with_figures: Figures) -> dict[str, Any]:
    """What the statements are asked with."""
    first, last = rules.looked_through(today, with_figures.months)
    names = ("many_stays", "many_days", "death_days", "card_hours", "series_persons", "series_times")
    return {"today": today, "first": first, "last": last} | {name: getattr(with_figures, name) for name in names}


# --- persons ---------------------------------------------------------------------------------------------------------

MANY = f"""
    WITH stay AS MATERIALIZED (
        SELECT * FROM ({STAYS} AND admitted_on BETWEEN %(first)s AND %(last)s) AS counted
    ), crowded AS (
        SELECT resident_id, since, admitted_on AS until FROM (
            SELECT resident_id, admitted_on,
                lag(admitted_on, %(many_stays)s - 1) OVER (PARTITION BY resident_id ORDER BY admitted_on, id) AS since
            FROM stay
        ) AS ordered WHERE since > admitted_on - %(many_days)s
    ), among AS (
        SELECT DISTINCT stay.id, stay.resident_id, stay.admitted_on, stay.institution_id
        FROM crowded JOIN stay ON stay.resident_id = crowded.resident_id AND stay.admitted_on BETWEEN since AND until
    )
    SELECT resident_id, array_agg(id ORDER BY admitted_on, id) AS stays, count(DISTINCT institution_id) AS places,
        min(admitted_on) AS first, max(admitted_on) AS last
    FROM among GROUP BY resident_id ORDER BY resident_id
"""  # noqa: S608


def many_stays(today: datetime.date, with_figures: Figures) -> Iterator[Found]:
    """Persons with many admissions within some days, at whatever institutions: a card that others use, stays that are
    parted to get around limits, or somebody very ill.
    """
    for row in rows_of(MANY, asked(today, with_figures)):
        told = {"stays": len(row["stays"]), "institutions": row["places"], "from": row["first"], "until": row["last"]}
        yield Found(tuple(row["stays"]), said(told), resident=row["resident_id"])


OVERLAP = f"""
    WITH stay AS MATERIALIZED (
        SELECT * FROM ({STAYS}) AS counted WHERE ends >= %(first)s AND admitted_on <= %(last)s
    )
    SELECT one.resident_id, ARRAY[one.id, other.id] AS stays,
        least(one.ends, other.ends) - greatest(one.admitted_on, other.admitted_on) + 1 AS days
    FROM stay one JOIN stay other ON other.resident_id = one.resident_id
        AND (other.admitted_on, other.id) > (one.admitted_on, one.id)
    WHERE least(one.ends, other.ends) > greatest(one.admitted_on, other.admitted_on)
    ORDER BY one.resident_id, one.id, other.id
"""  # noqa: S608


def overlapping(today: datetime.date, with_figures: Figures) -> Iterator[Found]:
    """A8: two stays of a person that share more than one day."""
    for row in rows_of(OVERLAP, asked(today, with_figures)):
        yield Found(tuple(row["stays"]), said({"days": row["days"]}), resident=row["resident_id"])


DEAD = f"""
    SELECT stay.resident_id, stay.id, death.starts AS died_on
    FROM registration_circumstance death
    JOIN ({STAYS}) AS stay ON stay.resident_id = death.resident_id
    WHERE death.kind = 'death' AND NOT death.voided AND stay.ends >= %(first)s
        AND (stay.admitted_on > death.starts OR stay.ends > death.starts + %(death_days)s)
    ORDER BY stay.resident_id, stay.id
"""  # noqa: S608


def after_death(today: datetime.date, with_figures: Figures) -> Iterator[Found]:
    """Stays that began after the death on record, or went on for longer than the papers of a death take."""
    for row in rows_of(DEAD, asked(today, with_figures)):
        yield Found((row["id"],), said({"died_on": row["died_on"]}), resident=row["resident_id"])


PLACES = f"""
    WITH stay AS MATERIALIZED (
        SELECT * FROM ({STAYS}) AS counted WHERE ends >= %(first)s AND admitted_on <= %(last)s
    )
    SELECT one.resident_id, ARRAY[one.id, other.id] AS stays, NULL::date AS day,
        floor(extract(epoch FROM other.card_presented_at - one.card_presented_at) / 3600)::int AS hours
    FROM stay one JOIN stay other ON other.resident_id = one.resident_id
        AND other.institution_id <> one.institution_id
        AND (other.card_presented_at, other.id) > (one.card_presented_at, one.id)
        AND other.card_presented_at <= one.card_presented_at + make_interval(hours => %(card_hours)s)
    WHERE NOT other.transfer_stated AND one.discharge_way NOT IN ('transferred', 'community')
    UNION ALL
    SELECT lying.resident_id, ARRAY[lying.id, treated.id], min(line."on"), NULL
    FROM claims_stay treated JOIN stay lying ON lying.resident_id = treated.resident_id
        AND lying.institution_id <> treated.institution_id
    JOIN claims_feeline line ON line.stay_id = treated.id
        AND line."on" > lying.admitted_on AND line."on" < lying.ends
    WHERE treated.outpatient AND treated.status <> 'cancelled' AND treated.discharged_on >= %(first)s
    GROUP BY lying.resident_id, lying.id, treated.id
    ORDER BY 1, 2
"""  # noqa: S608


def two_places(today: datetime.date, with_figures: Figures) -> Iterator[Found]:
    """A card presented at two institutions within some hours where neither says that the person was transferred; or
    outpatient treatment at one institution on a day that the person lay in another from morning to evening.
    """
    for row in rows_of(PLACES, asked(today, with_figures)):
        told = {"hours": row["hours"], "day": row["day"]}
        yield Found(tuple(row["stays"]), said(told), resident=row["resident_id"])


# --- institutions ----------------------------------------------------------------------------------------------------

SERIES = f"""
    WITH one AS (
        SELECT institution_id, left(diagnosis_id, 3) AS disease, admitted_on, count(DISTINCT resident_id) AS persons,
            array_agg(id ORDER BY id) AS stays
        FROM ({STAYS} AND admitted_on BETWEEN %(first)s AND %(last)s) AS stay GROUP BY 1, 2, 3
    ), usual AS (
        SELECT *, (sum(persons) OVER (PARTITION BY institution_id, disease) - persons)
            / greatest(%(last)s::date - %(first)s::date, 1)::numeric AS usual FROM one
    )
    SELECT * FROM usual WHERE persons >= %(series_persons)s AND persons >= usual * %(series_times)s
    ORDER BY institution_id, admitted_on, disease
"""  # noqa: S608


def series(today: datetime.date, with_figures: Figures) -> Iterator[Found]:
    """Several persons admitted at one institution on one day with the same disease (the first three places of
    ICD-10), many times as many as on its other days: people who are gathered, or stays that are only written down.
    """
    for row in rows_of(SERIES, asked(today, with_figures)):
        told = {
            "day": row["admitted_on"],
            "disease": row["disease"],
            "persons": row["persons"],
            "usual": Decimal(row["usual"]).quantize(rules.PLACES),
        }
        yield Found(tuple(row["stays"]), said(told), institution=row["institution_id"])


# Of each institution: its grade, how many stays, and the four figures. Money in yuan, length in days.
MEASURED = """
    WITH settled AS MATERIALIZED (
        SELECT stay.id, stay.resident_id, stay.institution_id, stay.discharged_on, settlement.total,
            settlement.in_scope, greatest(stay.discharged_on - stay.admitted_on, 1) AS days
        FROM claims_settlement settlement JOIN claims_stay stay ON stay.id = settlement.stay_id
        WHERE settlement.live AND settlement.settled_on BETWEEN %(from)s AND %(until)s
            AND NOT stay.outpatient AND NOT stay.self_paid
    ), again AS (
        SELECT DISTINCT settled.id FROM settled JOIN claims_stay later ON later.resident_id = settled.resident_id
            AND later.institution_id = settled.institution_id AND later.id <> settled.id
            AND later.status <> 'cancelled' AND NOT later.outpatient
            AND later.admitted_on BETWEEN settled.discharged_on AND settled.discharged_on + %(readmission_days)s
    ), figure AS (
        SELECT settled.*, (again.id IS NOT NULL)::int AS again,
            CASE WHEN total > 0 THEN (total - in_scope) / total ELSE 0 END AS outside
        FROM settled LEFT JOIN again USING (id)
    )
"""
OF_INSTITUTIONS = f"""{MEASURED}
    SELECT figure.institution_id, grade.grade, count(*) AS stays, avg(total) AS peer_cost, avg(days) AS peer_length,
        avg(again) AS peer_readmission, (sum(total) - sum(in_scope)) / nullif(sum(total), 0) AS peer_out_of_scope
    FROM figure JOIN claims_institutiongrade grade ON grade.institution_id = figure.institution_id
        AND grade.starts <= %(until)s AND (grade.ends IS NULL OR grade.ends >= %(until)s)
    GROUP BY figure.institution_id, grade.grade
"""  # noqa: S608
# The stays that make an institution's figure, the farthest first.
FARTHEST = """{measured}
    SELECT id FROM figure WHERE institution_id = %(institution)s ORDER BY {order} DESC, id LIMIT %(named)s
"""
ORDERS = {
    Kind.COST: "total",
    Kind.LENGTH: "days",
    Kind.READMISSION: "again",
    Kind.OUT_OF_SCOPE: "outside",
}


def unlike_peers(kind: Kind, today: datetime.date, with_figures: Figures) -> Iterator[Found]:
    """Institutions whose settled stays of the last whole quarter cost far more, last far longer, come back far more
    often within 14 days or are far more out of scope than those of the other institutions of their grade.
    """
    first, last = rules.quarter_before(today)
    bounds = {"from": first, "until": last, "readmission_days": READMISSION_DAYS}
    measured = {
        row["institution_id"]: Measured(row["grade"], row["stays"], Decimal(row[kind.value] or 0))
        for row in rows_of(OF_INSTITUTIONS, bounds)
    }
    for institution, far in sorted(rules.unlike_peers(measured, with_figures).items()):
        sql = FARTHEST.format(measured=MEASURED, order=ORDERS[kind])
        named = tuple(row["id"] for row in rows_of(sql, bounds | {"institution": institution, "named": NAMED}))
        told = compared(measured, institution, far) | {"from": first, "until": last}
        yield Found(named, said(told), institution=institution, period=f"{first} {last}")


def compared(measured: Mapping[int, Measured], institution: int, far: Far) -> dict[str, Any]:
    """What an institution was compared with."""
    own = measured[institution]
    return {
        "grade": own.grade,
        "stays": own.stays,
        "value": own.value.quantize(rules.PLACES),
        "peers_mean": far.mean,
        "deviation": far.deviation,
        "deviations": far.deviations,
    }


def rows_of(sql: str, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of one statement by the names of their columns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchall()
    return (dict(zip(names, row, strict=True)) for row in rows)


def said(told: Mapping[str, Any]) -> dict[str, str]:
    """Figures as they are kept: text, without those that do not apply."""
    return {name: str(value) for name, value in told.items() if value is not None}


def peers(kind: Kind) -> Look:
    """The look for one of the four figures by which institutions are compared."""
    return lambda today, with_figures: unlike_peers(kind, today, with_figures)


PATTERNS: dict[Kind, Look] = {
    Kind.MANY_STAYS: many_stays,
    Kind.OVERLAP: overlapping,
    Kind.AFTER_DEATH: after_death,
    Kind.TWO_PLACES: two_places,
    Kind.SERIES: series,
    Kind.COST: peers(Kind.COST),
    Kind.LENGTH: peers(Kind.LENGTH),
    Kind.READMISSION: peers(Kind.READMISSION),
    Kind.OUT_OF_SCOPE: peers(Kind.OUT_OF_SCOPE),
}
