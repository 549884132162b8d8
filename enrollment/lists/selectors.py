"""Reading lists and classes in the scope of who asks, and people on record, many at once."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from enrollment.contributions.models import ContributionNotice
from enrollment.registration.data import CircumstanceData
from enrollment.registration.models import Circumstance, Enrollment, Move, Registration, Resident
from enrollment.registration.selectors import sees_everything, survivor_of
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role

from .deciding import Held, Person
from .models import ClassMembership, ListRow, UploadedList

# The name of the kind of run that checks and applies lists.
RUN = "list"
Status = ContributionNotice.Status
LISTED = Resident.objects.select_related("community__parent__parent")


# --- lists -----------------------------------------------------------------------------------------------------------


def lists_visible_to(actor: Actor) -> QuerySet[UploadedList]:
    """The lists that the actor may see, the newest first: a school its own, the agency and the supervisor all."""
    lists = UploadedList.objects.select_related("office", "uploaded_by")
    if not actor.may("lists.see"):
        return lists.none()
    return lists if sees_everything(actor) else lists.filter(office=actor.office)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of a list are in each state."""

    waiting: int = 0
    would: int = 0
    done: int = 0
    nothing: int = 0
    refused: int = 0

    @property
    def all(self) -> int:
        return self.waiting + self.would + self.done + self.nothing + self.refused


def counts_of(found: UploadedList) -> Counts:
    rows = found.rows.order_by().values("state").annotate(count=Count("pk"))
    return Counts(**{row["state"]: row["count"] for row in rows})


def refused_rows(found: UploadedList) -> QuerySet[ListRow]:
    return found.rows.filter(state=ListRow.State.REFUSED).order_by("place")


def at_agency(found: UploadedList, part: int | None = None) -> QuerySet[Registration]:
    """The registrations of a school's list, or of a part of it, that the agency has not taken into its records yet."""
    rows = found.rows.filter(state=ListRow.State.DONE, resident__isnull=False)
    if part is not None:
        rows = rows.filter(part=part)
    return Registration.objects.filter(
        status=Registration.Status.AT_AGENCY, office=found.office_id, resident__in=rows.order_by().values("resident")
    )


# --- people on record ------------------------------------------------------------------------------------------------


def people_with(id_numbers: Iterable[str], *, lock: bool = False) -> dict[str, Person]:
    """Who has these ID numbers, with what is on record of them; a merged record leads to the one that counts.

    `lock` keeps the residents' rows until the transaction ends, taken in the order of their keys.
    """
    rows = LISTED.filter(id_number__in=set(id_numbers)).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = {str(row.id_number): row for row in rows}
    merged = {number: survivor_of(row) for number, row in found.items() if row.merged_into_id is not None}
    if merged and lock:
        keys = sorted(row.pk for row in merged.values())
        locked = {row.pk: row for row in LISTED.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))}
        merged = {number: locked[row.pk] for number, row in merged.items()}
    return people_of(found | merged)


def people_of(residents: Mapping[str, Resident], *, withdrawn: Collection[int] = ()) -> dict[str, Person]:
    """What is on record of these residents, read at once. `withdrawn`: circumstances (by key) of which the record of
    acts does not say so yet, since it is written at the end of the transaction.
    """
    keys = {row.pk for row in residents.values()}
    if not keys:
        return {}
    held = defaultdict(list)
    rows = list(Circumstance.objects.filter(resident__in=keys).select_related("school").order_by("starts", "pk"))
    withdrawn = {*withdrawn, *_withdrawn(rows)}
    for row in rows:
        held[row.resident_id].append(Held(row.pk, CircumstanceData.of(row), row.voided, row.pk in withdrawn))
    enrollments = defaultdict(list)
    insured = Enrollment.objects.filter(resident__in=keys).exclude(end_reason=Enrollment.EndReason.MERGED)
    for enrollment in insured.order_by("starts", "pk"):
        enrollments[enrollment.resident_id].append(enrollment)
    moves = defaultdict(list)
    for move in Move.objects.filter(resident__in=keys, voided=False).order_by("moved_on"):
        moves[move.resident_id].append((move.moved_on, move.to_community_id))
    waiting = {
        row.resident_id: row for row in Registration.objects.filter(resident__in=keys, status__in=Registration.OPEN)
    }
    classes = {row.resident_id: row for row in ClassMembership.objects.filter(resident__in=keys, ends=None)}
    paid, asked = _years(keys)
    return {
        number: Person(
            resident=row,
            lives_in=row.community_id,
            held=tuple(held[row.pk]),
            enrollments=tuple(enrollments[row.pk]),
            moves=tuple(moves[row.pk]),
            registration=waiting.get(row.pk),
            open_notices=len(asked[row.pk]),
            paid_year=max(paid[row.pk], default=None),
            open_years=frozenset(asked[row.pk]),
            class_of=_class_of(classes.get(row.pk)),
            class_since=classes[row.pk].starts if row.pk in classes else None,
        )
        for number, row in residents.items()
    }


def _withdrawn(rows: Iterable[Circumstance]) -> set[int]:
    """Which of the circumstances (by key) somebody ended earlier than was on record, or on a day that was past: a
    certificate that was withdrawn, not one whose last day was made known in advance.
    """
    ended = {
        (row.resident_id, row.kind, row.value, row.starts.isoformat(), row.ends.isoformat()): row.pk
        for row in rows
        if row.ends is not None
    }
    if not ended:
        return set()
    keys = {key[0] for key in ended}
    # Also what was done with a record before it was merged into this one.
    named = Resident.objects.filter(Q(pk__in=keys) | Q(merged_into__in=keys)).order_by()
    of_number = {number: into or pk for number, pk, into in named.values_list("number", "pk", "merged_into")}
    acts = AuditEntry.objects.filter(verb="circumstances.end", resident__in=of_number).order_by()
    found = set()
    for number, said, on in acts.values_list("resident", "changes", "business_date"):
        before, after = said["ends"]
        key = (of_number[number], said["kind"], said["value"], said["starts"], after)
        if key in ended and (after < before if before else after <= on.isoformat()):
            found.add(ended[key])
    return found


