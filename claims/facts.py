"""What the rules ask of a stay, gathered from the records once: institution, benefit periods, fee lines, cap."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.contributions import selectors as contributions
from enrollment.registration.models import Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.clock import SHANGHAI
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.policy import Policy
from liaoyang_medins.kernel.policy.terms import (
    CatalogueClass,
    Category,
    Cause,
    Disease,
    Grade,
    LineProblem,
    TransferLowering,
)
from liaoyang_medins.kernel.statements import Statement

from . import rules
from .models import (
    Designation,
    FeeLine,
    Institution,
    InstitutionGrade,
    Referral,
    Settlement,
    Specialty,
    Stay,
)


@dataclass(frozen=True, slots=True)
class Days:
    """Spans of days, both ends included: the benefit periods of a resident."""

    spans: tuple[tuple[datetime.date, datetime.date], ...]

    def cover(self, day: datetime.date) -> bool:
        return any(first <= day <= last for first, last in self.spans)


@dataclass(frozen=True, slots=True)
class CapPosition:
    """Where a resident stands in a cap period (B4), in yuan: `used` counts against `cap` already."""

    starts: datetime.date
    ends: datetime.date
    cap: Decimal
    used: Decimal

    @property
    def left(self) -> Decimal:
        return max(ZERO, self.cap - self.used)


@dataclass(frozen=True, slots=True)
class InstitutionOn:
    """What holds of an institution on a day; `grade` is None where none is recorded."""

    grade: Grade | None
    designated: bool
    specialties: frozenset[Disease]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that a settlement of a stay on `settled_on` is made from."""

    facts: rules.StayFacts
    policy: Policy
    settled_on: datetime.date
    cap: CapPosition
    line_count: int


def on_day(day: datetime.date) -> Q:
    """Dated rows that hold on `day`."""
    return Q(starts__lte=day) & (Q(ends=None) | Q(ends__gte=day))


def local(moment: datetime.datetime) -> datetime.datetime:
    """The moment as the clocks here show it, which is what the rules count days by."""
    return timezone.localtime(moment, SHANGHAI)


def benefit_days(resident: Resident) -> Days:
    """The days on which the resident has benefits."""
    return Days(tuple((period.starts, period.ends) for period in contributions.live_benefit_periods(resident)))


def category_on(resident: Resident, day: datetime.date) -> Category:
    """The category that the deductible of a stay admitted on `day` goes by (D1)."""
    return Category(contributions.category_on(resident, day))


@Statement
def _institution_on(institution: int, day: datetime.date) -> "QuerySet[Institution, tuple[Any, ...]]":
    here = on_day(day) & Q(institution=OuterRef("pk"))
    return Institution.objects.filter(pk=institution).values_list(
        Subquery(InstitutionGrade.objects.filter(here).order_by("starts").values("grade")[:1]),
        Exists(Designation.objects.filter(here)),
        ArraySubquery(Specialty.objects.filter(here).order_by().values("disease")),
    )


def institution_on(institution: Institution, day: datetime.date) -> InstitutionOn:
    """Grade, designation and specialist diseases on `day`, which for a stay is the day of admission."""
    grade, designated, specialties = _institution_on(institution.pk, day)[0]
    return InstitutionOn(
        Grade(grade) if grade else None,
        designated and not institution.out_of_city,
        frozenset(Disease(disease) for disease in specialties),
    )


def cap_position(resident: Resident, on: datetime.date, policy: Policy | None = None) -> CapPosition:
    """B4, B5: the cap period of a settlement on `on`, its cap, and what live settlements used of it.

    Of a student's school year only a part may be paid in the scheme's first year; what was paid outside that part
    counts against it only as far as it leaves less than that part of the whole.
    """
    policy = policy or policy_on(on)
    student = contributions.student_on_notice(resident, on.year)
    starts, ends = rules.cap_period(on, student, policy)
    cap = rules.cap(on, student, policy)
    first_year = policy.first_year.year.value
    in_year = datetime.date(first_year, 1, 1), datetime.date(first_year, 12, 31)
    whole, in_first_year = _paid_out.first(resident.pk, starts, ends, *in_year) or (ZERO, ZERO)
    used = whole or ZERO
    whole_cap = policy.cap.amount.value
    if cap < whole_cap:
        used = max(in_first_year or ZERO, used - (whole_cap - cap))
    return CapPosition(starts, ends, cap, used)


