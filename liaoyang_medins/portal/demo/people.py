"""People of the demo city: nobody real. Names are drawn from lists, ID numbers have a valid form and check digit."""

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from enrollment.registration import idnumber
from enrollment.registration.rules import completed_age
from liaoyang_medins.kernel.offices.models import Office

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN_M = "伟强磊军勇杰涛明超刚平辉鹏华建国志文海东成林宇浩博俊德福永健世广振清波斌宁贵山松峰"
GIVEN_F = "芳娜敏静丽艳娟霞秀英玲桂兰红梅燕萍雪琳婷玉洁慧莹颖佳欣怡春凤珍素云爱菊淑荣倩蕾薇"
STREETS = ("民主路", "中华大街", "新华路", "武圣路", "青年大街", "胜利路", "文圣路", "卫国路", "南郊街", "振兴路")
# Place codes of the prefectures around, of which no district of the city is one.
BIRTHPLACES = tuple(f"21{prefecture:02d}{county:02d}" for prefecture in (3, 5, 9, 11) for county in range(1, 30))
# When the demo makes its classes: who is 7 then is in grade 1.
CLASSES_ON = datetime.date(2009, 11, 16)
# What a school's name says of it → its first and last grade; any other has all.
GRADES = {"小学": (1, 6), "中学": (7, 12), "专业": (10, 12)}
# At the yearly review one of so many certificates was withdrawn. Who took part by it gets a letter in the window and
# no notice (E4, E8).
WITHDRAWN_ON, WITHDRAWN_OF = datetime.date(2009, 6, 30), 100
# How many numbers of one sex a place has for a day.
SERIALS = 499


@dataclass(frozen=True, slots=True)
class Status:
    """A circumstance that a person has: kind, value, from, until, certificate."""

    kind: str
    value: str
    starts: datetime.date
    ends: datetime.date | None = None
    document: str = ""
    school: Office | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """Where some people live together, and the family name of their children."""

    community: Office
    address: str
    surname: str


@dataclass(slots=True)
class Person:
    """Somebody of the demo city, with the circumstances that hold from which day."""

    name: str
    sex: str
    birth: datetime.date
    id_number: str
    community: Office
    address: str
    phone: str
    statuses: list[Status] = field(default_factory=list)


def takes(school: Office, grade: int) -> bool:
    """Whether the school has the grade, by its name."""
    first, last = next((grades for word, grades in GRADES.items() if word in school.name), (1, 12))
    return first <= max(1, min(12, grade)) <= last


