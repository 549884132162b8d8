"""Statements, their items and what was paid on them, as far as an actor may see them."""

from typing import TypeVar

from django.db.models import Exists, OuterRef, QuerySet

from funds.models import StatementSum, SubsidyItem, SubsidyReceipt, SubsidyStatement
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs.models import Run

Status = SubsidyStatement.Status
M = TypeVar("M", SubsidyItem, StatementSum)
_INSIDE = (Role.AGENCY_CLERK, Role.AGENCY_REVIEWER, Role.SUPERVISOR)


def items_visible_to(actor: Actor) -> QuerySet[SubsidyItem]:
    """The items that the actor may see: all inside the agency, issued ones for the city, its own issued ones for a
    district.
    """
    return _visible_to(actor, SubsidyItem.objects.all())


def sums_visible_to(actor: Actor) -> QuerySet[StatementSum]:
    """The sums of the items that the actor may see."""
    return _visible_to(actor, StatementSum.objects.all())


def _visible_to(actor: Actor, rows: QuerySet[M]) -> QuerySet[M]:
    if not actor.may("statements.see"):
        return rows.none()
    if actor.role is None or actor.role in _INSIDE:
        return rows
    rows = rows.filter(statement__status=Status.ISSUED)
    return rows.filter(district=actor.office) if actor.role is Role.DISTRICT_FINANCE else rows


def statements_visible_to(actor: Actor) -> QuerySet[SubsidyStatement]:
    """The statements that the actor may see; a district's finance office those that claim from its district."""
    statements = SubsidyStatement.objects.select_related("made_by", "issued_by")
    if not actor.may("statements.see"):
        return statements.none()
    if actor.role is None or actor.role in _INSIDE:
        return statements
    statements = statements.filter(status=Status.ISSUED)
    if actor.role is Role.DISTRICT_FINANCE:
        return statements.filter(Exists(StatementSum.objects.filter(statement=OuterRef("pk"), district=actor.office)))
    return statements


def subsidy_receipts_visible_to(actor: Actor) -> QuerySet[SubsidyReceipt]:
    """What was paid on the statements that the actor sees; a district sees its own payments only."""
    receipts = SubsidyReceipt.objects.select_related("payer", "statement")
    if actor.role is Role.DISTRICT_FINANCE:
        receipts = receipts.filter(payer=actor.office)
    return receipts.filter(statement__in=statements_visible_to(actor).select_related(None).values("pk"))


def run_preparing(statement: SubsidyStatement) -> Run | None:
    """The live run that draws the statement just now."""
    if statement.status != Status.PREPARING:
        return None
    return Run.objects.filter(kind="statement", result=statement.number, status__in=Run.LIVE).first()


def drafts_to_issue(actor: Actor) -> QuerySet[SubsidyStatement]:
    """The drafts that wait for the actor to check and issue them: not those that they prepared."""
    drafts = statements_visible_to(actor).filter(status=Status.DRAFT)
    return drafts.exclude(made_by_id=actor.user_id) if actor.may("statements.issue") else drafts.none()
