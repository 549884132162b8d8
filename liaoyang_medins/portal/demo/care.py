"""Years of hospital stays of a large city, settled by the rules (for measurements).

What goes through the services is in hospitals.py; here the same rules are asked by the thousand, so that a city can
have the settlements of years.
"""

import datetime
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from claims.facts import InstitutionOn, institution_on
from claims.models import CatalogueItem, Institution, Stay
from claims.rules import LineFacts, StayFacts, adjudicate, assess_line, cap, cap_period, halves_deductible
from liaoyang_medins.kernel.money import ZERO, fen
from liaoyang_medins.kernel.policy import Policy
from liaoyang_medins.kernel.policy.terms import CatalogueClass, Category, Grade

from .bulk import facts_json
from .history import Life, policy_on
from .people import Town

LINES = 2
LONGEST = 10
# The last weeks before the demo's day belong to what its people do there.
QUIET_DAYS = 20
DIAGNOSES = {"minor": ("J18.0", "J20.9", "A09.9", "J35.0", "J06.9")}
OTHERS = ("J18.9", "I25.1", "I63.9", "E11.9", "K80.2", "K35.8", "J44.1", "I10", "K29.7", "M51.2", "N20.0", "H25.9")


@dataclass(frozen=True, slots=True)
class Cover:
    """Days with benefits of a resident, both included, and the category that the notice behind them has."""

    first: datetime.date
    last: datetime.date
    category: Category


# The settlements of one resident so far: the day and what the fund paid, in yuan.
Paid = list[tuple[datetime.date, Decimal]]


@dataclass(slots=True)
class Case:
    """A stay with its lines and its settlement: what their rows have (see records.py) beside keys and numbers."""

    submission: uuid.UUID
    admitted_on: datetime.date
    settled_on: datetime.date
    stay: tuple[Any, ...]
    lines: list[tuple[Any, ...]]
    settlement: tuple[Any, ...]


