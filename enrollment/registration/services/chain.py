"""A registration's way from the counter to the agency's records: one verb for each step (W3, W4)."""

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Material
from liaoyang_medins.kernel.statements import insert_numbered

from .. import papers, rules, selectors
from ..endings import ending
from ..labels import label
from ..models import Enrollment, MaterialCheck, Registration
from .common import (
    Assessment,
    Status,
    assess_again,
    hand_over,
    keep_assessment,
    kept_as,
    locked_registration,
    move,
    require_holder,
    require_other_person,
    require_step,
    require_unchanged,
)
from .entry import require_free_to_enroll
from .relationships import settle_ends

REVIEWED = frozenset({Status.AT_SUBDISTRICT, Status.AT_DISTRICT, Status.AT_AGENCY})


@transaction.atomic
def forward(*, number: str, version: int, by: Actor) -> Registration:
    """Pass a complete registration on: a community to its sub-district, that to the district, a school to the agency
    (W4).

    The district's term begins (W3). Refused where documents are not in order or the person is no longer eligible;
    NotAllowed at another office; Conflict where somebody was first.
    """
    by.require("registrations.forward")
    registration = _opened(number, version, by)
    _require_documents(registration)
    then = next_office(registration)
    require_step(registration, then)
    require_holder(registration, by)
    today = clock.today()
    _require_eligible(registration, today)
    due_on = None
    if then == Status.AT_DISTRICT:
        due_on = rules.district_due(today, selectors.policy_on(today))
    hand_over(registration, then, on=today, due_on=due_on)
    _record(registration, "registrations.forward", by, due_on=due_on)
    return registration


def next_office(registration: Registration) -> str:
    """Where a registration goes from where it is (W3, W4)."""
    if registration.status == Status.AT_SUBDISTRICT:
        return Status.AT_DISTRICT
    from_school = registration.office.kind == Office.Kind.SCHOOL
    return Status.AT_AGENCY if from_school else Status.AT_SUBDISTRICT


@transaction.atomic
def approve(*, number: str, version: int, by: Actor) -> Registration:
    """The district's review found nothing against it: on to the agency.

    Refused for who entered it, and where the person is no longer eligible; Conflict where somebody was first.
    """
    by.require("registrations.review")
    registration = _opened(number, version, by)
    if registration.status != Status.AT_DISTRICT:
        require_step(registration, Status.AT_DISTRICT)
        raise NotAllowed(_("This registration is with another office now."), code="elsewhere")
    require_holder(registration, by)
    require_other_person(registration, by)
    today = clock.today()
    _require_eligible(registration, today)
    registration.reviewed_by_id = by.user_id
    hand_over(registration, Status.AT_AGENCY, on=today)
    _record(registration, "registrations.approve", by)
    return registration


@transaction.atomic
def send_back(*, number: str, version: int, reason: str, by: Actor) -> Registration:
    """Return a registration to the office that received it, which completes it and accepts it again.

    Invalid without a reason; Refused for who entered it; NotAllowed at another office; Conflict where somebody was
    first.
    """
    by.require("registrations.forward" if by.role is Role.SUBDISTRICT else "registrations.review")
    registration = _opened(number, version, by)
    require_step(registration, Status.RETURNED)
    require_holder(registration, by)
    require_other_person(registration, by)
    reason = required_reason(reason)
    registration.reviewed_by = None
    move(registration, Status.RETURNED, on=clock.today())
    _record(registration, "registrations.send_back", by, note=reason)
    return registration


@transaction.atomic
def refuse(*, number: str, version: int, remark: str, by: Actor) -> Registration:
    """Refuse a registration with every reason that the rules give today (E8), and a remark where there is more to say.

    Invalid (field remark) where the rules give none and nothing is remarked; Refused for a reviewer who entered it;
    NotAllowed at another office; Conflict where somebody was first.
    """
    by.require("registrations.refuse")
    registration = _opened(number, version, by)
    require_step(registration, Status.REFUSED)
    require_holder(registration, by)
    reviewed = registration.status in REVIEWED
    if reviewed:
        require_other_person(registration, by)
    today = clock.today()
    try:
        keep_assessment(registration, assess_again(registration, today))
    except Refused as died:
        remark = " ".join(part for part in (str(died), remark.strip()) if part)
    remark = remark.strip()
    if not registration.reasons and not remark:
        raise Invalid(
            _("The rules give no reason to refuse. Write down what speaks against it."),
            code="no_reason",
            field="remark",
        )
    registration.reviewed_by_id = by.user_id if reviewed else None
    registration.remark = remark or registration.remark
    move(registration, Status.REFUSED, on=today)
    notice = papers.keep_refusal_notice(registration, on=today, remark=remark)
    _record(registration, "registrations.refuse", by, note=remark, reasons=registration.reasons, **kept_as(notice))
    return registration


