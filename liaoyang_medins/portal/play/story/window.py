"""The yearly window: who continues, how they pay, and what becomes of what was paid wrongly (W5, W8, C6, C8)."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from ..cast import Deck, Member
from ..steps import CITY, Step, submission
from . import knots
from .care import Shelf
from .counter import AGAIN, Case
from .frame import DAY, Frame
from .payer import Payer

# event → the share of those who are enrolled. All others pay in time what is due, but for those who do nothing at all.
SHARES = {
    "paid too little, then right": 0.006,
    "paid too much, then right": 0.004,
    "paid twice": 0.004,
    "paid for an unknown notice, assigned": 0.004,
    "paid for an unknown notice, returned": 0.002,
    "paid in time, known after the close": 0.006,
    "paid after the term": 0.003,
    "payment bounced, paid again": 0.003,
    "payment bounced in the new year": 0.003,
    "notice not paid": 0.02,
}
SILENT = 0.012
OPENED = "window opened"
EXACT = "paid in time at the counter"
FILE = "payments of a bank or school recorded"
EVENTS = (OPENED, *SHARES, *knots.EVENTS, EXACT, FILE)
# How many lines are recorded at once.
LINES = 500


def story(frame: Frame, people: Sequence[Member], communities: Sequence[str], aside: set[str]) -> Iterator[Step]:
    """The window's steps; who must not be kept from an event by something else is put `aside`."""
    if not frame.has_window:
        return
    deck = Deck([member for member in people if 0 < member.paid_year < frame.year], frame.rng("window"))
    for event, share in SHARES.items():
        for member in deck.deal(share, lambda member: steady(frame, member)):
            yield from WAYS[event](Payer(frame, member, event))
    yield Step(frame.first, CITY, "open_window", {"year": frame.year}, OPENED)
    shelf = Shelf(frame.first)
    for event, share in knots.SHARES.items():
        for member in deck.deal(share, lambda member: steady(frame, member) and not member.in_hospital):
            # Nothing else befalls them: who died, or is in another scheme, would once more, and the portal say that
            # it knows.
            aside.add(member.id_number)
            yield from knots.WAYS[event](knots.Knot(Payer(frame, member, event), communities, shelf))
    deck.deal(SILENT)
    aside |= deck.aside
    yield from in_time(frame, [Payer(frame, member, EXACT, troubled=False) for member in deck.rest()])


def in_time(frame: Frame, payers: Sequence[Payer]) -> Iterator[Step]:
    """They pay what is due: at the counter, or at a bank or their school, which tells of all of a day together."""
    files: dict[tuple[datetime.date, str], list[tuple[str, str]]] = defaultdict(list)
    for payer in payers:
        step = payer.pay(payer.paid, "1", told=True)
        if step.args["channel"] == "counter":
            yield step
        else:
            files[step.day, step.args["channel"]].append((step.who, step.args["reference"]))
    for (day, channel), lines in sorted(files.items()):
        for first in range(0, len(lines), LINES):
            some = tuple(lines[first : first + LINES])
            yield Step(day, CITY, "bank", {"year": frame.year, "channel": channel, "lines": some}, FILE)


def steady(frame: Frame, member: Member) -> bool:
    """Whether the person surely is eligible for the year: no birthday that opens or closes a category (E3 to E5)."""
    age = frame.year - member.birth.year
    return age < 18 or age > 61


def too_little(payer: Payer) -> Iterator[Step]:
    yield payer.renew()
    yield payer.pay(payer.asked + DAY, "1", off=Decimal(-10), told=True)
    yield payer.give_back(payer.asked + 4 * DAY, "1", "金额不足，退回")
    yield payer.pay(payer.asked + 6 * DAY, "2")


def too_much(payer: Payer) -> Iterator[Step]:
    yield payer.renew()
    yield payer.pay(payer.asked + DAY, "1", off=Decimal(20), told=True)
    yield payer.give_back(payer.asked + 5 * DAY, "1", "金额有误，退回")
    yield payer.pay(payer.asked + 7 * DAY, "2")


def twice(payer: Payer) -> Iterator[Step]:
    yield payer.renew()
    yield payer.pay(payer.paid, "1")
    yield payer.pay(payer.paid + 2 * DAY, "2", told=True)
    yield payer.give_back(payer.paid + 9 * DAY, "2", "重复缴费，退回")


def unknown(payer: Payer) -> Iterator[Step]:
    yield payer.renew()
    yield payer.pay(payer.paid, "1", unknown=True)
    reference = payer.reference("1")
    yield payer.step("assign", payer.paid + 3 * DAY, told=True, year=payer.frame.year, reference=reference)


def lost(payer: Payer) -> Iterator[Step]:
    yield payer.renew()
    yield payer.pay(payer.paid, "1", unknown=True)
    yield payer.give_back(payer.paid + 15 * DAY, "1", "无法查明缴费人，退回", told=True)


def known_late(payer: Payer) -> Iterator[Step]:
    yield payer.renew()
    known = payer.frame.closes + payer.r.randrange(2, 20) * DAY
    yield payer.pay(known, "1", dated=payer.paid, told=True)


def after_the_term(payer: Payer) -> Iterator[Step]:
    yield payer.renew()
    day = payer.frame.closes + payer.r.randrange(2, 12) * DAY
    yield payer.pay(day, "1", told=True)
    yield payer.give_back(day + 6 * DAY, "1", "超过缴费期限，退回")


def bounced(payer: Payer) -> Iterator[Step]:
    yield payer.renew()
    yield payer.pay(payer.asked + DAY, "1")
    yield payer.give_back(payer.asked + 4 * DAY, "1", "银行退票", only="matched", told=True)
    yield payer.step("remake", payer.asked + 6 * DAY, year=payer.frame.year)
    yield payer.pay(payer.asked + 8 * DAY, "2")


def bounced_in_the_new_year(payer: Payer) -> Iterator[Step]:
    yield payer.renew()
    yield payer.pay(payer.paid, "1")
    day = payer.frame.closes + payer.r.randrange(35, 100) * DAY
    yield payer.give_back(day, "1", "银行退票", only="matched", told=True)


def not_paid(payer: Payer) -> Iterator[Step]:
    """W8: lapses, and may come back in spring as a re-enrollment that waits."""
    yield payer.step("renew", payer.asked, told=True, year=payer.frame.year, at_agency=True)
    back = payer.frame.closes + payer.r.randrange(60, 200) * DAY
    form = str(submission(payer.frame.seed, payer.frame.year, AGAIN, payer.member.id_number))
    case = Case(payer.frame, AGAIN, payer.r, payer.member.id_number, form, back)
    yield case.step("register")
    yield from case.paid()


WAYS: dict[str, Callable[[Payer], Iterator[Step]]] = dict(
    zip(
        SHARES,
        (
            too_little,
            too_much,
            twice,
            unknown,
            lost,
            known_late,
            after_the_term,
            bounced,
            bounced_in_the_new_year,
            not_paid,
        ),
        strict=True,
    )
)