class Care:
    """Draws the settled stays of one resident after the other, up to some weeks before `as_of`."""

    def __init__(self, town: Town, as_of: datetime.date) -> None:
        self.town = town
        self.until = as_of - datetime.timedelta(days=QUIET_DAYS)
        self.items = [
            (item, CatalogueClass(item.catalogue_class))
            for item in CatalogueItem.objects.filter(ends=None, kind="drug").order_by("code")
        ]
        found = Institution.objects.filter(designations__isnull=False, specialties=None, out_of_city=False)
        self.places: list[tuple[Institution, InstitutionOn, Grade]] = [
            (row, held, held.grade)
            for row in found.select_related("office").order_by("code").distinct()
            if (held := institution_on(row, as_of)).grade is not None and held.designated
        ]

    def cases(self, life: Life, wanted: int) -> list[Case]:
        """Up to `wanted` stays of a resident, in their order: as many as the days with benefits have room for."""
        if not wanted:
            return []
        student = {notice.year: notice.student for notice in life.notices}
        paid: Paid = []
        return [
            self.case(cover, admitted, leaves, student.get(leaves.year, False), paid)
            for cover, admitted, leaves in self.days(self.covers(life), wanted)
        ]

    def covers(self, life: Life) -> list[Cover]:
        """The days with benefits of a life."""
        found = []
        for notice in life.notices:
            category = notice.contribution.category
            if notice.cover is None or notice.paid_on is None or category is None:
                continue
            # Benefits of the first year reach back before their payment (B5); nobody settled on them until then.
            begins = max(notice.cover[0], notice.paid_on)
            ends = min(notice.cover[1], self.until)
            if (ends - begins).days > LONGEST:
                found.append(Cover(begins, ends, category))
        return found

    def days(self, spans: Sequence[Cover], count: int) -> Iterator[tuple[Cover, datetime.date, datetime.date]]:
        """Up to `count` stays in the order of their days, each inside one cover and none beside another."""
        r = self.town.random
        rooms = [(cover.last - cover.first).days // (LONGEST + 1) for cover in spans]
        for place in sorted(r.sample(range(sum(rooms)), min(count, sum(rooms)))):
            number = 0
            while place >= rooms[number]:
                place -= rooms[number]
                number += 1
            admitted = spans[number].first + datetime.timedelta(days=place * (LONGEST + 1))
            yield spans[number], admitted, admitted + datetime.timedelta(days=r.randrange(2, LONGEST))

    def case(self, cover: Cover, admitted: datetime.date, leaves: datetime.date, is_student: bool, paid: Paid) -> Case:
        """A stay settled by the rules after those of `paid`, to which it is added."""
        r = self.town.random
        law = policy_on(leaves)
        institution, held, grade = r.choice(self.places)
        lines, total, in_scope = [], ZERO, ZERO
        for number in range(1, LINES + 1):
            line, amount, within = self.line(str(number), admitted)
            lines.append(line)
            total += amount
            in_scope += within
        period, limit = caps(leaves, is_student)
        diagnosis = r.choice(DIAGNOSES.get(cover.category, OTHERS))
        facts = StayFacts(
            category=cover.category,
            grade=grade,
            total=total,
            in_scope=in_scope,
            cap=limit,
            used=used(paid, period, limit, law),
            designated=held.designated,
            icd10=diagnosis,
            specialist_for=held.specialties,
            halve=halves_deductible(admitted, law),
        )
        result = adjudicate(facts, law)
        paid.append((leaves, result.fund))
        moment = f"{admitted} 09:00:00+08:00"
        submission = uuid.UUID(int=r.getrandbits(128), version=4)
        stay = (
            institution.pk,
            Stay.Status.SETTLED.value,
            moment,
            admitted,
            leaves,
            moment,
            diagnosis,
            cover.category,
            4,
        )
        settlement = (
            len(paid),
            leaves,
            leaves,
            *period,
            result.cap,
            result.used,
            result.payable,
            [reason.value for reason in result.reasons] or "[]",
            result.total,
            result.in_scope,
            result.ratio,
            result.fund,
            result.resident,
            result.out_of_scope,
            result.deductible,
            result.copayment,
            result.over_cap,
            facts_json(facts),
            law.version,
            law.content_hash,
        )
        return Case(submission, admitted, leaves, stay, lines, settlement)

    def line(self, number: str, on: datetime.date) -> tuple[tuple[Any, ...], Decimal, Decimal]:
        """A fee line as the catalogue and the rules see it (A1), its amount and what of it is in scope, in yuan."""
        r = self.town.random
        item, kind = r.choice(self.items)
        quantity, price = Decimal(r.randrange(1, 12)), Decimal(r.randrange(2_000, 20_000)) / 100
        amount = fen(quantity * price)
        result = assess_line(LineFacts(amount, on, kind, item.personal_share, quantity, price, item.price_limit))
        row = (
            number,
            on,
            item.code,
            item.name,
            quantity,
            price,
            amount,
            item.catalogue_class,
            item.personal_share,
            item.price_limit,
            result.in_scope,
            result.reasons[0].value if result.reasons else "",
        )
        return row, amount, result.in_scope


@cache
def caps(leaves: datetime.date, is_student: bool) -> tuple[tuple[datetime.date, datetime.date], Decimal]:
    """B4: the cap period of a discharge on `leaves`, and its cap in yuan."""
    law = policy_on(leaves)
    return cap_period(leaves, is_student, law), cap(leaves, is_student, law)


def used(paid: Paid, period: tuple[datetime.date, datetime.date], limit: Decimal, law: Policy) -> Decimal:
    """B4, B5: what counts against the cap of the period, in yuan, as `claims.facts.cap_position` asks the records."""
    whole = sum((fund for day, fund in paid if period[0] <= day <= period[1]), ZERO)
    if limit == law.cap.amount.value:
        return whole
    first_year = law.first_year.year.value
    part = sum((fund for day, fund in paid if period[0] <= day <= period[1] and day.year == first_year), ZERO)
    return max(part, whole - (law.cap.amount.value - limit))
