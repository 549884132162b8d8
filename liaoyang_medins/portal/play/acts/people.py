"""What changes in people's lives, as the community, the school or the agency puts it on record (W9, W10)."""

import datetime

from enrollment.registration import services
from enrollment.registration.models import Circumstance, Resident
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role

from ..steps import Again, Moot, Step, act
from ..who import Stated, as_stated, circumstance, clerk, community_of, office, resident_of


@act(may=("not_found",))
def move(step: Step) -> None:
    """Moved within the city: the community of the old place writes down the new one."""
    resident = resident_of(step.who)
    new: Office = office(step.args["community"])
    if resident.community_id == new.pk:
        raise Again
    services.change_resident(
        number=resident.number,
        version=resident.version,
        person=as_stated(resident, community=new, address=step.args["address"]),
        moved_on=step.args["on"],
        by=community_of(resident),
    )


@act()
def give_number(step: Step) -> None:
    """The newborn has an ID number now."""
    resident = resident_of(step.who)
    if resident.id_number:
        raise Again
    services.change_resident(
        number=resident.number,
        version=resident.version,
        person=as_stated(resident, id_number=step.args["id_number"]),
        by=community_of(resident),
    )


def at_desk(resident: Resident, step: Step) -> Actor:
    """Who writes a circumstance down: the school that the step names, else the community."""
    school = step.args.get("by_school")
    return clerk(Role.SCHOOL, school) if school else community_of(resident)


# What was known of the person before may speak against what is stated now.
SPOKEN_FOR = ("overlap", "days", "before_birth")


@act(may=SPOKEN_FOR, again=("already_on_record",))
def put(step: Step) -> None:
    """A circumstance begins; it may be known before it begins or long after."""
    resident = resident_of(step.who)
    stated: Stated = step.args["circumstance"]
    services.add_circumstance(
        resident_number=resident.number, circumstance=circumstance(stated), by=at_desk(resident, step)
    )


def rows_of(resident: Resident, kind: str, starts: datetime.date | None) -> list[Circumstance]:
    rows = resident.circumstances.filter(kind=kind).order_by("-starts", "voided")
    return list(rows.filter(starts=starts) if starts else rows)


@act(may=SPOKEN_FOR)
def end(step: Step) -> None:
    """The last circumstance of a kind ends on a day; `corrects`: on another day than was said before."""
    resident = resident_of(step.who)
    live = [row for row in rows_of(resident, step.args["kind"], None) if not row.voided]
    if not live:
        raise Moot
    if live[0].ends == step.args["ends"]:
        raise Again
    if (live[0].ends is not None) is not step.args.get("corrects", False):
        raise Moot
    services.end_circumstance(
        circumstance_id=live[0].pk, ends=step.args["ends"], reason=step.args["reason"], by=at_desk(resident, step)
    )


@act(again=("voided",))
def void(step: Step) -> None:
    """A circumstance was never true."""
    resident = resident_of(step.who)
    rows = rows_of(resident, step.args["kind"], step.args["starts"])
    if not rows:
        raise Moot
    if rows[0].voided:
        raise Again
    services.void_circumstance(circumstance_id=rows[0].pk, reason=step.args["reason"], by=at_desk(resident, step))
