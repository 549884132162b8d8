"""Small makers of institutions, catalogue, insured residents and stays for the tests of claims."""

import datetime
import itertools
from contextlib import suppress
from decimal import Decimal
from typing import Any

from claims import services
from claims.data import AdmissionData, LineData
from claims.models import (
    CatalogueItem,
    Designation,
    Diagnosis,
    Institution,
    InstitutionGrade,
    Reversal,
    Settlement,
    Specialty,
    Stay,
)
from enrollment.contributions.models import BenefitPeriod, ContributionNotice
from enrollment.registration.models import Enrollment, Resident
from liaoyang_medins.kernel.clock import SHANGHAI
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Cause
from tests import factories

LAW = factories.LAW
_serial = itertools.count(1)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def moment(text: str) -> datetime.datetime:
    """2009-03-01 (at nine in the morning) or 2009-03-01 14:30, as the clocks in Liaoyang show it."""
    text = text if " " in text else f"{text} 09:00"
    return datetime.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def institution(
    code: str = "H3",
    *,
    grade: str = "grade3",
    designated: bool = True,
    out_of_city: bool = False,
    may_refer: bool = True,
    specialty: str = "",
) -> Institution:
    """An institution with a grade since the law's first day; a designated hospital of grade 3 by default."""
    found = Institution.objects.filter(code=code).first()
    if found:
        return found
    office = Office.objects.create(
        kind="institution", code=code, name=f"医院{code}", name_en=f"Hospital {code}", parent=factories.area()
    )
    made = Institution.objects.create(office=office, code=code, out_of_city=out_of_city, may_refer=may_refer)
    InstitutionGrade.objects.create(institution=made, grade=grade, starts=LAW)
    if designated and not out_of_city:
        Designation.objects.create(institution=made, agreement_number=f"A-{code}", starts=LAW)
    if specialty:
        Specialty.objects.create(institution=made, disease=specialty, starts=LAW)
    return made


def hospital(code: str = "H3", **values: Any) -> Actor:
    """A user of an institution."""
    return factories.actor(Role.HOSPITAL, institution(code, **values).office)


def clerk() -> Actor:
    return factories.actor(Role.AGENCY_CLERK)


def reviewer() -> Actor:
    return factories.actor(Role.AGENCY_REVIEWER)


def diagnosis(code: str = "J18.9") -> Diagnosis:
    return Diagnosis.objects.get_or_create(code=code, defaults={"name": "肺炎", "name_en": "Pneumonia"})[0]


def item(
    code: str = "A1",
    cls: str = "A",
    *,
    share: str | None = None,
    limit: str | None = None,
    starts: datetime.date = LAW,
    ends: datetime.date | None = None,
    name: str = "青霉素",
    initials: str = "qms",
) -> CatalogueItem:
    """An item of the catalogue: class A covered whole, B with a personal share of 10 %, C not at all."""
    shares = {"A": "0", "B": share or "0.1", "C": "1"}
    return CatalogueItem.objects.create(
        code=code,
        name=name,
        initials=initials,
        kind="drug",
        catalogue_class=cls,
        personal_share=Decimal(shares[cls]),
        price_limit=Decimal(limit) if limit else None,
        starts=starts,
        ends=ends,
    )


def catalogue() -> None:
    """A1, B1 (10 % own), C1, L1 (class A, price limit 10.00)."""
    item("A1", "A")
    item("B1", "B", name="头孢", initials="tb")
    item("C1", "C", name="人参", initials="rs")
    item("L1", "A", limit="10", name="床位费", initials="cwf")


