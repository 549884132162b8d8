"""Approvals of specified outpatient diseases (A5, Art. 25): asked for, decided by somebody else, ended early."""

import datetime
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from claims.facts import institution_on
from claims.labels import label
from claims.models import Institution
from claims.services.admission import diagnoses_of
from claims.services.records import institution_for, lock_resident, require_other_maker
from enrollment.registration.models import Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy import PolicyError
from liaoyang_medins.kernel.policy.terms import OutpatientDisease
from liaoyang_medins.kernel.states import require_transition, require_version

from ..models import OutpatientApproval
from ..papers import keep_decision
from ..selectors import approvals_visible_to, counted_claims, overlapping_approvals

Status = OutpatientApproval.Status


@dataclass(frozen=True, slots=True)
class ApprovalData:
    """What is asked for: both days are included; `institution` is a code, and an institution's own where it asks.

    `evidence` says what confirms the disease, such as a report.
    """

    resident_number: str
    disease: OutpatientDisease
    diagnosis: str
    evidence: str
    starts: datetime.date
    until: datetime.date
    institution: str = ""


@transaction.atomic
def ask(*, approval: ApprovalData, submission: uuid.UUID, by: Actor) -> OutpatientApproval:
    """Ask for an approval. The same `submission` twice gives the same one.

    Invalid for days in the wrong order or before the measures, Refused where the institution is not designated on the
    first day or another approval of the same disease shares a day with it.
    """
    by.require("outpatient.ask")
    resident = lock_resident(approval.resident_number)
    known = OutpatientApproval.objects.filter(submission=submission, made_by=by.user_id).first()
    if known is not None:
        return known
    institution = institution_for(by, approval.institution)
    require_possible(approval, institution)
    require_no_overlap(resident, approval)
    (diagnosis,) = diagnoses_of([approval.diagnosis])
    today = clock.today()
    made = OutpatientApproval.objects.create(
        number=next_number("outpatient", today),
        submission=submission,
        resident=resident,
        institution=institution,
        disease=approval.disease,
        diagnosis=diagnosis,
        evidence=approval.evidence.strip(),
        starts=approval.starts,
        until=approval.until,
        ends=approval.until,
        requested_on=today,
        made_by_id=by.user_id,
    )
    changes = {
        "disease": made.disease,
        "institution": institution.code,
        "diagnosis": diagnosis.code,
        "starts": made.starts,
        "ends": made.ends,
    }
    audit.record(by=by, verb="outpatient.ask", obj=made, resident=resident.number, changes=changes)
    return made


def require_possible(approval: ApprovalData, institution: Institution) -> None:
    if approval.until < approval.starts:
        raise Invalid(_("The last day lies before the first."), field="until")
    if not approval.evidence.strip():
        raise Invalid(_("Say what confirms the disease."), field="evidence")
    try:
        policy_on(approval.starts)
    except PolicyError as error:
        raise Invalid(
            _("The measures did not hold on that day: nothing can be settled for it."),
            field="starts",
            code="before_the_law",
        ) from error
    if not institution_on(institution, approval.starts).designated:
        raise Refused(
            _("%(institution)s is not designated on %(day)s.")
            % {"institution": institution.label, "day": approval.starts},
            field="institution",
            code="not_designated",
        )


def require_no_overlap(resident: Resident, approval: ApprovalData) -> None:
    """Conflict where the disease is approved, or asked for, on one of the days already."""
    other = overlapping_approvals(resident.pk, approval.disease, approval.starts, approval.until).first()
    if other is not None:
        raise Conflict(
            _("“%(disease)s” is approved or asked for already from %(starts)s to %(ends)s: %(number)s.")
            % {
                "disease": label(OutpatientDisease(other.disease)),
                "starts": other.starts,
                "ends": other.ends,
                "number": other.number,
            },
            field="starts",
            code="approval_overlaps",
        )


