"""What happens at the counters before the demo's day: registrations in every stage, and their payments."""

import datetime
import uuid
from collections.abc import Mapping

from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.contributions.services import record_payment, take_into_records
from enrollment.registration import services
from enrollment.registration.data import CircumstanceData, PersonData
from enrollment.registration.models import MaterialCheck, Registration
from enrollment.registration.services.handovers import forward_all
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Material, Sex

from .people import Person, Town

State = MaterialCheck.State
IN_ORDER: dict[Material, MaterialCheck.State] = dict.fromkeys(Material, State.PRESENT)

# How far a registration has come, the kind of person, and how many days ago it was received.
STORY: tuple[tuple[str, str, int], ...] = (
    ("materials_missing", "elderly", 1),
    ("materials_missing", "infant", 3),
    ("materials_missing", "working_age", 6),
    ("accepted", "newborn", 0),
    ("accepted", "elderly", 2),
    ("accepted", "infant", 3),
    ("accepted", "working_age", 5),
    ("at_subdistrict", "elderly", 1),
    ("at_subdistrict", "newborn", 2),
    ("at_subdistrict", "infant", 4),
    ("at_district", "elderly", 2),
    ("at_district", "working_age", 4),
    ("at_district", "newborn", 8),
    ("at_district", "infant", 9),
    ("at_district", "elderly", 12),
    ("at_agency", "elderly", 6),
    ("at_agency", "newborn", 7),
    ("at_agency", "working_age", 9),
    ("returned", "elderly", 7),
    ("returned", "infant", 5),
    ("refused", "worker", 4),
    ("refused", "worker", 11),
    ("withdrawn", "elderly", 10),
    ("recorded", "elderly", 12),
    ("recorded", "newborn", 10),
    ("recorded", "infant", 9),
    ("paid", "newborn", 20),
    ("paid", "elderly", 22),
    ("paid", "newborn", 27),
    ("paid", "working_age", 30),
)


class Counters:
    """Lets the demo's clerks work through their weeks, each step on its own day."""

    def __init__(self, town: Town, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.town = town
        self.as_of = as_of
        self.actors = actors

    def work(self) -> None:
        for stage, kind, days in STORY:
            self.one(stage, kind, self.as_of - datetime.timedelta(days=days))
        self.school()
        self.unmatched()

    def one(self, stage: str, kind: str, received_on: datetime.date) -> None:
        clerk = self.actors["community"]
        person = self.town.person(kind, received_on, community=clerk.office)
        found = {} if stage == "materials_missing" else IN_ORDER
        if stage == "materials_missing":
            found = IN_ORDER | {Material.PHOTOS: State.MISSING, Material.ID_CARD: State.WRONG}
        with clock.on_day(received_on):
            registration = self.register(person, found, clerk)
        if stage in ("materials_missing", "accepted", "refused"):
            return
        with clock.on_day(self.later(received_on, 1)):
            if stage == "withdrawn":
                services.withdraw(
                    number=registration.number, version=registration.version, reason="本人申请撤回", by=clerk
                )
                return
            registration = self.forward(registration, clerk)
            if stage == "at_subdistrict":
                return
            registration = self.forward(registration, self.actors["subdistrict"])
        if stage != "at_district":
            self.after_district(registration, stage, self.later(received_on, 4))

    def after_district(self, registration: Registration, stage: str, on: datetime.date) -> None:
        reviewer = self.actors["district"]
        with clock.on_day(on):
            if stage == "returned":
                services.send_back(
                    number=registration.number,
                    version=registration.version,
                    reason="户口簿复印件不清晰，请重新提交",
                    by=reviewer,
                )
                return
            registration = services.approve(number=registration.number, version=registration.version, by=reviewer)
        if stage == "at_agency":
            return
        with clock.on_day(self.later(on, 2)):
            notice = take_into_records(
                registration_number=registration.number, version=registration.version, by=self.actors["clerk"]
            )
        if stage == "paid":
            with clock.on_day(self.later(on, 5)):
                self.pay(notice, f"ZX{notice.number[1:]}")

    def pay(self, notice: ContributionNotice, reference: str) -> Receipt:
        return record_payment(
            stated_notice=notice.number,
            amount=notice.personal,
            paid_on=clock.today(),
            channel=Receipt.Channel.BANK,
            bank_reference=reference,
            payer=notice.resident.name,
            by=self.actors["clerk"],
        )

    def school(self) -> None:
        """The school hands in two pupils; the district is that of their community."""
        officer = self.actors["school"]
        assert officer.office is not None  # noqa: S101  a posting has an office
        for days, forwarded in ((6, True), (1, False)):
            on = self.as_of - datetime.timedelta(days=days)
            person = self.town.person("infant", on, community=self.actors["community"].office)
            with clock.on_day(on):
                registration = self.register(person, IN_ORDER, officer, school=officer.office)
                if forwarded:
                    self.forward(registration, officer)

    def unmatched(self) -> None:
        """Payments that settle nothing: too little, too much, and for a notice that does not exist."""
        opens = self.as_of - datetime.timedelta(days=4)
        waiting = ContributionNotice.objects.filter(
            status=ContributionNotice.Status.OPEN, pay_from__lte=opens, pay_until__gte=opens
        ).order_by("number")[:2]
        stated = [(notice.number, notice.personal, notice.resident.name) for notice in waiting]
        wrong = [
            (number, amount + step, name) for (number, amount, name), step in zip(stated, (-10, 20), strict=False)
        ]
        if stated:
            wrong.append(("N2009-9999999", stated[0][1], "张桂兰"))
        with clock.on_day(opens):
            for index, (number, amount, payer) in enumerate(wrong):
                record_payment(
                    stated_notice=number,
                    amount=amount,
                    paid_on=opens,
                    channel=Receipt.Channel.BANK,
                    bank_reference=f"ZX{opens:%Y%m%d}{index:04d}",
                    payer=payer,
                    by=self.actors["clerk"],
                )

    def register(
        self,
        person: Person,
        materials: Mapping[Material, MaterialCheck.State],
        by: Actor,
        school: Office | None = None,
    ) -> Registration:
        circumstances = [
            CircumstanceData(s.kind, s.value, s.starts, s.ends, s.school, s.document) for s in person.statuses
        ]
        if school:
            circumstances.append(
                CircumstanceData("student", "school", datetime.date(self.as_of.year, 9, 1), school=school)
            )
        return services.register_resident(
            submission=uuid.UUID(int=self.town.random.getrandbits(128), version=4),
            person=PersonData(
                name=person.name,
                birth_date=person.birth,
                sex=Sex(person.sex),
                community=person.community,
                id_number=person.id_number,
                address=person.address,
                phone=person.phone,
            ),
            circumstances=circumstances,
            materials=materials,
            by=by,
        )

    def forward(self, registration: Registration, by: Actor) -> Registration:
        """On a transmittal sheet, as from the list."""
        done = forward_all(rows=[(registration.number, registration.version)], by=by)
        for _number, error in done.refused:
            raise error
        registration.refresh_from_db()
        return registration

    def later(self, day: datetime.date, days: int) -> datetime.date:
        """`days` after `day`, but never after the demo's day."""
        return min(day + datetime.timedelta(days=days), self.as_of)
