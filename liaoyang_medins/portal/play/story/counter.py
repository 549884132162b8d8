"""Registrations: who comes new or again, and how far they get (W1 to W4, W6, B1, B2, C4, E)."""

import datetime
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...demo.people import Person, Status
from ..cast import Deck, Member, Newcomers, plain
from ..steps import Step, mark, submission
from .frame import DAY, Frame

# What a registration needs from the counter to the payment, at most.
CHAIN = 45
# event → how many in a thousand members come so, one at least; and what kind of person, as `Town.person` knows them.
KINDS: dict[str, tuple[int, str]] = {
    "registered: elderly": (4, "elderly"),
    "registered: child": (2, "infant"),
    "registered: born, with ID number": (5, "newborn"),
    "registered: working age with a status": (3, "working_age"),
    "registered by the school": (3, "student"),
    "registered by an agent": (1, "elderly"),
    "material missing, then complete": (2, "elderly"),
    "sent back by the sub-district": (1, "infant"),
    "sent back by the district": (1, "working_age"),
    "refused by the district": (1, "elderly"),
    "refused at the counter": (1, "worker"),
    "withdrawn": (1, "elderly"),
    "first notice paid too late, made anew": (1, "elderly"),
    "first notice for the year after": (1, "elderly"),
    "first payment bounced": (1, "elderly"),
}
BORN_WITHOUT = "registered: born, ID number later"
MOVED_IN = {"moved in from outside": "outside", "moved in from a county": "county"}
TURNED = {"turned 60, registered": ("M", 60), "turned 50, registered": ("F", 50)}
NINETEEN = "turns 19 before the year, refused"
AGAIN = "lapsed, registered anew"
EVENTS = (*KINDS, BORN_WITHOUT, *MOVED_IN, *TURNED, NINETEEN, AGAIN)
UNCLEAR = "户口簿复印件不清晰，请重新提交"


def story(frame: Frame, people: Sequence[Member], newcomers: Newcomers) -> Iterator[Step]:
    for event, (thousandth, kind) in KINDS.items():
        for place in range(how_many(thousandth, people)):
            yield from newcomer(frame, newcomers, event, kind, place)
    for place in range(how_many(3, people)):
        yield from without_number(frame, newcomers, place)
    for event, origin in MOVED_IN.items():
        for place in range(how_many(2, people)):
            yield from moved_in(frame, newcomers, event, origin, place)
    for event, (sex, age) in TURNED.items():
        for place in range(how_many(1, people)):
            yield from turned(frame, newcomers, event, sex, age, place)
    for place in range(how_many(1, people)):
        yield from nineteen(frame, newcomers, place)
    lapsed = Deck([member for member in people if member.lapsed], frame.rng("again"))
    for member in lapsed.deal(0.2):
        yield from again(frame, member)


def how_many(thousandth: int, people: Sequence[Member]) -> int:
    return max(1, round(len(people) * thousandth / 1000))


class Case:
    """Makes the steps of one registration, each some days after the one before."""

    def __init__(self, frame: Frame, event: str, r: random.Random, who: str, form: str, first: datetime.date) -> None:
        self.frame, self.event, self.r, self.who, self.form = frame, event, r, who, form
        self.day = first

    def step(self, act: str, *, told: bool = False, refused: tuple[str, ...] = (), **args: Any) -> Step:
        event = self.event if told else ""
        return Step(self.day, self.who, act, {"form": self.form, **args}, event, refused)

    def after(self, low: int, high: int) -> "Case":
        """The same some days later."""
        self.day += self.r.randrange(low, high + 1) * DAY
        return self

    def forwarded(self, *, school: bool = False) -> Iterator[Step]:
        yield self.after(1, 2).step("forward")
        if not school:
            yield self.after(1, 2).step("forward_subdistrict")

    def approved(self, *, school: bool = False) -> Iterator[Step]:
        yield from self.forwarded(school=school)
        if not school:
            yield self.after(1, 5).step("approve")

    def recorded(self, *, school: bool = False, told: bool = False) -> Iterator[Step]:
        yield from self.approved(school=school)
        yield self.after(1, 2).step("record", told=told)

    def paid(self, *, school: bool = False) -> Iterator[Step]:
        """All the way, counted when it is paid."""
        yield from self.recorded(school=school)
        yield self.after(1, 9).pay("1", told=True, channel="school" if school else "bank")

    def pay(self, label: str, *, told: bool = False, **args: Any) -> Step:
        return self.step("pay", told=told, reference=mark("first", self.form, label), **args)