def insured(*, years: tuple[int, ...] = (2009,), student: bool = False, spans: Any = None, **values: Any) -> Resident:
    """A resident with a paid notice and a benefit period for each of `years` (whole, unless `spans` says
    otherwise).
    """
    if student:
        values.setdefault("birth", datetime.date(1998, 3, 4))
    person = factories.resident(**values)
    number = next_number("enrollment", LAW)
    enrollment = Enrollment.objects.create(number=number, resident=person, starts=LAW)
    for year in years:
        starts, ends = (spans or {}).get(year, (datetime.date(year, 1, 1), datetime.date(year, 12, 31)))
        notice = ContributionNotice.objects.create(
            number=next_number("notice", LAW),
            resident=person,
            enrollment=enrollment,
            kind="first" if year == years[0] else "renewal",
            contribution_year=year,
            category="minor" if student else "elderly",
            tier="ordinary",
            student=student,
            personal=Decimal("40.00") if student else Decimal("200.00"),
            government=Decimal("40.00") if student else Decimal("100.00"),
            city=Decimal("22.00") if student else Decimal("55.00"),
            district_share=Decimal("18.00") if student else Decimal("45.00"),
            district=factories.district(),
            eligible_since=LAW,
            issued_on=LAW,
            pay_from=LAW,
            pay_until=LAW,
            paid_on=LAW,
            status="paid",
            policy_version=1,
            policy_hash="x",
        )
        BenefitPeriod.objects.create(resident=person, notice=notice, starts=starts, ends=ends)
    return person


def admission(person: Resident, on: str = "2009-03-01", **values: Any) -> AdmissionData:
    """An ordinary admission for pneumonia with the card presented."""
    diagnosis(values.setdefault("diagnosis", "J18.9"))
    at = moment(on)
    values.setdefault("inpatient_number", f"Z{next(_serial):06d}")
    values.setdefault("card_presented_at", at)
    values.setdefault("cause", Cause.ILLNESS)
    return AdmissionData(resident_number=person.number, admitted_at=at, **values)


def admitted(person: Resident, by: Actor, on: str = "2009-03-01", **values: Any) -> Stay:
    return services.admit(admission=admission(person, on, **values), by=by)


def line(amount: str = "1000.00", on: str = "2009-03-02", code: str = "A1", **values: Any) -> LineData:
    """A fee line of one piece at `amount` yuan."""
    values = {"quantity": Decimal(1), "unit_price": Decimal(amount), **values}
    return LineData(on=day(on), item_code=code, **values)


def discharged(
    person: Resident,
    by: Actor,
    amounts: tuple[str, ...] = ("8000.00",),
    *,
    on: str = "2009-03-01",
    until: str = "2009-03-10",
    lines_on: str | None = None,
    **values: Any,
) -> Stay:
    """A stay with a class A line for each amount, discharged."""
    if not CatalogueItem.objects.filter(code="A1").exists():
        item()
    stay = admitted(person, by, on, **values)
    lines = [line(amount, lines_on or stay.admitted_on.isoformat()) for amount in amounts]
    services.add_lines(stay_number=stay.number, lines=lines, by=by)
    return services.discharge(stay_number=stay.number, discharged_on=day(until), by=by)


def settled(person: Resident, by: Actor, amounts: tuple[str, ...] = ("8000.00",), **values: Any) -> Settlement:
    """A settled stay; one that the agency looks at is examined and released there."""
    stay = discharged(person, by, amounts, **values)
    try:
        return services.settle_stay(stay_number=stay.number, by=by)
    except services.HeldForReview:
        return through_the_desk(stay)


def reversed_at_the_desk(settlement: Settlement, *, asks: Actor | None = None) -> Reversal:
    """A paid settlement, reversed as the agency does it: somebody asks, a clerk examines, a reviewer releases."""
    with suppress(Refused):
        services.reverse_settlement(number=settlement.number, reason="wrong", by=asks or reviewer())
    services.propose(stay_number=settlement.stay.number, finding="is so", by=clerk())
    made = services.release(stay_number=settlement.stay.number, by=reviewer())
    assert isinstance(made, Reversal)
    return made


def through_the_desk(stay: Stay, *, cause: Cause | None = None) -> Settlement:
    """A clerk examines the stay, a reviewer releases it."""
    services.propose(stay_number=stay.number, finding="as it was stated", cause=cause, by=clerk())
    made = services.release(stay_number=stay.number, by=reviewer())
    assert isinstance(made, Settlement)
    return made
