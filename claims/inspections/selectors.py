"""Reading reports and inspections, always within the scope of who asks; what institutions still have to repay."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from claims.misuse import selectors as misuse
from claims.models import Institution, Settlement
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor

from .models import Deduction, Inspection, RepaymentItem, Report

YUAN: "DecimalField[object, object]" = DecimalField(max_digits=14, decimal_places=2)
STANDING = (Inspection.Status.OPEN, Inspection.Status.DECIDED)
WRITING = ("inspections.open", "inspections.change", "inspections.add_finding", "inspections.remove_finding")


# --- reports ---------------------------------------------------------------------------------------------------------


def reports_visible_to(actor: Actor) -> QuerySet[Report]:
    """All reports for the agency and the supervisor, none for others. Who reported, `reporter_of` says."""
    reports = Report.objects.select_related("institution__office", "resident", "card", "handler", "made_by")
    reports = reports.defer("reporter_name", "reporter_contact")
    return reports if actor.may("reports.see") else reports.none()


def reports_to_handle(actor: Actor) -> QuerySet[Report]:
    """Reports that nobody handles yet, and those in the actor's hand; the earliest term first."""
    mine = Q(status=Report.Status.RECEIVED) | Q(status=Report.Status.IN_HAND, handler=actor.user_id)
    waiting = reports_visible_to(actor).filter(mine) if actor.may("reports.handle") else Report.objects.none()
    return waiting.order_by("due_on", "number")


def overdue(reports: QuerySet[Report], today: datetime.date) -> QuerySet[Report]:
    """Those that should have been closed."""
    return reports.exclude(status=Report.Status.CLOSED).filter(due_on__lt=today)


def reporter_of(report: Report, actor: Actor) -> tuple[str, str] | None:
    """Name of who reported and how to reach them, for who handles the report; None for everybody else."""
    if actor.user_id is None or report.handler_id != actor.user_id or not actor.may("reports.handle"):
        return None
    return report.reporter_name, report.reporter_contact


# --- inspections -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Repayment:
    """What is to be repaid for an inspection, what was deducted, and what is outstanding, in yuan."""

    claimed: Decimal
    deducted: Decimal

    @property
    def outstanding(self) -> Decimal:
        return max(self.claimed - self.deducted, ZERO)


def inspections_visible_to(actor: Actor) -> QuerySet[Inspection]:
    """All inspections for the agency and the supervisor, none for others."""
    rows = Inspection.objects.select_related("institution__office", "report", "made_by", "decided_by")
    return rows if actor.may("inspections.see") else rows.none()


def inspections_to_decide(actor: Actor) -> QuerySet[Inspection]:
    """Open inspections of others, the longest open first."""
    rows = inspections_visible_to(actor).filter(status=Inspection.Status.OPEN)
    if not actor.may("inspections.decide"):
        return rows.none()
    return rows.exclude(made_by=actor.user_id).order_by("inspected_on", "number")


def with_sums(inspections: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """Inspections with what is `claimed` and `deducted`, in yuan."""
    items = RepaymentItem.objects.filter(finding__inspection=OuterRef("pk"), settlement__live=True).order_by()
    taken = Deduction.objects.filter(inspection=OuterRef("pk")).order_by().values("inspection")
    claimed = items.values("finding__inspection").annotate(sum=Sum("amount")).values("sum")
    return inspections.annotate(
        claimed=Coalesce(Subquery(claimed), ZERO, output_field=YUAN),
        deducted=Coalesce(Subquery(taken.annotate(sum=Sum("amount")).values("sum")), ZERO, output_field=YUAN),
    )


def repayment_of(inspection: Inspection) -> Repayment:
    """The sums of one inspection. One that was dismissed or revoked claims nothing."""
    items = RepaymentItem.objects.filter(finding__inspection=inspection, settlement__live=True)
    claimed = items.aggregate(sum=Coalesce(Sum("amount"), ZERO))["sum"]
    deducted = inspection.deductions.aggregate(sum=Coalesce(Sum("amount"), ZERO))["sum"]
    return Repayment(claimed if inspection.status in STANDING else ZERO, deducted)


def given_back_later() -> QuerySet[Inspection]:
    """Inspections for which more was deducted than is to be repaid by now, since a settlement was reversed or the
    decision fell.
    """
    taken = with_sums(Inspection.objects.filter(deductions__isnull=False).distinct())
    return taken.filter(Q(status=Inspection.Status.REVOKED, deducted__gt=0) | Q(deducted__gt=F("claimed")))


def open_repayments(institution: Institution) -> list[tuple[Inspection, Decimal]]:
    """Decided inspections of which something is still to be deducted, with how much, in yuan; the oldest first."""
    decided = Inspection.objects.filter(institution=institution, status=Inspection.Status.DECIDED)
    found = [(row, repayment_of(row).outstanding) for row in decided.order_by("decided_on", "number")]
    return [(row, amount) for row, amount in found if amount > 0]


def to_deduct(institution: Institution) -> Decimal:
    """Yuan that the institution still has to repay, to be taken off its next payments (S1, Art. 29)."""
    total: Decimal = sum((amount for _inspection, amount in open_repayments(institution)), ZERO)
    return total


def claimed_of_settlements(settlements: Sequence[int], besides: int | None = None) -> dict[int, Decimal]:
    """What inspections that stand claim of these settlements, in yuan by their keys; the finding `besides` aside."""
    items = RepaymentItem.objects.filter(settlement__in=settlements, finding__inspection__status__in=STANDING)
    rows = items.exclude(finding=besides).order_by().values_list("settlement")
    return dict(rows.annotate(sum=Sum("amount")))


def still_claimable(settlement: Settlement) -> Decimal:
    """What the fund paid by a settlement and nobody claims back, in yuan."""
    by_misuse = misuse.claimed_in_cases([settlement.pk]).get(settlement.pk, ZERO)
    left: Decimal = settlement.fund - by_misuse
    return max(left, ZERO)


def settlement_named(institution: Institution, number: str) -> Settlement | None:
    """The live settlement of a stay at the institution, by its own number or the stay's."""
    number = number.strip().upper()
    rows = Settlement.objects.filter(live=True, stay__institution=institution).select_related("stay", "resident")
    return rows.filter(Q(number=number) | Q(stay__number=number)).first()


def wrote(inspection: Inspection, actor: Actor) -> bool:
    """Whether the actor entered the inspection or any of its findings: then somebody else decides (U14)."""
    if actor.user_id is None:
        return False
    acts = entries_of(inspection._meta.label_lower, inspection.number).filter(verb__in=WRITING)
    return inspection.made_by_id == actor.user_id or acts.filter(user_id=actor.user_id).exists()
