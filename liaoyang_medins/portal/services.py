"""The verbs of the portal itself: looking at a full ID number; the end of a posting with the work that it leaves."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.registration import selectors as registration
from enrollment.registration.models import Resident
from enrollment.registration.services.leaving import drafts_of, hand_over_drafts, successors
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.days import next_day
from liaoyang_medins.kernel.errors import Invalid, Refused
from liaoyang_medins.kernel.offices import services as offices
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting


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


@transaction.atomic
def end_posting(*, posting_id: int, ends: datetime.date, colleague_id: int | None = None, by: Actor) -> Posting:
    """Let a posting end on a day; what its holder began there and did not submit goes to a colleague now, so that
    nothing stays with who leaves.

    Raises as `offices.end_posting` and `hand_over_drafts`; Invalid (field colleague) where there are drafts and
    somebody to go on with them, and nobody is named.
    """
    posting = offices.end_posting(posting_id=posting_id, ends=ends, by=by)
    there = posting.user.postings.in_force(next_day(ends)).filter(office=posting.office).exists()
    if there or not drafts_of(posting.user, posting.office).exists():
        return posting
    if colleague_id is not None:
        hand_over_drafts(user_id=posting.user_id, office_id=posting.office_id, colleague_id=colleague_id, by=by)
    elif successors(posting.user, posting.office, clock.today()).exists():
        raise Invalid(_("Choose who goes on with the drafts."), code="no_colleague", field="colleague")
    return posting
