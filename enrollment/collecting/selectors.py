"""Reading collections in the scope of who asks, and what a school can still collect."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, IntegerField, QuerySet, Value, When

from enrollment.bankfiles.models import BankFileLine
from enrollment.bankfiles.selectors import open_returns
from enrollment.cockpit.selectors.offices import payers_of
from enrollment.cockpit.selectors.people import class_sheets
from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.selectors import due_of, held_for_each
from enrollment.contributions.services.parts import total_of
from enrollment.lists.labels import class_label
from enrollment.registration.selectors import sees_everything
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office

from .models import Collection, CollectionLine


def collections_visible_to(actor: Actor) -> QuerySet[Collection]:
    """The collections that the actor may see, the newest first: a school its own, agency and supervisor all."""
    found = Collection.objects.select_related("school", "handed_in_by")
    if not actor.may("collections.see"):
        return found.none()
    return found if sees_everything(actor) else found.filter(school=actor.office)


def waiting(actor: Actor) -> QuerySet[Collection]:
    """The collections whose payment is to be recorded, the oldest first."""
    return collections_visible_to(actor).filter(status=Collection.Status.HANDED_IN).order_by("handed_in_on", "id")


def schools_of(actor: Actor) -> QuerySet[Office]:
    """The schools that the actor may hand in collections of, by name."""
    schools = payers_of(actor).filter(kind=Office.Kind.SCHOOL)
    return schools.order_by("name", "code") if actor.may("collections.hand_in") else schools.none()


def paid_of(line: BankFileLine, actor: Actor) -> QuerySet[Collection]:
    """The paid collections whose payment a return in a bank's file can be: of its sum and not dated after it, the one
    with the reference that it names first, then the newest.
    """
    found = collections_visible_to(actor).filter(status=Collection.Status.PAID, amount=line.amount)
    named = Case(When(bank_reference=line.stated, then=Value(0)), default=Value(1), output_field=IntegerField())
    return found.filter(paid_on__lte=line.day).order_by(named, "-paid_on", "-id")


def open_returns_of(found: Collection, actor: Actor) -> list[BankFileLine]:
    """The returns in banks' files that wait for a reviewer and can be of a collection's payment."""
    lines = open_returns(actor).filter(amount=found.amount, day__gte=found.paid_on)
    return sorted(lines, key=lambda line: line.stated != found.bank_reference)


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that a pupil's family is to pay: `amount` yuan, less what an employer's parts cover already (C5).
    `collection` is the open one that it stands in already.
    """

    notice: ContributionNotice
    grade: int | None
    class_name: str
    amount: Decimal
    collection: Collection | None

    @property
    def in_class(self) -> str:
        return class_label(self.grade, self.class_name)


def dues_of(school: Office, year: int, today: datetime.date) -> list[Due]:
    """The open notices of a school's pupils for a contribution year, in the order of the collection list."""
    sheets = class_sheets(school, year, today)
    found = [
        (sheet, notice)
        for sheet in sheets
        for notice in sheet.notices
        if notice.status == ContributionNotice.Status.OPEN and notice.joint_with_id is None
    ]
    keys = [notice.pk for _sheet, notice in found]
    held, taken = held_for_each(keys), open_lines(keys)
    return [
        Due(
            notice,
            sheet.grade,
            sheet.class_name,
            due_of(notice) - total_of(held.get(notice.pk, ())),
            taken.get(notice.pk),
        )
        for sheet, notice in found
    ]


def open_lines(notices: Iterable[int]) -> dict[int, Collection]:
    """The open collection that each of these notices (by key) stands in, where it does."""
    lines = CollectionLine.objects.filter(notice__in=list(notices), open=True).select_related("collection")
    return {line.notice_id: line.collection for line in lines}


def sum_of_dues(rows: Iterable[Due]) -> Decimal:
    """What the notices come to, in yuan."""
    return sum((row.amount for row in rows), ZERO)


def lines_of(found: Collection) -> QuerySet[CollectionLine]:
    """The lines of a collection in class order."""
    return found.lines.select_related("notice__resident", "receipt").order_by("place")
