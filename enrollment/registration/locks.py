"""Locking residents and registrations: the resident's row is always the first lock, taken before anything is read."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.statements import Statement

from .models import Registration, Resident
from .selectors import OFFICE_OF_RESIDENT, registrations_seen_by, residents_seen_by, sees_everything

# Whose office decides what they see.
BY_OFFICE = (*OFFICE_OF_RESIDENT, Role.SCHOOL)


def registration_under_lock(number: str, by: Actor) -> Registration | None:
    """The registration with its resident, both locked, the resident first; None where it is none of the actor's."""
    if sees_everything(by):
        return _registration.under_lock(number)
    if by.role in BY_OFFICE and by.office is not None:
        return _REGISTRATIONS[by.role].under_lock(number, by.office.pk)
    return None


def resident_under_lock(number: str, by: Actor) -> Resident | None:
    """The resident with this personal number, locked; None where the person is none of the actor's."""
    if sees_everything(by):
        return _resident.under_lock(number)
    if by.role in BY_OFFICE and by.office is not None:
        return _RESIDENTS[by.role].under_lock(number, by.office.pk)
    return None


def resident_with_key(pk: int) -> Resident:
    """The resident with this key, locked, with the offices above. Conflict where the record was merged into another
    meanwhile.
    """
    found = _resident_with_key.under_lock(pk)
    if found is None:
        if Resident.objects.filter(pk=pk).exists():
            raise Conflict(
                _("This record was merged into another meanwhile. Look for the person again."), code="merged"
            )
        raise Resident.DoesNotExist(pk)
    return found


def _locked_registration(rows: QuerySet[Registration], number: str) -> QuerySet[Registration]:
    rows = rows.select_related(None).select_related("resident__community__parent__parent", "office")
    return rows.select_for_update(of=("resident", "self")).filter(number=number).order_by()


def _locked_resident(rows: QuerySet[Resident], number: str) -> QuerySet[Resident]:
    return rows.select_for_update(of=("self",)).filter(number=number).order_by()


@Statement
def _registration(number: str) -> QuerySet[Registration]:
    return _locked_registration(registrations_seen_by(None, None), number)


@Statement
def _resident(number: str) -> QuerySet[Resident]:
    return _locked_resident(residents_seen_by(None, None), number)


@Statement
def _resident_with_key(pk: int) -> QuerySet[Resident]:
    return residents_seen_by(None, None).select_for_update(of=("self",)).filter(pk=pk).order_by()


def _registration_at(role: Role) -> Callable[[str, int], QuerySet[Registration]]:
    def registration_at(number: str, office: int) -> QuerySet[Registration]:
        return _locked_registration(registrations_seen_by(role, office), number)

    return registration_at


def _resident_at(role: Role) -> Callable[[str, int], QuerySet[Resident]]:
    def resident_at(number: str, office: int) -> QuerySet[Resident]:
        return _locked_resident(residents_seen_by(role, office), number)

    return resident_at


_REGISTRATIONS = {role: Statement(_registration_at(role)) for role in BY_OFFICE}
_RESIDENTS = {role: Statement(_resident_at(role)) for role in BY_OFFICE}
