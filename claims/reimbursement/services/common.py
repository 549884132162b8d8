"""What every verb of reimbursement does first: find, lock, check the state and who acts."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from claims.models import Stay
from claims.services.records import lock_resident_of, own_entry, working_on
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition, require_version

from .. import selectors
from ..models import Reimbursement

Status = Reimbursement.Status
# Acts by which somebody entered what is decided.
ENTERING = (
    "reimbursements.enter",
    "reimbursements.change",
    "reimbursements.papers",
    "reimbursements.account",
    "reimbursements.lines",
    "reimbursements.examine",
)


def locked(number: str, by: Actor, version: int | None = None) -> Reimbursement:
    """The application under lock, its resident locked first.

    Raises NotAllowed where there is none for the actor; with `version`, Conflict where it was changed since.
    """
    stay = selectors.visible_to(by).filter(number=number).values_list("stay__number", flat=True).first()
    if stay is None:
        raise unknown()
    resident = lock_resident_of(stay)
    rows = Reimbursement.objects.select_for_update(of=("self",)).select_related("stay__institution__office")
    found = rows.get(number=number)
    if version is not None:
        require_version(found.version, version, told=lambda: last_change(found))
    found.stay.resident = resident
    return found


def unknown() -> NotAllowed:
    return NotAllowed(_("There is no such application for you."), code="not_found")


def move(application: Reimbursement, then: str) -> None:
    """Pass the gate of the state machine; the caller saves."""
    require_transition(Reimbursement.TRANSITIONS, application.status, then, label=application.get_status_display)
    application.status = then


def save(application: Reimbursement) -> None:
    """Save with a new version, so that who saw the application before is told."""
    application.version += 1
    application.save()


def entered_by(application: Reimbursement, by: Actor) -> bool:
    """U14: whether the actor entered anything of the application, changed or examined it."""
    if by.user_id is None:
        return False
    acts = audit.entries_of(audit.object_type(application), application.number).filter(verb__in=ENTERING)
    return application.made_by_id == by.user_id or acts.filter(user_id=by.user_id).exists()


def require_other_person(application: Reimbursement, by: Actor) -> None:
    """U14: Refused for who entered or examined it: nobody decides on their own work."""
    if entered_by(application, by):
        raise own_entry()


def record(application: Reimbursement, verb: str, by: Actor, note: str = "", **changes: object) -> None:
    """The act on the audit record, for the application's page and the resident's. No account number goes there."""
    audit.record(
        by=by,
        verb=verb,
        obj=application,
        resident=application.resident.number,
        changes={"status": str(application.status), **changes},
        note=note,
    )


@contextmanager
def reopened(application: Reimbursement) -> Iterator[Stay]:
    """Within the block the application's stay takes fee lines, although its discharge is known from the first. What is
    dated outside of it is refused before.
    """
    stay = application.stay
    with working_on(stay.number):
        rows = Stay.objects.filter(pk=stay.pk)
        rows.update(status=Stay.Status.ADMITTED, discharged_on=None)
        yield stay
        rows.update(status=Stay.Status.DISCHARGED, discharged_on=stay.discharged_on)
