"""Reading institutions, stays and settlements, always within the scope of who asks."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, DecimalField, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from enrollment.contributions import selectors as contributions
from enrollment.contributions.selectors import CoveredDays
from enrollment.registration import idnumber
from enrollment.registration import selectors as registration
from enrollment.registration.models import Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Category, NotPayable, ReviewReason
from liaoyang_medins.kernel.statements import Statement

from .facts import (
    CapPosition,
    InstitutionOn,
    benefit_days,
    cap_position,
    category_on,
    institution_on,
    on_day,
    referral_for,
)
from .models import (
    CatalogueItem,
    Designation,
    Diagnosis,
    FeeLine,
    Institution,
    InstitutionGrade,
    Referral,
    Review,
    Settlement,
    SettlementToCorrect,
    Stay,
)

# A name that more people have is looked for among the stays, not the other way round.
COMMON = 1000
EVERYWHERE = frozenset({Role.AGENCY_CLERK, Role.AGENCY_REVIEWER, Role.SUPERVISOR})


# --- scope -----------------------------------------------------------------------------------------------------------


def sees_everything(actor: Actor) -> bool:
    return actor.kind is ActorKind.JOB or actor.role in EVERYWHERE


def stays_visible_to(actor: Actor) -> QuerySet[Stay]:
    """The stays that the actor may see: a hospital its own but those that residents paid, agency and supervisor all,
    others none.
    """
    stays = Stay.objects.select_related("resident", "institution__office", "diagnosis")
    if sees_everything(actor):
        return stays
    if actor.role is Role.HOSPITAL:
        return stays.filter(institution=Subquery(_own(actor)), self_paid=False)
    return stays.none()


def _own(actor: Actor) -> QuerySet[Institution, int]:
    """The key of the actor's institution: asked for by itself, it lets an index give the stays in their order."""
    return Institution.objects.filter(office=actor.office).order_by().values_list("pk", flat=True)[:1]


def settlements_visible_to(actor: Actor) -> QuerySet[Settlement]:
    """The settlements of the stays that the actor may see."""
    settlements = Settlement.objects.select_related("resident", "stay__institution__office", "stay__diagnosis")
    if sees_everything(actor):
        return settlements
    if actor.role is Role.HOSPITAL:
        return settlements.filter(stay__institution__office=actor.office, stay__self_paid=False)
    return settlements.none()


def settlements_to_correct(actor: Actor) -> QuerySet[SettlementToCorrect]:
    """The settlements that what became known later contradicts, those known longest first: for the agency and the
    supervisor, for others none.
    """
    rows = SettlementToCorrect.objects.select_related("settlement__resident", "settlement__stay__institution__office")
    return rows.order_by("found_on", "pk") if actor.may("corrections.see") else rows.none()


def reviews_visible_to(actor: Actor) -> QuerySet[Review]:
    """The reviews of stays, open and closed: for the agency and the supervisor, for others none."""
    rows = Review.objects.select_related(
        "stay__resident",
        "stay__institution__office",
        "stay__diagnosis",
        "stay__referral",
        "settlement",
        "opened_by",
        "examined_by",
        "closed_by",
    )
    return rows if actor.may("reviews.see") else rows.none()


def reviews_waiting_for(actor: Actor) -> QuerySet[Review]:
    """The open reviews at the actor's step of the desk, those that wait longest first: a clerk examines, a reviewer
    releases what they did not examine.
    """
    rows = reviews_visible_to(actor).order_by("opened_on", "pk")
    if actor.may("reviews.examine"):
        return rows.filter(status=Review.Status.WAITING)
    if actor.may("reviews.release"):
        return rows.filter(status=Review.Status.PROPOSED).exclude(examined_by=actor.user_id)
    return rows.none()


def reviews_by_reason(reviews: QuerySet[Review]) -> dict[str, int]:
    """How many of these reviews have each reason, by its code."""
    counted = {reason.value: Count("pk", filter=Q(reasons__contains=[reason.value])) for reason in ReviewReason}
    return reviews.order_by().aggregate(**counted)


