"""What cards have to say when two records of a person are made one: of two open enrollments one goes on, and with it
one card (W7).
"""

from enrollment.life.parts import PARTS, Part
from enrollment.registration.models import Enrollment, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor

from ..models import InsuranceCard
from .common import move, record, require_step

Status = InsuranceCard.Status
# Which of two live cards goes on: the one that the holder has before one that waits for them, a lost one last.
RANK = {Status.HANDED_OUT: 0, Status.WITH_COMMUNITY: 1, Status.MADE: 2, Status.SUSPENDED: 3, Status.LOST: 4}


def settle(survivor: Resident, duplicate: Resident, by: Actor) -> None:
    """The cards of an enrollment that went on in the other go along, so that they do not end with it; of two live
    cards the one that the holder has goes on, the other one is out of use.
    """
    both = Enrollment.objects.filter(resident__in=[survivor, duplicate])
    kept = both.filter(ends=None).first()
    merged = both.filter(end_reason=Enrollment.EndReason.MERGED)
    if kept is None or not merged:
        return
    cards = InsuranceCard.objects.filter(enrollment__in=[kept, *merged]).select_related("resident")
    live = [card for card in cards.select_for_update(of=("self",)).order_by("pk") if card.is_live]
    live.sort(key=lambda card: (RANK[Status(card.status)], card.enrollment_id != kept.pk))
    for card in live[1:]:
        require_step(card, Status.ENDED)
        # In no language: the two numbers say which records were made one.
        move(card, Status.ENDED, on=clock.today(), reason=f"{duplicate.number} → {survivor.number}")
        record(card, "cards.take_in", by, note=card.reason)
    InsuranceCard.objects.filter(enrollment__in=merged).update(enrollment=kept)


PARTS["cards"] = Part(settle=settle)
