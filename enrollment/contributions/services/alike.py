"""Those of a lot who get the same notice: who they are, and how it is written for all of them.

One of them is asked as at the counter. The others get the same but for what is their own: number, birth date,
district, and the day since which they are eligible.
"""

import json
from collections import defaultdict
from collections.abc import Hashable, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from enrollment.registration import selectors as registration
from enrollment.registration.alike import horizon, seen
from enrollment.registration.models import Enrollment
from enrollment.registration.rules import reference_date
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.facts import to_json
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.statements import OneOf, Statement, Stencil, next_number

from .. import rules
from ..assessment import Assessment
from ..models import ContributionNotice
from .writing import STANDS, Status

_RENEWAL = ContributionNotice.Kind.RENEWAL.value
# What is open or paid for the year in the relationship itself: nothing is to be done.
_SEEN_TO = (Status.OPEN.value, Status.PAID.value)


class Insured(NamedTuple):
    """Somebody with an open relationship, by the keys of resident, relationship and district. No rule of a renewal
    tells those apart who are in the same `group` of a lot, but for their `days` (`alike.Seen`).
    """

    resident: int
    number: str
    birth_date: date
    enrollment: int
    district: int
    days: tuple[date, ...]
    group: int


def insured_of(after: int, until: int, year: int, today: date, offices: Mapping[int, Office]) -> list[Insured]:
    """Who of the residents after one key until another has an open relationship, in the order of their keys, as a
    renewal for `year` made on `today` sees them.
    """
    rows = _insured(after, until)
    keys = [row[0] for row in rows]
    circumstances = registration.circumstances_by_resident(keys)
    notices: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for owner, *notice in _notices(keys, year):
        notices[owner].append(tuple(notice))
    reference = reference_date(year, date.min)
    within = horizon(reference, today, registration.policy_on)
    district_of = cache(lambda community: registration.district_above(offices[community]).pk)
    waits = cache(lambda paid_on: rules.waiting_until(paid_on, registration.policy_on(paid_on)) >= today)
    groups: dict[Hashable, int] = {}
    found = []
    for resident, number, sex, birth_date, community, moved_on, enrollment, starts, received_on in rows:
        situation, days = seen(sex, birth_date, circumstances[resident], within)
        # Who registered later than the others, or lived elsewhere on the day, is looked at alone.
        alone = (received_on or starts) > reference or (moved_on is not None and moved_on > today)
        had: list[Hashable] = [situation]
        for own, of_year, kind, status, joint_with, paid_on in notices[resident]:
            mine = own == enrollment
            # So is whose first notice brings a waiting period that may still run, and what a new notice takes the
            # place of.
            alone |= waits(paid_on) if kind != _RENEWAL and paid_on is not None else False
            alone |= of_year == year and not (mine and status in _SEEN_TO)
            had.append((mine, of_year, kind, status, joint_with is None))
        group = groups.setdefault((*had, resident if alone else None), len(groups))
        found.append(Insured(resident, number, birth_date, enrollment, district_of(community), days, group))
    return found


@Statement
def _insured(after: int, until: int) -> "QuerySet[Enrollment, tuple[Any, ...]]":
    rows = Enrollment.objects.filter(ends=None, resident_id__gt=after, resident_id__lte=until)
    return rows.order_by("resident_id").values_list(
        "resident_id",
        "resident__number",
        "resident__sex",
        "resident__birth_date",
        "resident__community_id",
        "resident__moved_on",
        "pk",
        "starts",
        "registration__received_on",
    )


@Statement
def _notices(residents: list[int], year: int) -> "QuerySet[ContributionNotice, tuple[Any, ...]]":
    """What was paid, and what stands for the year."""
    counts = Q(status=Status.PAID) | (STANDS & Q(contribution_year=year))
    rows = ContributionNotice.objects.filter(counts, OneOf(F("resident"), residents))
    return rows.order_by("contribution_year", "number").values_list(
        "resident_id", "enrollment_id", "contribution_year", "kind", "status", "joint_with_id", "paid_on"
    )


class Pattern:
    """The notice of one of those who are alike, and its entry in the audit record, to be written for the others."""

    def __init__(self, of: Insured, assessment: Assessment, notice: ContributionNotice, entry: AuditEntry) -> None:
        """`notice` and `entry` are those of the one whom the rules were asked. Raises ValueError where the day since
        which they are eligible is none of those on which a situation changes.
        """
        # Which of the days of each it is.
        self.place = of.days.index(assessment.benefit_facts.eligible_since)
        self.facts = _split_at(to_json(assessment.parts[0].facts), "person", "birth_date")
        self.benefit_facts = _split_at(to_json(assessment.benefit_facts), "eligible_since")
        self.issued_on = notice.issued_on
        self.notice = Stencil(
            notice, "number", "resident_id", "enrollment_id", "district_id", "eligible_since", "facts", "benefit_facts"
        )
        self.entry = Stencil(entry, "object_number", "resident")

    def write(self, for_: Insured) -> str:
        """Write notice and entry for another who is alike; returns the notice's number."""
        number = next_number("notice", self.issued_on)
        since = for_.days[self.place]
        self.notice.insert(
            number,
            for_.resident,
            for_.enrollment,
            for_.district,
            since,
            for_.birth_date.isoformat().join(self.facts),
            since.isoformat().join(self.benefit_facts),
        )
        self.entry.insert(number, for_.number)
        return number


_MARK = "?"


def _split_at(facts: dict[str, Any], *path: str) -> tuple[str, str]:
    """The text of facts before and after the value at a path, which is each one's own."""
    *above, last = path
    holder = facts
    for name in above:
        holder = holder[name]
    holder[last] = _MARK
    before, after = json.dumps(facts).split(_MARK)
    return before, after
