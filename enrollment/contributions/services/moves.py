"""Moves that became known after a payment: the notice belongs to the district of the day of payment (C3, F3)."""

from django.db import connection, transaction

from enrollment.registration import selectors as registration
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor

from ..models import ContributionNotice
from .writing import Status, lock_resident

# Paid notices of who has moved, in another district than that of the community lived in on the day of payment: where
# the first move after it began, else where they live now.
ELSEWHERE = """
    SELECT notice.id FROM contributions_contributionnotice notice
    JOIN registration_resident resident ON resident.id = notice.resident_id
    LEFT JOIN LATERAL (
        SELECT from_community_id FROM registration_move move
        WHERE move.resident_id = resident.id AND NOT voided AND moved_on > notice.paid_on ORDER BY moved_on LIMIT 1
    ) AS later ON true
    JOIN offices_office community ON community.id = coalesce(later.from_community_id, resident.community_id)
    JOIN offices_office subdistrict ON subdistrict.id = community.parent_id
    WHERE notice.status = 'paid' AND notice.district_id <> subdistrict.parent_id
        AND notice.resident_id IN (SELECT resident_id FROM registration_move)
    ORDER BY notice.id
"""


def follow_moves(*, by: Actor) -> int:
    """Give every paid notice the district of its day of payment, as the moves on record tell it now; returns how many
    had another (C3).

    What an issued statement claimed for the other district is corrected by the next one (F3). Each notice in a
    transaction of its own; done twice it changes nothing.
    """
    by.require("notices.make")
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE)
        found = [key for (key,) in cursor.fetchall()]
    return sum(follow_move(key, by) for key in found)


@transaction.atomic
def follow_move(pk: int, by: Actor) -> bool:
    """The same for one notice; False where it is right, or not paid, by now."""
    notice = ContributionNotice.objects.get(pk=pk)
    resident = lock_resident(notice.resident_id)
    notice = ContributionNotice.objects.select_for_update(of=("self",)).select_related("district").get(pk=pk)
    district = registration.district_of(resident, notice.paid_on)
    if notice.status != Status.PAID or notice.district_id == district.pk:
        return False
    before, notice.district = notice.district, district
    notice.save(update_fields=["district"])
    audit.record(
        by=by,
        verb="notices.district",
        obj=notice,
        resident=resident.number,
        changes={"district": [before.code, district.code]},
    )
    return True
