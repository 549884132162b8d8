"""The fee lines of a stay as its page and its slip show them: by kind of fee, class and reason, summed by the
database.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, CharField, Count, F, Max, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from claims import labels
from claims.facts import Days
from claims.models import CatalogueItem, FeeLine, Stay
from enrollment.contributions.models import BenefitPeriod
from enrollment.contributions.selectors import cut_period
from enrollment.registration.labels import Words
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.policy.terms import CatalogueClass, LineProblem

# Fee lines with what is worked out of each by the database, which their model does not name.
Lines = QuerySet[Any]
OUTSIDE = "outside"
# Kinds of fee in the order of a slip: those of the catalogue, and what is in none.
KINDS: dict[str, Words] = {**dict(CatalogueItem.Kind.choices), OUTSIDE: _("Outside the catalogue")}
CLASSES: dict[str, Words] = {**dict(labels.choices(CatalogueClass)), OUTSIDE: _("Outside the catalogue")}
# All lines of which something is out of scope, whatever the reason.
ANY_PROBLEM = "any"


@dataclass(frozen=True, slots=True)
class Fees:
    """So many lines (`count`) and their sums in yuan; what is not `in_scope` is out of scope."""

    count: int = 0
    amount: Decimal = ZERO
    in_scope: Decimal = ZERO

    @property
    def out_of_scope(self) -> Decimal:
        return self.amount - self.in_scope

    def __add__(self, other: "Fees") -> "Fees":
        return Fees(self.count + other.count, self.amount + other.amount, self.in_scope + other.in_scope)


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one kind of fee (a key of KINDS), class and main reason; a line wholly in scope has no reason."""

    kind: str
    catalogue_class: str
    reason: str
    fees: Fees


@dataclass(frozen=True, slots=True)
class NamedFees:
    """Sums with what they are of, in words."""

    label: str
    fees: Fees


@dataclass(frozen=True, slots=True)
class FeeTotals:
    """The sums of the lines that were asked for, in groups that add up to all of them, and the day of the last."""

    groups: tuple[Group, ...]
    last_on: datetime.date | None = None

    @property
    def whole(self) -> Fees:
        return sum((group.fees for group in self.groups), Fees())

    @property
    def by_kind(self) -> list[NamedFees]:
        """A row for each kind of fee that occurs, in the order of KINDS."""
        return self._by(lambda group: group.kind, KINDS)

    @property
    def by_reason(self) -> list[NamedFees]:
        """A row for each main reason for which something is out of scope."""
        words = {problem.value: labels.label(problem) for problem in LineProblem}
        return [row for row in self._by(lambda group: group.reason, words) if row.fees.out_of_scope]

    def _by(self, key: Callable[[Group], str], words: "dict[str, Words] | dict[str, str]") -> list[NamedFees]:
        sums: dict[str, Fees] = {}
        for group in self.groups:
            sums[key(group)] = sums.get(key(group), Fees()) + group.fees
        return [NamedFees(str(words[code]), sums[code]) for code in words if code in sums]


def in_benefit(benefit: Days) -> Q:
    """The lines that are dated inside these benefit periods (A1)."""
    nothing = Q(pk__in=())
    return reduce(or_, (Q(on__range=span) for span in benefit.spans), nothing)


def of_stay(stay: Stay, benefit: Days) -> Lines:
    """The lines of a stay with `kind` (a key of KINDS), `counted` (yuan in scope by class, limit and benefit period)
    and `reason` (the main one of why not all of it counts). Asks the catalogue for the kinds, in one statement.
    """
    covered = in_benefit(benefit)
    outside = Value(LineProblem.OUTSIDE_BENEFIT.value)
    rows: Lines = with_kind(stay.lines.all()).annotate(
        counted=Case(When(covered, then=F("in_scope")), default=Value(ZERO)),
        reason=Case(When(covered, then=F("problem")), default=outside, output_field=CharField()),
    )
    return rows


def with_kind(lines: Lines) -> Lines:
    """Lines with their `kind` of fee: that of the item in the catalogue.

    The items are looked up once, not for each line: 3,000 lines have a few hundred codes.
    """
    named = CatalogueItem.objects.filter(code__in=lines.order_by().values("item_code"))
    codes: dict[str, list[str]] = {}
    for code, kind in dict(named.order_by("starts").values_list("code", "kind")).items():
        codes.setdefault(kind, []).append(code)
    whens = [When(item_code__in=of_kind, then=Value(kind)) for kind, of_kind in codes.items()]
    of_none = When(catalogue_class="", then=Value(OUTSIDE))
    rows: Lines = lines.annotate(kind=Case(of_none, *whens, default=Value(OUTSIDE), output_field=CharField()))
    return rows