@transaction.atomic
def approve(*, number: str, version: int, by: Actor) -> OutpatientApproval:
    """Approve what was asked for. Refused for who asked; Conflict where it was decided or changed since."""
    by.require("outpatient.decide")
    found = lock_approval(number, version, Status.APPROVED, by)
    require_other_maker(found.made_by_id, by)
    decided(found, Status.APPROVED, by)
    paper = keep_decision(found)
    changes = {"starts": found.starts, "ends": found.ends, "paper": paper.sha256}
    audit.record(by=by, verb="outpatient.approve", obj=found, resident=found.resident.number, changes=changes)
    return found


@transaction.atomic
def deny(*, number: str, reason: str, version: int, by: Actor) -> OutpatientApproval:
    """Deny it, with the reason that is told. Refused for who asked; Conflict as in `approve`."""
    by.require("outpatient.decide")
    found = lock_approval(number, version, Status.DENIED, by)
    require_other_maker(found.made_by_id, by)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    found.denial = reason.strip()
    decided(found, Status.DENIED, by)
    paper = keep_decision(found)
    audit.record(
        by=by,
        verb="outpatient.deny",
        obj=found,
        resident=found.resident.number,
        changes={"paper": paper.sha256},
        note=found.denial,
    )
    return found


@transaction.atomic
def end_early(*, number: str, last_day: datetime.date, reason: str, version: int, by: Actor) -> OutpatientApproval:
    """Let an approval hold until `last_day` only, with the reason. Its days stay those that claims rest on.

    Invalid for a day outside it, Refused where a claim that was not withdrawn has later days, Conflict as in
    `approve`.
    """
    by.require("outpatient.decide")
    found = lock_approval(number, version, Status.ENDED, by)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    if not found.starts <= last_day < found.ends:
        raise Invalid(
            _("The approval holds from %(starts)s to %(ends)s: choose an earlier last day in it.")
            % {"starts": found.starts, "ends": found.ends},
            field="last_day",
        )
    later = counted_claims(found).filter(discharged_on__gt=last_day).order_by("number")
    if later:
        raise Refused(
            _("These claims have days after it. Withdraw them first:"),
            code="claims_after_end",
            field="last_day",
            reasons=[stay.number for stay in later],
        )
    found.status, found.ends, found.end_reason = Status.ENDED, last_day, reason.strip()
    found.ended_on, found.ended_by_id = clock.today(), by.user_id
    found.version += 1
    found.save(update_fields=["status", "ends", "end_reason", "ended_on", "ended_by", "version"])
    audit.record(
        by=by,
        verb="outpatient.end",
        obj=found,
        resident=found.resident.number,
        changes={"ends": [found.until, last_day]},
        note=found.end_reason,
    )
    return found


def lock_approval(number: str, version: int | None, then: Status, by: Actor) -> OutpatientApproval:
    """Lock the person, then the approval, and pass the gate of its states. Raises Invalid or Conflict."""
    seen = approvals_visible_to(by).filter(number=number).first()
    if seen is None:
        raise unknown_approval()
    resident = lock_resident(seen.resident.number)
    found = OutpatientApproval.objects.select_for_update(of=("self",)).select_related(
        "institution__office", "diagnosis"
    )
    approval = found.get(pk=seen.pk)
    approval.resident = resident
    require_transition(OutpatientApproval.TRANSITIONS, approval.status, then, label=approval.get_status_display())
    if version is not None:
        require_version(approval.version, version, told=lambda: last_change(approval))
    return approval


def decided(approval: OutpatientApproval, status: Status, by: Actor) -> None:
    approval.status = status
    approval.decided_on, approval.decided_by_id = clock.today(), by.user_id
    approval.version += 1
    approval.save(update_fields=["status", "decided_on", "decided_by", "denial", "version"])


def unknown_approval() -> Invalid:
    return Invalid(_("There is no approval with this number here."), code="approval_unknown")
