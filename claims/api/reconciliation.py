"""Reconciliation: what an institution has of a period against what is on record here (3201, 3202), and sums (5206).

What belongs to a period is what was decided, or reversed, on its days: neither ever moves to another day.
"""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet

from claims.accounts import AMOUNTS, reversed_, settled, totals
from claims.models import Institution, Reversal, Settlement, Stay

from .answers import day, yuan

Amounts = tuple[Decimal, Decimal, Decimal]
Entries = dict[str, tuple[Amounts, datetime.date]]


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if name == "count" else yuan(value) for name, value in values.items()}


def totals_of(institution: Institution, first: datetime.date, last: datetime.date) -> dict[str, Any]:
    """5206: the sums of a period, and the stays that were admitted in it by their present state."""
    stays = Stay.objects.filter(
        institution=institution, self_paid=False, admitted_on__gte=first, admitted_on__lte=last
    ).order_by()
    counted = dict(stays.values_list("status").annotate(Count("pk")))
    here = totals(institution, first, last)
    return period_of(here, first, last) | {"stays": {status: counted.get(status, 0) for status in Stay.Status.values}}


def period_of(here: Mapping[str, Mapping[str, Any]], first: datetime.date, last: datetime.date) -> dict[str, Any]:
    net = here["settlements"]["fund"] - here["reversals"]["fund"]
    sides = {side: told(values) for side, values in here.items()}
    return {"first": day(first), "last": day(last), **sides, "fund_net": yuan(net)}


def compare_totals(institution: Institution, asked: Mapping[str, Any]) -> dict[str, Any]:
    """3201: equal or not, and each figure that differs."""
    first, last = asked["first"], asked["last"]
    here = totals(institution, first, last)
    differences = [
        {"figure": f"{side}.{name}", "here": told(values)[name], "there": told(asked[side])[name]}
        for side, values in here.items()
        for name in values
        if values[name] != asked[side][name]
    ]
    for difference in differences:
        difference.update(here=str(difference["here"]), there=str(difference["there"]))
    return period_of(here, first, last) | {"equal": not differences, "differences": differences}


def entries_here(institution: Institution, **when: Any) -> Entries:
    """Settlements and reversals by their number, with their amounts and day."""
    decided = settled(institution).filter(**{f"decided_on{ask}": value for ask, value in when.items()})
    undone = reversed_(institution).filter(**{f"reversed_on{ask}": value for ask, value in when.items()})
    return _by_number(decided, undone)


def _by_number(decided: QuerySet[Settlement], undone: QuerySet[Reversal]) -> Entries:
    rows = [
        *decided.values_list("number", *AMOUNTS, "decided_on"),
        *undone.values_list("number", *(F(f"settlement__{name}") for name in AMOUNTS), "reversed_on"),
    ]
    return {number: ((total, fund, own), on) for number, total, fund, own, on in rows}


def compare_details(institution: Institution, asked: Mapping[str, Any]) -> dict[str, Any]:
    """3202: each settlement and reversal that is missing on one side, or whose amounts differ."""
    first, last = asked["first"], asked["last"]
    here = entries_here(institution, __gte=first, __lte=last)
    there = {entry["number"]: tuple(entry[name] for name in AMOUNTS) for entry in asked["entries"]}
    numbers = [number for number in there if number not in here]
    elsewhen = _by_number(
        settled(institution).filter(number__in=numbers), reversed_(institution).filter(number__in=numbers)
    )
    differences = []
    for number in [*here, *numbers]:
        mine, theirs = here.get(number), there.get(number)
        if mine is not None and mine[0] == theirs:
            continue
        other = elsewhen.get(number)
        kind = "missing_here" if mine is None else "missing_there" if theirs is None else "amounts_differ"
        differences.append(
            {
                "number": number,
                "kind": kind,
                "here": amounts(mine[0]) if mine else None,
                "there": amounts(theirs) if theirs else None,
                "decided_on": day(mine[1] if mine else other[1] if other else None),
            }
        )
    return {
        "first": day(first),
        "last": day(last),
        "equal": not differences,
        "count": len(here),
        "differences": differences,
    }


def amounts(values: Sequence[Decimal]) -> dict[str, str]:
    return {name: yuan(value) for name, value in zip(AMOUNTS, values, strict=True)}
