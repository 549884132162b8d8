"""Stays of all kinds, and referrals (D1 to D7, A1 to A4, A7, A8, B4)."""

import datetime
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import Q

from claims.models import CatalogueItem

from ..cast import Deck, Member
from ..steps import Step, mark
from .frame import DAY, Frame

# Where people lie, by grade (fixtures/institutions.csv): community, 1, 2, 3.
BY_GRADE = {
    "stay in a community centre": ("LY-C01", "LY-C02", "LY-C03", "LY-C04"),
    "stay at grade 1": ("LY-H06", "LY-H07", "LY-H08"),
    "stay at grade 2": ("LY-H03", "LY-H04", "LY-H05"),
    "stay at grade 3": ("LY-H01", "LY-H02"),
}
SPECIALIST, UNDESIGNATED, REFERRING, OUTSIDE = "LY-H09", "LY-P01", "LY-H01", "SY-H01"
# event → the share of those who are enrolled.
SHARES: dict[str, float] = {
    "stay in a community centre": 0.005,
    "stay at grade 1": 0.006,
    "stay at grade 2": 0.008,
    "stay at grade 3": 0.006,
    "stay over 1 January": 0.002,
    "student's stay over 1 September": 0.0008,
    "stay over 1 September": 0.0008,
    "stays that reach the cap": 0.0008,
    "three stays of one person": 0.0015,
    "reversed and settled again": 0.0015,
    "reversed, corrected, settled again": 0.0008,
    "held, settled by the agency": 0.0008,
    "injury, cut and settled by the agency": 0.0008,
    "transferred out of the city": 0.0012,
    "transfer denied": 0.0006,
    "emergency outside the designated": 0.001,
    "not designated": 0.0006,
    "mental illness at the specialist": 0.0006,
    "excluded cause": 0.0006,
    "third party's accident": 0.0006,
    "card not presented": 0.0006,
    "admission cancelled": 0.001,
    "discharge cancelled": 0.001,
    "without benefits": 0.0006,
}
CAP = "stays that reach the cap"
WITHOUT = "without benefits"
EVENTS = tuple(SHARES)
CHILDREN = ("J18.0", "J20.9", "A09.9", "J35.0", "J06.9")
DIAGNOSES = ("J18.9", "I25.1", "I63.9", "E11.9", "K80.2", "K35.8", "J44.1", "I10", "K29.7", "M51.2", "N20.0", "H25.9")
# By unit of the item: price in yuan from and to, and the most that a stay has of it.
PRICES = {"片": (1, 6, 40), "粒": (1, 8, 40), "支": (3, 85, 12), "瓶": (4, 60, 12), "日": (6, 60, 5)}
OTHER_PRICE = (10, 190, 3)
INJURY = "S52.5"
# So much that the fund's part is more than the cap of any year so far.
COSTLY = "48000"


def story(frame: Frame, people: Sequence[Member], aside: set[str]) -> Iterator[Step]:
    """The steps of all stays; who must not be kept from an event by something else is put `aside`."""
    shelf = Shelf(frame.first)
    insured = [member for member in people if member.enrolled and not member.in_hospital]
    deck = Deck(insured, frame.rng("care"))
    outsiders = Deck(
        [member for member in people if not member.enrolled and not member.in_hospital], frame.rng("care, not insured")
    )
    for event in sorted(SHARES, key=lambda name: name not in FITS):
        chosen = outsiders if event == WITHOUT else deck
        for member in chosen.deal(SHARES[event], FITS.get(event, lambda member: True)):
            yield from WAYS.get(event, ordinary)(Patient(frame, member, event, shelf))
    aside |= deck.aside | outsiders.aside


