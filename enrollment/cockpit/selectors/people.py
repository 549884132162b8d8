"""Who has not paid, and in which order they are called on; the classes of a school with what each pupil is to pay."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.selectors import held_of_each
from enrollment.households.order import by_number
from enrollment.households.selectors import Dweller
from enrollment.households.selectors import in_house_order as dwellers_in_order
from enrollment.lists.labels import class_label
from enrollment.lists.models import ClassMembership
from enrollment.lists.selectors import pupils_of
from enrollment.registration.models import Enrollment
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.models import Office

from ..services import day_of_pupils

Status = ContributionNotice.Status
Ended = Enrollment.EndReason
# Not paid: to be paid, or the term is over, or the bank took the money back and no other notice was made.
UNPAID = Q(status__in=[Status.OPEN, Status.LAPSED]) | Q(status=Status.RETURNED, replaced_by=None)
STANDING = UNPAID | Q(status=Status.PAID)
# Why nothing is collected any more, although a notice was not paid.
OVER = (Ended.DEATH, Ended.MOVED_AWAY, Ended.OTHER_SCHEME, Ended.BARRED, Ended.MERGED)
# In no class: after all of them.
NOWHERE = (99, "")


def notices_of(office: Office, year: int, today: datetime.date, kind: str = "") -> QuerySet[ContributionNotice]:
    """The notices of a contribution year that stand, of who lives in a community or goes to a school."""
    notices = ContributionNotice.objects.filter(STANDING, contribution_year=year)
    if kind:
        notices = notices.filter(kind=kind)
    if office.kind == Office.Kind.SCHOOL:
        pupils = pupils_of(office, day_of_pupils(year, today))
        return notices.filter(resident__in=pupils.order_by().values("pk"))
    return notices.filter(resident__community=office)


def in_house_order(notices: QuerySet[ContributionNotice], office: Office) -> list[int]:
    """The keys of the notices in the order in which they are brought to the door: by address, a household together
    and its head first; of a school by class and name.
    """
    of_resident = ("resident_id", "resident__address", "resident__pinyin", "resident__number")
    rows = [Dweller(*row) for row in notices.order_by().values_list("pk", *of_resident)]
    if office.kind == Office.Kind.SCHOOL:
        classes = classes_of(office)
        rows.sort(key=lambda row: (*place_of(classes.get(row.resident, NOWHERE)), row.pinyin, row.number))
        return [row.key for row in rows]
    return dwellers_in_order(rows, office)


def place_of(in_class: tuple[int, str]) -> tuple[int, tuple[bytes | int, ...]]:
    """Where a class comes: by grade, then by its name with figures as figures."""
    return in_class[0], by_number(in_class[1])


def classes_of(school: Office) -> dict[int, tuple[int, str]]:
    """The class of each pupil of a school (by key): grade and name."""
    rows = ClassMembership.objects.filter(school=school, ends=None)
    found = rows.values_list("resident_id", "grade", "class_name")
    return {resident: (grade, name) for resident, grade, name in found}


@dataclass(frozen=True, slots=True)
class Payer:
    """A notice that is not paid, and the one to call on. `over`: the insured relationship ended, and nothing is
    collected any more. `in_class`: of a school the class, in words. Of the `amount` due an employer's parts that are
    `held` cover some, and what is `left` is asked for (C5); in yuan.
    """

    notice: ContributionNotice
    over: bool
    in_class: str = ""
    held: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        return Decimal(self.notice.personal)

    @property
    def left(self) -> Decimal:
        return self.amount - self.held


@dataclass(frozen=True, slots=True)
class CallList:
    """The keys of the notices that are not paid, those to call on first and in house order; what they come to, and
    what is `held` of each for which an employer paid a part (C5).
    """

    keys: tuple[int, ...]
    over: frozenset[int]
    amount: Decimal
    amount_over: Decimal
    held: Mapping[int, Decimal]

    @property
    def to_call(self) -> int:
        return len(self.keys) - len(self.over)

    @property
    def amount_held(self) -> Decimal:
        return sum(self.held.values(), ZERO)

    @property
    def left(self) -> Decimal:
        return self.amount - self.amount_held


def call_list(office: Office, year: int, today: datetime.date, kind: str = "") -> CallList:
    """Who has not paid at a community or school. Those whose relationship ended come last: the notice stands, and
    nobody is to be called on.
    """
    unpaid = notices_of(office, year, today, kind).filter(UNPAID)
    sums = {
        pk: (amount, reason in OVER)
        for pk, amount, reason in unpaid.order_by().values_list("pk", "personal", "enrollment__end_reason")
    }
    ordered = [key for key in in_house_order(unpaid, office) if key in sums]
    over = frozenset(key for key in ordered if sums[key][1])
    return CallList(
        keys=tuple([key for key in ordered if key not in over] + [key for key in ordered if key in over]),
        over=over,
        amount=sum((sums[key][0] for key in ordered), ZERO),
        amount_over=sum((sums[key][0] for key in over), ZERO),
        held=held_of_each(unpaid),
    )


def payers(found: CallList, keys: Iterable[int], office: Office) -> list[Payer]:
    """The rows of a call list with these keys, in their order."""
    wanted = list(keys)
    notices = ContributionNotice.objects.select_related("resident", "joint_with").in_bulk(wanted)
    classes = classes_of(office) if office.kind == Office.Kind.SCHOOL else {}
    in_school = office.kind == Office.Kind.SCHOOL
    return [
        Payer(
            notices[key],
            key in found.over,
            class_label(*classes.get(notices[key].resident_id, (None, ""))) if in_school else "",
            found.held.get(key, ZERO),
        )
        for key in wanted
        if key in notices
    ]


@dataclass(frozen=True, slots=True)
class ClassSheet:
    """A class of a school: its pupils' notices by name, those that are paid too. In yuan; `held` is what employers'
    parts cover of a notice, by its key (C5).
    """

    grade: int | None
    class_name: str
    label: str
    notices: tuple[ContributionNotice, ...]
    held: Mapping[int, Decimal]

    @property
    def unpaid(self) -> list[ContributionNotice]:
        return [row for row in self.notices if row.status != Status.PAID]

    def asked_of(self, notice: ContributionNotice) -> Decimal:
        """What the family of a pupil pays: the amount due less what is held."""
        return Decimal(notice.personal) - self.held.get(notice.pk, ZERO)

    @property
    def due(self) -> Decimal:
        """What is to be paid in all, by whomever."""
        return sum((row.personal for row in self.notices), ZERO)

    @property
    def amount_held(self) -> Decimal:
        """What employers' parts cover of it."""
        return sum(self.held.values(), ZERO)

    @property
    def asked(self) -> Decimal:
        """What the families pay of it."""
        return self.due - self.amount_held

    @property
    def outstanding(self) -> Decimal:
        """What is still to be collected of the families."""
        return sum((self.asked_of(row) for row in self.unpaid), ZERO)


def class_sheets(school: Office, year: int, today: datetime.date, kind: str = "") -> list[ClassSheet]:
    """The notices of a school's pupils by class, those without a class last, without who is not to pay any more."""
    classes = classes_of(school)
    standing = notices_of(school, year, today, kind).exclude(UNPAID, enrollment__end_reason__in=OVER)
    rows = standing.select_related("resident", "joint_with").order_by("resident__pinyin", "resident__number")
    held = held_of_each(standing)
    found: dict[tuple[int, str], list[ContributionNotice]] = {}
    for row in rows:
        found.setdefault(classes.get(row.resident_id, NOWHERE), []).append(row)
    sheets = []
    for key in sorted(found, key=place_of):
        grade, name = (None, "") if key == NOWHERE else key
        own = {row.pk: held[row.pk] for row in found[key] if row.pk in held}
        sheets.append(ClassSheet(grade, name, class_label(grade, name), tuple(found[key]), own))
    return sheets
