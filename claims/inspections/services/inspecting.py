"""An inspection of an institution and what it found; what is to be repaid of which settlement (S1, S2, Art. 29)."""

import datetime
import uuid
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from claims.models import Institution, Settlement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Invalid, NotAllowed
from liaoyang_medins.kernel.money import ZERO, fen
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition, require_version
from liaoyang_medins.kernel.submissions import one_at_a_time

from .. import selectors
from ..models import Inspection, InspectionFinding, RepaymentItem, Report
from .reports import required

Status = Inspection.Status


@transaction.atomic
def open_inspection(
    *,
    submission: uuid.UUID,
    institution: str,
    inspected_on: datetime.date,
    inspectors: str,
    looked_at: str,
    report: str = "",
    by: Actor,
) -> Inspection:
    """Write down that the institution with this code was inspected: when, by whom, what was looked at, after which
    report.

    The same `submission` again gives back the first. Invalid for a day in the future, nothing said, an unknown
    institution or report; NotAllowed.
    """
    by.require("inspections.enter")
    one_at_a_time(submission)
    first = Inspection.objects.filter(submission=submission).first()
    if first is not None:
        return first
    found = Institution.objects.select_for_update().filter(code=institution).first()
    if found is None:
        raise Invalid(_("There is no institution with this code."), code="institution_unknown", field="institution")
    today = clock.today()
    inspection = Inspection(
        number=next_number("inspection", today), submission=submission, institution=found, entered_on=today
    )
    fill(inspection, inspected_on, inspectors, looked_at, report, by)
    inspection.save(force_insert=True)
    record(inspection, "inspections.open", by, institution=found.code, report=report)
    return inspection


@transaction.atomic
def change_inspection(
    *,
    number: str,
    version: int,
    inspected_on: datetime.date,
    inspectors: str,
    looked_at: str,
    report: str = "",
    by: Actor,
) -> Inspection:
    """Put an open inspection right. Raises as `open_inspection`; Conflict where it is decided or changed meanwhile."""
    by.require("inspections.enter")
    inspection = locked(number, by, version)
    require_step(inspection, Status.OPEN)
    fill(inspection, inspected_on, inspectors, looked_at, report, by)
    save(inspection)
    record(inspection, "inspections.change", by, report=report)
    return inspection


@transaction.atomic
def add_finding(
    *, number: str, version: int, duty: str, facts: str, repay: Mapping[str, Decimal] | None = None, by: Actor
) -> InspectionFinding:
    """Record what an open inspection found: the duty of Art. 29 that was broken, how, and what is to be repaid, in
    yuan by the numbers of settlements or stays of the institution; 0 where a stay is only concerned.

    Invalid without words, (field repay) for a stay that is not the institution's or not settled, named twice, or more
    than the fund paid and nobody else claims; Conflict where it is decided or changed meanwhile; NotAllowed.
    """
    by.require("inspections.enter")
    inspection = locked(number, by, version)
    require_step(inspection, Status.OPEN)
    if duty not in InspectionFinding.Duty.values:
        raise Invalid(_("Choose what was broken."), field="duty")
    position = (inspection.findings.aggregate(last=Max("position"))["last"] or 0) + 1
    finding = InspectionFinding.objects.create(
        inspection=inspection,
        position=position,
        duty=duty,
        facts=required(facts, "facts", _("Write down what was found, and how.")),
    )
    items = items_of(finding, repay or {})
    RepaymentItem.objects.bulk_create(items)
    inspection.made_by_id = by.user_id
    save(inspection)
    claimed = sum((item.amount for item in items), ZERO)
    record(inspection, "inspections.add_finding", by, finding=position, duty=duty, claimed=str(claimed))
    return finding


@transaction.atomic
def remove_finding(*, number: str, version: int, position: int, by: Actor) -> Inspection:
    """Take a finding of an open inspection away. Invalid where there is none of this position; Conflict where it is
    decided or changed meanwhile; NotAllowed.
    """
    by.require("inspections.enter")
    inspection = locked(number, by, version)
    require_step(inspection, Status.OPEN)
    finding = inspection.findings.filter(position=position).first()
    if finding is None:
        raise Invalid(_("There is no such finding."), code="unknown")
    duty, facts = finding.duty, finding.facts
    finding.items.all().delete()
    finding.delete()
    inspection.made_by_id = by.user_id
    save(inspection)
    record(inspection, "inspections.remove_finding", by, finding=position, duty=duty, facts=facts)
    return inspection


