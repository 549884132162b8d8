"""Whether a payment settles its notice, and settling it (C6, B1–B5). Call it with the resident's row locked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.registration import facts as registration_facts
from enrollment.registration import following
from enrollment.registration import selectors as registration
from enrollment.registration import services as registration_services
from enrollment.registration.models import Enrollment, Resident
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.days import next_day
from liaoyang_medins.kernel.errors import Conflict, Refused
from liaoyang_medins.kernel.facts import to_json
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, ReceiptProblem
from liaoyang_medins.kernel.statements import Statement, blank, insert, relate, update

from .. import rules
from ..assessment import Assessment, assess, benefit_facts_of, read_ahead, registered_on
from ..models import BenefitPeriod, ContributionNotice, Receipt
from .notices import waiting_until
from .parts import complete, held_for, let_go, parts_of, read_parts_ahead, total_of
from .writing import Status, differs, lock_pair, move, read_pairs_ahead, write_notices

Kind = ContributionNotice.Kind
# Of a notice itself and the one that is paid together with it.
PairOf = Callable[[ContributionNotice], list[ContributionNotice]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a payment does: it settles `notice` (problem None), or not, and why; or it is `held` for it as a part (C5).
    `notice` is the one that holds by then.
    """

    notice: ContributionNotice
    problem: ReceiptProblem | None
    held: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a payment would do to the notices of `pair`, before anything is written: they are made `anew` by the
    `assessment`, and paid on `paid_on` where there is `room`, together with the `parts`. Parts that are `left` are
    over: the payment was the whole amount by itself.
    """

    pair: list[ContributionNotice]
    problem: ReceiptProblem | None
    assessment: Assessment | None = None
    anew: bool = False
    room: "Room | None" = None
    paid_on: date | None = None
    parts: Sequence[Receipt] = ()
    left: Sequence[Receipt] = ()


def settle(
    *,
    resident: Resident,
    stated: ContributionNotice,
    amount: Decimal,
    paid_on: date,
    today: date,
    by: Actor,
    part: bool = False,
) -> Verdict:
    """Settle the notice with `amount` yuan of the value date `paid_on` where it is exactly right (C6), alone or with
    the parts held for it; else say why not. What is only a `part` and not the last is held for an open notice (C5).

    The facts on the day of payment decide: where they differ the notice is made anew, and it is the new one that the
    payment must fit. Raises Conflict or Refused, with nothing written, where it fits but something newer stands
    against it: the resident was enrolled anew, or the days or the year are paid for already.
    """
    found = decide(resident=resident, stated=stated, amount=amount, paid_on=paid_on, part=part)
    pair = found.pair
    held = part and found.problem is ReceiptProblem.SHORT
    if held and pair[0].status != Status.OPEN:
        return Verdict(pair[0], ReceiptProblem.INCOMPLETE)
    if found.assessment is None:
        return Verdict(pair[0], found.problem)
    if found.anew:
        notice = write_notices(
            resident=resident,
            enrollment=pair[0].enrollment,
            assessment=found.assessment,
            issued_on=today,
            term=(pair[0].pay_from, pair[0].pay_until),
            replaces=pair,
            verb="notices.remake",
            by=by,
        )
        pair = lock_pair(notice)
    if found.room is not None:
        pay(resident, pair, found.assessment, found.room, found.paid_on or paid_on, by)
        complete(found.parts, pair[0], resident, by)
        let_go(found.left, ReceiptProblem.PAID_TWICE, resident, by)
        # Days that are over count from now on: stays that were settled without them are looked at.
        if found.assessment.starts <= today:
            following.follow(resident, by=by)
    return Verdict(pair[0], None, held=True) if held else Verdict(pair[0], found.problem)


def decide(
    *,
    resident: Resident,
    stated: ContributionNotice,
    amount: Decimal,
    paid_on: date,
    pair_of: PairOf = lock_pair,
    part: bool = False,
) -> Decision:
    """What `settle` is going to do; only reads. Raises Conflict or Refused as it does."""
    pair = candidate(stated, paid_on, pair_of)
    waiting = parts_of(pair[0])
    # Of all that settle a notice one at most is no part (C5): a whole payment that was let go counts with parts alone.
    parts = [row for row in waiting if part or row.channel == Receipt.Channel.EMPLOYER]
    if not parts:
        found = decide_amount(resident, pair, amount, paid_on)
    else:
        found = decide_together(resident, pair, amount, paid_on, parts)
        if found.problem is not None and not part:
            # C6: who pays the whole amount is insured, whatever else was held.
            alone = decide_amount(resident, pair, amount, paid_on)
            found = alone if alone.problem is None else found
    return replace(found, left=[row for row in waiting if row not in found.parts]) if found.problem is None else found


def decide_together(
    resident: Resident, pair: list[ContributionNotice], amount: Decimal, paid_on: date, parts: Sequence[Receipt]
) -> Decision:
    """What a payment would do together with the parts: dated by the last, each of them in the term (C5)."""
    whole = amount + total_of(parts)
    last = max(paid_on, *(each.paid_on for each in parts))
    if last != paid_on:
        facts = notice_facts(pair, registration.on_file(resident))
        own = rules.match_receipt(rules.ReceiptFacts(facts.amount_due, paid_on, facts))
        if own is not None:
            return Decision(pair, own)
    return replace(decide_amount(resident, pair, whole, last), parts=parts)


def decide_amount(resident: Resident, pair: list[ContributionNotice], amount: Decimal, paid_on: date) -> Decision:
    """What `amount` yuan of this value date would do to the notice."""
    notice = pair[0]
    file = registration.on_file(resident)
    facts = notice_facts(pair, file)
    problem = rules.match_receipt(rules.ReceiptFacts(amount, paid_on, facts))
    if problem not in (None, ReceiptProblem.SHORT, ReceiptProblem.OVER):
        return Decision(pair, problem)
    try:
        assessment = assess_on_payment(resident, notice, paid_on, file)
    except Refused:
        return Decision(pair, ReceiptProblem.AFTER_END)
    problem = rules.match_receipt(rules.ReceiptFacts(amount, paid_on, replace(facts, amount_due=assessment.due)))
    changed = differs(pair, assessment)
    if notice.status == Status.REMADE and changed:
        return Decision(pair, problem or ReceiptProblem.OUTSIDE_TERM)
    anew = notice.status == Status.RETURNED or changed
    # Who still has the notice in hand gets the right one; what has lapsed is only revived by the right payment.
    if anew and problem is not None and notice.status != Status.OPEN:
        return Decision(pair, problem)
    # What stands against it is looked at before anything is written.
    room = room_for(resident, notice.enrollment, assessment) if problem is None else None
    return Decision(pair, problem, assessment, anew, room, paid_on)


def read_settling_ahead(
    mains: Iterable[int], residents: Mapping[int, Resident], *, lock: bool = True
) -> list[ContributionNotice]:
    """Read for many, inside a batch, what settling these notices, the ones that are paid first, asks in their ordinary
    course: one part, a whole calendar year. `residents` are theirs by their keys, locked, with the offices above;
    returns the notices with them. Without `lock` for who only wants to know.
    """
    rows = read_pairs_ahead(mains, lock=lock)
    districts: dict[int, Office] = {}
    for row in rows:
        if row.resident_id in residents:
            relate(row, resident=residents[row.resident_id])
            district = registration.district_of(row.resident)
            districts[district.pk] = district
    for row in rows:
        # Of who moved since it is another, and asked for.
        if row.district_id in districts:
            relate(row, district=districts[row.district_id])
    read_parts_ahead(row.joint_with_id or row.pk for row in rows)
    read_ahead(row.enrollment for row in rows)
    whole = ((row.resident_id, row.contribution_year) for row in rows)
    _live_periods.ahead([(key, date(year, 1, 1), date(year, 12, 31)) for key, year in whole])
    return rows


def candidate(stated: ContributionNotice, paid_on: date, pair_of: PairOf = lock_pair) -> list[ContributionNotice]:
    """The notice that a payment naming `stated` can settle, locked: itself, or the one that took its place.

    A payment dated inside the term of a notice that was made anew after it ran out still settles the old one (C6).
    """
    pair = pair_of(stated)
    live = pair
    while live[0].replaced_by is not None:
        live = pair_of(live[0].replaced_by)
    old, new = pair[0], live[0]
    in_old_term = old.pay_from <= paid_on <= old.pay_until
    in_new_term = new.pay_from <= paid_on <= new.pay_until
    same = old.enrollment_id == new.enrollment_id
    if old.pk != new.pk and in_old_term and not in_new_term and same and new.status in (Status.OPEN, Status.LAPSED):
        return pair
    return live


def notice_facts(pair: list[ContributionNotice], file: registration.OnFile) -> rules.NoticeFacts:
    """The notice as the payment finds it. A lapse of the relationship is no end for a payment inside the term (C6)."""
    notice = pair[0]
    return rules.NoticeFacts(
        amount_due=sum((row.personal for row in pair), ZERO),
        first_day=notice.pay_from,
        last_day=notice.pay_until,
        paid=notice.status == Status.PAID,
        ended_on=ended_on(notice, file),
    )


def ended_on(notice: ContributionNotice, file: registration.OnFile) -> date | None:
    """The last covered day of the notice's relationship where it has ended, or of a death that ended nothing
    yet (W9).
    """
    died = registration_facts.died_on(file.circumstances)
    ends = notice.enrollment.ends
    return min((day for day in (died, ends) if day is not None), default=None)


def assess_on_payment(
    resident: Resident, notice: ContributionNotice, paid_on: date, file: registration.OnFile | None = None
) -> Assessment:
    """The notice assessed again by the facts on the day of payment. Raises Refused where not eligible on that day."""
    renewal = notice.kind == Kind.RENEWAL
    made = None if renewal else benefit_facts_of(notice)
    return assess(
        resident=resident,
        registered=registered_on(notice.enrollment),
        paid=paid_on,
        made=paid_on if made is None else made.made or notice.issued_on,
        kind=EnrollmentKind(notice.kind),
        contribution_year=notice.contribution_year if renewal else None,
        year_after=made is not None and made.year_after,
        waiting_until=waiting_until(notice.enrollment, paid_on) if renewal else None,
        file=file,
    )


@dataclass(frozen=True, slots=True)
class Room:
    """Where the days of a payment go: the first of each part, and the periods that have to give way."""

    starts: tuple[date, ...]
    give_way: tuple[BenefitPeriod, ...]


def room_for(resident: Resident, enrollment: Enrollment, assessment: Assessment) -> Room:
    """The room for what is bought. Raises Conflict where nothing would be left of it, or where the resident has been
    enrolled anew since the relationship lapsed (C6): a clerk decides which of the two stands.
    """
    if enrollment.lapsed_on is not None:
        current = registration.last_enrollment(resident)
        if current is not None and current.pk != enrollment.pk:
            raise Conflict(_("The resident has been enrolled anew since this notice lapsed."), code="enrolled_anew")
    periods = _live_periods(resident.pk, assessment.starts, assessment.ends)
    give_way = tuple(period for period in periods if trimmed(period))
    others = [period for period in periods if period.withdrawn_on is None]
    return Room(tuple(after(others, part.starts, part.ends) for part in assessment.parts), give_way)


def trimmed(period: BenefitPeriod) -> bool:
    """Whether a period goes beyond the end of its relationship (W9); its last day is moved there, and one that never
    began is withdrawn. Others are left as they were bought, in case the end is taken back.
    """
    last = period.notice.enrollment.ends
    if last is None or period.ends <= last:
        return False
    if last < period.starts:
        period.withdrawn_on = last
    else:
        period.ends = last
    return True


# What a payment changes of its notice.
PAID = ("status", "paid_on", "replaced_by", "eligible_since", "facts", "benefit_facts")


def pay(
    resident: Resident,
    pair: list[ContributionNotice],
    assessment: Assessment,
    room: Room,
    paid_on: date,
    by: Actor,
) -> None:
    """The notice is paid: its facts are those of the day, its benefit period runs, a lapse is undone."""
    revive(pair[0], resident, by)
    if pair[0].enrollment.lapsed_on is not None:
        registration_services.undo_lapse(enrollment=pair[0].enrollment, resident=resident, by=by)
    for period in room.give_way:
        update(period, "ends", "withdrawn_on")
    for notice, part, starts in zip(pair, assessment.parts, room.starts, strict=True):
        move(notice, Status.PAID)
        notice.paid_on = paid_on
        notice.replaced_by = None
        notice.eligible_since = assessment.benefit_facts.eligible_since
        notice.facts = to_json(part.facts)
        notice.benefit_facts = to_json(assessment.benefit_facts)
        update(notice, *PAID)
        period = blank(BenefitPeriod)
        relate(period, resident=resident, notice=notice)
        period.starts, period.ends = starts, part.ends
        insert(period)
        audit.record(
            by=by,
            verb="notices.pay",
            obj=notice,
            resident=resident.number,
            changes={"paid_on": paid_on, "starts": period.starts, "ends": period.ends},
        )


def revive(notice: ContributionNotice, resident: Resident, by: Actor) -> None:
    """A notice made anew that is paid after all: whatever took its place since, once or again and again, gives way in
    turn, and what is held for that is over.
    """
    if notice.status != Status.REMADE:
        return
    newer = notice.replaced_by
    while newer is not None:
        pair = lock_pair(newer)
        newer = pair[0].replaced_by
        held = held_for(pair[0])
        for row in pair:
            if row.status in (Status.OPEN, Status.LAPSED):
                move(row, Status.REMADE)
                row.replaced_by = notice
                update(row, "status", "replaced_by")
        let_go(held, ReceiptProblem.PAID_TWICE, resident, by)


@Statement
def _live_periods(resident: int, starts: date, ends: date) -> QuerySet[BenefitPeriod]:
    rows = BenefitPeriod.objects.filter(resident=resident, withdrawn_on=None, starts__lte=ends, ends__gte=starts)
    return rows.select_related("notice__enrollment").order_by("starts")


def after(periods: Iterable[BenefitPeriod], starts: date, ends: date) -> date:
    """`starts`, or the day after the live `periods` of the resident that already cover it: days are bought once.

    Raises Conflict where nothing would be left.
    """
    last = max((row.ends for row in periods if row.starts <= ends and row.ends >= starts), default=None)
    if last is None:
        return starts
    if last >= ends:
        raise Conflict(_("These days are covered already by another payment."), code="covered_already")
    return next_day(last)