@Statement
def _paid_out(
    resident: int,
    starts: datetime.date,
    ends: datetime.date,
    first_starts: datetime.date,
    first_ends: datetime.date,
) -> "QuerySet[Settlement, tuple[Decimal | None, Decimal | None]]":
    """What live settlements dated from `starts` to `ends` paid, and of it from `first_starts` to `first_ends`."""
    live = Settlement.objects.filter(resident=resident, live=True, settled_on__gte=starts, settled_on__lte=ends)
    first = Q(settled_on__gte=first_starts, settled_on__lte=first_ends)
    sums = live.order_by().values("resident").annotate(whole=Sum("fund"), first=Sum("fund", filter=first))
    return sums.values_list("whole", "first")


def line_result(line: FeeLine, *, in_benefit: bool) -> rules.LineResult:
    """A1 for a stored line."""
    return rules.assess_line(line_facts(line, in_benefit=in_benefit))


def line_facts(line: FeeLine, *, in_benefit: bool) -> rules.LineFacts:
    return rules.LineFacts(
        amount=line.amount,
        on=line.on,
        cls=CatalogueClass(line.catalogue_class) if line.catalogue_class else None,
        personal_share=line.personal_share,
        quantity=line.quantity,
        unit_price=line.unit_price,
        price_limit=line.price_limit,
        covered=bool(line.catalogue_class),
        in_benefit=in_benefit,
        denied=line.denied,
    )


def main_problem(reasons: Sequence[LineProblem]) -> str:
    """The one reason that a stored line keeps; the page shows all of them."""
    return reasons[0].value if reasons else ""


def referral_for(resident_id: int, institution: Institution, admitted_on: datetime.date) -> Referral | None:
    """The referral that leads the resident to the institution and is valid on the day of admission; approved ones
    first.
    """
    return _referral.first(resident_id, institution.pk, admitted_on)


@Statement
def _referral(resident: int, institution: int, day: datetime.date) -> QuerySet[Referral]:
    valid = Referral.objects.filter(
        resident=resident, to_institution=institution, issued_on__lte=day, valid_until__gte=day
    )
    return valid.exclude(status=Referral.Status.DENIED).order_by("status", "approved_on", "-issued_on")[:1]


def referral_counts(stay: Stay, *, designated: bool) -> bool:
    """D7: whether the stay's transfer counts: issued by a named institution and approved by the day of admission."""
    referral = stay.referral
    if referral is None or referral.valid_until < stay.admitted_on:
        return False
    return rules.transfer_counts(
        issued_by_named_institution=referral.from_institution.may_refer,
        approved_on=referral.approved_on,
        admitted_on=stay.admitted_on,
        out_of_city=stay.institution.out_of_city,
        designated=designated,
    )


def transferred_out(stay: Stay, until: datetime.date) -> bool:
    """Whether an approved transfer out of this institution ended the stay."""
    return Referral.objects.filter(
        resident_id=stay.resident_id,
        from_institution=stay.institution,
        status=Referral.Status.APPROVED,
        issued_on__gte=stay.admitted_on,
        issued_on__lte=until,
    ).exists()


