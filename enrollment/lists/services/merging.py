"""What lists have to say when two records of a person are made one: nobody is in two classes (W10)."""

from datetime import date

from enrollment.life.parts import PARTS, Part
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.actors import Actor

from ..models import ClassMembership


def settle(survivor: Resident, duplicate: Resident, by: Actor) -> None:
    """Where both were in a class on one day, that of the survivor stays: a class decides nothing."""
    days = list(ClassMembership.objects.filter(resident=survivor).values_list("starts", "ends"))
    for row in ClassMembership.objects.filter(resident=duplicate):
        if any(row.starts <= (ends or date.max) and starts <= (row.ends or date.max) for starts, ends in days):
            row.delete()


PARTS["lists"] = Part(settle=settle)
