"""Fee lines: uploaded and removed, up to a thousand in a call with the same few statements."""

import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from claims.data import LineData, LineFault, LineOutcome, WrongLines
from claims.facts import Days, benefit_days, line_facts, main_problem
from claims.models import CatalogueItem, FeeLine, Stay
from claims.rules import assess_line
from claims.services.records import lock_stay, require_status, save
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Invalid, Refused
from liaoyang_medins.kernel.money import ZERO, fen
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import OneOf, Statement, insert_all

LINES_A_CALL = 1_000
# Behind this the answer would be longer than the upload.
PROBLEMS_TOLD = 50
AMOUNT_BELOW = Decimal(10) ** 12
FIGURE_BELOW = Decimal(10) ** 8

Catalogue = dict[str, list[CatalogueItem]]


@transaction.atomic
def add_lines(
    *, stay_number: str, lines: Sequence[LineData], version: int | None = None, by: Actor
) -> list[LineOutcome]:
    """Add fee lines to a stay that is not discharged, all or none; what became of each is in the answer (A1).

    At most 1,000 lines. Invalid names every line that is wrong: dated outside the stay, a line number twice, an amount
    that is not quantity × price to the fen. Conflict once the stay is discharged. The number of statements does not
    depend on the number of lines.
    """
    by.require("stays.enter")
    stay = lock_stay(stay_number, by, version)
    require_status(stay, Stay.Status.ADMITTED)
    if not lines:
        raise Invalid(_("There is no line to add."), field="lines", code="no_lines")
    if len(lines) > LINES_A_CALL:
        raise Invalid(
            _("At most %(count)s lines at a time.") % {"count": LINES_A_CALL}, field="lines", code="too_many_lines"
        )
    today = clock.today()
    taken = set(_line_numbers(stay.pk))
    faults = wrong_lines(stay, lines, taken, today)
    if faults:
        raise WrongLines(faults, told=PROBLEMS_TOLD, numbered=len(lines) > 1)
    benefit = benefit_days(stay.resident)
    catalogue = catalogue_for(lines)
    numbers = free_numbers(taken | {line.line_number.strip() for line in lines})
    outcomes = [priced(stay, line, catalogue, benefit, line.line_number.strip() or next(numbers)) for line in lines]
    insert_all([outcome.line for outcome in outcomes])
    save(stay)
    changes = {
        "count": len(outcomes),
        "total": sum((outcome.line.amount for outcome in outcomes), ZERO),
        "line_numbers": [outcomes[0].line.line_number, outcomes[-1].line.line_number],
    }
    audit.record(by=by, verb="stays.add_lines", obj=stay, resident=stay.resident.number, changes=changes)
    return outcomes


@transaction.atomic
def remove_lines(
    *, stay_number: str, line_numbers: Sequence[str] | None = None, version: int | None = None, by: Actor
) -> int:
    """Remove fee lines of a stay that is not discharged, by their line numbers or (None) all; returns how many.

    Invalid where one of the numbers is not there, and then none is removed.
    """
    by.require("stays.enter")
    stay = lock_stay(stay_number, by, version)
    require_status(stay, Stay.Status.ADMITTED)
    found = stay.lines.order_by("id")
    if line_numbers is not None:
        found = found.filter(line_number__in=line_numbers)
    gone = {line.line_number: [line.on, line.item_code, line.quantity, line.unit_price, line.amount] for line in found}
    missing = set(line_numbers or ()) - set(gone)
    if missing or not gone:
        raise Invalid(
            _("There is no such line in this stay: %(numbers)s.") % {"numbers": ", ".join(sorted(missing)) or "—"},
            code="line_unknown",
        )
    FeeLine.objects.filter(stay=stay, line_number__in=list(gone)).delete()
    save(stay)
    audit.record(by=by, verb="stays.remove_lines", obj=stay, resident=stay.resident.number, changes={"lines": gone})
    return len(gone)


def wrong_lines(stay: Stay, lines: Sequence[LineData], taken: set[str], today: datetime.date) -> list[LineFault]:
    """Everything that is wrong with the lines, in their order."""
    seen = set(taken)
    faults: list[LineFault] = []
    for place, line in enumerate(lines):
        number = line.line_number.strip()
        faults.extend(LineFault(place, *wrong) for wrong in wrong_with(line, stay, today))
        if number and number in seen:
            said = _("the line number %(number)s is there already") % {"number": number}
            faults.append(LineFault(place, "line_number", "line_number_repeated", said))
        seen.add(number)
    return faults


