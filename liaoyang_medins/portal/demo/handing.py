"""Outpatient diseases of the demo city in every state, claims on them, and the lists that were handed over."""

import datetime
import itertools
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from claims import services
from claims.data import AdmissionData, LineData
from claims.handover import services as handover
from claims.handover.models import HandoverList
from claims.models import CatalogueItem, Institution, Settlement, Stay
from claims.outpatient import services as outpatient
from claims.outpatient.models import OutpatientApproval
from claims.outpatient.services.approvals import ApprovalData
from claims.outpatient.services.claiming import ClaimData
from enrollment.contributions.models import BenefitPeriod
from enrollment.registration.models import Circumstance, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import add_months
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import OutpatientDisease

# Disease, diagnosis, what confirms it, who asks, and what the agency said.
ASKED = (
    (OutpatientDisease.DIALYSIS, "N18.9", "市中心医院肾内科诊断证明及透析记录", "hospital", "approved"),
    (OutpatientDisease.DIABETES, "E11.9", "糖化血红蛋白化验单，无并发症证明", "hospital", "denied"),
    (OutpatientDisease.HYPERTENSION, "I10", "心脏彩超报告及三级医院诊断证明", "station", "ended"),
    (OutpatientDisease.STROKE, "I63.9", "头颅CT报告及出院小结", "station", ""),
    (OutpatientDisease.HEART_DISEASE, "I25.1", "冠脉造影报告", "hospital", ""),
)
COSTLY = Decimal("95000.00")
DAYS = 11