def _class_of(row: ClassMembership | None) -> tuple[int, int, str] | None:
    return (row.school_id, row.grade, row.class_name) if row else None


def _years(keys: Iterable[int]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """The paid years of each resident's present relationship, and the years of the open notices."""
    paid, asked = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    notices = ContributionNotice.objects.filter(
        resident__in=keys, status__in=[Status.PAID, Status.OPEN], enrollment__ends=None
    )
    for resident, status, year in notices.values_list("resident_id", "status", "contribution_year"):
        (paid if status == Status.PAID else asked)[resident].add(year)
    return paid, asked


def newborns_like(names: Iterable[str]) -> set[tuple[str, datetime.date, str, int]]:
    """Of these names the residents who had no ID number yet: name, birth, sex and community."""
    rows = Resident.objects.filter(id_number=None, merged_into=None, name__in=set(names))
    return set(rows.values_list("name", "birth_date", "sex", "community_id"))


def communities_by_name() -> dict[str, list[Office]]:
    """The communities that are open, by their code and by their name; a name can be that of several."""
    found = defaultdict(list)
    open_ones = Office.objects.filter(kind=Office.Kind.COMMUNITY, closed_on=None)
    for row in open_ones.select_related("parent__parent"):
        found[row.code].append(row)
        found[row.name].append(row)
    return dict(found)


# Live settlements whose stay reaches into the days that a row changes.
SETTLED = """
SELECT changed.resident, count(*)
FROM unnest(%s::bigint[], %s::date[]) AS changed (resident, since)
JOIN claims_settlement settlement ON settlement.resident_id = changed.resident AND settlement.live
    AND settlement.settled_on >= changed.since
GROUP BY changed.resident
"""


def settlements_since(days: Sequence[tuple[int, datetime.date]]) -> Counter[int]:
    """How many live settlements of each resident (by key) lie on or after a day."""
    if not days:
        return Counter()
    with connection.cursor() as cursor:
        cursor.execute(SETTLED, [[resident for resident, _day in days], [day for _resident, day in days]])
        return Counter(dict(cursor.fetchall()))


# --- classes ---------------------------------------------------------------------------------------------------------


def schools_visible_to(actor: Actor) -> QuerySet[Office]:
    """The schools whose classes the actor may see: a school officer's own, all for the agency and the supervisor."""
    schools = Office.objects.filter(kind=Office.Kind.SCHOOL).select_related("parent").order_by("code")
    if not actor.may("classes.see"):
        return schools.none()
    if actor.role is Role.SCHOOL:
        return schools.filter(pk=actor.office.pk if actor.office else 0)
    return schools


def _death_of(field: str) -> Exists:
    """Whether the resident that `field` names has died."""
    deaths = Circumstance.objects.filter(resident=OuterRef(field), kind=Circumstance.Kind.DEATH, voided=False)
    return Exists(deaths)


def pupils_of(school: Office, day: datetime.date) -> QuerySet[Resident]:
    """The residents who go to the school on `day`, by the record, and live."""
    goes = Circumstance.objects.filter(
        Q(ends=None) | Q(ends__gte=day),
        resident=OuterRef("pk"),
        kind=Circumstance.Kind.STUDENT,
        value="school",
        school=school,
        voided=False,
        starts__lte=day,
    )
    return Resident.objects.filter(Exists(goes), ~_death_of("pk"), merged_into=None)


def pupil_counts(schools: QuerySet[Office], day: datetime.date) -> Counter[int]:
    """How many pupils each school (by key) has on `day`."""
    rows = Circumstance.objects.filter(
        Q(ends=None) | Q(ends__gte=day),
        ~_death_of("resident"),
        kind=Circumstance.Kind.STUDENT,
        value="school",
        school__in=schools.order_by().values("pk"),
        voided=False,
        starts__lte=day,
    )
    return Counter(dict(rows.order_by().values_list("school").annotate(Count("pk"))))


def in_class(school: Office, grade: int | None, class_name: str) -> Q:
    """Of residents, those in a class of the school; without a grade those who are in none."""
    classes = ClassMembership.objects.filter(resident=OuterRef("pk"), school=school, ends=None)
    if grade is None:
        return ~Q(Exists(classes))
    return Q(Exists(classes.filter(grade=grade, class_name=class_name)))


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class of a school and how many pupils are in it; without a grade: those in no class."""

    grade: int | None
    class_name: str
    pupils: int


def classes_of(school: Office, day: datetime.date) -> list[SchoolClass]:
    """The classes of a school by grade and name, those without a class last."""
    pupils = pupils_of(school, day).order_by()
    rows = ClassMembership.objects.filter(school=school, ends=None, resident__in=pupils.values("pk"))
    counted = rows.order_by("grade", "class_name").values_list("grade", "class_name").annotate(Count("pk"))
    found = [SchoolClass(grade, name, count) for grade, name, count in counted]
    without = pupils.filter(in_class(school, None, "")).count()
    return [*found, SchoolClass(None, "", without)] if without else found
