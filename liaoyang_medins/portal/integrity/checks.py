"""What a check is: a code that stays, the rule behind it, one statement that finds what breaks it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext

from claims.rules import cap
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.policy import Policy, PolicyError
from liaoyang_medins.portal.snapshot import Row, one_row, stream

Words = str | Promise
# With which words of a check a finding is told.
PROBLEM = "problem"
# A finding that the next sweep is going to settle.
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that is wrong: its table, its number, and in words what is wrong with it.

    `waiting`: nothing is lost if the portal is at work, the next sweep sees to it.
    """

    code: str
    table: str
    row: str
    problem: str
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """`says` what holds where nothing is found, by `rule`. `rows` is what is looked at, in SQL behind FROM.

    A `note` is told and does not count as a fault.
    """

    code: str
    rule: str
    says: Words
    rows: str
    find: Callable[["Check"], Iterator[Finding]]
    note: bool = False

    def findings(self) -> Iterator[Finding]:
        """The findings, one after the other."""
        return self.find(self)

    def examined(self) -> int:
        """How many rows the check looks at."""
        return int(one_row(with_laws(f"SELECT count(*) AS examined FROM {self.rows}"))["examined"])  # noqa: S608


def sql_check(
    code: str,
    rule: str,
    says: Words,
    *,
    table: str,
    sql: str,
    words: Words | Mapping[str, Words],
    rows: str = "",
    note: bool = False,
) -> Check:
    """A check that one statement answers: it selects what is wrong, as `row` (the number) and the figures that the
    words name. With several words its column `problem` says which; without a table its column `kind` names it.
    """

    def find(check: Check) -> Iterator[Finding]:
        for row in stream(with_laws(sql), {"today": clock.today()} if "%(today)s" in sql else None):
            text = words[row[PROBLEM]] if isinstance(words, Mapping) else words
            yield found(check, table, row, text)

    return Check(code, rule, says, rows or table, find, note)


def rule_check(
    code: str, rule: str, says: Words, *, table: str, sql: str, judge: Callable[[Row], str | None], rows: str = ""
) -> Check:
    """A check that asks the rules of every row that one statement selects; `judge` says what is wrong, or None."""

    def find(check: Check) -> Iterator[Finding]:
        for row in stream(with_laws(sql)):
            problem = judged(judge, row)
            if problem is not None:
                yield Finding(check.code, table, str(row["row"]), problem)

    return Check(code, rule, says, rows or table, find)


def judged(judge: Callable[[Row], str | None], row: Row) -> str | None:
    """What is wrong with a row by the rules, or that they cannot be asked; None where nothing is."""
    try:
        return judge(row)
    except (PolicyError, ValueError, TypeError, KeyError) as error:
        return gettext("It cannot be recomputed: %(error)s") % {"error": error}


def alike_check(
    code: str,
    rule: str,
    says: Words,
    *,
    table: str,
    source: str,
    columns: Sequence[str],
    judge: Callable[[Row], str | None],
    rows: str = "",
) -> Check:
    """A check that asks the rules once of all rows that are alike in `columns`, however many: there are thousands of
    combinations where there are millions of people. `source` selects `row` and the columns; `judge` looks at nothing
    else.
    """
    named = ", ".join(columns)

    def find(check: Check) -> Iterator[Finding]:
        own = f"({with_laws(source)}) AS own"
        groups = f"SELECT {named}, count(*) AS alike, min(row) AS row FROM {own} GROUP BY {named}"  # noqa: S608
        for group in stream(groups):
            problem = judged(judge, group)
            if problem is None:
                continue
            told = [group["row"]]
            if group["alike"] > 1:
                same = " AND ".join(f"{column} IS NOT DISTINCT FROM %({column})s" for column in columns)
                alike = f"SELECT row FROM {own} WHERE {same} ORDER BY row"  # noqa: S608
                told = [row["row"] for row in stream(alike, {column: group[column] for column in columns})]
            for number in told:
                yield Finding(check.code, table, str(number), problem)

    return Check(code, rule, says, rows or table, find)


def found(check: Check, table: str, row: Row, words: Words) -> Finding:
    return Finding(check.code, table or row["kind"], str(row["row"]), str(words) % row, bool(row.get(WAITING)))


def differing(pairs: Mapping[str, tuple[Any, Any]]) -> str | None:
    """What is stored otherwise than the rules answer: column, stored, recomputed; None where nothing is."""
    told = [f"{name} {was!s} ≠ {now!s}" for name, (was, now) in pairs.items() if was != now]
    return "; ".join(told) or None


def with_laws(sql: str) -> str:
    """The statement with {laws} replaced by the table of the policy's versions."""
    return sql.replace("{laws}", laws()) if "{laws}" in sql else sql


def laws() -> str:
    """The versions of the policy as a table `law`, with the figures that statements need."""
    rows = ", ".join(f"({', '.join(values_of(version).values())})" for version in versions())
    names = ", ".join(values_of(versions()[0]))
    return f"(VALUES {rows}) AS law ({names})"


def versions() -> tuple[Policy, ...]:
    return policy.versions(settings.POOLING_AREA)


def values_of(law: Policy) -> dict[str, str]:
    """The columns of a version, each as a literal of SQL. Nothing in them comes from outside the policy's files."""
    first_year = law.first_year.year.value
    school = law.cap.school_year_starts.value
    opens, closes = law.window.opens.value, law.window.closes.value
    return {
        "version": str(law.version),
        "hash": f"'{law.content_hash}'",
        "first": f"date '{law.holds_from}'",
        "last": f"date '{law.holds_until or 'infinity'}'",
        "city_share": str(law.contributions.city_share.value),
        "cap": str(law.cap.amount.value),
        "first_year": str(first_year),
        "student_cap": str(cap(school.in_year(first_year), True, law)),
        "school_month": str(school.month),
        "school_day": str(school.day),
        "opens_month": str(opens.month),
        "opens_day": str(opens.day),
        "closes_month": str(closes.month),
        "closes_day": str(closes.day),
        "notice_days": str(law.window.first_notice_days.value),
        "community_days": str(law.registration.community_days.value),
        "district_days": str(law.registration.district_days.value),
        "due_days": str(law.funds.subsidy_due_days.value),
        "bar_years": str(law.eligibility.bar_years.value),
    }
