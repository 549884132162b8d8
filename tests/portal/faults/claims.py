"""Faults in stays, settlements and the cap."""

import datetime
from decimal import Decimal

from claims.models import FeeLine, Reversal, Settlement, Stay
from claims.rules import StayFacts, adjudicate
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.facts import from_json, to_json
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy import version

from .planting import FEN, YUAN, D, change, copy, fault, rebook, remove, settlement


@fault("settlement.sum")
def a_fen_too_much() -> str:
    row = settlement()
    return change(row, resident_pays=row.resident_pays + FEN, copayment=(row.copayment or 0) + FEN)


@fault("settlement.parts")
def a_part_too_small() -> str:
    row = settlement()
    return change(row, copayment=(row.copayment or 0) - FEN)


@fault("settlement.recomputed")
def another_split() -> str:
    row = settlement(deductible__gt=1, handovers=None)
    return change(row, deductible=(row.deductible or 0) - FEN, copayment=(row.copayment or 0) + FEN)


@fault("settlement.recomputed")
def the_fund_pays_more() -> str:
    row = settlement(declared=None, stay__self_paid=False)
    fund = row.fund + YUAN
    rebook("settlement", row.number, {"500101": fund, "2103": -fund})
    less = {"resident_pays": row.resident_pays - YUAN, "copayment": (row.copayment or 0) - YUAN}
    return change(row, fund=fund, **less)


@fault("settlement.lines")
def a_line_gone() -> str:
    row = settlement()
    remove(row.stay.lines.order_by("id")[0])
    return row.number


@fault("settlement.lines")
def a_line_of_no_benefit() -> str:
    """The settlement counts a line whose day nothing covers."""
    row = settlement(stay__lines__on__lt=D(2009, 12, 1))
    day = row.resident.benefit_periods.order_by("starts")[0].starts - datetime.timedelta(days=1)
    change(row.stay, admitted_on=day)
    change(row.stay.lines.filter(in_scope__gt=0).order_by("id")[0], on=day)
    return row.number


@fault("line.scope")
def more_in_scope() -> str:
    line = FeeLine.objects.filter(stay__status="admitted", in_scope__gt=1)[0]
    change(line, in_scope=line.in_scope - FEN)
    return f"{line.stay.number} / {line.line_number}"


@fault("line.scope")
def outside_the_stay() -> str:
    line = FeeLine.objects.filter(stay__status="admitted")[0]
    change(line, on=line.stay.admitted_on - datetime.timedelta(days=1))
    return f"{line.stay.number} / {line.line_number}"


@fault("settlement.one_live")
def settled_twice() -> str:
    row = Settlement.objects.get(live=True, fund=0, stay__inpatient_number="SC-3")
    with_entry(copy(row, sequence=5))
    return row.stay.number


@fault("settlement.reversed")
def a_reversal_gone() -> str:
    reversal = Reversal.objects.get(settlement__fund=0)
    remove(reversal)
    return reversal.settlement.number


@fault("settlement.reversed")
def live_and_reversed() -> str:
    row = Settlement.objects.get(live=False, fund=0)
    Stay.objects.filter(pk=row.stay_id).update(status="settled")
    return change(row, live=True)


@fault("settlement.sequence")
def a_gap() -> str:
    row = settlement()
    change(row, sequence=2)
    return row.resident.number


@fault("stay.status")
def settled_and_discharged() -> str:
    return change(settlement().stay, status="discharged")


@fault("stay.status")
def settled_on_another_day() -> str:
    stay = settlement().stay
    assert stay.discharged_on is not None
    return change(stay, discharged_on=stay.discharged_on + datetime.timedelta(days=1))


@fault("cap.person")
def above_the_cap() -> str:
    """Two settlements at once, each told that nothing was used: the second pays as if it were alone."""
    row = Settlement.objects.get(stay__inpatient_number="SC-2")
    facts = from_json(StayFacts, row.facts | {"used": "0.00"})
    result = adjudicate(facts, version("liaoyang", row.policy_version))
    rebook("settlement", row.number, {"500101": result.fund, "2103": -result.fund})
    change(
        row,
        facts=to_json(facts),
        cap_used=0,
        fund=result.fund,
        resident_pays=result.resident,
        copayment=result.copayment,
        over_cap=result.over_cap,
    )
    later = Settlement.objects.filter(resident=row.resident, sequence__gt=row.sequence)
    for other in later:
        used = other.cap_used + result.fund - row.fund
        change(other, cap_used=used, facts=other.facts | {"used": str(used)})
    return row.resident.number


@fault("cap.used")
def told_of_a_yuan_more() -> str:
    row = settlement()
    return change(row, cap_used=YUAN, facts=row.facts | {"used": str(YUAN)})


@fault("cap.period")
def the_school_year() -> str:
    row = settlement(cap_from=D(2009, 1, 1))
    year = 2009 if row.settled_on >= D(2009, 9, 1) else 2008
    return change(row, cap_from=D(year, 9, 1), cap_until=D(year + 1, 8, 31))


@fault("cap.period")
def another_cap() -> str:
    row = settlement(cap_from=D(2009, 1, 1))
    return change(row, cap=Decimal(40_000), facts=row.facts | {"cap": "40000.00"})


@fault("claims.checker")
def settled_what_they_entered() -> str:
    stay = Stay.objects.filter(status="settled", made_by__isnull=False)[0]
    assert stay.made_by is not None
    by = Actor(ActorKind.USER, stay.made_by.name, stay.made_by_id, Role.AGENCY_CLERK)
    audit.record(by=by, verb="stays.settle", obj=stay)
    return stay.number


def with_entry(row: Settlement) -> None:
    """Say in the audit record that the settlement was made."""
    with clock.on_day(row.decided_on):
        audit.record(by=Actor.job("tests"), verb="stays.settle", obj=row.stay, changes={"settlement": row.number})
