"""Admission to a hospital, its change and cancellation."""

import datetime
import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from claims.data import AdmissionData
from claims.facts import category_on, institution_on, local, referral_for, stays_of
from claims.models import Diagnosis, Institution, Stay
from claims.selectors import sees_everything
from claims.services.holding import changed, refresh_reviews
from claims.services.records import (
    institution_for,
    lock_resident,
    lock_resident_of,
    lock_stay,
    move,
    require_inpatient,
    require_status,
    save,
)
from enrollment.registration.models import Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy import PolicyError
from liaoyang_medins.kernel.statements import OneOf, Statement, insert_numbered

UNIQUE_INPATIENT_NUMBER = "stay_inpatient_number"
# What a change can alter; the person and the institution stay.
CHANGEABLE = (
    "inpatient_number",
    "admitted_at",
    "admitted_on",
    "emergency",
    "card_presented_at",
    "form_signed",
    "diagnosis_id",
    "other_diagnoses",
    "cause",
    "abroad",
    "transfer_stated",
    "referral_id",
    "category",
)


@transaction.atomic
def admit(*, admission: AdmissionData, submission: uuid.UUID | None = None, by: Actor) -> Stay:
    """Open a stay. The category is that of the day of admission (D1), also where the stay is entered later.

    The same `submission` twice gives the same stay. Invalid for what cannot be, Conflict where the inpatient number is
    taken or the person is in hospital already, Refused where the institution has no grade on that day.
    """
    by.require("stays.enter")
    if submission is not None:
        known = Stay.objects.filter(submission=submission, made_by=by.user_id).first()
        if known is not None:
            return known
    resident = lock_resident(admission.resident_number)
    institution = institution_for(by, admission.institution)
    stay = Stay(
        number="",
        resident=resident,
        institution=institution,
        submission=submission or uuid.uuid4(),
        made_by_id=by.user_id,
    )
    fill(stay, admission, clock.today())
    others = stays_of(resident.pk)
    require_not_in_hospital(stay, others, by)
    try:
        # Two admissions with one inpatient number at once: the database decides which was first.
        insert_numbered(stay, "stay", stay.admitted_on)
    except IntegrityError as error:
        raise taken(error, stay) from error
    audit.record(by=by, verb="stays.admit", obj=stay, resident=resident.number, changes=recorded(stay))
    # A8: one that is entered late may lie over the days of one that waits to be settled.
    if any(other.status == Stay.Status.DISCHARGED for other in others):
        refresh_reviews(resident, clock.today(), by)
    return stay


@transaction.atomic
def change_admission(*, stay_number: str, admission: AdmissionData, version: int | None = None, by: Actor) -> Stay:
    """Correct an admission while nothing is settled. Person and institution stay as they are; cancel for those.

    Invalid where fee lines or the discharge would lie before the new admission, Conflict as in `admit`.
    """
    by.require("stays.enter")
    resident = lock_resident_of(stay_number)
    stay = lock_stay(stay_number, by, version)
    require_inpatient(stay)
    require_status(stay, Stay.Status.ADMITTED, Stay.Status.DISCHARGED)
    stay.resident = resident
    before = recorded(stay)
    fill(stay, admission, clock.today())
    first = stay.lines.order_by("on").values_list("on", flat=True).first()
    if first is not None and first < stay.admitted_on:
        raise Invalid(
            _("A fee line is dated %(day)s, before this admission. Remove it first.") % {"day": first},
            field="admitted_at",
        )
    if stay.discharged_on is not None and stay.discharged_on < stay.admitted_on:
        raise Invalid(_("The admission lies after the discharge."), field="admitted_at")
    require_not_in_hospital(stay, stays_of(resident.pk), by)
    try:
        save(stay, *CHANGEABLE)
    except IntegrityError as error:
        raise taken(error, stay) from error
    after = recorded(stay)
    changes = {name: [before[name], value] for name, value in after.items() if before[name] != value}
    audit.record(by=by, verb="stays.change", obj=stay, resident=resident.number, changes=changes)
    if changes:
        changed(stay, by)
    refresh_reviews(resident, clock.today(), by)
    return stay


@transaction.atomic
def cancel_admission(*, stay_number: str, reason: str, version: int | None = None, by: Actor) -> Stay:
    """Cancel a stay that never was. Refused while it has fee lines, and for the institution of one that the agency
    examined; Conflict once it is discharged.
    """
    by.require("stays.enter")
    resident = lock_resident_of(stay_number)
    stay = lock_stay(stay_number, by, version)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    move(stay, Stay.Status.CANCELLED)
    if stay.examined and not sees_everything(by):
        # Entered anew, nothing would say what was found.
        raise Refused(_("The agency examined this stay: only the agency cancels it."), code="examined")
    if stay.lines.exists():
        raise Refused(_("The stay has fee lines. Remove them first."), code="has_lines")
    save(stay, "status")
    refresh_reviews(resident, clock.today(), by)
    audit.record(by=by, verb="stays.cancel", obj=stay, resident=resident.number, note=reason.strip())
    return stay