class Shelf:
    """The items of the catalogue as stays have them, read once."""

    def __init__(self, on: datetime.date) -> None:
        rows = CatalogueItem.objects.filter(Q(ends=None) | Q(ends__gte=on)).order_by("code")
        self.items = [(row.code, row.unit, row.catalogue_class, row.price_limit) for row in rows]
        self.limited = [(code, limit) for code, _unit, _class, limit in self.items if limit is not None]
        self.plain = next(code for code, _unit, cls, limit in self.items if cls == "A" and limit is None)

    def of_class(self, cls: str) -> list[tuple[str, str]]:
        return [(code, unit) for code, unit, found, _limit in self.items if found == cls]


class Patient:
    """Makes the steps of one person's stays."""

    def __init__(self, frame: Frame, member: Member, event: str, shelf: Shelf) -> None:
        self.frame, self.member, self.event, self.shelf = frame, member, event, shelf
        self.r: random.Random = frame.rng("care", member.id_number)
        self.day = frame.any_day(self.r, room=60)
        self.institution = self.r.choice(BY_GRADE.get(event, ("LY-H01", "LY-H03", "LY-H06")))
        self.child = frame.year - member.birth.year < 19

    def step(
        self,
        act: str,
        day: datetime.date,
        stay: str,
        *,
        told: bool = False,
        refused: tuple[str, ...] = (),
        **args: Any,
    ) -> Step:
        """A step of the person's stay `stay`; `told` is the one that the totals count the event by."""
        known = {"institution": self.institution, "number": self.number(stay)}
        return Step(day, self.member.id_number, act, known | args, self.event if told else "", refused)

    def number(self, stay: str) -> str:
        return f"{self.frame.year % 100:02d}{mark('stay', self.frame.year, self.member.id_number, stay)[:10]}"

    def admit(self, day: datetime.date, stay: str, **args: Any) -> Step:
        diagnosis = args.pop("diagnosis", None) or self.r.choice(CHILDREN if self.child else DIAGNOSES)
        return self.step("admit", day, stay, diagnosis=diagnosis, **args)

    def treat(self, first: datetime.date, last: datetime.date, stay: str, **args: Any) -> Step:
        """The fee lines: some of each class, one of them above its price limit."""
        r, length = self.r, (last - first).days
        chosen = [*r.sample(self.shelf.of_class("A"), 3), *r.sample(self.shelf.of_class("B"), 2)]
        chosen.append(r.choice(self.shelf.of_class("C")))
        lines = []
        for number, (code, unit) in enumerate(chosen, start=1):
            low, high, most = PRICES.get(unit, OTHER_PRICE)
            price = f"{r.randrange(low * 100, high * 100) / 100:.2f}"
            on = first + r.randrange(length + 1) * DAY
            lines.append((str(number), on, code, str(r.randrange(1, most + 1)), price))
        for code, limit in self.shelf.limited[:1]:
            lines.append((str(len(lines) + 1), first, code, "1", str(limit + 30)))
        return self.step("add_lines", last, stay, lines=tuple(lines), **args)

    def costly(self, first: datetime.date, last: datetime.date, stay: str) -> Step:
        lines = tuple((str(number), first, self.shelf.plain, "1", COSTLY) for number in (1, 2))
        return self.step("add_lines", last, stay, lines=lines)

    def whole(
        self, first: datetime.date, last: datetime.date, stay: str, *, told: bool = True, **args: Any
    ) -> Iterator[Step]:
        """From the admission to the settlement on the day of discharge."""
        at_agency: dict[str, Any] = {"at_agency": True} if args.get("at_agency") else {}
        yield self.admit(first, stay, **args)
        yield self.treat(first, last, stay, **at_agency)
        yield self.step("discharge", last, stay, **at_agency)
        yield self.step("settle", last, stay, told=told, **at_agency)

    def days(self, low: int = 3, high: int = 14) -> datetime.timedelta:
        return self.r.randrange(low, high + 1) * DAY


def ordinary(patient: Patient) -> Iterator[Step]:
    yield from patient.whole(patient.day, patient.day + patient.days(), "1")


def over_new_year(patient: Patient) -> Iterator[Step]:
    turn = datetime.date(patient.frame.year, 1, 1)
    yield from patient.whole(turn - patient.days(2, 8), turn + patient.days(1, 9), "1")


