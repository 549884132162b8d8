"""Moves within the pooling area: community and district change from that day on (W9, C3, F3; Art. 13, 14)."""

import datetime

from django.utils.translation import gettext as _

from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.days import day_before
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.statements import update

from ..models import Move, Resident
from ..selectors import lived_in, open_registration


def write_move(resident: Resident, community: Office, moved_on: datetime.date, *, today: datetime.date) -> None:
    """The resident lives in `community` from `moved_on` on; call it with the resident locked, and save it afterwards.

    What was stated from that day on is voided. Where the resident lives there already, the day of that move is
    corrected. Invalid for a day in the future or before the birth, and where there is no such move.
    """
    if moved_on > today:
        raise Invalid(_("The day of the move lies in the future. Enter it once they have moved."), field="moved_on")
    if moved_on < resident.birth_date:
        raise Invalid(_("This day lies before the birth."), field="moved_on")
    moves = list(resident.moves.filter(voided=False).select_related("from_community").order_by("moved_on"))
    home = resident.community
    if community == home:
        if not moves:
            raise Invalid(_("They always lived here. Choose the community to which they moved."), field="community")
        last = moves.pop()
        last.voided = True
        last.save(update_fields=["voided"])
        home = last.from_community
    lived = lived_in(moves, home, day_before(moved_on))
    resident.moves.filter(voided=False, moved_on__gte=moved_on).update(voided=True)
    days = [row.moved_on for row in moves if row.moved_on < moved_on]
    if lived != community:
        Move.objects.create(resident=resident, moved_on=moved_on, from_community=lived, to_community=community)
        days.append(moved_on)
    resident.community = community
    resident.moved_on = max(days, default=None)


def hand_over(resident: Resident, *, by: Actor) -> None:
    """A registration under way that a community received goes along to the community lived in now; call it with the
    resident locked. A school's stays with the school.
    """
    row = open_registration(resident)
    if row is None or row.office.kind != Office.Kind.COMMUNITY or row.office_id == resident.community_id:
        return
    before, row.office = row.office, resident.community
    row.version += 1
    update(row, "office", "version")
    audit.record(
        by=by,
        verb="registrations.hand_over",
        obj=row,
        resident=resident.number,
        changes={"office": [before.code, row.office.code]},
    )