@Statement
def _diagnoses(codes: list[str]) -> QuerySet[Diagnosis]:
    return Diagnosis.objects.filter(OneOf(F("code"), codes)).order_by()


def diagnoses_of(codes: Sequence[str]) -> list[Diagnosis]:
    """The diagnoses with these codes, in their order. Raises Invalid where the list of diagnoses lacks one."""
    wanted = [code.strip().upper() for code in codes]
    found = {diagnosis.code: diagnosis for diagnosis in _diagnoses(wanted)}
    if any(code not in found for code in wanted):
        raise Invalid(
            _("This code is not in the list of diagnoses. Choose one of the list."),
            field="diagnosis",
            code="diagnosis_unknown",
        )
    return [found[code] for code in wanted]


def fill(stay: Stay, admission: AdmissionData, today: datetime.date) -> None:
    """Put the admission on the stay, with what the records say of its day. Raises Invalid or Refused."""
    admitted_at = local(admission.admitted_at)
    require_possible(stay.resident, admission, admitted_at, today)
    principal, *others = diagnoses_of([admission.diagnosis, *(admission.other_diagnoses or ())])
    stay.admitted_at, stay.admitted_on = admitted_at, admitted_at.date()
    require_graded(stay.institution, stay.admitted_on)
    stay.inpatient_number = admission.inpatient_number.strip()
    stay.diagnosis = principal
    if admission.other_diagnoses is not None:
        stay.other_diagnoses = [other.code for other in others]
    stay.emergency, stay.form_signed, stay.abroad = admission.emergency, admission.form_signed, admission.abroad
    stay.card_presented_at = admission.card_presented_at
    stay.cause = admission.cause
    stay.referral = referral_for(stay.resident_id, stay.institution, stay.admitted_on)
    stay.transfer_stated = admission.transfer_stated or stay.referral is not None
    stay.category = category_on(stay.resident, stay.admitted_on)


def require_possible(
    resident: Resident, admission: AdmissionData, admitted_at: datetime.datetime, today: datetime.date
) -> None:
    if not admission.inpatient_number.strip():
        raise Invalid(_("Enter the inpatient number."), field="inpatient_number")
    if admitted_at.date() > today:
        raise Invalid(_("The admission lies in the future."), field="admitted_at")
    if admitted_at.date() < resident.birth_date:
        raise Invalid(_("The admission lies before the person's birth."), field="admitted_at")
    try:
        policy_on(admitted_at.date())
    except PolicyError as error:
        raise Invalid(
            _("The measures did not hold on that day: nothing can be settled for it."),
            field="admitted_at",
            code="before_the_law",
        ) from error
    presented = admission.card_presented_at
    if presented is not None and local(presented).date() > today:
        raise Invalid(_("The card was presented in the future."), field="card_presented_at")


def require_graded(institution: Institution, on: datetime.date) -> None:
    if institution_on(institution, on).grade is None:
        raise Refused(
            _("No grade of %(institution)s is recorded for %(day)s. Ask the administrator to enter it.")
            % {"institution": institution.label, "day": on},
            code="no_grade",
            field="institution",
        )


def require_not_in_hospital(stay: Stay, others: Sequence[Stay], by: Actor) -> None:
    """Nobody lies in two hospitals: a stay that began before and has no discharge yet stands in the way."""
    began_before = (
        other
        for other in others
        if other.status == Stay.Status.ADMITTED and other.admitted_at <= stay.admitted_at and other.pk != stay.pk
    )
    other = max(began_before, key=lambda other: (other.admitted_on, other.number), default=None)
    if other is None or (stay.discharged_on is not None and stay.discharged_on <= other.admitted_on):
        return
    # A hospital is not told where else somebody lies.
    if other.institution_id == stay.institution_id or sees_everything(by):
        message = _("This person is in hospital already: %(institution)s, since %(day)s. Discharge there first.") % {
            "institution": other.institution.label,
            "day": other.admitted_on,
        }
    else:
        message = _("This person is in hospital already, at another institution. It has to discharge first.")
    raise Conflict(message, code="already_admitted", field="resident")


def taken(error: IntegrityError, stay: Stay) -> Conflict:
    """The conflict behind a violated constraint; any other violation is a fault and goes on."""
    if UNIQUE_INPATIENT_NUMBER not in str(error):
        raise error
    return Conflict(
        _("The inpatient number %(number)s is taken at this institution.") % {"number": stay.inpatient_number},
        code="inpatient_number_taken",
        field="inpatient_number",
    )


def recorded(stay: Stay) -> dict[str, object]:
    """The admission for the audit record."""
    return {name: getattr(stay, name) for name in CHANGEABLE if name != "admitted_on"} | {
        "institution": stay.institution.code
    }
