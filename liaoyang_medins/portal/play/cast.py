"""Who plays: the people on record when the year begins, and those who will come."""

import datetime
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from claims.models import Stay
from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Circumstance, Enrollment, Resident
from liaoyang_medins.kernel.offices.models import Office

from ..demo.people import Person, Status, Town
from .steps import rng
from .who import Stated

# The first two places of the ID numbers of newcomers: of another province, so that no city has given them before.
PROVINCE = "23"
PLACES = 100


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on record, by natural keys, as the year finds them.

    `paid_year` is the last that is paid in the open relationship, 0 without one; `lapsed`: was enrolled and did not
    pay; `in_hospital`: a stay runs.
    """

    id_number: str
    sex: str
    birth: datetime.date
    community: str
    paid_year: int
    lapsed: bool
    in_hospital: bool
    school: str
    holds: frozenset[str]

    @property
    def enrolled(self) -> bool:
        return self.paid_year > 0

    @property
    def district(self) -> str:
        return self.community[:6]


def members(on: datetime.date) -> list[Member]:
    """Everybody alive on record with an ID number, in order of these, as things stand on a day."""
    paid = ContributionNotice.objects.filter(enrollment__resident=OuterRef("pk"), enrollment__ends=None)
    paid = paid.filter(status=ContributionNotice.Status.PAID).order_by("-contribution_year")
    enrollments = Enrollment.objects.filter(resident=OuterRef("pk"))
    known = Circumstance.objects.filter(voided=False, ends=None, starts__lte=on)
    holds: dict[int, set[str]] = {}
    schools: dict[int, str] = {}
    for pk, kind, value, school in known.values_list("resident_id", "kind", "value", "school__code"):
        holds.setdefault(pk, set()).add(kind)
        if school and value == "school":
            schools[pk] = school
    rows = Resident.objects.exclude(id_number=None).order_by("id_number")
    rows = rows.annotate(
        paid_year=Coalesce(Subquery(paid.values("contribution_year")[:1]), 0),
        has_lapsed=Exists(enrollments.filter(end_reason="lapsed")) & ~Exists(enrollments.filter(ends=None)),
        lies=Exists(Stay.objects.filter(resident=OuterRef("pk"), status=Stay.Status.ADMITTED)),
    )
    found = rows.values_list(
        "pk", "id_number", "sex", "birth_date", "community__code", "paid_year", "has_lapsed", "lies"
    )
    return [
        Member(str(id_number), sex, birth, code, year, lapsed, lies, schools.get(pk, ""), frozenset(holds.get(pk, ())))
        for pk, id_number, sex, birth, code, year, lapsed, lies in found
        if "death" not in holds.get(pk, ())
    ]


class Deck:
    """Members in an order drawn from the seed, each dealt at most once."""

    def __init__(self, people: Sequence[Member], draw: random.Random) -> None:
        self.size = len(people)
        self.aside: set[str] = set()
        self.left = list(people)
        draw.shuffle(self.left)

    def deal(self, share: float, fits: Callable[[Member], bool] = lambda member: True) -> list[Member]:
        """A share of all members, at least one, of those that fit; fewer where not so many do.

        The first of them is set aside, so that nothing else befalls them that would keep the event from happening.
        """
        wanted = max(1, round(share * self.size))
        dealt: list[Member] = []
        kept: list[Member] = []
        for place, member in enumerate(self.left):
            if len(dealt) == wanted:
                kept.extend(self.left[place:])
                break
            (dealt if fits(member) else kept).append(member)
        self.left = kept
        self.aside.update(member.id_number for member in dealt[:1])
        return dealt

    def rest(self) -> list[Member]:
        dealt, self.left = self.left, []
        return dealt


class Newcomers:
    """Draws people who were not there before."""

    def __init__(self, seed: int, year: int) -> None:
        communities = list(Office.objects.filter(kind=Office.Kind.COMMUNITY, closed_on=None).order_by("code"))
        schools = Office.objects.filter(kind=Office.Kind.SCHOOL, closed_on=None).select_related("parent")
        places = [f"{PROVINCE}{year % 100:02d}{number:02d}" for number in range(PLACES)]
        draw = rng(seed, year, "newcomers")
        self.random = draw
        self.town = Town(draw.getrandbits(32), communities, list(schools.order_by("code")), places)
        self.names: set[tuple[str, datetime.date, str, str]] = set()

    @property
    def communities(self) -> list[Office]:
        return self.town.communities

    def person(self, kind: str, on: datetime.date) -> Person:
        """As `Town.person`; no two newborns whom only their ID number tells apart."""
        while True:
            person = self.town.person(kind, on)
            key = (person.name, person.birth, person.sex, person.community.code)
            if key not in self.names:
                self.names.add(key)
                return person

    def born(self, sex: str, birth: datetime.date) -> Person:
        """Somebody of a given sex and birth, native, with nothing else to tell."""
        home = self.random.choice(self.communities)
        return Person(
            name=self.town.name(sex),
            sex=sex,
            birth=birth,
            id_number=self.town.id_number(home.code[:6], birth, sex),
            community=home,
            address="",
            phone="",
            statuses=[Status("hukou", "native", birth)],
        )


def plain(status: Status) -> Stated:
    """A status as steps carry it."""
    school = status.school.code if status.school else ""
    return status.kind, status.value, status.starts, status.ends, school, status.document
