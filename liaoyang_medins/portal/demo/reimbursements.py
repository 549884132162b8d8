"""Applications for reimbursement of the demo city, through the services: one at least in every state."""

import datetime
import uuid
from collections.abc import Mapping
from decimal import Decimal

from claims.data import AdmissionData, LineData
from claims.models import CatalogueItem, Institution
from claims.reimbursement import services
from claims.reimbursement.data import AccountData, ApplicationData
from claims.reimbursement.models import Reimbursement
from claims.reimbursement.rules import CARD, NEEDED, Paper, luhn
from enrollment.contributions.models import BenefitPeriod
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor

from .people import Town

# How far each gets up to the demo's day, and how many days before it is handed in.
STAGES = (
    ("paid", 38),
    ("paid", 36),
    ("returned", 35),
    ("entered", 33),
    ("refused", 24),
    ("listed", 20),
    ("released", 12),
    ("released", 9),
    ("examined", 8),
    ("examined", 5),
    ("complete", 3),
    ("complete", 1),
    ("entered", 0),
)
DIAGNOSES = ("I63.9", "K35.8", "J18.9", "N20.0", "I25.1")
BANKS = ("辽阳市商业银行白塔支行", "中国工商银行辽阳分行", "中国邮政储蓄银行文圣支行")
NAMESPACE = uuid.UUID("3f0c8a2e-5d3b-4f6a-9a51-211000200807")
DAYS = 6


class Reimbursements:
    """Lets residents who paid a stay themselves come to the agency."""

    def __init__(self, town: Town, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.town = town
        self.as_of = as_of
        self.clerk, self.reviewer = actors["clerk"], actors["reviewer"]
        away = Institution.objects.filter(out_of_city=True).order_by("code")
        other = Institution.objects.filter(out_of_city=False, designations=None).order_by("code")
        self.places = [*other, *away]
        self.items = list(CatalogueItem.objects.filter(ends=None, kind="drug").order_by("code")[:12])

    def work(self) -> None:
        """An application of each stage of somebody who was never in hospital and has benefits."""
        if not self.places:
            return
        made = [
            self.application(person, place, stage, before)
            for place, (person, (stage, before)) in enumerate(zip(self.people(), STAGES, strict=False))
        ]
        with clock.on_day(self.day(6)):
            self.pay([row for row in made if row[1] in ("paid", "returned")])
        with clock.on_day(self.as_of):
            listed = [row.number for row, stage in made if stage == "listed"]
            if listed:
                services.make_list(submission=self.mark("listed"), applications=listed, by=self.reviewer)

    def people(self) -> list[Resident]:
        first = self.day(STAGES[0][1] + 30)
        covered = BenefitPeriod.objects.filter(
            starts__lte=first, ends__gte=self.as_of, withdrawn_on=None, notice__paid_on__lte=first
        )
        rows = Resident.objects.filter(benefit_periods__in=covered, stays=None, merged_into=None).distinct()
        return list(rows.order_by("-number")[: len(STAGES)])

    def day(self, before: int) -> datetime.date:
        return self.as_of - datetime.timedelta(days=before)

    def mark(self, name: str) -> uuid.UUID:
        return uuid.uuid5(NAMESPACE, f"{self.as_of} {name}")

    def application(self, person: Resident, place: int, stage: str, before: int) -> tuple[Reimbursement, str]:
        """Handed in on its day and led to its stage; what is paid or comes back is led on together."""
        admitted = self.day(before + DAYS + 5)
        lines = self.lines(place, admitted)
        total = sum((line.quantity * line.unit_price for line in lines), ZERO)
        institution = self.places[place % len(self.places)]
        at = datetime.datetime.combine(admitted, datetime.time(20, 30), tzinfo=clock.SHANGHAI)
        facts = ApplicationData(
            admission=AdmissionData(
                resident_number=person.number,
                inpatient_number=f"ZF{admitted:%y%m}{place:04d}",
                admitted_at=at,
                diagnosis=DIAGNOSES[place % len(DIAGNOSES)],
                institution=institution.code,
                emergency=True,
                card_presented_at=at,
            ),
            discharged_on=admitted + datetime.timedelta(days=DAYS),
            reason=Reimbursement.Reason.AWAY if institution.out_of_city else Reimbursement.Reason.EMERGENCY,
            invoice_total=total,
            invoices=(f"2101{admitted:%y%m}-{8_340_000 + place:08d}",),
            papers=frozenset(NEEDED if stage != "entered" else {Paper.INVOICE, Paper.ID_CARD}),
        )
        with clock.on_day(self.day(before)):
            made = services.enter(
                submission=self.mark(str(place)), application=facts, account=self.account(person, place), by=self.clerk
            )
            if place != len(STAGES) - 1:
                services.add_lines(number=made.number, lines=lines, by=self.clerk)
            if stage not in ("entered", "complete", "refused"):
                services.examine(number=made.number, version=version_of(made), by=self.clerk)
        if stage not in ("entered", "complete", "examined"):
            with clock.on_day(self.day(max(before - 4, 0))):
                self.decide(made, stage)
        return made, stage

    def decide(self, made: Reimbursement, stage: str) -> None:
        if stage == "refused":
            services.refuse(
                number=made.number, version=version_of(made), reason="发票为复印件，且与费用清单不符", by=self.reviewer
            )
        else:
            services.release(number=made.number, version=version_of(made), by=self.reviewer)

    def pay(self, rows: list[tuple[Reimbursement, str]]) -> None:
        """A list that the bank carried out; of it one payment came back."""
        if not rows:
            return
        found = services.make_list(
            submission=self.mark("paid"), applications=[row.number for row, _stage in rows], by=self.reviewer
        )
        with clock.on_day(self.day(4)):
            services.record_paid(
                number=found.number,
                version=found.version,
                paid_on=self.day(4),
                bank_reference=f"BX{self.day(4):%Y%m%d}01",
                by=self.reviewer,
            )
        with clock.on_day(self.day(2)):
            for row, stage in rows:
                if stage == "returned":
                    services.record_returned(
                        number=row.payments.get().number,
                        returned_on=self.day(2),
                        reason="户名与账号不符",
                        by=self.reviewer,
                    )

    def lines(self, place: int, admitted: datetime.date) -> list[LineData]:
        """A few drugs at prices that differ from application to application."""
        return [
            LineData(
                on=admitted + datetime.timedelta(days=number % DAYS),
                item_code=item.code,
                quantity=Decimal(2 + number),
                unit_price=Decimal(9_000 + 1_700 * place + 310 * number) / 100,
            )
            for number, item in enumerate(self.items)
        ]

    def account(self, person: Resident, place: int) -> AccountData:
        """A card with a right check digit."""
        begun = f"{CARD}22020200{place:04d}{211000 + place:06d}"[:18]
        number = next(begun + last for last in "0123456789" if luhn(begun + last))
        return AccountData(person.name, BANKS[place % len(BANKS)], number)


def version_of(made: Reimbursement) -> int:
    return Reimbursement.objects.values_list("version", flat=True).get(pk=made.pk)