class Handing:
    """Lets the agency and its institutions work on both up to the demo's day."""

    def __init__(self, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.forms = itertools.count(1)
        self.as_of = as_of
        self.actors = actors
        # The last days of the two months before.
        self.last = as_of.replace(day=1) - datetime.timedelta(days=1)
        self.before = self.last.replace(day=1) - datetime.timedelta(days=1)
        self.item = CatalogueItem.objects.filter(catalogue_class="A", price_limit=None, ends=None).order_by("code")[0]

    def work(self) -> None:
        """Approvals and claims of some residents with benefits and no stays, then the lists of two costly stays."""
        people = self.people(len(ASKED) + 2)
        for person, wanted in zip(people[2:], ASKED, strict=False):
            self.approval(person, *wanted)
        if len(people) > 1:
            self.lists(people[:2])

    def people(self, count: int) -> list[Resident]:
        """Residents whose benefits run since three months, those with low income first, so that they are on lists."""
        since = add_months(self.as_of, -3)
        periods = BenefitPeriod.objects.filter(
            starts__lte=since, ends__gte=self.as_of, notice__paid_on__lt=since, withdrawn_on=None, resident__stays=None
        )
        poor = Circumstance.objects.filter(
            kind=Circumstance.Kind.LOW_INCOME, voided=False, starts__lte=since, ends=None
        ).values("resident")
        some = periods.select_related("resident").order_by("resident__number")
        found = [*some.filter(resident__in=poor)[:1], *some[: count + 1]]
        return list({period.resident_id: period.resident for period in found}.values())[:count]

    def approval(
        self, person: Resident, disease: OutpatientDisease, diagnosis: str, evidence: str, asks: str, said: str
    ) -> None:
        by, reviewer = self.actors[asks], self.actors["reviewer"]
        starts = self.before.replace(day=1) if said else self.as_of
        asked_on = starts - datetime.timedelta(days=6) if said else self.as_of - datetime.timedelta(days=2)
        with clock.on_day(asked_on):
            found = outpatient.ask(
                approval=ApprovalData(
                    resident_number=person.number,
                    disease=disease,
                    diagnosis=diagnosis,
                    evidence=evidence,
                    starts=starts,
                    until=add_months(starts, 12) - datetime.timedelta(days=1),
                ),
                submission=self.mark(),
                by=by,
            )
        if not said:
            return
        with clock.on_day(asked_on + datetime.timedelta(days=3)):
            if said == "denied":
                outpatient.deny(
                    number=found.number, reason="未提供并发症的检查报告", version=found.version, by=reviewer
                )
                return
            found = outpatient.approve(number=found.number, version=found.version, by=reviewer)
        if said == "ended":
            with clock.on_day(self.as_of):
                outpatient.end_early(
                    number=found.number,
                    last_day=self.as_of,
                    reason="参保人申请更换定点医疗机构",
                    version=found.version,
                    by=reviewer,
                )
            return
        self.claims(found, by)

    def claims(self, approval: OutpatientApproval, by: Actor) -> None:
        """Of each month a claim: the first was settled, the second waits."""
        for number, last in enumerate((self.before, self.last)):
            first = last.replace(day=1)
            treated = [first + datetime.timedelta(days=days) for days in (3, 10, 17, 24)]
            lines = [LineData(day, self.item.code, Decimal(1), Decimal("420.00")) for day in treated]
            with clock.on_day(last + datetime.timedelta(days=2)):
                stay = outpatient.enter_claim(
                    claim=ClaimData(approval.number, f"MZ{first:%y%m}001", first, last, lines),
                    submission=self.mark(),
                    by=by,
                )
                if number == 0:
                    services.settle_stay(stay_number=stay.number, by=by)

    def lists(self, people: Sequence[Resident]) -> None:
        """The lists of both months: the settlement on the first was wrong and settled again, so the second corrects
        it. What is left to low-income residents waits to be issued.
        """
        first = self.costly(people[0], self.before, 1)
        if first.over_cap == 0:
            return
        self.listed("over_cap", self.before, self.before + datetime.timedelta(days=6))
        self.costly(people[1], self.last, 2)
        with clock.on_day(self.last - datetime.timedelta(days=4)):
            services.reverse_settlement(
                number=first.number, reason="结算信息有误，重新结算", by=self.actors["reviewer"]
            )
            services.settle_stay(stay_number=first.stay.number, by=self.actors["hospital"])
        self.listed("over_cap", self.last, self.last + datetime.timedelta(days=5))
        self.listed("assistance", self.last, self.last + datetime.timedelta(days=6), issue=False)

    def costly(self, person: Resident, last: datetime.date, number: int) -> Settlement:
        """A stay at the demo's hospital that reaches the cap, discharged some days before `last`."""
        by = self.actors["hospital"]
        leaves = last - datetime.timedelta(days=9)
        admitted = leaves - datetime.timedelta(days=DAYS)
        moment = datetime.datetime.combine(admitted, datetime.time(9), tzinfo=clock.SHANGHAI)
        institution = Institution.objects.get(office=by.office)
        with clock.on_day(leaves):
            stay: Stay = services.admit(
                admission=AdmissionData(
                    resident_number=person.number,
                    inpatient_number=f"ZZ{last:%y%m}{number:03d}",
                    admitted_at=moment,
                    diagnosis="I25.1",
                    institution=institution.code,
                    card_presented_at=moment,
                ),
                by=by,
            )
            line = LineData(admitted, self.item.code, Decimal(10), COSTLY / 10)
            services.add_lines(stay_number=stay.number, lines=[line], by=by)
            services.discharge(stay_number=stay.number, discharged_on=leaves, by=by)
            return services.settle_stay(stay_number=stay.number, by=by)

    def listed(self, kind: str, until: datetime.date, on: datetime.date, *, issue: bool = True) -> None:
        """A list of `kind`, drafted on `on`; nothing where there is nothing to hand over."""
        found: HandoverList
        with clock.on_day(min(on, self.as_of)):
            try:
                found = handover.draft_list(kind=kind, until=until, by=self.actors["clerk"])
            except Refused:
                return
            if issue:
                handover.issue_list(number=found.number, version=found.version, by=self.actors["reviewer"])

    def mark(self) -> uuid.UUID:
        """The mark of another form."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"outpatient {next(self.forms)}")
