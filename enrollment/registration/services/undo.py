"""Undo of today's own mistake: the clerk's own last act on a registration, while nobody has acted on it since.

What is undone stays on record: the act, and that it was taken back. These are no steps of the chain, so they stand in
a table of their own.
"""

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition

from .. import rules, selectors
from ..models import Registration
from .common import Status, locked_registration, move, require_unchanged

# An act, where the registration stands after it, and where it stood before.
UNDONE: dict[str, dict[str, set[str]]] = {
    # Submitted by mistake: it goes as if the applicant took it back.
    "registrations.register": {
        Status.ACCEPTED: {Status.WITHDRAWN},
        Status.MATERIALS_MISSING: {Status.WITHDRAWN},
    },
    "registrations.forward": {
        Status.AT_SUBDISTRICT: {Status.ACCEPTED},
        Status.AT_DISTRICT: {Status.AT_SUBDISTRICT},
        # A school's goes to the agency at once (W4).
        Status.AT_AGENCY: {Status.ACCEPTED},
    },
    "registrations.approve": {Status.AT_AGENCY: {Status.AT_DISTRICT}},
}


def last_act(registration: Registration) -> AuditEntry | None:
    """The last act on record of a registration."""
    return entries_of(registration._meta.label_lower, registration.number).first()


def can_undo(registration: Registration, by: Actor) -> bool:
    """Whether the actor's last act of today on the registration can be taken back now."""
    last = last_act(registration)
    return last is not None and refusal(last, registration, by) is None


def refusal(last: AuditEntry, registration: Registration, by: Actor) -> Refused | None:
    """Why the last act cannot be taken back; None where it can."""
    if last.verb not in UNDONE or registration.status not in UNDONE[last.verb]:
        return Refused(_("The last thing that was done here cannot be taken back."), code="not_undone")
    if by.user_id is None or last.user_id != by.user_id or by.role != last.role:
        return Refused(
            _("%(name)s did this: only who did it can take it back.") % {"name": last.actor_name}, code="not_yours"
        )
    if last.business_date != clock.today():
        return Refused(
            _("This was done on %(day)s: only what was done today can be taken back.")
            % {"day": last.business_date.isoformat()},
            code="not_today",
        )
    return None


@transaction.atomic
def undo(*, number: str, version: int, by: Actor) -> Registration:
    """Take back one's own last act of today on a registration: its submission, passing it on, its approval.

    Refused for somebody else's act, an earlier one, one that cannot be taken back, and where anything was done since;
    Conflict where somebody was first; NotAllowed where the registration is none of the actor's.
    """
    by.require("registrations.undo")
    registration = locked_registration(number, by)
    require_unchanged(registration, version)
    last = last_act(registration)
    if last is None:
        raise Refused(_("The last thing that was done here cannot be taken back."), code="not_undone")
    refused = refusal(last, registration, by)
    if refused is not None:
        raise refused
    (then,) = UNDONE[last.verb][registration.status]
    require_transition(UNDONE[last.verb], registration.status, then, label=registration.get_status_display)
    since, due_on = step_before(registration, then, last)
    if last.verb == "registrations.approve":
        registration.reviewed_by = None
    undone = registration.status
    # It never went to the other office.
    handed = registration.handovers.filter(handed_on=clock.today()).last()
    if handed is not None and then != Status.WITHDRAWN:
        handed.delete()
    move(registration, then, on=since, due_on=due_on)
    audit.record(
        by=by,
        verb="registrations.undo",
        obj=registration,
        resident=registration.resident.number,
        changes={"status": [str(undone), then], "undone": last.verb},
    )
    return registration


def step_before(registration: Registration, then: str, last: AuditEntry) -> tuple[datetime.date, Any]:
    """Since when the registration stood where it goes back to, and the last day of its term there (W3)."""
    today = clock.today()
    if then == Status.WITHDRAWN:
        return today, None
    if then == Status.ACCEPTED:
        accepted = registration.accepted_on or registration.received_on
        return accepted, rules.community_due(accepted, selectors.policy_on(accepted))
    before = entries_of(registration._meta.label_lower, registration.number).filter(pk__lt=last.pk).first()
    since = before.business_date if before else today
    if then == Status.AT_DISTRICT:
        return since, rules.district_due(since, selectors.policy_on(since))
    return since, None