# --- what they share -------------------------------------------------------------------------------------------------


def locked(number: str, by: Actor, version: int | None = None) -> Inspection:
    """The inspection under lock, its institution locked first. NotAllowed where there is none for the actor, Conflict
    where it is not the `version` that was seen.
    """
    owner = selectors.inspections_visible_to(by).filter(number=number).values_list("institution", flat=True).first()
    if owner is None:
        raise NotAllowed(_("There is no such inspection for you."), code="not_found")
    Institution.objects.select_for_update().get(pk=owner)
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("institution__office")
    inspection = rows.get(number=number)
    if version is not None:
        require_version(inspection.version, version, told=lambda: last_change(inspection))
    return inspection


def require_step(inspection: Inspection, then: str) -> None:
    """Conflict unless the inspection may become `then`."""
    require_transition(Inspection.TRANSITIONS, inspection.status, then, label=inspection.get_status_display)


def fill(
    inspection: Inspection, inspected_on: datetime.date, inspectors: str, looked_at: str, report: str, by: Actor
) -> None:
    """What is said of an inspection. Raises Invalid."""
    if inspected_on > clock.today():
        raise Invalid(_("This day lies in the future."), code="future", field="inspected_on")
    inspection.inspected_on = inspected_on
    inspection.inspectors = required(inspectors, "inspectors", _("Say who inspected."))[:100]
    inspection.looked_at = required(looked_at, "looked_at", _("Say what was looked at."))
    inspection.report = _report(report, inspection)
    # Who wrote it last answers for it: the checker is another one.
    inspection.made_by_id = by.user_id


def _report(number: str, inspection: Inspection) -> Report | None:
    if not number.strip():
        return None
    found = Report.objects.filter(number=number.strip().upper()).first()
    if found is None or found.institution_id not in (None, inspection.institution_id):
        raise Invalid(
            _("There is no report with this number about the institution."), code="report_unknown", field="report"
        )
    return found


def items_of(finding: InspectionFinding, repay: Mapping[str, Decimal]) -> list[RepaymentItem]:
    """What is to be repaid of which settlement. Invalid (field repay)."""
    items: dict[int, RepaymentItem] = {}
    for number, amount in repay.items():
        settlement = selectors.settlement_named(finding.inspection.institution, number)
        if settlement is None:
            raise Invalid(
                _("%(number)s is no settled stay of this institution.") % {"number": number},
                code="no_settlement",
                field="repay",
            )
        if settlement.pk in items:
            raise Invalid(_("%(number)s is there twice.") % {"number": number}, code="twice", field="repay")
        require_amount(settlement, amount)
        items[settlement.pk] = RepaymentItem(finding=finding, settlement=settlement, amount=fen(amount))
    return list(items.values())


def require_amount(settlement: Settlement, amount: Decimal) -> None:
    """Invalid where more is claimed of a settlement than the fund paid by it and nobody claims yet."""
    # The row is locked, so that nobody claims the same money at once.
    Settlement.objects.select_for_update().get(pk=settlement.pk)
    claimed = selectors.claimed_of_settlements([settlement.pk]).get(settlement.pk, ZERO)
    most = selectors.still_claimable(settlement) - claimed
    if not 0 <= amount <= most:
        raise Invalid(
            _("Of %(number)s at most %(most)s yuan can be claimed back.")
            % {"number": settlement.number, "most": f"{most:,.2f}"},
            code="amount",
            field="repay",
        )


def save(inspection: Inspection) -> None:
    inspection.version += 1
    inspection.save()


def record(inspection: Inspection, verb: str, by: Actor, note: str = "", **changes: object) -> None:
    """The act on the audit record."""
    changes = {"status": str(inspection.status), **changes}
    audit.record(by=by, verb=verb, obj=inspection, changes=changes, note=note)