def over_september(patient: Patient) -> Iterator[Step]:
    """B4: for a student a new school year's cap begins; for others nothing does. The same person lay before it too."""
    turn = datetime.date(patient.frame.year, 9, 1)
    yield from patient.whole(turn - 40 * DAY, turn - 36 * DAY, "1", told=False)
    yield from patient.whole(turn - patient.days(2, 8), turn + patient.days(1, 9), "2")


def to_the_cap(patient: Patient) -> Iterator[Step]:
    """The cap ends the first; the second has nothing left; undone from the last to the first, and settled again."""
    first = patient.frame.draw(
        patient.r, datetime.date(patient.frame.year, 1, 5), datetime.date(patient.frame.year, 5, 1)
    )
    for stay, start in (("1", first), ("2", first + 20 * DAY)):
        last = start + 5 * DAY
        yield patient.admit(start, stay)
        yield patient.costly(start, last, stay)
        yield patient.step("discharge", last, stay)
        yield patient.step("settle", last, stay, told=stay == "2")
    # Not the latest: A4.
    day = first + 30 * DAY
    yield patient.step("reverse", day, "1", reason="试撤", refused=("not_latest",))
    yield patient.step("reverse", day + DAY, "2", reason="费用明细录入有误，重新结算")
    yield patient.step("reverse", day + 2 * DAY, "1", reason="费用明细录入有误，重新结算", by_reviewer=True)
    yield patient.step("settle", day + 3 * DAY, "2")
    yield patient.step("settle", day + 4 * DAY, "1")


def three(patient: Patient) -> Iterator[Step]:
    for place in range(3):
        first = patient.day + place * 17 * DAY
        patient.institution = patient.r.choice(("LY-C01", "LY-H03", "LY-H06"))
        yield from patient.whole(first, first + patient.days(2, 12), str(place + 1), told=place == 2)


def settled_again(patient: Patient) -> Iterator[Step]:
    last = patient.day + patient.days()
    yield from patient.whole(patient.day, last, "1", told=False)
    yield patient.step("reverse", last + DAY, "1", reason="费用明细录入有误，重新结算", by_reviewer=True)
    yield patient.step("settle", last + 2 * DAY, "1", told=True)


def corrected(patient: Patient) -> Iterator[Step]:
    last = patient.day + patient.days()
    yield from patient.whole(patient.day, last, "1", told=False)
    yield patient.step("reverse", last + DAY, "1", reason="多记费用")
    yield patient.step("cancel_discharge", last + 2 * DAY, "1")
    yield patient.step("remove_lines", last + 2 * DAY, "1", numbers=("1", "2"))
    more = (("11", patient.day, patient.shelf.plain, "2", "33.33"),)
    yield patient.step("add_lines", last + 3 * DAY, "1", lines=more)
    yield patient.step("discharge", last + 4 * DAY, "1")
    yield patient.step("settle", last + 4 * DAY, "1", told=True)


def held(patient: Patient) -> Iterator[Step]:
    """A8: the second hospital enters its admission when the first has discharged the person, for days before that."""
    first, other = patient.day, "LY-H02" if patient.institution != "LY-H02" else "LY-H01"
    yield from patient.whole(first, first + 6 * DAY, "1", told=False)
    patient.institution = other
    yield patient.admit(first + 7 * DAY, "2", on=first + 2 * DAY)
    yield patient.treat(first + 2 * DAY, first + 9 * DAY, "2")
    yield patient.step("discharge", first + 9 * DAY, "2")
    yield patient.step("settle", first + 9 * DAY, "2", refused=("held_for_review",))
    yield patient.step("examine", first + 11 * DAY, "2", finding="经核实为转院当日重叠，按实际住院日结算")
    yield patient.step("release", first + 12 * DAY, "2", told=True)


