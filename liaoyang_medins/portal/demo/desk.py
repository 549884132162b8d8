"""What waits at the desk in the demo city beside injuries: an emergency outside the designated institutions, a
transfer, stays that overlap, a cost far above the usual.
"""

import datetime
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal

from django.conf import settings

from claims import services
from claims.data import AdmissionData, LineData
from claims.models import CatalogueItem, Institution, Stay, UsualCost
from claims.services.usual import count_usual
from enrollment.contributions.models import BenefitPeriod
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor

COST = Decimal("4860.00")


class Desk:
    """Puts one stay at least into each queue of the desk, up to the demo's day."""

    def __init__(self, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.as_of = as_of
        self.clerk, self.reviewer = actors["clerk"], actors["reviewer"]
        self.hospital = actors["hospital"]
        self.home = Institution.objects.get(office=self.hospital.office)
        self.item = CatalogueItem.objects.filter(catalogue_class="A", price_limit=None, ends=None).order_by("code")[0]

    def work(self) -> None:
        """A case of each kind, as far as there are residents with benefits who were never in hospital."""
        cases = (self.emergency, self.transfer, self.overlap, self.unusual)
        for place, (person, case) in enumerate(zip(self.people(len(cases)), cases, strict=False), start=1):
            case(person, f"TS{self.as_of:%y%m}{place:03d}")

    def people(self, count: int) -> list[Resident]:
        then = self.day(40)
        covered = BenefitPeriod.objects.filter(
            starts__lte=then, ends__gte=self.as_of, withdrawn_on=None, notice__paid_on__lte=then
        )
        rows = Resident.objects.filter(benefit_periods__in=covered, stays=None, merged_into=None).distinct()
        return list(rows.order_by("number")[:count])

    def day(self, before: int) -> datetime.date:
        return self.as_of - datetime.timedelta(days=before)

    def emergency(self, person: Resident, number: str) -> None:
        """In an institution of the city that is not designated; the agency enters it, since that has no account."""
        outside = Institution.objects.filter(out_of_city=False, designations=None).order_by("code").first()
        if outside is not None:
            self.stay(person, number, by=self.clerk, at=outside, days=(16, 9), emergency=True)

    def transfer(self, person: Resident, number: str) -> None:
        """Out of the city, approved before the admission."""
        away = Institution.objects.filter(out_of_city=True).order_by("code").first()
        if away is None:
            return
        with clock.on_day(self.day(24)):
            referral = services.request_referral(
                resident_number=person.number,
                from_institution=self.home.code,
                to_institution=away.code,
                diagnosis="I25.1",
                reason="需行冠状动脉搭桥术，本院不具备条件",
                issued_on=self.day(24),
                valid_until=self.day(-6),
                by=self.hospital,
            )
        with clock.on_day(self.day(23)):
            services.approve_referral(number=referral.number, by=self.reviewer)
        self.stay(person, number, by=self.clerk, at=away, days=(21, 7), cost=COST * 4)

    def overlap(self, person: Resident, number: str) -> None:
        """Two hospitals say that the person lay there in the same week; the later stay waits."""
        other = Institution.objects.filter(designations__isnull=False, specialties=None).exclude(pk=self.home.pk)
        first = other.order_by("code").first()
        if first is not None:
            self.stay(person, f"{number}A", by=self.clerk, at=first, days=(19, 12))
            self.stay(person, f"{number}B", by=self.hospital, at=self.home, days=(15, 8))

    def unusual(self, person: Resident, number: str) -> None:
        """Far above what the hospital's stays usually cost, where there are enough of them to say so; the hospital is
        told at the settlement.
        """
        count_usual(self.as_of)
        usual = UsualCost.objects.filter(
            institution=self.home, settlements__gte=settings.REVIEW_USUAL_SETTLEMENTS
        ).first()
        if usual is not None and settings.REVIEW_USUAL_TIMES:
            cost = usual.median * (settings.REVIEW_USUAL_TIMES + 2)
            stay = self.stay(person, number, by=self.hospital, at=self.home, days=(18, 3), cost=cost)
            with clock.on_day(self.as_of), suppress(services.HeldForReview):
                services.settle_stay(stay_number=stay.number, by=self.hospital)
        # What is usual the next night counts anew, with what the city has by then.
        UsualCost.objects.all().delete()

    def stay(
        self,
        person: Resident,
        number: str,
        *,
        by: Actor,
        at: Institution,
        days: tuple[int, int],
        cost: Decimal = COST,
        emergency: bool = False,
    ) -> Stay:
        """From so many days before the demo's day until so many, for `cost` yuan."""
        admitted, leaves = self.day(days[0]), self.day(days[1])
        moment = datetime.datetime.combine(admitted, datetime.time(9), tzinfo=clock.SHANGHAI)
        with clock.on_day(leaves):
            stay = services.admit(
                admission=AdmissionData(
                    resident_number=person.number,
                    inpatient_number=number,
                    admitted_at=moment,
                    diagnosis="I25.1",
                    institution=at.code,
                    emergency=emergency,
                    card_presented_at=moment,
                ),
                by=by,
            )
            lines = [LineData(admitted, self.item.code, Decimal(10), cost / 10)]
            services.add_lines(stay_number=stay.number, lines=lines, by=by)
            return services.discharge(stay_number=stay.number, discharged_on=leaves, by=by)