def chosen(lines: Lines, *, kind: str = "", catalogue_class: str = "", reason: str = "", text: str = "") -> Lines:
    """Of the lines of `of_stay` those of a kind of fee, class (OUTSIDE: of none), main reason (ANY_PROBLEM: of any)
    and with `text` in the item's name, or at the start of its code or the line's number.
    """
    if kind:
        lines = lines.filter(kind=kind)
    if catalogue_class:
        lines = lines.filter(catalogue_class="" if catalogue_class == OUTSIDE else catalogue_class)
    if reason:
        lines = lines.filter(counted__lt=F("amount")) if reason == ANY_PROBLEM else lines.filter(reason=reason)
    text = text.strip()
    if text:
        named = CatalogueItem.objects.filter(Q(name_en__icontains=text) | Q(initials__contains=text.lower()))
        lines = lines.filter(
            Q(item_name__icontains=text)
            | Q(item_code__istartswith=text)
            | Q(line_number__istartswith=text)
            | Q(item_code__in=named.order_by().values("code"))
        )
    return lines


def totals(lines: Lines) -> FeeTotals:
    """The sums of lines of `of_stay`, by the database in one statement."""
    sums = lines.order_by().values("kind", "catalogue_class", "reason")
    rows = list(sums.annotate(lines=Count("pk"), whole=Sum("amount"), scope=Sum("counted"), last=Max("on")))
    groups = (
        Group(row["kind"], row["catalogue_class"], row["reason"], Fees(row["lines"], row["whole"], row["scope"]))
        for row in rows
    )
    return FeeTotals(tuple(groups), max((row["last"] for row in rows), default=None))


@dataclass(frozen=True, slots=True)
class KindSums:
    """The lines of a stay by kind of fee: `counted` by the benefit periods as they are known now, `priced` as if every
    line lay in one.
    """

    counted: tuple[NamedFees, ...]
    priced: tuple[NamedFees, ...]

    def adding_up_to(self, amount: Decimal, in_scope: Decimal) -> tuple[NamedFees, ...]:
        """The sums that add up to these yuan; empty where lines were changed since, so that neither do. A benefit
        period that was withdrawn later (C8) leaves those that were priced.
        """
        for rows in (self.counted, self.priced):
            whole = sum((row.fees for row in rows), Fees())
            if (whole.amount, whole.in_scope) == (amount, in_scope):
                return rows
        return ()


def kinds_of(stays: Iterable[Stay]) -> dict[int, KindSums]:
    """The sums by kind of fee of each of the stays, by its key: three statements, however many stays and lines."""
    people = {stay.pk: stay.resident_id for stay in stays}
    benefit = benefit_days_of(set(people.values()))
    lines = with_kind(FeeLine.objects.filter(stay__in=list(people))).order_by().values("stay", "on", "kind")
    counted: dict[int, dict[str, Fees]] = {pk: {} for pk in people}
    priced: dict[int, dict[str, Fees]] = {pk: {} for pk in people}
    for row in lines.annotate(count=Count("pk"), whole=Sum("amount"), scope=Sum("in_scope")):
        covered = benefit.get(people[row["stay"]], Days(())).cover(row["on"])
        for sums, scope in ((counted, row["scope"] if covered else ZERO), (priced, row["scope"])):
            of_one = sums[row["stay"]]
            fees = Fees(row["count"], row["whole"], scope)
            of_one[row["kind"]] = of_one.get(row["kind"], Fees()) + fees
    return {pk: KindSums(named(counted[pk]), named(priced[pk])) for pk in people}


def named(sums: dict[str, Fees]) -> tuple[NamedFees, ...]:
    return tuple(NamedFees(str(words), sums[kind]) for kind, words in KINDS.items() if kind in sums)


def benefit_days_of(residents: set[int]) -> dict[int, Days]:
    """The days on which the residents with these keys have benefits, in one statement."""
    found: dict[int, Days] = {}
    periods = BenefitPeriod.objects.filter(resident__in=residents, withdrawn_on=None)
    for period in periods.select_related("notice__enrollment"):
        days = cut_period(period)
        if days is not None:
            spans = found.get(period.resident_id, Days(())).spans
            found[period.resident_id] = Days((*spans, (days.starts, days.ends)))
    return found