def injured(patient: Patient) -> Iterator[Step]:
    """A1, A3: nobody stated the cause; a line is denied whole, another in part, and looked at once more."""
    last = patient.day + patient.days()
    yield patient.admit(patient.day, "1", diagnosis=INJURY)
    yield patient.treat(patient.day, last, "1")
    yield patient.step("discharge", last, "1")
    yield patient.step("settle", last, "1", refused=("held_for_review",))
    denied = (("1", ""), ("2", "0.01"))
    yield patient.step("examine", last + 2 * DAY, "1", denied=denied, finding="自行摔倒致伤，无第三方责任")
    yield patient.step("send_back_review", last + 3 * DAY, "1", note="请附病历复印件")
    yield patient.step("examine", last + 4 * DAY, "1", finding="自行摔倒致伤，病历已核")
    yield patient.step("release", last + 5 * DAY, "1", told=True)


def referred(patient: Patient, *, approved: bool) -> Iterator[Step]:
    """D2, D6, D7: from a hospital that may refer; the agency enters the stay outside."""
    issued, decided = patient.day, patient.day + DAY
    patient.institution = REFERRING
    common: dict[str, Any] = {"issued": issued, "to": OUTSIDE}
    yield patient.step("refer", issued, "", diagnosis="C34.9", **common)
    yield patient.step("decide_referral", decided, "", approved=approved, **common)
    patient.institution = OUTSIDE
    first = decided + patient.days(1, 5)
    yield from patient.whole(first, first + patient.days(4, 10), "1", diagnosis="C34.9", transfer=True, at_agency=True)


def transferred(patient: Patient) -> Iterator[Step]:
    return referred(patient, approved=True)


def denied(patient: Patient) -> Iterator[Step]:
    return referred(patient, approved=False)


def special(institution: str = "", **args: Any) -> Callable[[Patient], Iterator[Step]]:
    """An ordinary stay but for what its admission says."""

    def way(patient: Patient) -> Iterator[Step]:
        patient.institution = institution or patient.institution
        yield from patient.whole(patient.day, patient.day + patient.days(), "1", **args)

    return way


def admission_cancelled(patient: Patient) -> Iterator[Step]:
    yield patient.admit(patient.day, "1")
    yield patient.step("cancel_admission", patient.day + DAY, "1", told=True)


def discharge_cancelled(patient: Patient) -> Iterator[Step]:
    last = patient.day + patient.days()
    yield patient.admit(patient.day, "1")
    yield patient.treat(patient.day, last, "1")
    yield patient.step("discharge", last, "1")
    yield patient.step("cancel_discharge", last + DAY, "1", told=True)
    yield patient.step("remove_lines", last + DAY, "1", numbers=("3",))
    yield patient.step("discharge", last + 2 * DAY, "1")
    yield patient.step("settle", last + 2 * DAY, "1")


FITS: dict[str, Callable[[Member], bool]] = {
    "student's stay over 1 September": lambda member: bool(member.school),
    "stay over 1 September": lambda member: not member.school,
    "mental illness at the specialist": lambda member: not member.school,
}
WAYS: dict[str, Callable[[Patient], Iterator[Step]]] = {
    "stay over 1 January": over_new_year,
    "student's stay over 1 September": over_september,
    "stay over 1 September": over_september,
    CAP: to_the_cap,
    "three stays of one person": three,
    "reversed and settled again": settled_again,
    "reversed, corrected, settled again": corrected,
    "held, settled by the agency": held,
    "injury, cut and settled by the agency": injured,
    "transferred out of the city": transferred,
    "transfer denied": denied,
    "emergency outside the designated": special(UNDESIGNATED, emergency=True),
    "not designated": special(UNDESIGNATED, at_agency=True),
    "mental illness at the specialist": special(SPECIALIST, diagnosis="F20.0"),
    "excluded cause": special(cause="drunkenness"),
    "third party's accident": special(cause="traffic_accident"),
    "card not presented": special(card=False),
    "admission cancelled": admission_cancelled,
    "discharge cancelled": discharge_cancelled,
    WITHOUT: ordinary,
}