def referrals_visible_to(actor: Actor) -> QuerySet[Referral]:
    """The referrals that the actor may see: a hospital those from and to it, agency and supervisor all, others
    none.
    """
    referrals = Referral.objects.select_related(
        "resident", "from_institution__office", "to_institution__office", "diagnosis"
    )
    if sees_everything(actor):
        return referrals
    if actor.role is Role.HOSPITAL:
        mine = Q(from_institution__office=actor.office) | Q(to_institution__office=actor.office)
        return referrals.filter(mine)
    return referrals.none()


def institution_of(actor: Actor) -> Institution | None:
    """The institution that a hospital's user works at; None for everybody else."""
    if actor.role is not Role.HOSPITAL:
        return None
    return institution_at.first(actor.office.pk) if actor.office else None


@Statement
def institution_at(office: int) -> QuerySet[Institution]:
    """The institution with the key of its office."""
    return Institution.objects.select_related("office").filter(office=office).order_by()


def stays_of_resident(resident: Resident, actor: Actor) -> QuerySet[Stay]:
    """A resident's stays that the actor may see, newest first, with what the live settlement paid: for the resident's
    page.
    """
    return with_sums(stays_visible_to(actor).filter(resident=resident))


# --- stays -----------------------------------------------------------------------------------------------------------


def with_sums(stays: QuerySet[Stay]) -> QuerySet[Stay]:
    """Stays with `total` (sum of the fee lines), `fund` and `settlement_number` of the live settlement."""
    amount: DecimalField[object, object] = DecimalField(max_digits=14, decimal_places=2)
    live = Settlement.objects.filter(stay=OuterRef("pk"), live=True)
    lines = FeeLine.objects.order_by().filter(stay=OuterRef("pk")).values("stay").annotate(sum=Sum("amount"))
    return stays.annotate(
        total=Coalesce(Subquery(lines.values("sum")), ZERO, output_field=amount),
        fund=Subquery(live.values("fund"), output_field=amount),
        settlement_number=Subquery(live.values("number")),
    )


def sums_of(stays: QuerySet[Stay]) -> dict[str, Decimal]:
    """What the fee lines of all these stays come to (`total`), and what the fund pays for them (`fund`), in yuan."""
    chosen = stays.order_by().values("pk")
    total = FeeLine.objects.filter(stay__in=chosen).aggregate(sum=Coalesce(Sum("amount"), ZERO))
    fund = Settlement.objects.filter(stay__in=chosen, live=True).aggregate(sum=Coalesce(Sum("fund"), ZERO))
    return {"total": total["sum"], "fund": fund["sum"]}


def find_stays(stays: QuerySet[Stay], text: str) -> QuerySet[Stay]:
    """The stays with this number or inpatient number, or of the person with this name or personal number."""
    text = text.strip()
    if not text:
        return stays
    # What has a digit is a number. Both at once would have the tables read whole.
    if not any(char.isdecimal() for char in text):
        named = registration.with_name(Resident.objects.filter(name__startswith=text), text)
        keys = list(named.order_by().values_list("pk", flat=True)[: COMMON + 1])
        # By the people where they are few, else by the stays, of which the first are soon found.
        return (
            stays.filter(resident__in=keys) if len(keys) <= COMMON else stays.filter(resident__name__startswith=text)
        )
    # That of a merged record leads to the one that counts.
    led_to = registration.number_led_to(text.upper()) or text.upper()
    person = Resident.objects.filter(number=led_to).values("pk")[:1]
    own = Q(number=text.upper()) | Q(inpatient_number__in={text, text.upper()})
    return stays.filter(own | Q(resident=Subquery(person)))


def cap_used(resident: Resident, period: tuple[datetime.date, datetime.date]) -> object:
    """Yuan that live settlements dated in `period` (both days included) paid for the resident (B4)."""
    paid = Settlement.objects.filter(
        resident=resident, live=True, settled_on__gte=period[0], settled_on__lte=period[1]
    )
    return paid.aggregate(sum=Coalesce(Sum("fund"), ZERO))["sum"]


def cap_left(resident: Resident, on: datetime.date) -> CapPosition:
    """The cap period of `on`, its cap, and what is used and left of it (B4), in yuan."""
    return cap_position(resident, on)


# --- a person at the counter of an institution -----------------------------------------------------------------------


