"""What every verb on declarations does first: find, lock, check the state and who acts."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from claims.models import Institution
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition, require_version

from .. import selectors
from ..models import Declaration

Status = Declaration.Status


def lock_institutions(keys: Iterable[int]) -> None:
    """One verb at a time on the declarations of an institution: each looks at what all the others hold."""
    rows = Institution.objects.select_for_update(no_key=True).filter(pk__in=list(keys)).order_by("pk")
    list(rows.values_list("pk"))


def locked(number: str, by: Actor, version: int | None = None) -> Declaration:
    """The declaration under lock, its institution locked first.

    Raises NotAllowed where there is none for the actor; with `version`, Conflict where it was changed since.
    """
    seen = selectors.declarations_visible_to(by).filter(number=number).first()
    if seen is None:
        raise unknown()
    lock_institutions([seen.institution_id])
    rows = Declaration.objects.select_for_update(of=("self",)).select_related("institution__office")
    found = rows.filter(number=number).first()
    if found is None:
        raise unknown()
    if version is not None:
        require_version(found.version, version, told=lambda: last_change(found))
    return found


def unknown() -> NotAllowed:
    return NotAllowed(_("There is no such declaration for you."), code="not_found")


def move(declaration: Declaration, then: str) -> None:
    """Pass the gate of the state machine; the caller saves."""
    require_transition(Declaration.TRANSITIONS, declaration.status, then, label=declaration.get_status_display)
    declaration.status = then


def save(declaration: Declaration) -> None:
    """Save with a new version, so that who saw the declaration before is told."""
    declaration.version += 1
    declaration.save()


def record(declaration: Declaration, verb: str, by: Actor, note: str = "", **changes: object) -> None:
    """The act on the audit record, for the declaration's page."""
    said = {"status": str(declaration.status), **changes}
    audit.record(by=by, verb=verb, obj=declaration, changes=said, note=note)


def require_another(declaration: Declaration, by: Actor) -> None:
    """U14: Refused for who took another step of the declaration: nobody signs twice."""
    signed = (declaration.submitted_by_id, declaration.examined_by_id, declaration.checked_by_id)
    if by.user_id is not None and by.user_id in signed:
        raise Refused(
            _("You took another step of this declaration yourself: a colleague takes this one."), code="own_entry"
        )


def require_sound(declaration: Declaration) -> None:
    """Refused where something in a frozen declaration must not be paid any more; it names all of it."""
    wrong = selectors.wrong_in(declaration)
    if wrong:
        words = {
            "settlement": _("Settlement %(number)s was reversed since."),
            "inspection": _("For the inspection %(number)s something else is outstanding now."),
        }
        raise Refused(
            _("The declaration is not right any more. Send it back, so that it is drawn anew."),
            code="not_right_any_more",
            reasons=[words[kind] % {"number": number} for kind, number in wrong],
        )
