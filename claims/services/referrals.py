"""Referrals to another institution (D7, Art. 23): asked for by who may refer, approved by the agency."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from claims.facts import institution_on
from claims.models import Diagnosis, Institution, Referral
from claims.selectors import institution_of, referrals_visible_to
from claims.services.records import lock_resident, require_other_maker
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.states import require_transition


@transaction.atomic
def request_referral(
    *,
    resident_number: str,
    from_institution: str,
    to_institution: str,
    diagnosis: str,
    reason: str,
    issued_on: datetime.date,
    valid_until: datetime.date,
    by: Actor,
) -> Referral:
    """Enter a referral from one institution (by code) to another. It counts once the agency has approved it.

    The same referral entered twice, while it waits for the agency, is the first one. Refused where the sending
    institution may not refer, or the receiving one lies in the city and is not designated on the day of issue.
    NotAllowed where a hospital refers for another.
    """
    by.require("referrals.enter")
    resident = lock_resident(resident_number)
    sender = institution_named(from_institution, "from_institution")
    receiver = institution_named(to_institution, "to_institution")
    own = institution_of(by)
    if by.role is Role.HOSPITAL and own != sender:
        raise NotAllowed(_("A hospital issues its own referrals only."))
    if sender == receiver:
        raise Invalid(_("Choose another institution than the sending one."), field="to_institution")
    if issued_on > clock.today():
        raise Invalid(_("The referral is issued in the future."), field="issued_on")
    if valid_until < issued_on:
        raise Invalid(_("The last day lies before the first."), field="valid_until")
    if not reason.strip():
        raise Invalid(_("Say why the person is transferred."), field="reason")
    known = Diagnosis.objects.filter(code=diagnosis.strip().upper()).first()
    if known is None:
        raise Invalid(_("This code is not in the list of diagnoses. Choose one of the list."), field="diagnosis")
    if not sender.may_refer:
        raise Refused(
            _("The agency has not named %(institution)s to issue referrals.") % {"institution": sender.label},
            field="from_institution",
            code="may_not_refer",
        )
    if not receiver.out_of_city and not institution_on(receiver, issued_on).designated:
        raise Refused(
            _("Within the city a referral leads to designated institutions only; %(institution)s is not.")
            % {"institution": receiver.label},
            field="to_institution",
            code="not_designated",
        )
    waiting = Referral.objects.filter(
        resident=resident,
        from_institution=sender,
        to_institution=receiver,
        diagnosis=known,
        issued_on=issued_on,
        valid_until=valid_until,
        status=Referral.Status.REQUESTED,
    ).first()
    if waiting is not None:
        return waiting
    referral = Referral.objects.create(
        number=next_number("referral", issued_on),
        resident=resident,
        from_institution=sender,
        to_institution=receiver,
        diagnosis=known,
        reason=reason.strip(),
        issued_on=issued_on,
        valid_until=valid_until,
        made_by_id=by.user_id,
    )
    changes = {"from": sender.code, "to": receiver.code, "issued_on": issued_on, "valid_until": valid_until}
    audit.record(by=by, verb="referrals.request", obj=referral, resident=resident.number, changes=changes)
    return referral


@transaction.atomic
def approve_referral(*, number: str, by: Actor) -> Referral:
    """Approve a referral from today on: it counts for admissions from today (D7). Refused for who entered it."""
    by.require("referrals.approve")
    referral = lock_referral(number, by)
    require_transition(
        Referral.TRANSITIONS, referral.status, Referral.Status.APPROVED, label=referral.get_status_display()
    )
    require_other_maker(referral.made_by_id, by)
    today = clock.today()
    if referral.valid_until < today:
        raise Refused(_("The referral ran out on %(day)s.") % {"day": referral.valid_until}, code="ran_out")
    referral.status, referral.approved_on = Referral.Status.APPROVED, today
    referral.save(update_fields=["status", "approved_on"])
    audit.record(by=by, verb="referrals.approve", obj=referral, resident=referral.resident.number)
    return referral


@transaction.atomic
def deny_referral(*, number: str, reason: str, by: Actor) -> Referral:
    """Deny a referral, with the reason that the institution is told. Refused for who entered it."""
    by.require("referrals.approve")
    referral = lock_referral(number, by)
    require_transition(
        Referral.TRANSITIONS, referral.status, Referral.Status.DENIED, label=referral.get_status_display()
    )
    require_other_maker(referral.made_by_id, by)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    referral.status, referral.denial = Referral.Status.DENIED, reason.strip()
    referral.save(update_fields=["status", "denial"])
    audit.record(by=by, verb="referrals.deny", obj=referral, resident=referral.resident.number, note=reason.strip())
    return referral


def lock_referral(number: str, by: Actor) -> Referral:
    referral = referrals_visible_to(by).select_for_update(of=("self",)).filter(number=number).first()
    if referral is None:
        raise Invalid(_("There is no referral with this number here."), code="referral_unknown")
    return referral


def institution_named(code: str, field: str) -> Institution:
    institution = Institution.objects.select_related("office").filter(code=code).first()
    if institution is None:
        raise Invalid(_("Choose the institution."), field=field, code="institution_unknown")
    return institution
