"""What institutions cost beside the others of their grade, from the sums that jobs keep."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from claims.labels import label
from claims.models import Institution
from liaoyang_medins.kernel.days import add_months
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Grade

from ..models import InstitutionMonth
from ..rules import Measures
from .fund import months_between

GRADES = [grade.value for grade in Grade]
SUMS = ("stays", "total", "in_scope", "fund", "days", "readmitted")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, by their first days, both included: a calendar year, or twelve months up to the present."""

    first: datetime.date
    last: datetime.date
    year: int | None = None


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    """An institution under a grade that it had in the period; `rest` are the others of the grade."""

    institution: Institution
    grade: str
    own: Measures
    rest: Measures

    @property
    def grade_label(self) -> str:
        return grade_label(self.grade)


@dataclass(frozen=True, slots=True)
class GradeRow:
    """All institutions of a grade."""

    grade: str
    institutions: int
    own: Measures

    @property
    def label(self) -> str:
        return grade_label(self.grade)


@dataclass(frozen=True, slots=True)
class InstitutionReport:
    """The institutions of a period, by grade from below and code, and the grades."""

    period: Period
    rows: tuple[InstitutionRow, ...]
    grades: tuple[GradeRow, ...]
    total: Measures


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A month of an institution and of the others of its grade, or of the grades that it had in it."""

    month: datetime.date
    own: Measures
    rest: Measures


def grade_label(grade: str) -> str:
    """The grade in words; an institution without one lies elsewhere."""
    return label(Grade(grade)) if grade else "—"


def period_of(today: datetime.date, year: int | None = None) -> Period:
    """A calendar year, or without one the twelve months up to that of today, which is not over yet."""
    if year:
        return Period(datetime.date(year, 1, 1), datetime.date(year, 12, 1), year)
    month = today.replace(day=1)
    return Period(add_months(month, -11), month)


def institution_months_seen_by(actor: Actor) -> QuerySet[InstitutionMonth]:
    """All of the sums, or none."""
    months = InstitutionMonth.objects.all()
    return months if actor.may("supervision.institutions") else months.none()


def institution_report(actor: Actor, period: Period, *, category: str = "", grade: str = "") -> InstitutionReport:
    """The institutions in a period, of all persons or a category, of all grades or one. Without stays one is not in
    it.
    """
    rows = institution_months_seen_by(actor).filter(month__range=(period.first, period.last))
    if category:
        rows = rows.filter(category=category)
    if grade:
        rows = rows.filter(grade=grade)
    found = {
        (row["institution"], row["grade"]): measures(row)
        for row in rows.order_by().values("institution", "grade").annotate(**sums())
    }
    of_grade: dict[str, Measures] = defaultdict(Measures)
    count: dict[str, int] = defaultdict(int)
    for (_institution, its_grade), own in found.items():
        of_grade[its_grade] += own
        count[its_grade] += 1
    institutions = Institution.objects.select_related("office").in_bulk({key for key, _grade in found})
    listed = [
        InstitutionRow(institutions[key], its_grade, own, of_grade[its_grade] - own)
        for (key, its_grade), own in found.items()
    ]
    listed.sort(key=lambda row: (place_of(row.grade), row.institution.code))
    return InstitutionReport(
        period,
        tuple(listed),
        tuple(GradeRow(each, count[each], of_grade[each]) for each in sorted(of_grade, key=place_of)),
        sum(of_grade.values(), Measures()),
    )


def course_of(actor: Actor, institution: Institution, period: Period, *, category: str = "") -> list[CourseRow]:
    """An institution month by month beside the others of the grade that it had in each."""
    rows = institution_months_seen_by(actor).filter(month__range=(period.first, period.last))
    if category:
        rows = rows.filter(category=category)
    own: dict[datetime.date, Measures] = defaultdict(Measures)
    grades: dict[datetime.date, set[str]] = defaultdict(set)
    for row in rows.filter(institution=institution).order_by().values("month", "grade").annotate(**sums()):
        own[row["month"]] += measures(row)
        grades[row["month"]].add(row["grade"])
    months = months_between(period.first, period.last)
    held = held_in(months, grades)
    others: dict[datetime.date, Measures] = defaultdict(Measures)
    rest = rows.exclude(institution=institution).order_by().values("month", "grade").annotate(**sums())
    for row in rest:
        if row["grade"] in held[row["month"]]:
            others[row["month"]] += measures(row)
    return [CourseRow(month, own[month], others[month]) for month in months]


def held_in(months: list[datetime.date], grades: Mapping[datetime.date, set[str]]) -> dict[datetime.date, set[str]]:
    """The grades of an institution in each of the months: where it had no stays those of the month with stays before,
    else of the next.
    """
    known = next((grades[month] for month in months if month in grades), set())
    held = {}
    for month in months:
        known = grades.get(month, known)
        held[month] = known
    return held


def sums() -> dict[str, Sum]:
    return {f"{name}_sum": Sum(name) for name in SUMS}


def measures(row: Mapping[str, object]) -> Measures:
    return Measures(*(row[f"{name}_sum"] for name in SUMS))  # type: ignore[arg-type]


def place_of(grade: str) -> int:
    """Where a grade comes: from below, no grade last."""
    return GRADES.index(grade) if grade in GRADES else len(GRADES)


def years_known(actor: Actor) -> list[int]:
    """The calendar years in which stays ended, the newest first."""
    return [day.year for day in institution_months_seen_by(actor).dates("month", "year", order="DESC")]
