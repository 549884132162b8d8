"""Years of hospital stays of a large city, settled by the rules and written batch by batch (for measurements).

What goes through the services is in hospitals.py; here the same rules are asked by the thousand, so that a city can
have the settlements of years. Residents who have a stay already are left alone.
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from claims.facts import InstitutionOn, institution_on
from claims.models import CatalogueItem, FeeLine, Institution, Settlement, Stay
from claims.rules import LineFacts, StayFacts, adjudicate, assess_line, cap, cap_period, halves_deductible
from enrollment.contributions.models import BenefitPeriod
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.facts import to_json
from liaoyang_medins.kernel.money import ZERO, fen
from liaoyang_medins.kernel.policy import Policy
from liaoyang_medins.kernel.policy.terms import CatalogueClass, Category, Grade

from .bulk import Table, loaded_numbers
from .history import policy_on
from .people import Town

BATCH = 2000
LINES = 2
LONGEST = 10
# The last weeks before the demo's day belong to what its people do there.
QUIET_DAYS = 20
DIAGNOSES = {"minor": ("J18.0", "J20.9", "A09.9", "J35.0", "J06.9")}
OTHERS = ("J18.9", "I25.1", "I63.9", "E11.9", "K80.2", "K35.8", "J44.1", "I10", "K29.7", "M51.2", "N20.0", "H25.9")


@dataclass(frozen=True, slots=True)
class Cover:
    """Days with benefits of a resident, both included, with what the notice behind them says."""

    first: datetime.date
    last: datetime.date
    year: int
    category: str
    student: bool


# The settlements of one resident so far: the day and what the fund paid, in yuan.
Paid = list[tuple[datetime.date, Decimal]]


@dataclass(slots=True)
class Case:
    """A stay with its lines and its settlement, each as the fields of its row."""

    stay: dict[str, Any]
    lines: list[dict[str, Any]]
    settlement: dict[str, Any]


class Care:
    """Draws and writes settled stays up to some weeks before `as_of`."""

    def __init__(self, town: Town, as_of: datetime.date) -> None:
        self.town = town
        self.until = as_of - datetime.timedelta(days=QUIET_DAYS)
        self.items = list(CatalogueItem.objects.filter(ends=None, kind="drug").order_by("code"))
        found = Institution.objects.filter(designations__isnull=False, specialties=None, out_of_city=False)
        self.places: list[tuple[Institution, InstitutionOn, Grade]] = [
            (row, held, held.grade)
            for row in found.select_related("office").order_by("code").distinct()
            if (held := institution_on(row, as_of)).grade is not None and held.designated
        ]

    def work(self, settlements: int, progress: Callable[[int], None]) -> None:
        """About `settlements` settled stays, spread over all residents; `progress` hears how many there are."""
        first = Resident.objects.order_by("pk").values_list("pk", flat=True).first()
        last = Resident.objects.order_by("-pk").values_list("pk", flat=True).first()
        if not settlements or first is None or last is None:
            return
        made = 0
        ends = [*range(first, last + 1, BATCH), last + 1]
        for start, end in pairwise(ends):
            # What is still to come, evenly over the residents who are still to come.
            wanted = (settlements - made) * (end - start) // (last + 1 - start)
            made += self.write(self.cases(self.covers(start, end), wanted))
            progress(made)

    def covers(self, start: int, end: int) -> dict[int, list[Cover]]:
        """The days with benefits, by resident, of those from key `start` to below `end` who have no stay yet."""
        rows = BenefitPeriod.objects.filter(resident__gte=start, resident__lt=end, withdrawn_on=None)
        rows = rows.filter(starts__lte=self.until, resident__stays=None).order_by("resident", "starts")
        found: dict[int, list[Cover]] = defaultdict(list)
        for key, begins, paid, ends, over, year, category, student in rows.values_list(
            "resident_id",
            "starts",
            "notice__paid_on",
            "ends",
            "notice__enrollment__ends",
            "notice__contribution_year",
            "notice__category",
            "notice__student",
        ):
            # Benefits of the first year reach back before their payment (B5); nobody settled on them until then.
            begins = max(begins, paid or begins)
            ends = min(day for day in (ends, over, self.until) if day is not None)
            if (ends - begins).days > LONGEST:
                found[key].append(Cover(begins, ends, year, category, student))
        return found

    def cases(self, covers: dict[int, list[Cover]], wanted: int) -> Iterator[Case]:
        for place, (resident, spans) in enumerate(covers.items()):
            share = wanted * (place + 1) // len(covers) - wanted * place // len(covers)
            paid: Paid = []
            for cover, admitted, leaves in self.days(spans, share):
                yield self.case(resident, cover, admitted, leaves, student_years(spans), paid)

    def days(self, spans: Sequence[Cover], count: int) -> Iterator[tuple[Cover, datetime.date, datetime.date]]:
        """Up to `count` stays in the order of their days, each inside one cover and none beside another."""
        r = self.town.random
        slots = [
            (cover, cover.first + datetime.timedelta(days=offset))
            for cover in spans
            for offset in range(0, (cover.last - cover.first).days - LONGEST, LONGEST + 1)
        ]
        for place in sorted(r.sample(range(len(slots)), min(count, len(slots)))):
            cover, admitted = slots[place]
            yield cover, admitted, admitted + datetime.timedelta(days=r.randrange(2, LONGEST))

    def case(
        self,
        resident: int,
        cover: Cover,
        admitted: datetime.date,
        leaves: datetime.date,
        student: dict[int, bool],
        paid: Paid,
    ) -> Case:
        """A stay settled by the rules after those of `paid`, to which it is added."""
        r = self.town.random
        law = policy_on(leaves)
        institution, held, grade = r.choice(self.places)
        lines = [self.line(str(number), admitted) for number in range(1, LINES + 1)]
        is_student = student.get(leaves.year, False)
        period = cap_period(leaves, is_student, law)
        limit = cap(leaves, is_student, law)
        diagnosis = r.choice(DIAGNOSES.get(cover.category, OTHERS))
        facts = StayFacts(
            category=Category(cover.category),
            grade=grade,
            total=sum((line["amount"] for line in lines), ZERO),
            in_scope=sum((line["in_scope"] for line in lines), ZERO),
            cap=limit,
            used=used(paid, period, limit, law),
            designated=held.designated,
            icd10=diagnosis,
            specialist_for=held.specialties,
            halve=halves_deductible(admitted, law),
        )
        result = adjudicate(facts, law)
        paid.append((leaves, result.fund))
        moment = datetime.datetime.combine(admitted, datetime.time(9), tzinfo=clock.SHANGHAI)
        stay = {
            "submission": uuid.UUID(int=r.getrandbits(128), version=4),
            "resident_id": resident,
            "institution_id": institution.pk,
            "status": Stay.Status.SETTLED.value,
            "admitted_at": moment.isoformat(),
            "admitted_on": admitted,
            "discharged_on": leaves,
            "card_presented_at": moment.isoformat(),
            "diagnosis_id": diagnosis,
            "category": cover.category,
            "version": 4,
        }
        settlement = {
            "resident_id": resident,
            "sequence": len(paid),
            "settled_on": leaves,
            "decided_on": leaves,
            "cap_from": period[0],
            "cap_until": period[1],
            "cap": result.cap,
            "cap_used": result.used,
            "payable": result.payable,
            "reasons": [reason.value for reason in result.reasons],
            "total": result.total,
            "in_scope": result.in_scope,
            "ratio": result.ratio,
            "fund": result.fund,
            "resident_pays": result.resident,
            "out_of_scope": result.out_of_scope,
            "deductible": result.deductible,
            "copayment": result.copayment,
            "over_cap": result.over_cap,
            "facts": to_json(facts),
            "policy_version": law.version,
            "policy_hash": law.content_hash,
        }
        return Case(stay, lines, settlement)

    def line(self, number: str, on: datetime.date) -> dict[str, Any]:
        """A fee line as the catalogue and the rules see it (A1)."""
        r = self.town.random
        item = r.choice(self.items)
        quantity, price = Decimal(r.randrange(1, 12)), Decimal(r.randrange(2_000, 20_000)) / 100
        amount = fen(quantity * price)
        kind = CatalogueClass(item.catalogue_class)
        result = assess_line(LineFacts(amount, on, kind, item.personal_share, quantity, price, item.price_limit))
        return {
            "line_number": number,
            "on": on,
            "item_code": item.code,
            "item_name": item.name,
            "quantity": quantity,
            "unit_price": price,
            "amount": amount,
            "catalogue_class": item.catalogue_class,
            "personal_share": item.personal_share,
            "price_limit": item.price_limit,
            "in_scope": result.in_scope,
            "problem": result.reasons[0].value if result.reasons else "",
        }

    def write(self, cases: Iterator[Case]) -> int:
        """Write the cases with one statement for each table; returns how many they were."""
        done = list(cases)
        days = [case.settlement["settled_on"] for case in done]
        stays, lines, settlements = Table(Stay), Table(FeeLine), Table(Settlement)
        keys = stays.keys(len(done))
        stays.write(
            {"id": key, "number": number, "inpatient_number": f"Z{number[1:]}", **case.stay}
            for key, number, case in zip(
                keys, loaded_numbers(Stay, [case.stay["admitted_on"] for case in done]), done, strict=True
            )
        )
        found = [(key, line) for key, case in zip(keys, done, strict=True) for line in case.lines]
        lines.write(
            {"id": key, "stay_id": stay, **line}
            for key, (stay, line) in zip(lines.keys(len(found)), found, strict=True)
        )
        settlements.write(
            {"id": key, "number": number, "stay_id": stay, **case.settlement}
            for key, number, stay, case in zip(
                settlements.keys(len(done)), loaded_numbers(Settlement, days), keys, done, strict=True
            )
        )
        return len(done)


def student_years(spans: Sequence[Cover]) -> dict[int, bool]:
    """B4: by contribution year whether the resident's notice says student."""
    return {cover.year: cover.student for cover in spans}


def used(paid: Paid, period: tuple[datetime.date, datetime.date], limit: Decimal, law: Policy) -> Decimal:
    """B4, B5: what counts against the cap of the period, in yuan, as `claims.facts.cap_position` asks the records."""
    whole = sum((fund for day, fund in paid if period[0] <= day <= period[1]), ZERO)
    if limit == law.cap.amount.value:
        return whole
    first_year = law.first_year.year.value
    part = sum((fund for day, fund in paid if period[0] <= day <= period[1] and day.year == first_year), ZERO)
    return max(part, whole - (law.cap.amount.value - limit))
