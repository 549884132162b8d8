"""The figures of statements: sums, the table of a statement, its seal."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from enrollment.registration.labels import article_text, label
from funds import rules
from funds.models import StatementSum, SubsidyItem, SubsidyStatement
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Category, Tier

from .drawing import Sums

# The lines as rules.sealed_line has them, in the order of code points, whatever the database's collation. PostgreSQL
# writes them: a million of them made into rows of Python would take ten times as long.
SEALED = """
COPY (
    SELECT concat_ws('|', notice.number, district.code, item.category, item.tier, item.persons, item.government,
        item.city, item.district_share)
    FROM funds_subsidyitem item
    JOIN contributions_contributionnotice notice ON notice.id = item.notice_id
    JOIN offices_office district ON district.id = item.district_id
    WHERE item.statement_id = %(statement)d
    ORDER BY notice.number COLLATE "C", district.code COLLATE "C", item.persons DESC
) TO STDOUT
"""
CATEGORIES = [category.value for category in Category]
TIERS = [tier.value for tier in Tier]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the items of a district, category and tier."""

    district: Office
    category: str
    tier: str
    sums: Sums

    @property
    def category_label(self) -> str:
        return label(Category(self.category))

    @property
    def tier_label(self) -> str:
        return label(Tier(self.tier))


@dataclass(slots=True)
class Group:
    """The rows of one district, and their sum."""

    district: Office
    rows: list[Row] = field(default_factory=list)
    sums: Sums = field(default_factory=Sums)

    def add(self, row: Row) -> None:
        self.rows.append(row)
        self.sums += row.sums


@dataclass(frozen=True, slots=True)
class Table:
    """What a statement says: new claims by district, corrections apart, and all of it together."""

    claims: list[Group]
    corrections: list[Group]
    claimed: Sums
    corrected: Sums

    @property
    def total(self) -> Sums:
        return self.claimed + self.corrected

    @property
    def districts(self) -> list[Group]:
        """Per district what is claimed in the end, corrections taken off."""
        net: dict[int, Group] = {}
        for group in [*self.claims, *self.corrections]:
            net.setdefault(group.district.pk, Group(group.district)).sums += group.sums
        return sorted(net.values(), key=lambda group: group.district.code)


@dataclass(frozen=True, slots=True)
class Ratio:
    """The ratio of C3 under which shares of a statement were reckoned, with its article and its first day."""

    city: str
    district: str
    article: str
    holds_from: datetime.date

    @property
    def article_words(self) -> str:
        return article_text(self.article)


@dataclass(frozen=True, slots=True)
class Part:
    """What of a statement was reckoned under one ratio."""

    ratio: Ratio
    table: Table


def total_of(rows: QuerySet[SubsidyItem] | QuerySet[StatementSum]) -> Sums:
    """The sums of any items, or of sums of them, corrections taken off."""
    found = rows.aggregate(
        persons=Sum("persons", default=0),
        government=Sum("government", default=ZERO),
        city=Sum("city", default=ZERO),
        district_share=Sum("district_share", default=ZERO),
    )
    return Sums(**found)


def sums_of(statement: SubsidyStatement) -> Sums:
    """Everything that a statement claims, corrections taken off; of one that is being prepared, so far."""
    drawn = statement.status != SubsidyStatement.Status.PREPARING
    return total_of(statement.sums.all() if drawn else statement.items.all())


def sums_by_statement(rows: QuerySet[StatementSum], statements: Iterable[SubsidyStatement]) -> dict[int, Sums]:
    """What `rows` say of each of the statements, by the statement's key."""
    found = (
        rows.filter(statement__in=[statement.pk for statement in statements])
        .order_by()
        .values("statement")
        .annotate(Sum("persons"), Sum("government"), Sum("city"), Sum("district_share"))
    )
    return {
        row["statement"]: Sums(
            row["persons__sum"], row["government__sum"], row["city__sum"], row["district_share__sum"]
        )
        for row in found
    }


def table_of(sums: QuerySet[StatementSum]) -> Table:
    """The table of a statement from its sums (already scoped to the actor)."""
    rows = (
        sums.order_by()
        .values("district", "category", "tier", "corrections")
        .annotate(Sum("persons"), Sum("government"), Sum("city"), Sum("district_share"))
    )
    offices = Office.objects.in_bulk({row["district"] for row in rows})
    claims: dict[int, Group] = {}
    corrections: dict[int, Group] = {}

    def place(row: Any) -> tuple[str, int, int]:
        return (
            offices[row["district"]].code,
            CATEGORIES.index(str(row["category"])),
            TIERS.index(str(row["tier"])),
        )

    for row in sorted(rows, key=place):
        found = Sums(row["persons__sum"], row["government__sum"], row["city__sum"], row["district_share__sum"])
        district = offices[row["district"]]
        part = corrections if row["corrections"] else claims
        part.setdefault(district.pk, Group(district)).add(Row(district, row["category"], row["tier"], found))
    return Table(
        list(claims.values()),
        list(corrections.values()),
        sum((group.sums for group in claims.values()), Sums()),
        sum((group.sums for group in corrections.values()), Sums()),
    )


def parts_of(sums: QuerySet[StatementSum], area: str) -> list[Part]:
    """The statement by the ratios city : district behind its sums, the oldest first; one unless the policy changed."""
    versions: dict[Ratio, list[int]] = {}
    for version in sorted(sums.order_by().values_list("policy_version", flat=True).distinct()):
        versions.setdefault(ratio_in(area, version), []).append(version)
    if len(versions) == 1:
        return [Part(ratio, table_of(sums)) for ratio in versions]
    return [Part(ratio, table_of(sums.filter(policy_version__in=found))) for ratio, found in versions.items()]


def ratio_in(area: str, version: int) -> Ratio:
    """The ratio of C3 in a version of the policy. Raises PolicyError."""
    figure = policy.version(area, version).contributions.city_share
    city, district = (f"{part * 10:f}".rstrip("0").rstrip(".") for part in (figure.value, 1 - figure.value))
    return Ratio(city, district, figure.article, figure.holds_from)


def seal_of(statement: SubsidyStatement) -> str:
    """The seal of a statement as its heading and items stand now; on an issued one it equals `hash` unless tampered
    with.
    """
    heading = (
        statement.number,
        statement.kind,
        f"{statement.period_from:%Y-%m-%d}",
        f"{statement.period_until:%Y-%m-%d}",
        f"{statement.issued_on:%Y-%m-%d}",
        f"{statement.due_on:%Y-%m-%d}",
    )
    seal = rules.Seal(heading)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(SEALED % {"statement": int(statement.pk)}, seal)
    return seal.hexdigest()