@transaction.atomic
def withdraw(*, number: str, version: int, reason: str, by: Actor) -> Registration:
    """The applicant takes the registration back, wherever it is; the office that received it writes it down.

    Invalid without a reason; NotAllowed at another office; Conflict where it is decided, or somebody was first.
    """
    by.require("registrations.register")
    registration = _opened(number, version, by)
    require_step(registration, Status.WITHDRAWN)
    if by.kind is not ActorKind.JOB and by.office != registration.office:
        raise NotAllowed(_("The office that received the registration withdraws it."), code="elsewhere")
    reason = required_reason(reason)
    move(registration, Status.WITHDRAWN, on=clock.today())
    _record(registration, "registrations.withdraw", by, note=reason)
    return registration


@transaction.atomic
def record(*, number: str, version: int, by: Actor) -> Enrollment:
    """The agency takes an approved registration into its records: the insured relationship begins today.

    Called together with the first notice (contributions). Refused for who entered it, where the person is no longer
    eligible, or is enrolled; NotAllowed for others than the agency; Conflict where somebody was first.
    """
    registration, file = opened_for_record(number=number, version=version, by=by)
    return enroll(registration, file, by=by)


def opened_for_record(*, number: str, version: int, by: Actor) -> tuple[Registration, selectors.OnFile]:
    """The approved registration that the actor may take into the records, under lock, and what is on file of its
    resident. Raises as `record`.
    """
    by.require("registrations.record")
    registration = _opened(number, version, by)
    require_step(registration, Status.RECORDED)
    require_holder(registration, by)
    require_other_person(registration, by)
    file = selectors.on_file(registration.resident)
    require_free_to_enroll(registration.resident, file)
    return registration, file


def enroll(registration: Registration, file: selectors.OnFile, *, by: Actor) -> Enrollment:
    """The second half of `record`, for what `opened_for_record` gave."""
    today = clock.today()
    found = _require_eligible(registration, today, file)
    registration.reviewed_by_id = registration.reviewed_by_id or by.user_id
    enrollment = Enrollment(resident=registration.resident, registration=registration, starts=today)
    insert_numbered(enrollment, "enrollment", today)
    move(registration, Status.RECORDED, on=today)
    _record(registration, "registrations.record", by, enrollment=enrollment.number)
    # What ends on a day to come may be known before the relationship begins.
    if ending(today, found.circumstances) is not None:
        settle_ends(registration.resident, by=by)
        enrollment.refresh_from_db()
    return enrollment


def _opened(number: str, version: int, by: Actor) -> Registration:
    """The registration under lock, as the person saw it."""
    registration = locked_registration(number, by)
    require_unchanged(registration, version)
    return registration


def _require_documents(registration: Registration) -> None:
    """Refused while documents are missing or wrong, or nobody has looked at them (W2); with their names."""
    if registration.status != Status.MATERIALS_MISSING:
        return
    rows = registration.materials.exclude(state=MaterialCheck.State.PRESENT).order_by("pk")
    raise Refused(
        _("It can be forwarded once these documents are in order:"),
        code="documents",
        reasons=[f"{label(Material(row.material))} ({row.get_state_display()})" for row in rows],
    )


def required_reason(reason: str) -> str:
    """The reason without blanks around it; Invalid where there is none."""
    if not reason.strip():
        raise Invalid(_("Say why."), code="no_reason", field="reason")
    return reason.strip()


def _require_eligible(
    registration: Registration, today: datetime.date, file: selectors.OnFile | None = None
) -> Assessment:
    """E8: keep what the rules answer today, and return it; Refused with every reason where they say no."""
    found = assess_again(registration, today, file)
    if not found.quote.eligibility.eligible:
        raise Refused(
            _("By what is on record now, this person may not take part. Refuse the registration instead."),
            code="not_eligible",
            reasons=[label(reason) for reason in found.quote.eligibility.reasons],
        )
    keep_assessment(registration, found)
    return found


def _record(registration: Registration, verb: str, by: Actor, note: str = "", **changes: Any) -> None:
    audit.record(
        by=by,
        verb=verb,
        obj=registration,
        resident=registration.resident.number,
        changes={"status": str(registration.status), **changes},
        note=note,
    )