class Town:
    """Draws people from a seeded generator; the same seed gives the same people.

    `places` are the place codes of their ID numbers, one after the other as a day's numbers run out; without them
    the district's own comes first.
    """

    def __init__(
        self, seed: int, communities: Sequence[Office], schools: Sequence[Office], places: Sequence[str] = ()
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311  a repeatable city, no secret
        self.communities = list(communities)
        self.schools = list(schools)
        self.places = tuple(places)
        self._given: dict[tuple[str, str, datetime.date], int] = {}
        self._household: Household | None = None
        self._to_come = 0

    def household(self) -> Household:
        """The household of whoever is drawn next: one to four of its people take part, one after the other."""
        r = self.random
        if self._household is None or not self._to_come:
            self._household = Household(r.choice(self.communities), self.address(), r.choice(SURNAMES))
            self._to_come = r.choices((1, 2, 3, 4), (30, 40, 22, 8))[0]
        self._to_come -= 1
        return self._household

    def person(
        self, kind: str, on: datetime.date, community: Office | None = None, household: Household | None = None
    ) -> Person:
        """Somebody who is a `newborn`, `infant`, `student`, `working_age` or `elderly` person on `on`, or a
        `worker` who may not take part; of `household`, else of a home of their own in `community` or anywhere."""
        r = self.random
        sex = r.choice("MF")
        ages = {
            "newborn": (0, 0),
            "infant": (1, 6),
            "student": (7, 17),
            "working_age": (22, 57 if sex == "M" else 47),
            "worker": (25, 48),
            "elderly": (61 if sex == "M" else 52, 88),
        }
        low, high = ages[kind]
        days = r.randrange(3, 60) if kind == "newborn" else int((low + r.random() * (high - low)) * 365.25) + 40
        birth = on - datetime.timedelta(days=days)
        if household is None:
            household = Household(community or r.choice(self.communities), self.address(), "")
        home = household.community
        surname = household.surname if kind in ("newborn", "infant", "student") else ""
        person = Person(
            name=self.name(sex, surname),
            sex=sex,
            birth=birth,
            id_number=self.id_number(home.code[:6], birth, sex),
            community=home,
            address=household.address,
            phone=f"1390419{r.randrange(10_000):04d}",
        )
        person.statuses.append(Status("hukou", "native", birth))
        self._add_statuses(person, kind, on)
        return person

    def _add_statuses(self, person: Person, kind: str, on: datetime.date) -> None:
        r = self.random
        since = max(person.birth, datetime.date(2007, 1, 1) + datetime.timedelta(days=r.randrange(500)))
        if kind == "student":
            district = person.community.code[:6]
            grade = completed_age(person.birth, max(on, CLASSES_ON)) - 6
            fitting = [school for school in self.schools if takes(school, grade)] or self.schools
            near = [school for school in fitting if school.parent and school.parent.code == district] or fitting
            start = datetime.date(on.year if on.month >= 9 else on.year - 1, 9, 1)
            start = min(start, datetime.date(2007, 9, 1)) if person.birth.year <= 2001 else start
            person.statuses.append(Status("student", "school", start, school=r.choice(near)))
        if kind == "working_age":
            choice = r.choices(("low_income", "low_income_edge", "disability"), (5, 3, 2))[0]
            value = str(r.choice((1, 2))) if choice == "disability" else choice
            group = "disability" if choice == "disability" else "low_income"
            number = r.randrange(10**7)
            ends = WITHDRAWN_ON if number % WITHDRAWN_OF == 0 and on < WITHDRAWN_ON else None
            person.statuses.append(Status(group, value, since, ends, document=f"{number:07d}"))
        elif kind == "worker":
            person.statuses.append(Status("work", "working", since))
        elif r.random() < 0.15:
            value = r.choice(("low_income", "low_income", "low_income_edge"))
            person.statuses.append(Status("low_income", value, since, document=f"{r.randrange(10**7):07d}"))
        elif kind == "elderly" and r.random() < 0.06:
            value = str(r.choice((1, 2, 3)))
            person.statuses.append(Status("disability", value, since, document=f"{r.randrange(10**7):07d}"))

    def address(self) -> str:
        r = self.random
        return f"{r.choice(STREETS)}{r.randrange(1, 200)}号{r.randrange(1, 7)}单元{r.randrange(101, 608)}室"

    def name(self, sex: str, surname: str = "") -> str:
        given = GIVEN_M if sex == "M" else GIVEN_F
        return (surname or self.random.choice(SURNAMES)) + "".join(
            self.random.choices(given, k=self.random.choice((1, 2, 2)))
        )

    def id_number(self, place: str, birth: datetime.date, sex: str) -> str:
        """A number of valid form that this town has not given before: the sequence is odd for men, even for women.

        Of one place, day and sex there are 499; who comes later was born in another place, as people do who moved.
        ValueError where all places are used up.
        """
        for code in self.places or (place, *BIRTHPLACES):
            given = self._given.get((code, sex, birth), 0)
            if given < SERIALS:
                self._given[code, sex, birth] = given + 1
                serial = 2 * given + (1 if sex == "M" else 2)
                body = f"{code}{birth:%Y%m%d}{serial:03d}"
                return body + idnumber.check_digit(body)
        raise ValueError(f"No ID number is left for {birth}.")