def find_resident(text: str, *, today: datetime.date) -> Resident:
    """The one person with this personal number or ID number.

    Raises Invalid (field resident) where there is none, or the ID number is mistyped.
    """
    text = text.strip()
    if idnumber.looks_like(text):
        try:
            number = idnumber.parse(text, today=today).number
        except Invalid as error:
            raise Invalid(error.message, code=error.code, field="resident") from error
        found = Resident.objects.filter(id_number=number).first()
    else:
        found = Resident.objects.filter(number=text.upper()).first()
    if found is None:
        raise Invalid(
            _("Nobody with this number is in the records. Check the card or the ID number."),
            code="person_unknown",
            field="resident",
        )
    return registration.survivor_of(found)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Whether a person may be treated on a day at an institution at the fund's cost, with every reason why not (2001).

    `period` covers the day; `next_period` is the first that begins later. A person may be entitled although nothing is
    left of the cap.
    """

    resident: Resident
    on: datetime.date
    entitled: bool
    reasons: tuple[NotPayable, ...]
    category: Category
    cap: CapPosition
    period: CoveredDays | None
    next_period: CoveredDays | None
    institution: Institution | None
    institution_on: InstitutionOn | None
    referral: Referral | None


def entitlement(
    resident: Resident, on: datetime.date, institution: Institution | None, *, emergency: bool = False
) -> Entitlement:
    """Whether `resident` may be treated on `on` at `institution` (anywhere, where None). Raises BeforeTheLaw."""
    policy = policy_on(on)
    periods = contributions.live_benefit_periods(resident)
    covering = next((period for period in periods if period.covers(on)), None)
    reasons: list[NotPayable] = [] if covering else [NotPayable.NO_BENEFIT]
    holds, referral = None, None
    if institution is not None:
        holds = institution_on(institution, on)
        referral = referral_for(resident.pk, institution, on)
        approved = referral is not None and referral.approved_on is not None and referral.approved_on <= on
        if not (holds.designated or emergency or (institution.out_of_city and approved)):
            reasons.append(NotPayable.NOT_DESIGNATED)
    return Entitlement(
        resident=resident,
        on=on,
        entitled=not reasons,
        reasons=tuple(reasons),
        category=category_on(resident, on),
        cap=cap_position(resident, on, policy),
        period=covering,
        next_period=next((period for period in periods if period.starts > on), None),
        institution=institution,
        institution_on=holds,
        referral=referral,
    )


# --- institutions and catalogue --------------------------------------------------------------------------------------


def institutions_listed(on: datetime.date) -> QuerySet[Institution]:
    """All institutions, of whose grades and designations those that hold on `on` are fetched."""
    return Institution.objects.select_related("office").prefetch_related(
        Prefetch("grades", InstitutionGrade.objects.filter(on_day(on))),
        Prefetch("designations", Designation.objects.filter(on_day(on))),
        "specialties",
    )


def find_institutions(institutions: QuerySet[Institution], text: str) -> QuerySet[Institution]:
    text = text.strip()
    if not text:
        return institutions
    return institutions.filter(
        Q(code__icontains=text) | Q(office__name__icontains=text) | Q(office__name_en__icontains=text)
    )


def find_items(text: str, on: datetime.date | None = None) -> QuerySet[CatalogueItem]:
    """Catalogue items by code, a part of the name in either language, or of its pinyin initials."""
    items = CatalogueItem.objects.filter(on_day(on)) if on else CatalogueItem.objects.all()
    text = text.strip()
    if not text:
        return items
    return items.filter(
        Q(code__istartswith=text)
        | Q(name__icontains=text)
        | Q(name_en__icontains=text)
        | Q(initials__contains=text.lower())
    )


def find_diagnoses(text: str) -> QuerySet[Diagnosis]:
    """Diagnoses by the start of the code or a part of the name in either language."""
    text = text.strip()
    return Diagnosis.objects.filter(Q(code__istartswith=text) | Q(name__icontains=text) | Q(name_en__icontains=text))


__all__ = [
    "Entitlement",
    "benefit_days",
    "cap_left",
    "cap_used",
    "entitlement",
    "find_diagnoses",
    "find_institutions",
    "find_items",
    "find_resident",
    "find_stays",
    "institution_of",
    "institutions_listed",
    "referrals_visible_to",
    "reviews_by_reason",
    "reviews_visible_to",
    "reviews_waiting_for",
    "settlements_to_correct",
    "settlements_visible_to",
    "stays_of_resident",
    "stays_visible_to",
    "sums_of",
    "with_sums",
]
