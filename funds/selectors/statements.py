"""Statements, their items and what was paid on them, as far as an actor may see them."""

from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language

from funds.models import (
    PersonsWorkbook,
    StatementSum,
    SubsidyItem,
    SubsidyReceipt,
    SubsidyReminder,
    SubsidyStatement,
)
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
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
    statements = SubsidyStatement.objects.select_related("made_by", "checked_by", "approved_by")
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
    receipts = SubsidyReceipt.objects.select_related("payer", "statement", "corrects")
    if actor.role is Role.DISTRICT_FINANCE:
        receipts = receipts.filter(payer=actor.office)
    return receipts.filter(statement__in=statements_visible_to(actor).select_related(None).values("pk"))


def reminders_visible_to(actor: Actor) -> QuerySet[SubsidyReminder]:
    """The letters about overdue payments that the actor sees; a district's finance office those written to it."""
    letters = SubsidyReminder.objects.select_related("payer", "statement", "paper")
    if actor.role is Role.DISTRICT_FINANCE:
        letters = letters.filter(payer=actor.office)
    return letters.filter(statement__in=statements_visible_to(actor).select_related(None).values("pk"))


def own_district(actor: Actor) -> Office | None:
    """The one district of whose part the actor sees alone; None where they see all of a statement."""
    return actor.office if actor.role is Role.DISTRICT_FINANCE else None


def workbook_of(statement: SubsidyStatement, actor: Actor) -> PersonsWorkbook | None:
    """The workbook of the statement's persons that the actor asked for, in the active language and of what they see
    now, while its term runs; also one that is not ready yet.
    """
    if not actor.may("statements.export") or actor.user_id is None:
        return None
    own = PersonsWorkbook.objects.filter(statement=statement, asked_by_id=actor.user_id, deleted_on=None)
    found = own.filter(district=own_district(actor), language=get_language())
    found = found.filter(Q(kept_until=None) | Q(kept_until__gte=clock.today()))
    return found.select_related("statement", "district").first()


def run_preparing(statement: SubsidyStatement) -> Run | None:
    """The live run that draws the statement just now."""
    if statement.status != Status.PREPARING:
        return None
    return Run.objects.filter(kind="statement", result=statement.number, status__in=Run.LIVE).first()


def statements_to_sign(actor: Actor) -> QuerySet[SubsidyStatement]:
    """The statements that wait for the actor's signature: for a clerk the drafts (to sign those that a job drew, to
    follow the others), for a reviewer those to check or to approve that they have not signed.
    """
    waiting = statements_visible_to(actor)
    if actor.may("statements.prepare"):
        return waiting.filter(status=Status.DRAFT)
    if not actor.may("statements.issue"):
        return waiting.none()
    waiting = waiting.filter(status__in=[Status.DRAFT, Status.CHECKED])
    return waiting.exclude(made_by_id=actor.user_id).exclude(checked_by_id=actor.user_id)
