"""What households have to say when two records of a person are made one: nobody belongs to two."""

from enrollment.life.parts import PARTS, Part
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor

from .models import Household, Member


def settle(survivor: Resident, duplicate: Resident, by: Actor) -> None:
    """Where both belong to a household now, that of the survivor stays. Was the record that goes the head of the same
    household, the survivor is.
    """
    mine = Member.objects.filter(resident=survivor, until=None).first()
    theirs = Member.objects.filter(resident=duplicate, until=None).first()
    if mine is None or theirs is None:
        return
    household = Household.objects.select_for_update().get(pk=theirs.household_id)
    theirs.until = clock.today()
    theirs.save(update_fields=["until"])
    if mine.household_id == household.pk and theirs.relation == Member.Relation.HEAD:
        mine.relation = Member.Relation.HEAD
        mine.save(update_fields=["relation"])
    household.version += 1
    household.save(update_fields=["version"])
    audit.record(by=by, verb="households.remove", obj=household, resident=survivor.number)


PARTS["households"] = Part(settle=settle)
