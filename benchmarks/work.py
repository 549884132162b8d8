"""The work that is measured, done as the pages do it: one service after the other, each its own transaction."""

import datetime
import itertools
import random
import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db.models import Exists, OuterRef

from claims import services as claims
from claims.data import AdmissionData, LineData
from claims.models import CatalogueItem, Stay
from enrollment.contributions.models import Receipt
from enrollment.contributions.services import record_payment, take_into_records
from enrollment.registration import services as registration
from enrollment.registration.data import CircumstanceData, PersonData
from enrollment.registration.models import Enrollment, MaterialCheck, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office, Posting
from liaoyang_medins.kernel.policy.terms import Material, Sex
from liaoyang_medins.portal.demo.people import Person, Town

IN_ORDER = dict.fromkeys(Material, MaterialCheck.State.PRESENT)
ADMITTED = datetime.date(2009, 11, 5)
LEAVES = datetime.date(2009, 11, 9)
REGISTERED = datetime.date(2009, 11, 10)
LINES = 6


class Stays:
    """Stays of six fee lines at the demo's hospital, from admission to settlement, each of another resident."""

    def __init__(self, seed: int) -> None:
        self.by = actor("hospital")
        self.residents = residents_with_benefits(seed)
        self.items = list(CatalogueItem.objects.filter(starts__lte=ADMITTED, ends=None).order_by("code")[:LINES])
        self.numbers = itertools.count(seed * 1_000_000)

    def one(self) -> None:
        """Admit, enter six lines, discharge, settle: four transactions."""
        admitted_at = datetime.datetime.combine(ADMITTED, datetime.time(9), tzinfo=clock.SHANGHAI)
        with clock.on_day(LEAVES):
            stay = claims.admit(
                admission=AdmissionData(
                    resident_number=next(self.residents),
                    inpatient_number=f"B{next(self.numbers)}",
                    admitted_at=admitted_at,
                    diagnosis="J18.9",
                    card_presented_at=admitted_at,
                ),
                by=self.by,
            )
            claims.add_lines(stay_number=stay.number, lines=self.lines(), by=self.by)
            claims.discharge(stay_number=stay.number, discharged_on=LEAVES, by=self.by)
            claims.settle_stay(stay_number=stay.number, by=self.by)

    def lines(self) -> Sequence[LineData]:
        return [LineData(ADMITTED, item.code, Decimal(3), Decimal("125.50")) for item in self.items]


class Enrollments:
    """Registrations of people who are new to the records, through all of W3 to the payment of the notice."""

    def __init__(self, seed: int) -> None:
        self.community, self.subdistrict, self.district, self.clerk = (
            actor(name) for name in ("community", "subdistrict", "district", "clerk")
        )
        # By their ID numbers nobody whom the demo city has drawn: born in another province.
        home = Office.objects.filter(code=self.community.office.code if self.community.office else "")
        self.town = Town(seed, list(home), [], places=[f"{22 + seed:02d}0102"])
        self.numbers = itertools.count(seed * 1_000_000)

    def one(self) -> None:
        """Register, forward twice, approve, take into the records, record the payment: six transactions."""
        person = self.town.person("elderly", REGISTERED)
        with clock.on_day(REGISTERED):
            row = registration.register_resident(
                submission=uuid.uuid4(),
                person=person_data(person),
                circumstances=[
                    CircumstanceData(s.kind, s.value, s.starts, s.ends, s.school, s.document) for s in person.statuses
                ],
                materials=IN_ORDER,
                by=self.community,
            )
            row = registration.forward(number=row.number, version=row.version, by=self.community)
            row = registration.forward(number=row.number, version=row.version, by=self.subdistrict)
            row = registration.approve(number=row.number, version=row.version, by=self.district)
            notice = take_into_records(registration_number=row.number, version=row.version, by=self.clerk)
            record_payment(
                stated_notice=notice.number,
                amount=notice.personal,
                paid_on=REGISTERED,
                channel=Receipt.Channel.BANK,
                bank_reference=f"BENCH{next(self.numbers)}",
                payer=person.name,
                by=self.clerk,
            )


def actor(username: str) -> Actor:
    return Actor.of_posting(Posting.objects.select_related("user", "office").get(user__username=username))


def person_data(person: Person) -> PersonData:
    return PersonData(
        name=person.name,
        birth_date=person.birth,
        sex=Sex(person.sex),
        community=person.community,
        id_number=person.id_number,
        address=person.address,
        phone=person.phone,
    )


def residents_with_benefits(seed: int) -> Iterator[str]:
    """Numbers of residents who have benefits, take part still, and have no stay by then, in a drawn order, from all
    over the table.
    """
    draw = random.Random(seed)  # noqa: S311  which residents is no secret
    covered = Resident.objects.filter(
        benefit_periods__starts__lte=ADMITTED, benefit_periods__ends__gte=LEAVES, benefit_periods__withdrawn_on=None
    )
    lately = Stay.objects.filter(resident=OuterRef("pk"), discharged_on__gte=ADMITTED) | Stay.objects.filter(
        resident=OuterRef("pk"), discharged_on=None
    )
    takes_part = Enrollment.objects.filter(resident=OuterRef("pk"), ends=None)
    free = covered.filter(Exists(takes_part), ~Exists(lately)).order_by("pk")
    numbers = list(free.values_list("number", flat=True)[:200_000])
    draw.shuffle(numbers)
    return iter(numbers)
