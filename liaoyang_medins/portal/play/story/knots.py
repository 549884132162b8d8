"""What gets tangled: news that comes in the wrong order, and is taken back (W8, W9, C3, C6, C8, F3)."""

import datetime
from collections.abc import Callable, Iterator, Sequence

from ..steps import Step, submission
from .care import Patient, Shelf
from .counter import Case
from .frame import DAY
from .payer import Payer

# event → the share of those who are enrolled.
SHARES = {
    "death voided, late payment assigned": 0.001,
    "lapsed, came back, died": 0.001,
    "moved before the payment, known later, bounced": 0.001,
    "end of the hukou corrected": 0.001,
    "announced scheme voided, then paid": 0.001,
    "paid, then the announced scheme began": 0.001,
    "paid, died before it was known": 0.001,
    "settled, then the payment bounced": 0.001,
    "settled, death before it known later": 0.001,
}
EVENTS = tuple(SHARES)


class Knot:
    """One person's tangle: the payer's steps, those of a patient, and where people live."""

    def __init__(self, payer: Payer, communities: Sequence[str], shelf: Shelf) -> None:
        self.payer = payer
        self.communities = communities
        self.patient = Patient(payer.frame, payer.member, payer.event, shelf)
        self.closes = payer.frame.closes

    def put(self, day: datetime.date, kind: str, value: str, starts: datetime.date, *, told: bool = False) -> Step:
        return self.payer.step("put", day, told=told, circumstance=(kind, value, starts, None, "", ""))

    def void(self, day: datetime.date, kind: str, starts: datetime.date, *, told: bool = False) -> Step:
        return self.payer.step("void", day, told=told, kind=kind, starts=starts, reason="登记有误")


def death_voided(knot: Knot) -> Iterator[Step]:
    """In the window somebody is taken for dead; what they paid comes after the close and waits for that."""
    payer, closes = knot.payer, knot.closes
    yield payer.renew()
    yield knot.put(closes - 2 * DAY, "death", "died", closes - 4 * DAY)
    yield payer.pay(closes + 8 * DAY, "1", dated=closes - 3 * DAY)
    yield knot.void(closes + 15 * DAY, "death", closes - 4 * DAY)
    reference = payer.reference("1")
    yield payer.step("assign", closes + 18 * DAY, told=True, year=payer.frame.year, reference=reference)


def back_and_dead(knot: Knot) -> Iterator[Step]:
    """W8: lapses, enrolls anew, and dies while waiting; that is known later, and dated back."""
    payer = knot.payer
    yield payer.renew()
    form = str(submission(payer.frame.seed, payer.frame.year, payer.event, payer.member.id_number))
    case = Case(payer.frame, "", payer.r, payer.member.id_number, form, knot.closes + 45 * DAY)
    yield case.step("register")
    yield from case.paid()
    died = case.day + 20 * DAY
    yield knot.put(died + 12 * DAY, "death", "died", died, told=True)


def moved_and_bounced(knot: Knot) -> Iterator[Step]:
    """C3, F3: the move before the payment is known when the statement has gone out; then the bank takes it back."""
    payer = knot.payer
    others = [code for code in knot.communities if code[:6] != payer.member.district]
    yield payer.renew()
    yield payer.pay(payer.paid, "1")
    yield payer.step(
        "move",
        knot.closes + 12 * DAY,
        community=payer.r.choice(others),
        address="胜利路12号3单元502室",
        on=payer.paid - DAY,
    )
    yield payer.give_back(knot.closes + 50 * DAY, "1", "银行退票", only="matched", told=True)


def end_corrected(knot: Knot) -> Iterator[Step]:
    """W9: the hukou moves away on a day to come, then on a later one."""
    payer = knot.payer
    yield payer.renew()
    yield payer.pay(payer.paid, "1")
    day = knot.closes + payer.r.randrange(20, 150) * DAY
    yield payer.step("end", day, kind="hukou", ends=day + 20 * DAY, reason="户籍迁出")
    args = {"kind": "hukou", "ends": day + 45 * DAY, "reason": "迁出日期更正", "corrects": True}
    yield payer.step("end", day + 10 * DAY, told=True, **args)


def announced_voided(knot: Knot) -> Iterator[Step]:
    payer = knot.payer
    begins = knot.closes - 2 * DAY
    yield knot.put(knot.closes - 11 * DAY, "scheme", "employee", begins)
    yield knot.void(knot.closes - 9 * DAY, "scheme", begins)
    yield payer.step("renew", knot.closes - 8 * DAY, year=payer.frame.year, at_agency=True)
    yield payer.pay(knot.closes, "1", told=True)


def announced_and_begun(knot: Knot) -> Iterator[Step]:
    """W9, C6: who pays for the year and is in another scheme before it begins gets nothing back."""
    payer = knot.payer
    yield payer.renew()
    yield payer.pay(payer.paid, "1")
    yield knot.put(payer.paid + DAY, "scheme", "employee", knot.closes + 15 * DAY, told=True)


def dead_before_known(knot: Knot) -> Iterator[Step]:
    payer = knot.payer
    yield payer.renew()
    yield knot.put(payer.paid + 3 * DAY, "death", "died", payer.paid + 2 * DAY)
    yield payer.pay(payer.paid + 6 * DAY, "1", dated=payer.paid, told=True)


def settled_then_bounced(knot: Knot) -> Iterator[Step]:
    """C8: the benefit is withdrawn, the settled stay stays settled."""
    payer = knot.payer
    yield payer.renew()
    yield payer.pay(payer.paid, "1")
    first = knot.closes + 45 * DAY
    yield from knot.patient.whole(first, first + knot.patient.days(), "knot", told=False)
    yield payer.give_back(first + 30 * DAY, "1", "银行退票", only="matched", told=True)


def dead_before_settled(knot: Knot) -> Iterator[Step]:
    payer = knot.payer
    yield payer.renew()
    yield payer.pay(payer.paid, "1")
    first = knot.closes + 60 * DAY
    yield from knot.patient.whole(first, first + 6 * DAY, "knot", told=False)
    yield knot.put(first + 20 * DAY, "death", "died", first + 3 * DAY, told=True)


WAYS: dict[str, Callable[[Knot], Iterator[Step]]] = dict(
    zip(
        SHARES,
        (
            death_voided,
            back_and_dead,
            moved_and_bounced,
            end_corrected,
            announced_voided,
            announced_and_begun,
            dead_before_known,
            settled_then_bounced,
            dead_before_settled,
        ),
        strict=True,
    )
)
