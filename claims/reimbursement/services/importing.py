"""Fee lines out of a workbook or CSV: looked at row by row first (dry run), then all good rows at once or none."""

import datetime
import uuid
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from claims.data import LineData, LineOutcome
from claims.facts import benefit_days
from claims.models import FeeLine
from claims.services.lines import catalogue_for, priced, wrong_lines
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.attachments.services import plain_name
from liaoyang_medins.kernel.errors import Conflict, Invalid
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.sheets import values
from liaoyang_medins.kernel.sheets.columns import Found, columns_in, find_columns, given_cells
from liaoyang_medins.kernel.sheets.reading import Cell, Limits, Row, read_table

from ..models import LineImport, Reimbursement
from .common import locked
from .entering import require_open
from .lines import added

COLUMNS = columns_in(Path(__file__).parent.parent / "columns.yaml")["lines"]
LIMITS = Limits(rows=3_000, columns=30)
FIGURE_BELOW = Decimal(10) ** 12
TEXT_AT_MOST = 120


@transaction.atomic
def read_lines(*, number: str, file: IO[bytes], file_name: str, by: Actor) -> LineImport:
    """Look at a file of fee lines: what is wrong with each row, and what of each line would be in scope. Nothing is
    added by that; a file that was looked at before is forgotten.

    Invalid (field `file`) for a file that cannot be read or lacks columns; Conflict where the application is examined
    already.
    """
    by.require("reimbursements.enter")
    found = locked(number, by)
    require_open(found)
    table = find_columns(COLUMNS, read_table(file, limits=LIMITS))
    LineImport.objects.filter(application=found).delete()
    return LineImport.objects.create(
        application=found,
        file_name=plain_name(file_name),
        headings=list(table.headings),
        rows=judged(found, table),
        made_by_id=by.user_id,
    )


def judged(application: Reimbursement, table: Found) -> list[dict[str, Any]]:
    """Every row with the line that was read from it and everything that is wrong."""
    rows: list[dict[str, Any]] = []
    lines: list[LineData] = []
    places: list[int] = []
    for given in table.rows:
        line, problems = line_in(table, given)
        rows.append({"place": given.place, "cells": given_cells(table, given), "problems": problems, "line": None})
        if line is not None:
            places.append(len(rows) - 1)
            lines.append(line)
    stay = application.stay
    taken = set(stay.lines.values_list("line_number", flat=True))
    for fault in wrong_lines(stay, lines, taken, clock.today()):
        rows[places[fault.place]]["problems"].append(fault.text)
    good = [(rows[place], line) for place, line in zip(places, lines, strict=True) if not rows[place]["problems"]]
    if good:
        benefit = benefit_days(application.resident)
        catalogue = catalogue_for([line for _row, line in good])
        for row, line in good:
            row["line"] = as_json(priced(stay, line, catalogue, benefit, line.line_number))
    return rows


def as_json(outcome: LineOutcome) -> dict[str, Any]:
    line: FeeLine = outcome.line
    return {
        "on": line.on.isoformat(),
        "item_code": line.item_code,
        "item_name": line.item_name,
        "quantity": str(line.quantity),
        "unit_price": str(line.unit_price),
        "amount": str(line.amount),
        "line_number": line.line_number,
        "in_scope": str(outcome.in_scope),
        "reasons": [reason.value for reason in outcome.reasons],
    }


def line_in(table: Found, row: Row) -> tuple[LineData | None, list[str]]:
    """The line of a row; None with everything that is wrong where there is none."""
    problems: list[str] = []
    given: dict[str, Any] = {}
    for column in COLUMNS:
        place = table.places.get(column.code)
        cell = row.cells[place] if place is not None and place < len(row.cells) else None
        try:
            given[column.code] = value_of(column.code, cell)
        except values.HasFormula:
            problems.append(_("“%(column)s” holds a formula: write its value.") % {"column": column.heading})
        except ValueError:
            said = values.as_given(cell)[:40]
            problems.append(_("“%(column)s”: “%(text)s” cannot be read.") % {"column": column.heading, "text": said})
        else:
            if column.cell and given[column.code] in (None, ""):
                problems.append(_("“%(column)s” is empty.") % {"column": column.heading})
    return (None, problems) if problems else (LineData(**given), [])


def value_of(code: str, cell: Cell) -> Any:
    """What stands in a cell of the column. Raises ValueError, HasFormula."""
    if code == "on":
        return values.day(cell)
    if code in ("quantity", "unit_price", "amount"):
        return figure(values.plain(cell))
    return values.plain(cell)[:TEXT_AT_MOST]


def figure(text: str) -> Decimal | None:
    """The figure that is meant, thousands separators taken out; None of nothing. Raises ValueError."""
    if not text:
        return None
    try:
        found = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not found.is_finite() or abs(found) >= FIGURE_BELOW:
        raise ValueError(text)
    return found


@transaction.atomic
def take_lines(*, number: str, key: uuid.UUID, by: Actor) -> int:
    """Add the good rows of the file that was looked at, all or none; returns how many. The refused rows stay, to be
    fetched and sent again. Conflict where another file was looked at since, or the application is examined already;
    Invalid where no row is good.
    """
    by.require("reimbursements.enter")
    found = locked(number, by)
    require_open(found)
    waiting = import_of(found, key)
    good = [row for row in waiting.rows if row["line"]]
    if not good:
        raise Invalid(_("There is no line to add."), field="file", code="no_lines")
    outcomes = added(found, [line_of(row["line"]) for row in good], by)
    waiting.rows = [row for row in waiting.rows if not row["line"]]
    if waiting.rows:
        waiting.save(update_fields=["rows"])
    else:
        waiting.delete()
    return len(outcomes)


@transaction.atomic
def drop_import(*, number: str, key: uuid.UUID, by: Actor) -> None:
    """Forget a file that was looked at. Conflict where another was since."""
    by.require("reimbursements.enter")
    import_of(locked(number, by), key).delete()


def import_of(application: Reimbursement, key: uuid.UUID) -> LineImport:
    waiting = LineImport.objects.select_for_update().filter(application=application, key=key).first()
    if waiting is None:
        raise Conflict(_("This file is not the one that was looked at last. Look at it again."), code="other_file")
    return waiting


def line_of(data: dict[str, Any]) -> LineData:
    return LineData(
        on=datetime.date.fromisoformat(data["on"]),
        item_code=data["item_code"],
        quantity=Decimal(data["quantity"]),
        unit_price=Decimal(data["unit_price"]),
        amount=Decimal(data["amount"]),
        line_number=data["line_number"],
        item_name=data["item_name"],
    )
