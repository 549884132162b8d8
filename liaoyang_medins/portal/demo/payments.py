"""Two further ways to pay, for the demo: parts that employers paid and that are held (C5), and what a school collected
and handed in (W4).
"""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from enrollment.collecting.models import Collection
from enrollment.collecting.selectors import Due, dues_of
from enrollment.collecting.services import hand_in, record_collection
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.contributions.services import record_payment, take_into_records
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office

from .counters import IN_ORDER, Counters
from .people import Town

EMPLOYERS = (("辽阳石化分公司", "50"), ("辽阳市纺织厂", "30"), ("市环境卫生管理处", "100"))
# So many are enrolled by the school, that it has somebody to collect from in the smallest city.
PUPILS = 6
# At most so many lines of a collection.
LINES = 8


class Payments:
    """Lets employers pay parts, and the demo's school collect."""

    def __init__(self, town: Town, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.town = town
        self.as_of = as_of
        self.actors = actors

    def work(self) -> None:
        self.parts()
        self.collections()

    def day(self, before: int) -> datetime.date:
        return self.as_of - datetime.timedelta(days=before)

    def parts(self) -> None:
        """Less than the amount due of notices that are open."""
        day = self.day(3)
        dear = ContributionNotice.objects.filter(
            status=ContributionNotice.Status.OPEN,
            joint_with=None,
            personal__gt=100,
            pay_from__lte=day,
            pay_until__gte=self.as_of,
        )
        chosen = list(dear.order_by("-number")[: len(EMPLOYERS)])
        with clock.on_day(day):
            for place, (notice, (employer, amount)) in enumerate(zip(chosen, EMPLOYERS, strict=False)):
                record_payment(
                    stated_notice=notice.number,
                    amount=Decimal(amount),
                    paid_on=day,
                    channel=Receipt.Channel.EMPLOYER,
                    bank_reference=f"DW{day:%Y%m%d}{place:04d}",
                    payer=employer,
                    by=self.actors["clerk"],
                )

    def collections(self) -> None:
        """One that is paid, one that waits for its money; others are still to be ticked."""
        school = self.actors["school"].office
        assert school is not None  # noqa: S101  a posting has an office
        self.pupils(school)
        dues = dues_of(school, self.as_of.year + 1, self.as_of)
        share = min(LINES, len(dues) // 3)
        paid = self.handed_in(school, dues[:share], self.day(3))
        with clock.on_day(self.day(1)):
            record_collection(
                number=paid.number,
                version=paid.version,
                amount=paid.amount,
                paid_on=self.day(2),
                bank_reference=f"XX{self.day(2):%Y%m%d}0001",
                by=self.actors["clerk"],
            )
        self.handed_in(school, dues[share : 2 * share], self.day(1))

    def handed_in(self, school: Office, dues: Sequence[Due], on: datetime.date) -> Collection:
        with clock.on_day(on):
            return hand_in(
                submission=uuid.UUID(int=self.town.random.getrandbits(128), version=4),
                school_code=school.code,
                contribution_year=self.as_of.year + 1,
                notices=[due.notice.number for due in dues],
                by=self.actors["school"],
            )

    def pupils(self, school: Office) -> None:
        """Pupils whom the school enrolls, as far as their first notice."""
        counters, officer = Counters(self.town, self.as_of, self.actors), self.actors["school"]
        for _place in range(PUPILS):
            person = self.town.person("infant", self.day(6), community=self.actors["community"].office)
            with clock.on_day(self.day(6)):
                registration = counters.register(person, IN_ORDER, officer, school=school)
                registration = counters.forward(registration, officer)
            with clock.on_day(self.day(4)):
                take_into_records(
                    registration_number=registration.number, version=registration.version, by=self.actors["clerk"]
                )