def gather(stay: Stay, settled_on: datetime.date) -> Gathered:
    """The facts of a stay for a settlement on `settled_on`, its day of discharge.

    `stay` comes with resident, institution, diagnosis and referral. Raises Refused where the institution has no grade
    on the day of admission, BeforeTheLaw for a day before the measures.
    """
    policy = policy_on(settled_on)
    institution = institution_on(stay.institution, stay.admitted_on)
    if institution.grade is None:
        raise Refused(
            _("No grade of %(institution)s is recorded for %(day)s. Ask the administrator to enter it.")
            % {"institution": stay.institution.label, "day": stay.admitted_on},
            code="no_grade",
        )
    benefit = benefit_days(stay.resident)
    total, in_scope, denied, any_in_benefit, count = ZERO, ZERO, ZERO, False, 0
    for day, amount, scope, lines, off in lines_by_day(stay.pk):
        total += amount
        count += lines
        denied += off
        if benefit.cover(day):
            in_scope += scope
            any_in_benefit = True
    cap = cap_position(stay.resident, settled_on, policy)
    asks_sender = policy.ratio.transfer_lowers_at.value is TransferLowering.SENDING
    facts = rules.StayFacts(
        category=Category(stay.category),
        grade=institution.grade,
        total=total,
        in_scope=in_scope,
        cap=cap.cap,
        used=cap.used,
        designated=institution.designated,
        out_of_city=stay.institution.out_of_city,
        emergency=stay.emergency,
        transfer_stated=stay.transfer_stated,
        referral_approved=referral_counts(stay, designated=institution.designated),
        card_ok=rules.card_in_order(
            emergency=stay.emergency,
            admitted_at=local(stay.admitted_at),
            presented_at=local(stay.card_presented_at) if stay.card_presented_at else None,
            form_signed=stay.form_signed,
            policy=policy,
        ),
        abroad=stay.abroad,
        cause=Cause(stay.cause),
        icd10=stay.diagnosis_id,
        specialist_for=institution.specialties,
        any_line_in_benefit=any_in_benefit,
        halve=rules.halves_deductible(stay.admitted_on, policy),
        transferred_out=asks_sender and transferred_out(stay, settled_on),
        outpatient=stay.outpatient,
        denied=denied,
    )
    return Gathered(facts, policy, settled_on, cap, count)


@Statement
def lines_by_day(stay: int) -> "QuerySet[FeeLine, tuple[datetime.date, Decimal, Decimal, int, Decimal]]":
    """Of each day of a stay with this key: amount and in-scope amount of its lines, how many they are, and what was
    denied of them; in yuan.
    """
    lines = FeeLine.objects.filter(stay=stay).order_by().values("on")
    sums = lines.annotate(sum=Sum("amount"), scope=Sum("in_scope"), count=Count("id"), off=Sum("denied"))
    return sums.values_list("on", "sum", "scope", "count", "off")


# --- stays that overlap (A8) -----------------------------------------------------------------------------------------


def span(stay: Stay, today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """First and last day of a stay; one that still runs lasts until today."""
    return stay.admitted_on, stay.discharged_on or max(today, stay.admitted_on)


def overlapping(stay: Stay, others: Iterable[Stay], today: datetime.date) -> list[Stay]:
    """A8: the other stays of the person because of which this one is held: they share more than one day with it, and
    came earlier or are settled already. Outpatient treatment is no stay.
    """
    if stay.outpatient:
        return []
    mine = span(stay, today)
    return [
        other
        for other in others
        if other.pk != stay.pk
        and rules.share_too_many_days(mine, span(other, today))
        and (other.status == Stay.Status.SETTLED or (other.admitted_at, other.pk) < (stay.admitted_at, stay.pk))
    ]


def stays_counted(resident: Resident | int) -> QuerySet[Stay]:
    """All stays in hospital of a person that were not cancelled."""
    return Stay.objects.filter(resident=resident, outpatient=False).exclude(status=Stay.Status.CANCELLED)


@Statement
def stays_of(resident: int) -> QuerySet[Stay]:
    """The same with their institutions, at once."""
    return stays_counted(resident).select_related("institution__office").order_by()
