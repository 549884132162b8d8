"""Hospital stays of the demo city, through the services: admitted, discharged, settled, one reversed; referrals."""

import datetime
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal

from claims import services
from claims.data import AdmissionData, LineData
from claims.models import CatalogueItem, Institution, Stay
from enrollment.contributions.models import BenefitPeriod
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.money import fen
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Cause

from .people import Town

DIAGNOSES = ("J18.9", "I25.1", "I63.9", "E11.9", "K80.2", "K35.8", "J44.1", "I10", "K29.7", "M51.2", "N20.0", "H25.9")
CHILDREN = ("J18.0", "J20.9", "A09.9", "J35.0", "J06.9")
# By unit of the item: price in yuan from and to, and the most that a stay has of it.
PRICES = {
    "片": (1, 6, 40),
    "粒": (1, 8, 40),
    "支": (3, 85, 12),
    "瓶": (4, 60, 12),
    "袋": (2, 6, 12),
    "次": (12, 160, 3),
    "项": (6, 60, 2),
    "套": (20, 120, 2),
    "日": (6, 30, 5),
}
OTHER_PRICE = (10, 90, 2)
OPERATION = (900, 4200, 1)
# What becomes of the first stays; all others are settled by their institution.
STAGES = ("settled", "admitted", "discharged", "discharged", "admitted", "waiting", "waiting", "proposed", "released")
# They need somebody at the agency: an injury whose cause nobody stated, what a clerk found, and what was denied.
REVIEWED = ("waiting", "proposed", "released")
INJURIES = ("S52.5", "S72.0", "S82.6")
# Days before the demo's day on which a transfer was asked for, and what the agency said.
REFERRALS = ((41, "approved"), (33, "denied"), (19, "approved"), (12, "denied"), (6, "approved"), (2, ""), (0, ""))