class Newcomer(Case):
    """The case of somebody new, from the registration on. Without an ID number the form is all that names them."""

    def __init__(
        self, frame: Frame, event: str, r: random.Random, place: object, person: Person, first: datetime.date
    ) -> None:
        form = str(submission(frame.seed, frame.year, event, place))
        super().__init__(frame, event, r, person.id_number or form, form, first)
        self.person = person

    def register(self, *, told: bool = False, **args: Any) -> Step:
        person = self.person
        stated = (
            person.name,
            person.birth,
            person.sex,
            person.community.code,
            person.id_number or None,
            person.address,
            person.phone,
        )
        circumstances = [plain(status) for status in person.statuses]
        return self.step("register", told=told, person=stated, circumstances=circumstances, **args)


def newcomer(frame: Frame, newcomers: Newcomers, event: str, kind: str, place: int) -> Iterator[Step]:
    r = frame.rng(event, place)
    first = frame.any_day(r, room=CHAIN + 45)
    person = newcomers.person(kind, first)
    way = WAYS.get(event, straight)
    yield from way(Newcomer(frame, event, r, place, person, first))


Way = Callable[[Newcomer], Iterator[Step]]


def straight(case: Newcomer) -> Iterator[Step]:
    yield case.register()
    yield from case.paid()


def by_school(case: Newcomer) -> Iterator[Step]:
    school = next(status.school.code for status in case.person.statuses if status.school)
    yield case.register(office=school)
    yield from case.paid(school=True)


def by_agent(case: Newcomer) -> Iterator[Step]:
    yield case.register(agent=("王秀兰", "女儿"))
    yield from case.paid()


def missing(case: Newcomer) -> Iterator[Step]:
    yield case.register(missing=("photos", "id_card"))
    yield case.after(2, 6).step("complete", told=True, at="materials_missing")
    case.event = ""
    yield from case.paid()


def back_from_subdistrict(case: Newcomer) -> Iterator[Step]:
    yield case.register()
    yield case.after(1, 2).step("forward")
    yield case.after(1, 2).step("send_back", told=True, at="at_subdistrict", reason=UNCLEAR)
    yield case.after(2, 4).step("complete", at="returned")
    case.event = ""
    yield from case.paid()


def back_from_district(case: Newcomer) -> Iterator[Step]:
    yield case.register()
    yield from case.forwarded()
    yield case.after(1, 4).step("send_back", told=True, at="at_district", reason=UNCLEAR)
    yield case.after(2, 4).step("complete", at="returned")
    case.event = ""
    yield from case.paid()


def refused_by_district(case: Newcomer) -> Iterator[Step]:
    yield case.register()
    yield from case.forwarded()
    yield case.after(1, 5).step("refuse", told=True, remark="户籍不在本市城区，经核实不符合参保条件")


def refused_at_counter(case: Newcomer) -> Iterator[Step]:
    yield case.register(told=True)
    yield case.after(1, 1).step("record")


def taken_back(case: Newcomer) -> Iterator[Step]:
    yield case.register()
    yield from case.forwarded()
    yield case.after(1, 2).step("withdraw", told=True, reason="本人申请撤回")


def too_late(case: Newcomer) -> Iterator[Step]:
    yield case.register()
    yield from case.recorded()
    yield case.after(32, 40).step("remake", told=True)
    yield case.after(1, 3).pay("1")


