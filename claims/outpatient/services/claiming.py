"""Claims of outpatient treatment (A5): entered whole on an approval, then settled as stays are, or withdrawn."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from claims.data import AdmissionData, LineData
from claims.models import FeeLine, Stay
from claims.services.admission import fill, recorded, taken
from claims.services.lines import add_lines, require_lines_until
from claims.services.records import lock_resident, lock_resident_of, lock_stay, move, require_status, save
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import insert_numbered

from ..models import OutpatientApproval, OutpatientClaim
from ..selectors import approvals_visible_to, counted_claims
from .approvals import unknown_approval


@dataclass(frozen=True, slots=True)
class ClaimData:
    """Treatment on an approval, from its first to its last day; `invoice` is the institution's own number of it."""

    approval_number: str
    invoice: str
    first_day: datetime.date
    last_day: datetime.date
    lines: Sequence[LineData]


@transaction.atomic
def enter_claim(*, claim: ClaimData, submission: uuid.UUID, by: Actor) -> Stay:
    """Enter treatment with its fee lines: a stay marked `outpatient`, discharged at once, which is settled by the same
    rules. The same `submission` twice gives the same claim.

    Refused where the approval does not cover every day of it or one of its days is claimed already, Invalid and
    Conflict as for an admission and its fee lines.
    """
    by.require("stays.enter")
    seen = approvals_visible_to(by).filter(number=claim.approval_number.strip().upper()).first()
    if seen is None:
        raise unknown_approval()
    resident = lock_resident(seen.resident.number)
    known = Stay.objects.filter(submission=submission, made_by=by.user_id).first()
    if known is not None:
        return known
    approval = OutpatientApproval.objects.select_related("institution__office", "diagnosis").get(pk=seen.pk)
    require_covered(approval, claim)
    stay = Stay(
        number="",
        resident=resident,
        institution=approval.institution,
        submission=submission,
        outpatient=True,
        made_by_id=by.user_id,
    )
    begins = datetime.datetime.combine(claim.first_day, datetime.time(), tzinfo=clock.SHANGHAI)
    fill(
        stay,
        AdmissionData(
            resident_number=resident.number,
            inpatient_number=claim.invoice,
            admitted_at=begins,
            diagnosis=approval.diagnosis_id,
            # The approval was asked for in person, and names the institution (Art. 25).
            card_presented_at=begins,
        ),
        clock.today(),
    )
    # A transfer leads to a hospital, not to treatment that the person comes for.
    stay.referral, stay.transfer_stated = None, False
    try:
        insert_numbered(stay, "stay", stay.admitted_on)
    except IntegrityError as error:
        raise taken(error, stay) from error
    OutpatientClaim.objects.create(stay=stay, approval=approval)
    changes = {**recorded(stay), "approval": approval.number, "last_day": claim.last_day}
    audit.record(by=by, verb="outpatient.claim", obj=stay, resident=resident.number, changes=changes)
    add_lines(stay_number=stay.number, lines=claim.lines, by=by)
    require_lines_until(stay, claim.last_day)
    stay.refresh_from_db(fields=["version", "status"])
    move(stay, Stay.Status.DISCHARGED)
    stay.discharged_on = claim.last_day
    save(stay, "status", "discharged_on")
    return stay


def require_covered(approval: OutpatientApproval, claim: ClaimData) -> None:
    """A5: approved or ended early, every day inside it, and none of them claimed before."""
    if claim.last_day < claim.first_day:
        raise Invalid(_("The last day lies before the first."), field="last_day")
    if claim.last_day > clock.today():
        raise Invalid(_("The last day lies in the future."), field="last_day")
    if approval.status not in (OutpatientApproval.Status.APPROVED, OutpatientApproval.Status.ENDED):
        raise Refused(
            _("The approval %(number)s is “%(state)s”: claims rest on approved ones only.")
            % {"number": approval.number, "state": approval.get_status_display()},
            field="approval",
            code="not_approved",
        )
    if not approval.starts <= claim.first_day or claim.last_day > approval.ends:
        raise Refused(
            _("The approval holds from %(starts)s to %(ends)s only.")
            % {"starts": approval.starts, "ends": approval.ends},
            field="first_day" if claim.first_day < approval.starts else "last_day",
            code="outside_approval",
        )
    other = counted_claims(approval).filter(admitted_on__lte=claim.last_day, discharged_on__gte=claim.first_day)
    before = other.order_by("number").first()
    if before is not None:
        raise Conflict(
            _("Days of it are claimed already: %(number)s, from %(first)s to %(last)s.")
            % {"number": before.number, "first": before.admitted_on, "last": before.discharged_on},
            field="first_day",
            code="days_claimed",
        )


@transaction.atomic
def withdraw_claim(*, stay_number: str, reason: str, version: int | None = None, by: Actor) -> Stay:
    """Withdraw a claim that is not settled, with its fee lines; it is entered anew where something was wrong with it.

    Conflict once it is settled: its settlement is reversed first.
    """
    by.require("stays.enter")
    resident = lock_resident_of(stay_number)
    stay = lock_stay(stay_number, by, version)
    if not stay.outpatient:
        raise Invalid(_("This is no claim of an outpatient disease."), code="not_outpatient")
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    require_status(stay, Stay.Status.DISCHARGED)
    lines = stay.lines.order_by("id")
    gone = {line.line_number: [line.on, line.item_code, line.quantity, line.unit_price, line.amount] for line in lines}
    FeeLine.objects.filter(stay=stay).delete()
    move(stay, Stay.Status.ADMITTED)
    move(stay, Stay.Status.CANCELLED)
    before, stay.discharged_on, stay.held = stay.discharged_on, None, ""
    save(stay, "status", "discharged_on", "held")
    audit.record(
        by=by,
        verb="outpatient.withdraw",
        obj=stay,
        resident=resident.number,
        changes={"lines": gone, "last_day": [before, None]},
        note=reason.strip(),
    )
    return stay