class Hospitals:
    """Lets the demo's hospitals work up to the demo's day."""

    def __init__(self, town: Town, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.town = town
        self.as_of = as_of
        self.actors = actors
        self.items = list(CatalogueItem.objects.order_by("code"))
        # What nobody is treated with in hospital (class C treatments) stays away.
        self.usual = [i for i in self.items if not (i.kind == "treatment" and i.catalogue_class == "C")]
        designated = Institution.objects.filter(designations__isnull=False, specialties=None)
        self.institutions = list(designated.select_related("office").order_by("code").distinct())
        # The hospital that the demo's account works at gets the stays that are still open.
        self.home = next(i for i in self.institutions if i.office == actors["hospital"].office)
        self.station = next(i for i in self.institutions if i.office == actors["station"].office)

    def work(self, *, stays: int, residents: Sequence[int]) -> None:
        """`stays` settled ones of `residents` (keys), who have none yet, then a few that are open on the demo's day at
        the demo's own hospitals."""
        chosen = self.periods(stays + len(STAGES) + 5, residents)
        # The first of them are still open on the demo's day, so their benefits have to run then.
        chosen.sort(key=lambda period: period.ends < self.as_of)
        seen: set[int] = set()
        done: list[Stay] = []
        for number, period in enumerate(chosen):
            if period.resident_id in seen:
                continue
            seen.add(period.resident_id)
            done.append(self.stay(period, number, STAGES[number] if number < len(STAGES) else "settled"))
        self.reverse_one(done)
        self.refer(done)

    def periods(self, count: int, residents: Sequence[int]) -> list[BenefitPeriod]:
        """Up to `count` benefit periods of `residents` that began, and were paid for, a month ago or earlier, drawn
        from all of them.
        """
        then = self.as_of - datetime.timedelta(days=30)
        begun = BenefitPeriod.objects.filter(
            resident__in=residents, starts__lt=then, notice__paid_on__lt=then, withdrawn_on=None
        )
        keys = list(begun.order_by("resident__number", "starts").values_list("pk", flat=True))
        chosen = self.town.random.sample(keys, min(count, len(keys)))
        found = begun.select_related("resident", "notice").in_bulk(chosen)
        return [found[key] for key in chosen]

    def stay(self, period: BenefitPeriod, number: int, stage: str) -> Stay:
        r = self.town.random
        days = r.randrange(3, 15)
        last = min(period.ends, self.as_of) - datetime.timedelta(days=days + 1)
        if stage == "settled":
            # Benefits of the first year reach back before their payment (B5); nobody settled on them until then.
            first = max(period.starts, period.notice.paid_on or period.starts)
            admitted = first + datetime.timedelta(days=r.randrange(max(1, (last - first).days)))
        else:
            admitted, days = self.as_of - datetime.timedelta(days=r.randrange(4, 9)), 3
        # However small the city, the demo's accounts at both have something to look at.
        institution = self.home if number < 6 else self.station if number < 8 else r.choice(self.institutions)
        by = self.staff(institution)
        with clock.on_day(admitted):
            stay = services.admit(
                admission=AdmissionData(
                    resident_number=period.resident.number,
                    inpatient_number=f"{admitted:%y%m}{number:05d}",
                    admitted_at=self.moment(admitted, 9),
                    diagnosis=r.choice(
                        INJURIES if stage in REVIEWED else CHILDREN if period.notice.category == "minor" else DIAGNOSES
                    ),
                    card_presented_at=self.moment(admitted, 9),
                ),
                by=by,
            )
        leaves = admitted + datetime.timedelta(days=days)
        with clock.on_day(leaves):
            services.add_lines(stay_number=stay.number, lines=self.lines(admitted, days), by=by)
            if stage == "admitted":
                return stay
            services.discharge(stay_number=stay.number, discharged_on=leaves, by=by)
            if stage == "settled":
                services.settle_stay(stay_number=stay.number, by=by)
        if stage in REVIEWED:
            self.review(stay, stage, by)
        return stay

    def review(self, stay: Stay, stage: str, by: Actor) -> None:
        """The institution wants to settle and is told that the agency looks first: a clerk denies a line of one and
        says what was found, the reviewer releases.
        """
        clerk, reviewer = self.actors["clerk"], self.actors["reviewer"]
        with clock.on_day(self.as_of), suppress(services.HeldForReview):
            services.settle_stay(stay_number=stay.number, by=by)
        if stage == "waiting":
            return
        line = stay.lines.order_by("-in_scope", "pk")[0]
        with clock.on_day(self.as_of):
            services.cut_line(
                stay_number=stay.number,
                line_number=line.line_number,
                amount=fen(line.amount / 2),
                reason="超出治疗所需用量",
                by=clerk,
            )
            services.propose(
                stay_number=stay.number, finding="自行摔倒致伤，无第三方责任", cause=Cause.ACCIDENT, by=clerk
            )
            if stage == "released":
                services.release(stay_number=stay.number, by=reviewer)

    def lines(self, admitted: datetime.date, days: int) -> list[LineData]:
        """Bed and nursing for every day, and drugs, tests and treatment as they come."""
        r = self.town.random
        bed = next(item for item in self.items if item.kind == "service")
        nursing = next(item for item in self.items if item.name.startswith("Ⅱ级护理"))
        lines = [
            LineData(admitted, bed.code, Decimal(days), Decimal("16.00")),
            LineData(admitted, nursing.code, Decimal(days), Decimal("8.00")),
        ]
        for item in r.sample(self.usual, r.randrange(6, 18)):
            low, high, most = OPERATION if "术" in item.name else PRICES.get(item.unit, OTHER_PRICE)
            price = Decimal(r.randrange(low * 100, high * 100)) / 100
            on = admitted + datetime.timedelta(days=r.randrange(days))
            lines.append(LineData(on, item.code, Decimal(r.randrange(1, most + 1)), price))
        return lines

    def reverse_one(self, stays: list[Stay]) -> None:
        """One settlement was wrong: reversed by the agency, the stay waits for a new one."""
        for stay in reversed(stays):
            settlement = stay.settlements.filter(live=True).first()
            if settlement is not None and stay.institution == self.home:
                with clock.on_day(self.as_of):
                    services.reverse_settlement(
                        number=settlement.number, reason="费用明细录入有误，重新结算", by=self.actors["reviewer"]
                    )
                return

    def refer(self, stays: Sequence[Stay]) -> None:
        """Transfers out of the demo's hospital: approved, denied, and some that wait for the agency (D7)."""
        clerk, reviewer = self.actors["hospital"], self.actors["reviewer"]
        away = list(Institution.objects.filter(out_of_city=True).order_by("code"))
        for (days, decision), stay in zip(REFERRALS, reversed(stays), strict=False):
            issued_on = self.as_of - datetime.timedelta(days=days)
            with clock.on_day(issued_on):
                referral = services.request_referral(
                    resident_number=stay.resident.number,
                    from_institution=self.home.code,
                    to_institution=self.town.random.choice(away).code,
                    diagnosis=stay.diagnosis_id,
                    reason="本院不具备相应诊疗条件，需转上级医院",
                    issued_on=issued_on,
                    valid_until=issued_on + datetime.timedelta(days=30),
                    by=clerk,
                )
            with clock.on_day(min(issued_on + datetime.timedelta(days=1), self.as_of)):
                if decision == "approved":
                    services.approve_referral(number=referral.number, by=reviewer)
                elif decision == "denied":
                    services.deny_referral(number=referral.number, reason="本市定点医院可以诊治", by=reviewer)

    def staff(self, institution: Institution) -> Actor:
        """The demo's account at the institution, or somebody without an account where the demo has none."""
        for actor in self.actors.values():
            if actor.office == institution.office:
                return actor
        return Actor(ActorKind.USER, institution.office.name, role=Role.HOSPITAL, office=institution.office)

    def moment(self, day: datetime.date, hour: int) -> datetime.datetime:
        return datetime.datetime.combine(day, datetime.time(hour), tzinfo=clock.SHANGHAI)