def year_after(case: Newcomer) -> Iterator[Step]:
    yield case.register(next_year=True)
    yield from case.paid()


def first_bounced(case: Newcomer) -> Iterator[Step]:
    yield case.register()
    yield from case.recorded()
    yield case.after(1, 3).pay("1")
    reference = mark("first", case.form, "1")
    yield case.after(3, 5).step("give_back", told=True, reference=reference, note="银行退票", only="matched")
    yield case.after(2, 3).step("remake")
    yield case.after(1, 3).pay("2")


WAYS: dict[str, Way] = {
    "registered by the school": by_school,
    "registered by an agent": by_agent,
    "material missing, then complete": missing,
    "sent back by the sub-district": back_from_subdistrict,
    "sent back by the district": back_from_district,
    "refused by the district": refused_by_district,
    "refused at the counter": refused_at_counter,
    "withdrawn": taken_back,
    "first notice paid too late, made anew": too_late,
    "first notice for the year after": year_after,
    "first payment bounced": first_bounced,
}


def without_number(frame: Frame, newcomers: Newcomers, place: int) -> Iterator[Step]:
    """A newborn whose ID number comes after the registration."""
    r = frame.rng(BORN_WITHOUT, place)
    first = frame.any_day(r, room=CHAIN + 45)
    person = newcomers.person("newborn", first)
    id_number, person.id_number = person.id_number, ""
    case = Newcomer(frame, BORN_WITHOUT, r, place, person, first)
    yield case.register()
    yield from case.paid()
    yield case.after(3, 30).step("give_number", id_number=id_number)


def moved_in(frame: Frame, newcomers: Newcomers, event: str, origin: str, place: int) -> Iterator[Step]:
    """C4, B2: the hukou moved into the city some weeks ago."""
    r = frame.rng(event, place)
    first = frame.any_day(r, room=CHAIN + 45)
    person = newcomers.person("elderly" if place % 2 == 0 else "infant", first)
    entered = max(first - r.randrange(5, 80) * DAY, person.birth)
    others = [status for status in person.statuses if status.kind != "hukou" and status.starts >= entered]
    person.statuses = [Status("hukou", origin, entered), *others]
    yield from straight(Newcomer(frame, event, r, place, person, first))


def turned(frame: Frame, newcomers: Newcomers, event: str, sex: str, age: int, place: int) -> Iterator[Step]:
    """E5: comes into the category of the elderly with a birthday in these days, and registers."""
    r = frame.rng(event, place)
    # In January to August the age of the day of registration counts; from October on that of 1 January.
    first = frame.draw(r, datetime.date(frame.year, 1, 20), datetime.date(frame.year, 8, 5))
    birthday = first - r.randrange(0, 15) * DAY
    person = newcomers.born(sex, datetime.date(birthday.year - age, birthday.month, min(birthday.day, 28)))
    yield from straight(Newcomer(frame, event, r, place, person, first))


def nineteen(frame: Frame, newcomers: Newcomers, place: int) -> Iterator[Step]:
    """E3, E7: 18 years old at the counter in autumn, 19 on the reference date: no minor any more."""
    if not frame.has_window:
        return
    r = frame.rng(NINETEEN, place)
    first = frame.draw(r, frame.opens, frame.closes - 5 * DAY)
    person = newcomers.born(r.choice("MF"), datetime.date(frame.year - 20, 12, r.randrange(5, 29)))
    case = Newcomer(frame, NINETEEN, r, place, person, first)
    yield case.register(told=True)
    yield case.after(1, 1).step("record")


def again(frame: Frame, member: Member) -> Iterator[Step]:
    """W8: who lapsed comes back, and waits."""
    r = frame.rng(AGAIN, member.id_number)
    form = str(submission(frame.seed, frame.year, AGAIN, member.id_number))
    case = Case(frame, AGAIN, r, member.id_number, form, frame.any_day(r, room=CHAIN))
    yield case.step("register")
    yield from case.paid()
