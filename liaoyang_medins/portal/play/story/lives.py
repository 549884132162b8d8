"""What befalls people who are on record: moves, deaths, other schemes, certificates, schools (W9, W10, C1, C3, E)."""

import datetime
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..cast import Deck, Member, Newcomers
from ..steps import Step, mark, submission
from ..who import Stated
from .counter import Case
from .frame import DAY, Frame

# event → the share of those on record who it befalls.
SHARES: dict[str, float] = {
    "moved to another district": 0.008,
    "moved to another district, known later": 0.002,
    "moved within the district": 0.004,
    "died": 0.006,
    "died, known weeks later": 0.002,
    "death voided": 0.0006,
    "moved away": 0.003,
    "moves away, known before": 0.001,
    "employee insurance": 0.004,
    "employee insurance, known before": 0.001,
    "employee insurance, known later": 0.001,
    "employee insurance ended, registered anew": 0.001,
    "rural scheme": 0.001,
    "low income certified": 0.004,
    "low income edge certified": 0.002,
    "low income ended": 0.004,
    "low income voided": 0.001,
    "severe disability certified": 0.001,
    "disability voided": 0.0006,
    "left school": 0.003,
    "left school for work": 0.001,
    "went to university": 0.002,
    "entered school": 0.003,
    "changed school": 0.002,
}
EVENTS = tuple(SHARES)
CAME_BACK = "employee insurance ended, registered anew"
Fits = Callable[[Member, int], bool]


def story(frame: Frame, people: Sequence[Member], newcomers: Newcomers) -> Iterator[Step]:
    deck = Deck(people, frame.rng("lives"))
    communities = [office.code for office in newcomers.communities]
    schools = [office.code for office in newcomers.town.schools]
    # The rarest people first, so that there is somebody for every event in a small city too.
    for event in sorted(SHARES, key=lambda name: name not in FITS):
        for member in deck.deal(SHARES[event], fits_of(frame, event)):
            yield from WAYS[event](Life(frame, member, event, communities, schools))


def fits_of(frame: Frame, event: str) -> Callable[[Member], bool]:
    fits = FITS.get(event)

    def fit(member: Member) -> bool:
        right = fits is None or fits(member, frame.year - member.birth.year)
        # Who comes back pays for the year once more, which nobody does who has paid for it already.
        right = right and (event != CAME_BACK or member.paid_year < frame.year)
        return right and member.enrolled and member.birth < frame.first

    return fit


class Life:
    """Makes the steps of what befalls one person."""

    def __init__(
        self, frame: Frame, member: Member, event: str, communities: Sequence[str], schools: Sequence[str]
    ) -> None:
        self.frame, self.member, self.event = frame, member, event
        self.communities, self.schools = communities, schools
        self.r: random.Random = frame.rng("lives", member.id_number)
        self.day = frame.any_day(self.r, room=60)

    def step(self, act: str, day: datetime.date, *, told: bool = False, **args: Any) -> Step:
        return Step(day, self.member.id_number, act, args, self.event if told else "")

    def put(
        self,
        kind: str,
        value: str,
        starts: datetime.date,
        *,
        told: bool = True,
        day: datetime.date | None = None,
        school: str = "",
        document: str = "",
        **args: Any,
    ) -> Step:
        stated: Stated = (kind, value, starts, None, school, document)
        return self.step("put", day or self.day, told=told, circumstance=stated, **args)

    def document(self) -> str:
        return mark("certificate", self.frame.year, self.member.id_number)[:8]


def moved(life: Life) -> Iterator[Step]:
    near = "within" in life.event
    others = [
        code
        for code in life.communities
        if (code[:6] == life.member.district) is near and code != life.member.community
    ]
    new = life.r.choice(others)
    moved_on = life.day - life.r.randrange(5, 50) * DAY if "later" in life.event else life.day
    moved_on = max(moved_on, life.member.birth)
    yield life.step("move", life.day, told=True, community=new, address="民主路8号2单元301室", on=moved_on)


def died(life: Life) -> Iterator[Step]:
    back = life.r.randrange(20, 60) if "later" in life.event else life.r.randrange(0, 5)
    yield life.put("death", "died", max(life.day - back * DAY, life.member.birth))


def death_voided(life: Life) -> Iterator[Step]:
    yield life.put("death", "died", life.day - 2 * DAY, told=False)
    day = life.day + life.r.randrange(3, 20) * DAY
    yield life.step("void", day, told=True, kind="death", starts=life.day - 2 * DAY, reason="同名误登")


def left(life: Life) -> Iterator[Step]:
    ends = life.day + life.r.randrange(10, 40) * DAY if "before" in life.event else life.day - DAY
    yield life.step("end", life.day, told=True, kind="hukou", ends=ends, reason="户籍迁出")