def wrong_with(line: LineData, stay: Stay, today: datetime.date) -> Sequence[tuple[str, str, str]]:
    """Of each thing that is wrong with the line: the field, a code, and the words."""
    wrong = []
    if not stay.admitted_on <= line.on <= (stay.discharged_on or today):
        wrong.append(("on", "outside_stay", _("%(day)s lies outside the stay") % {"day": line.on}))
    if not line.item_code.strip():
        wrong.append(("item_code", "item_missing", _("the item code is missing")))
    for field, text in (("item_code", line.item_code), ("line_number", line.line_number)):
        if len(text.strip()) > 30:
            wrong.append((field, "too_long", _("a code has at most 30 characters")))
    figures = {"quantity": line.quantity, "unit_price": line.unit_price}
    if not all(value.is_finite() for value in (*figures.values(), line.amount or ZERO)):
        return [*wrong, ("quantity", "no_figure", _("quantity, price and amount must be figures"))]
    if line.quantity <= 0 or line.unit_price < 0 or any(value >= FIGURE_BELOW for value in figures.values()):
        at_fault = "quantity" if not ZERO < line.quantity < FIGURE_BELOW else "unit_price"
        return [*wrong, (at_fault, "out_of_range", _("quantity and price must be above zero"))]
    for field, value in figures.items():
        if value != value.quantize(Decimal("0.0001")):
            wrong.append((field, "too_many_decimals", _("quantity and price have at most four decimals")))
    product = fen(line.quantity * line.unit_price)
    amount = product if line.amount is None else line.amount
    if amount != product:
        said = _("%(quantity)s × %(price)s is %(product)s, not %(amount)s")
        figures_said = {
            "quantity": line.quantity,
            "price": line.unit_price,
            "product": product,
            "amount": line.amount,
        }
        wrong.append(("amount", "amount_differs", said % figures_said))
    elif not ZERO < amount < AMOUNT_BELOW:
        wrong.append(("amount", "out_of_range", _("the amount must be above zero")))
    return wrong


@Statement
def _line_numbers(stay: int) -> "QuerySet[FeeLine, str]":
    return FeeLine.objects.filter(stay=stay).order_by().values_list("line_number", flat=True)


@Statement
def _items(codes: list[str], day: datetime.date) -> QuerySet[CatalogueItem]:
    return CatalogueItem.objects.filter(OneOf(F("code"), codes), starts__lte=day).order_by()


@Statement
def _lines_after(stay: int, day: datetime.date) -> "QuerySet[FeeLine, tuple[str, datetime.date]]":
    late = FeeLine.objects.filter(stay=stay, on__gt=day).order_by("on", "id")
    return late.values_list("line_number", "on")[:1]


def catalogue_for(lines: Sequence[LineData]) -> Catalogue:
    """The catalogue's rows for the lines' codes, of all their days, in one statement."""
    codes = {line.item_code.strip() for line in lines}
    catalogue: Catalogue = defaultdict(list)
    for item in _items(list(codes), max(line.on for line in lines)):
        catalogue[item.code].append(item)
    return catalogue


def item_on(catalogue: Catalogue, code: str, day: datetime.date) -> CatalogueItem | None:
    return next(
        (item for item in catalogue.get(code, ()) if item.starts <= day and (item.ends is None or day <= item.ends)),
        None,
    )


def free_numbers(taken: set[str]) -> Iterator[str]:
    """The whole numbers that follow the largest one in use."""
    last = max((int(number) for number in taken if number.isascii() and number.isdecimal()), default=0)
    return map(str, itertools.count(last + 1))


def priced(stay: Stay, line: LineData, catalogue: Catalogue, benefit: Days, number: str) -> LineOutcome:
    """The line with what the catalogue says of it on its day, and how much of it is in scope (A1)."""
    code = line.item_code.strip()
    item = item_on(catalogue, code, line.on)
    row = FeeLine(
        stay=stay,
        line_number=number,
        on=line.on,
        item_code=code,
        item_name=item.name if item else (line.item_name.strip() or code)[:120],
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=fen(line.quantity * line.unit_price),
    )
    if item:
        row.catalogue_class, row.personal_share = item.catalogue_class, item.personal_share
        row.price_limit = item.price_limit
    kept = assess_line(line_facts(row, in_benefit=True))
    row.in_scope, row.problem = kept.in_scope, main_problem(kept.reasons)
    if benefit.cover(line.on):
        return LineOutcome(row, kept.in_scope, kept.reasons)
    counted = assess_line(line_facts(row, in_benefit=False))
    return LineOutcome(row, counted.in_scope, counted.reasons)


def require_lines_until(stay: Stay, discharged_on: datetime.date) -> None:
    """Raise Refused where a line is dated after the discharge (A1)."""
    for number, day in _lines_after(stay.pk, discharged_on):
        raise Refused(
            _("Fee line %(number)s is dated %(day)s, after the discharge. Remove it or correct the date.")
            % {"number": number, "day": day},
            code="lines_after_discharge",
            field="discharged_on",
        )
