"""The one verb of the portal itself: looking at a full ID number."""

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.registration import selectors as registration
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor


@transaction.atomic
def reveal_id_number(*, number: str, by: Actor) -> str:
    """The full ID number of the resident with this personal number; the look is on record before anybody sees it.

    Raises Resident.DoesNotExist for somebody whom the actor may not see, Refused where the person has none yet.
    """
    by.require("residents.reveal")
    resident: Resident = registration.residents_visible_to(by).get(number=number)
    if not resident.id_number:
        raise Refused(_("This person has no ID number yet."))
    audit.record(by=by, verb="residents.reveal", obj=resident, resident=resident.number)
    return resident.id_number