def other_scheme(life: Life) -> Iterator[Step]:
    starts = life.day
    if "before" in life.event:
        starts += life.r.randrange(5, 30) * DAY
    if "later" in life.event:
        starts -= life.r.randrange(10, 60) * DAY
    yield life.put("scheme", "rural" if "rural" in life.event else "employee", starts)


def came_back(life: Life) -> Iterator[Step]:
    """A job that was soon over: a new eligibility begins, and with it a new relationship (W8)."""
    # Before the year is paid: what is paid for it is not paid a second time.
    begun = life.frame.first + DAY
    yield life.put("scheme", "employee", begun, day=begun, told=False)
    over = begun + life.r.randrange(30, 60) * DAY
    yield life.step("end", over, kind="scheme", ends=over - DAY, reason="解除劳动合同")
    form = str(submission(life.frame.seed, life.frame.year, life.event, life.member.id_number))
    case = Case(life.frame, life.event, life.r, life.member.id_number, form, over + 5 * DAY)
    yield case.step("register")
    yield from case.paid()


def certified(life: Life) -> Iterator[Step]:
    kind, value = {
        "low income certified": ("low_income", "low_income"),
        "low income edge certified": ("low_income", "low_income_edge"),
        "severe disability certified": ("disability", str(life.r.choice((1, 2)))),
    }[life.event]
    yield life.put(kind, value, life.day, document=life.document())


def certificate_ended(life: Life) -> Iterator[Step]:
    yield life.step("end", life.day, told=True, kind="low_income", ends=life.day - DAY, reason="不再享受低保")


def certificate_voided(life: Life) -> Iterator[Step]:
    kind, value = ("low_income", "low_income") if "income" in life.event else ("disability", "2")
    yield life.put(kind, value, life.day, told=False, document=life.document())
    day = life.day + life.r.randrange(5, 50) * DAY
    yield life.step("void", day, told=True, kind=kind, starts=life.day, reason="证件系伪造，作废")


def left_school(life: Life) -> Iterator[Step]:
    school = life.member.school
    yield life.step("end", life.day, told=True, kind="student", ends=life.day - DAY, reason="离校", by_school=school)
    if "work" in life.event:
        yield life.put("work", "working", life.day + 20 * DAY, told=False, day=life.day + 20 * DAY)


def university(life: Life) -> Iterator[Step]:
    day = life.frame.draw(life.r, datetime.date(life.frame.year, 9, 1), datetime.date(life.frame.year, 9, 20))
    yield life.put("student", "university", day, day=day)


def entered_school(life: Life) -> Iterator[Step]:
    day = life.frame.draw(life.r, datetime.date(life.frame.year, 9, 1), datetime.date(life.frame.year, 9, 20))
    starts = datetime.date(life.frame.year, 9, 1)
    others = [code for code in life.schools if code != life.member.school]
    yield life.put("student", "school", starts, day=day, school=life.r.choice(others))


# Who it can befall; the number is the age that they complete in the year.
FITS: dict[str, Fits] = {
    "low income ended": lambda member, _age: "low_income" in member.holds,
    "left school": lambda member, _age: bool(member.school),
    "left school for work": lambda member, _age: bool(member.school),
    "changed school": lambda member, age: bool(member.school) and age < 17,
    "went to university": lambda member, age: bool(member.school) and age >= 16,
    "entered school": lambda member, age: not member.school and 5 <= age <= 9,
    "low income certified": lambda member, _age: not member.holds & {"low_income", "disability"},
    "low income edge certified": lambda member, _age: not member.holds & {"low_income", "disability"},
    "low income voided": lambda member, _age: "low_income" not in member.holds,
    "severe disability certified": lambda member, _age: "disability" not in member.holds,
    "disability voided": lambda member, _age: "disability" not in member.holds,
}
WAYS: dict[str, Callable[[Life], Iterator[Step]]] = {
    "moved to another district": moved,
    "moved to another district, known later": moved,
    "moved within the district": moved,
    "died": died,
    "died, known weeks later": died,
    "death voided": death_voided,
    "moved away": left,
    "moves away, known before": left,
    "employee insurance": other_scheme,
    "employee insurance, known before": other_scheme,
    "employee insurance, known later": other_scheme,
    "employee insurance ended, registered anew": came_back,
    "rural scheme": other_scheme,
    "low income certified": certified,
    "low income edge certified": certified,
    "low income ended": certificate_ended,
    "low income voided": certificate_voided,
    "severe disability certified": certified,
    "disability voided": certificate_voided,
    "left school": left_school,
    "left school for work": left_school,
    "went to university": university,
    "entered school": entered_school,
    "changed school": entered_school,
}
