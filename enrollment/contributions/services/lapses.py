"""What lapses by itself when its term ends without payment (W6, W8, Art. 17)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from enrollment.registration import services as registration_services
from enrollment.registration.models import Enrollment, Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import ReceiptProblem
from liaoyang_medins.kernel.statements import OneOf, Statement, relate, update

from .. import rules
from ..assessment import read_payments_ahead
from ..models import ContributionNotice
from .notices import last_paid_year
from .parts import held_for, let_go, read_parts_ahead
from .writing import Status, move


@dataclass(frozen=True, slots=True)
class Lapsed:
    """How many notices and insured relationships lapsed."""

    notices: int
    enrollments: int


def lapse_unpaid(*, on: date, by: Actor, renewals: bool = True) -> Lapsed:
    """Lapse the open notices whose term ended before `on`, and end the relationships that were not renewed (W8).

    A relationship whose next contribution year was not paid when the window closed ends on 31 December of the last
    paid year. Each in a transaction of its own; done twice it changes nothing. A payment inside the term that arrives
    later undoes it. Without `renewals` first notices alone lapse, for as long as the run that closes the window has
    not done the others.
    """
    by.require("receipts.resolve")
    found = late(on) if renewals else late(on).exclude(kind=ContributionNotice.Kind.RENEWAL)
    notices = sum(lapse_notice(pk, on, by) for pk in found.order_by("pk").values_list("pk", flat=True))
    ended = unrenewed(on).order_by("pk").values_list("pk", flat=True) if renewals else ()
    return Lapsed(notices, sum(lapse_enrollment(pk, on, by) for pk in ended))


def late(on: date) -> QuerySet[ContributionNotice]:
    """The open notices whose term ended before `on`; of two that are paid together the one that is paid."""
    return ContributionNotice.objects.filter(status=Status.OPEN, pay_until__lt=on, joint_with=None)


def unrenewed(on: date) -> QuerySet[Enrollment]:
    """The open relationships with a paid year, but none paid for the year whose window has closed."""
    paid = ContributionNotice.objects.filter(enrollment=OuterRef("pk"), status=Status.PAID)
    renewed = paid.filter(contribution_year__gte=closed_year(on))
    return Enrollment.objects.filter(Exists(paid), ~Exists(renewed), ends=None)


@Statement
def _notice(pk: int) -> QuerySet[ContributionNotice]:
    """The notice, with its resident under lock."""
    rows = ContributionNotice.objects.select_related("resident").select_for_update(of=("resident",))
    return rows.filter(pk=pk).order_by()


@Statement
def _pair(main: int) -> QuerySet[ContributionNotice]:
    """The notice and the one that is paid together with it, under lock."""
    rows = ContributionNotice.objects.select_related("resident").select_for_update(of=("self",))
    return rows.filter(Q(pk=main) | Q(joint_with=main)).order_by("pk")


@Statement
def _enrollment(pk: int) -> QuerySet[Enrollment]:
    """The relationship, with its resident under lock."""
    rows = Enrollment.objects.select_related("resident").select_for_update(of=("resident",))
    return rows.filter(pk=pk).order_by()


@transaction.atomic
def lapse_notice(pk: int, on: date, by: Actor) -> bool:
    """Lapse one open notice with the one paid together with it; False where it was paid meanwhile."""
    return bool(lapse_pair(pk, on, by))


def lapse_pair(pk: int, on: date, by: Actor) -> list[ContributionNotice]:
    """The same inside the caller's transaction, of the notice that is paid; returns what lapsed, that one first."""
    notice = _notice.under_lock(pk)
    if notice is None:
        raise ContributionNotice.DoesNotExist(pk)
    resident = notice.resident
    pair = sorted(_pair(pk), key=lambda row: row.pk != pk)
    if pair[0].status != Status.OPEN or pair[0].pay_until >= on:
        return []
    held = held_for(pair[0])
    for row in pair:
        move(row, Status.LAPSED)
        update(row, "status")
        audit.record(
            by=by,
            verb="notices.lapse",
            obj=row,
            resident=resident.number,
            changes={"pay_until": row.pay_until},
        )
    let_go(held, ReceiptProblem.INCOMPLETE, resident, by)
    return pair


def closed_year(on: date) -> int:
    """The latest contribution year whose window has closed before `on`."""
    closes = rules.payment_window(on.year + 1, policy_on(on))[1]
    return on.year + 1 if on > closes else on.year


@transaction.atomic
def lapse_enrollment(pk: int, on: date, by: Actor) -> bool:
    """End one relationship on 31 December of its last paid year; False where it was paid or ended meanwhile."""
    by.require("residents.change")
    return lapse_unrenewed(pk, on, by) is not None


def lapse_unrenewed(pk: int, on: date, by: Actor) -> Enrollment | None:
    """The same inside the caller's transaction; returns the relationship as it ended."""
    enrollment = _enrollment.under_lock(pk)
    if enrollment is None:
        raise Enrollment.DoesNotExist(pk)
    # It was read before the lock was there.
    enrollment = _enrollment.under_lock(pk) or enrollment
    year = last_paid_year(enrollment)
    if enrollment.ends is not None or year is None or year >= closed_year(on):
        return None
    return registration_services.lapse_of(enrollment.resident, pk, rules.lapses_on(year + 1), by)


@Statement
def _pairs(mains: list[int]) -> QuerySet[ContributionNotice]:
    rows = ContributionNotice.objects.filter(Q(OneOf(F("pk"), mains)) | Q(OneOf(F("joint_with_id"), mains)))
    return rows.order_by("pk")


@Statement
def _relationships(keys: list[int]) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(OneOf(F("pk"), keys)).order_by("pk")


def read_lapses_ahead(notices: Sequence[int], enrollments: Sequence[int], residents: Mapping[int, Resident]) -> None:
    """Read for many, inside a batch, what lapsing these notices and relationships asks; `residents` are theirs by
    their keys, locked, which keeps both from everybody else.
    """
    pairs: dict[int, list[ContributionNotice]] = {pk: [] for pk in notices}
    for notice in _pairs([*notices]):
        pairs[notice.joint_with_id or notice.pk].append(notice)
    # Those of a record that was merged into another before the locks were there are not known, and asked for.
    for pk, pair in pairs.items():
        if all(notice.resident_id in residents for notice in pair):
            for notice in pair:
                relate(notice, resident=residents[notice.resident_id])
            _pair.known(pk, rows=pair)
            _notice.known(pk, rows=[notice for notice in pair if notice.pk == pk])
    read_parts_ahead(pairs)
    ours = [row for row in _relationships([*enrollments]) if row.resident_id in residents]
    for row in ours:
        relate(row, resident=residents[row.resident_id])
        _enrollment.known(row.pk, rows=[row])
    read_payments_ahead(row.resident_id for row in ours)
    registration_services.read_lapses_ahead(ours)
