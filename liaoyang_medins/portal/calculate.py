"""Rows of a table in, answers of the rules out: what `manage.py calculate` does, row by row and without a database."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import TypeVar

from django.utils.translation import gettext as _

from claims.explanation import explain_adjudication
from claims.labels import step_text
from claims.rules import StayFacts, adjudicate
from enrollment.contributions.explanation import explain_benefit_start, explain_contribution
from enrollment.contributions.rules import (
    BenefitFacts,
    ContributionFacts,
    assess_contribution,
    benefit_start,
    payment_window,
)
from enrollment.registration.explanation import explain_eligibility
from enrollment.registration.rules import PersonFacts
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.money import fen
from liaoyang_medins.kernel.policy import BeforeTheLaw, Step
from liaoyang_medins.kernel.policy.terms import (
    Category,
    Disease,
    EnrollmentKind,
    Grade,
    LowIncome,
    MovedFrom,
    OtherScheme,
    Pension,
    Sex,
    StudentKind,
)

Code = TypeVar("Code", bound=StrEnum)

MONEY = re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
WHOLE = re.compile(r"\d{1,9}", re.ASCII)


class BadRow(ValueError):
    """A row that cannot be answered; the message says why, in the active language."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by column; each method reads one as what it should be and raises BadRow otherwise."""

    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        return self.cells[column].strip()

    def fail(self, column: str, expected: str) -> BadRow:
        return BadRow(
            _("%(column)s: “%(value)s” is not %(expected)s.")
            % {"column": column, "value": self.text(column)[:60], "expected": expected}
        )

    def money(self, column: str) -> Decimal:
        text = self.text(column)
        if not MONEY.fullmatch(text):
            raise self.fail(column, _("an amount in yuan such as 1234.50"))
        return Decimal(text)

    def whole(self, column: str, least: int, most: int) -> int:
        text = self.text(column)
        if not WHOLE.fullmatch(text) or not least <= int(text) <= most:
            raise self.fail(column, _("a whole number from %(least)s to %(most)s") % {"least": least, "most": most})
        return int(text)

    def day(self, column: str) -> date:
        text = self.text(column)
        try:
            if DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise self.fail(column, _("a date such as 2009-10-01"))

    def day_or_none(self, column: str) -> date | None:
        return self.day(column) if self.text(column) else None

    def flag(self, column: str) -> bool:
        text = self.text(column)
        if text not in ("true", "false"):
            raise self.fail(column, _("true or false"))
        return text == "true"

    def code(self, column: str, codes: type[Code]) -> Code:
        """A code; an empty cell is "none" where there is such a code."""
        text = self.text(column)
        try:
            return codes("none") if not text and "none" in set(codes) else codes(text)
        except ValueError:
            known = ", ".join(code.value for code in codes if code.value)
            raise self.fail(column, _("one of %(codes)s") % {"codes": known}) from None

    def codes(self, column: str, codes: type[Code]) -> frozenset[Code]:
        text = self.text(column)
        if not text:
            return frozenset()
        try:
            return frozenset(codes(part.strip()) for part in text.split("|"))
        except ValueError:
            known = ", ".join(code.value for code in codes)
            raise self.fail(column, _("made of %(codes)s, joined by |") % {"codes": known}) from None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer columns as text, and how to get the steps where they are wanted."""

    cells: tuple[str, ...]
    explain: Callable[[], tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of calculation: the columns that it reads, those that it answers, and the calculation of a row."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    answer: Callable[[Row, str, date], Answer]


def yes_no(value: bool) -> str:
    return "true" if value else "false"


def cell(value: object) -> str:
    return "" if value is None else str(value)


def answer_contribution(row: Row, area: str, _day: date) -> Answer:
    """E1–E9, C1–C4: one person on a reference date, by the policy of that contribution year."""
    on = row.day("on")
    policy.on(area, on)
    person = PersonFacts(
        sex=row.code("sex", Sex),
        birth_date=row.day("birth"),
        student=row.code("student", StudentKind),
        low_income=row.code("low_income", LowIncome),
        disability_grade=row.whole("disability_grade", 0, 4) if row.text("disability_grade") else 0,
        working=row.flag("working"),
        pension=row.code("pension", Pension),
        other_scheme=row.code("other_scheme", OtherScheme),
        local_hukou=row.flag("local_hukou"),
        barred=row.flag("barred"),
    )
    if person.birth_date > on:
        raise BadRow(_("birth: %(birth)s lies after on (%(on)s).") % {"birth": person.birth_date, "on": on})
    moved_in, number = row.day_or_none("moved_in"), row.whole("contribution_year_no", 1, 200)
    held = policy.for_contribution_year(area, on.year)
    found = assess_contribution(person, on, held, moved_in=moved_in, contribution_year_no=number)
    facts = ContributionFacts(person, on, moved_in, number)
    return Answer(
        (
            cell(found.category),
            cell(found.tier),
            cell(found.personal),
            cell(found.government),
            cell(found.city),
            cell(found.district),
            yes_no(found.eligibility.eligible),
            "|".join(sorted(found.eligibility.reasons)),
        ),
        lambda: explain_eligibility(person, on, held) + explain_contribution(facts, held),
    )


def answer_benefit_start(row: Row, area: str, _day: date) -> Answer:
    """B1–B3, B5, W6: one payment, its notice made on the same day."""
    kind = row.code("kind", EnrollmentKind)
    paid = row.day("paid")
    held = policy.on(area, paid)
    year = row.whole("contribution_year", 1, 9999) if row.text("contribution_year") else None
    facts = BenefitFacts(
        kind=kind,
        eligible_since=row.day("eligible_since"),
        paid=paid,
        student=row.flag("student"),
        moved_in=row.day_or_none("moved_in"),
        moved_from=row.code("moved_from", MovedFrom),
        contribution_year=year,
    )
    if facts.moved_in is None and facts.moved_from is not MovedFrom.NONE:
        raise BadRow(_("moved_from is given, but moved_in is empty."))
    if kind is EnrollmentKind.RENEWAL:
        if year is None:
            raise BadRow(_("contribution_year is empty: a renewal needs it."))
        first, last = payment_window(year, held)
        if not first <= paid <= last:
            raise BadRow(
                _("paid: %(paid)s lies outside the window for %(year)s, %(first)s to %(last)s: that is no renewal.")
                % {"paid": paid, "year": year, "first": first, "last": last}
            )
    policy_on = partial(policy.on, area)
    found = benefit_start(facts, policy_on)
    return Answer((str(found.start), str(found.notice_year)), lambda: explain_benefit_start(facts, policy_on))


def answer_claim(row: Row, area: str, day: date) -> Answer:
    """D1–D6, A2, A3: one stay, by the policy of the day of discharge given for all of them."""
    designated, out_of_city = row.flag("designated"), row.flag("out_of_city")
    total, in_scope = row.money("total"), row.money("in_scope")
    if in_scope > total:
        raise BadRow(_("in_scope: %(part)s is more than the total %(total)s.") % {"part": in_scope, "total": total})
    if designated and out_of_city:
        raise BadRow(
            _("designated and out_of_city are both true: an institution out of the city is never designated.")
        )
    facts = StayFacts(
        category=row.code("category", Category),
        grade=row.code("grade", Grade),
        total=total,
        in_scope=in_scope,
        cap=row.money("cap"),
        used=row.money("used"),
        designated=designated,
        out_of_city=out_of_city,
        emergency=row.flag("emergency"),
        referral_approved=row.flag("referral"),
        icd10=row.text("icd10"),
        specialist_for=row.codes("specialist_for", Disease),
        halve=row.flag("halve"),
    )
    held = policy.on(area, day)
    found = adjudicate(facts, held)
    return Answer(
        (
            yes_no(found.payable),
            "|".join(sorted(found.reasons)),
            money(found.deductible),
            share_text(found.ratio),
            money(found.fund),
            money(found.resident),
            money(found.out_of_scope),
            money(found.copayment),
            money(found.over_cap),
        ),
        lambda: explain_adjudication(facts, held),
    )


def money(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}"


def share_text(value: Decimal | None) -> str:
    """A fraction with two decimals, or with as many as a policy gives it."""
    if value is None:
        return ""
    return f"{value:.2f}" if value == fen(value) else f"{value.normalize():f}"


def columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TABLES: dict[str, Table] = {
    "contribution": Table(
        columns(
            "sex birth on student low_income disability_grade working pension other_scheme local_hukou moved_in "
            "barred contribution_year_no"
        ),
        columns("category tier personal government city district eligible reasons"),
        answer_contribution,
    ),
    "benefit-start": Table(
        columns("kind eligible_since paid student moved_in moved_from contribution_year"),
        columns("benefit_start notice_year"),
        answer_benefit_start,
    ),
    "claim": Table(
        columns(
            "category grade total in_scope used designated out_of_city emergency referral specialist_for icd10 cap "
            "halve"
        ),
        columns("payable reasons deductible ratio fund resident out_of_scope copayment over_cap"),
        answer_claim,
    ),
}


def steps_text(steps: Sequence[Step]) -> str:
    """The steps as one cell: label, how it came about, amount, and in brackets rule, article and date."""
    parts = []
    for item in steps:
        words = step_text(item)
        amount = "" if words.amount is None else f" = {words.amount:.2f}"
        parts.append(f"{words.label}: {words.detail}{amount} [{words.basis}]")
    return " | ".join(parts)


def calculate(
    name: str,
    lines: Iterator[str],
    *,
    area: str,
    day: date,
    explain: bool,
    complain: Callable[[int, str], None],
) -> Iterator[list[str]]:
    """The header and a row for each row of `lines` (CSV text) that can be answered; `complain` gets line and reason of
    others.

    One row is held at a time. `day` is the day of discharge of claims. Raises BadRow where the header lacks a column.
    """
    table = TABLES[name]
    reader = csv.reader(lines)
    header = [column.strip() for column in next(reader, [])]
    check_header(header, table)
    yield ["case", *table.outputs, *(["steps"] if explain else [])]
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
            if not cells:
                continue
            yield answer_row(table, header, cells, area, day, explain)
        except StopIteration:
            return
        except BeforeTheLaw as error:
            text = _("%(day)s lies before the law: the measures took effect on %(first)s.")
            complain(line, text % {"day": error.day, "first": error.first_day})
        except OverflowError:
            complain(line, _("A date is too far away."))
        except (ValueError, csv.Error) as error:
            complain(line, str(error))


def check_header(header: list[str], table: Table) -> None:
    needed = ("case", *table.inputs)
    missing = [column for column in needed if column not in header]
    if missing:
        raise BadRow(_("The first line has no column %(columns)s.") % {"columns": ", ".join(missing)})
    doubled = sorted({column for column in needed if header.count(column) > 1})
    if doubled:
        raise BadRow(_("The first line has the column %(columns)s twice.") % {"columns": ", ".join(doubled)})


def answer_row(table: Table, header: list[str], cells: list[str], area: str, day: date, explain: bool) -> list[str]:
    """Case, answers and, where wanted, steps. Raises BadRow or another ValueError."""
    if len(cells) != len(header):
        raise BadRow(
            _("%(found)s cells where the first line has %(expected)s.")
            % {"found": len(cells), "expected": len(header)}
        )
    row = Row(dict(zip(header, cells, strict=True)))
    case = row.text("case")
    try:
        case.encode()
    except UnicodeEncodeError:
        raise BadRow(_("case is not UTF-8 text.")) from None
    found = table.answer(row, area, day)
    return [case, *found.cells, *([steps_text(found.explain())] if explain else [])]
