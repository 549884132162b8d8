"""What a change in somebody's life does to their notices at once (W9, C3, W6); the day of payment decides the rest."""

from django.db import transaction

from enrollment.registration import following
from enrollment.registration import selectors as registration
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy import BeforeTheLaw
from liaoyang_medins.kernel.policy.terms import ReceiptProblem

from ..assessment import Assessment, benefit_facts_of
from ..models import ContributionNotice, Receipt
from .moves import follow_move
from .notices import assess_anew
from .parts import held_for, let_go
from .settling import ended_on
from .writing import Status, columns, lock_pair, lock_resident, write_notices


@transaction.atomic
def follow_life(*, resident: Resident, by: Actor) -> None:
    """Bring the notices of a resident in line with what has just been put on record.

    Paid ones get the district of their day of payment (C3). Open ones that would cost or say something else are made
    anew, inside the same term; one that cannot be paid any more stays as it is and lapses with its term. Done twice it
    changes nothing. Who may make the change may also have this done: it decides nothing of its own.
    """
    resident = lock_resident(resident.pk)
    paid = ContributionNotice.objects.filter(resident=resident, status=Status.PAID).order_by("pk")
    for pk in paid.values_list("pk", flat=True):
        follow_move(pk, by)
    waiting = ContributionNotice.objects.filter(
        resident=resident, status=Status.OPEN, joint_with=None, pay_until__gte=clock.today()
    )
    for notice in waiting.order_by("pk"):
        remake_where_changed(resident, notice, by)


def remake_where_changed(resident: Resident, notice: ContributionNotice, by: Actor) -> None:
    pair = lock_pair(notice)
    today = clock.today()
    try:
        assessment = assess_anew(resident, pair, today, benefit_facts_of(pair[0]).year_after)
    except (Refused, Conflict, BeforeTheLaw):
        return
    if reads_the_same(pair, assessment):
        return
    write_notices(
        resident=resident,
        enrollment=pair[0].enrollment,
        assessment=assessment,
        issued_on=today,
        term=(pair[0].pay_from, pair[0].pay_until),
        replaces=pair,
        verb="notices.remake",
        by=by,
    )


def let_go_where_ended(resident: Resident, by: Actor) -> None:
    """Nothing is held any more for a notice of the locked resident whose relationship has ended (C5, W9)."""
    held = ContributionNotice.objects.filter(
        resident=resident, status=Status.OPEN, receipts__status=Receipt.Status.HELD
    )
    for notice in held.select_related("enrollment").order_by("pk").distinct():
        if ended_on(notice, registration.on_file(resident)) is not None:
            let_go(held_for(notice), ReceiptProblem.INCOMPLETE, resident, by)


def reads_the_same(pair: list[ContributionNotice], assessment: Assessment) -> bool:
    """Whether the paper in the person's hand is still right: a district alone is looked at on the day of payment."""
    if len(pair) != len(assessment.parts):
        return False
    return all(
        getattr(notice, name) == value
        for notice, part in zip(pair, assessment.parts, strict=True)
        for name, value in columns(part, assessment).items()
        if name != "district"
    )


following.FOLLOWERS["parts"] = let_go_where_ended
