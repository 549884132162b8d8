"""Finding and locking the rows that the verbs of claims work on: the resident's first, then the stay's."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from claims.models import Institution, Stay
from claims.selectors import institution_at, sees_everything
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.statements import Statement, update
from liaoyang_medins.kernel.states import require_transition, require_version

AGENCY = frozenset({Role.AGENCY_CLERK, Role.AGENCY_REVIEWER})
# Acts by which somebody enters what is settled.
ENTERING = (
    "stays.admit",
    "stays.change",
    "stays.add_lines",
    "stays.remove_lines",
    "stays.discharge",
    "stays.cancel_discharge",
)
# Acts by which somebody at the desk examines it.
EXAMINING = ("reviews.cut", "reviews.restore", "reviews.propose")
# The stays paid by residents that their applications are at work on.
_worked_on: ContextVar[frozenset[str]] = ContextVar("worked_on", default=frozenset())


@Statement
def _resident_of_stay(number: str) -> QuerySet[Resident]:
    rows = Resident.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(stays__number=number).order_by()


@Statement
def _resident(number: str) -> QuerySet[Resident]:
    return Resident.objects.select_for_update(no_key=True).filter(number=number).order_by()


def _stays(number: str) -> QuerySet[Stay]:
    rows = Stay.objects.select_related(
        "resident", "institution__office", "institution__usual_cost", "diagnosis", "referral__from_institution"
    )
    return rows.select_for_update(of=("self",), no_key=True).filter(number=number).order_by()


@Statement
def _stay(number: str) -> QuerySet[Stay]:
    return _stays(number)


@Statement
def _stay_at(number: str, office: int) -> QuerySet[Stay]:
    return _stays(number).filter(institution__office=office, self_paid=False)


def lock_resident_of(stay_number: str) -> Resident:
    """Lock the row of the person whose stay it is. All that decides over money of one person is serial by it (A4)."""
    resident = _resident_of_stay.first(stay_number)
    if resident is None:
        raise unknown_stay()
    require_not_merged(resident)
    return resident


def require_not_merged(resident: Resident) -> None:
    """Conflict where the record was merged into another while this waited for its lock: what hangs on it has moved."""
    if resident.merged_into_id is not None:
        raise Conflict(_("This record was merged into another meanwhile. Look for the person again."), code="merged")


def lock_resident(number: str) -> Resident:
    """Lock a person's row by the personal number."""
    resident = _resident.first(number)
    if resident is None:
        raise Invalid(
            _("Nobody with this number is in the records. Check the card or the ID number."),
            code="person_unknown",
            field="resident",
        )
    require_not_merged(resident)
    return resident


@contextmanager
def working_on(stay_number: str) -> Iterator[None]:
    """Within the block the verbs of claims work on a stay that the resident paid; it is for the application for
    reimbursement that the stay belongs to, and for nobody else.
    """
    token = _worked_on.set(_worked_on.get() | {stay_number})
    try:
        yield
    finally:
        _worked_on.reset(token)


def lock_stay(number: str, by: Actor, version: int | None = None) -> Stay:
    """Lock a stay that the actor may see; with `version`, raise Conflict where it was changed since. Refused for a
    stay that the resident paid, but within `working_on`.
    """
    stay = None
    # As `stays_visible_to` says.
    if sees_everything(by):
        stay = _stay.under_lock(number)
    elif by.role is Role.HOSPITAL and by.office is not None:
        stay = _stay_at.under_lock(number, by.office.pk)
    if stay is None:
        raise unknown_stay()
    if stay.self_paid and number not in _worked_on.get():
        raise Refused(
            _("The resident paid this stay: what is done with it is done in the application for reimbursement."),
            code="self_paid",
        )
    if version is not None and version != stay.version:
        require_version(stay.version, version, told=last_change(stay))
    return stay


def unknown_stay() -> Invalid:
    return Invalid(_("There is no stay with this number here."), code="stay_unknown")


def move(stay: Stay, status: Stay.Status) -> None:
    """Pass the gate of the state machine; the caller saves."""
    require_transition(Stay.TRANSITIONS, stay.status, status, label=stay.get_status_display)
    stay.status = status


def require_inpatient(stay: Stay) -> None:
    """A5: a claim of an outpatient disease rests on its approval as it was entered: Refused for another change."""
    if stay.outpatient:
        raise Refused(
            _("This is a claim of outpatient treatment: withdraw it and enter it anew."), code="outpatient_claim"
        )


def require_status(stay: Stay, *statuses: Stay.Status) -> None:
    """Raise Conflict unless the stay is in one of `statuses`."""
    if stay.status not in statuses:
        raise Conflict(
            _("This is not possible any more: the record is now “%(state)s”. Look at it again.")
            % {"state": stay.get_status_display()},
            code="wrong_state",
        )


def save(stay: Stay, *fields: str) -> None:
    """Save the fields and a new version, so that who saw the stay before is told."""
    stay.version += 1
    update(stay, *fields, "version")


def institution_for(by: Actor, code: str) -> Institution:
    """The institution of an admission: a hospital's own, or for the agency the one with this code.

    Raises NotAllowed where a hospital names another, Invalid where there is none.
    """
    if by.role is Role.HOSPITAL:
        own = institution_at.first(by.office.pk) if by.office else None
        if own is None or (code and code != own.code):
            raise NotAllowed(_("A hospital enters its own stays only."))
        return own
    institution = Institution.objects.select_related("office").filter(code=code).first()
    if institution is None:
        raise Invalid(_("Choose the institution."), field="institution", code="institution_unknown")
    return institution


def require_other_maker(made_by_id: int | None, by: Actor) -> None:
    """U14: at the agency nobody decides on what they entered themselves; a hospital works on its own stays."""
    if by.role in AGENCY and made_by_id is not None and made_by_id == by.user_id:
        raise own_entry()


def entered_by(stay: Stay, by: Actor) -> bool:
    """U14: whether somebody of the agency entered anything of the stay: admission, fee lines, discharge, or a
    change.
    """
    if by.role not in AGENCY:
        return False
    return did(stay, by, ENTERING)


def examined_by(stay: Stay, by: Actor) -> bool:
    """U14: whether somebody examined the stay at the desk: denied a line of it, took that back, or proposed it, now or
    before.
    """
    return did(stay, by, EXAMINING)


def did(stay: Stay, by: Actor, verbs: tuple[str, ...]) -> bool:
    return audit.entries_of("claims.stay", stay.number).filter(user_id=by.user_id, verb__in=verbs).exists()


def own_entry() -> Refused:
    return Refused(_("You entered this yourself: a colleague has to decide on it."), code="own_entry")
