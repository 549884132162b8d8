"""The run that checks a bank statement (dry run) or imports it, part by part: its lines, and what they match."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Figure, Heading, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Run

from ..layout import Movement, read
from ..matching import OpenLine
from ..models import BankLine, BankStatement
from .matching import foreseen, lock_matching, make_matches, match_corrections, open_lines
from .uploading import RUN

LINES_A_PART = 500
FIGURES = (
    Figure("matched", gettext_lazy("Have their entry")),
    Figure("matched_sum", gettext_lazy("Have their entry (yuan)"), in_yuan=True),
    Figure("open", gettext_lazy("Stay open")),
    Figure("open_sum", gettext_lazy("Stay open (yuan)"), in_yuan=True),
)


def statement_of(run: Run) -> BankStatement:
    return BankStatement.objects.get(number=run.parameters["statement"])


def plan(run: Run) -> Plan:
    """Parts of the lines that were not brought in yet."""
    statement = statement_of(run)
    done = set(statement.lines.values_list("place", flat=True))
    # The header is line 1.
    end = 2 + statement.count
    starts = [start for start in range(2, end, LINES_A_PART) if start not in done]
    chunks = [{"first": start, "last": min(start + LINES_A_PART, end) - 1} for start in starts]
    return Plan(chunks or [{"first": end, "last": end - 1}], policy_on(run.business_date))


def movements_of(statement: BankStatement, parameters: Parameters) -> list[Movement]:
    content = read(bytes(statement.content), statement.uploaded_on)
    return [each for each in content.movements if parameters["first"] <= each.place <= parameters["last"]]


def work(run: Run, parameters: Parameters) -> Outcome:
    """Bring a part of the lines in, and match those that have their entries."""
    statement = statement_of(run)
    movements = movements_of(statement, parameters)
    lock_matching()
    rows = BankLine.objects.bulk_create(BankLine(statement=statement, **each._asdict()) for each in movements)
    found = foreseen(open_lines(rows))
    make_matches([([line], legs) for line, legs in found], run.actor)
    keys = {line for line, _legs in found}
    return outcome(movements, {row.place for row in rows if row.pk in keys})


def look(run: Run, parameters: Parameters) -> Outcome:
    """What `work` would do."""
    movements = movements_of(statement_of(run), parameters)
    lines = [OpenLine(each.place, each.day, each.reference, each.amount) for each in movements]
    return outcome(movements, {place for place, _legs in foreseen(lines)}, examples=True)


def outcome(movements: Sequence[Movement], matched: set[int], *, examples: bool = False) -> Outcome:
    """Counts and sums of a part; of a dry run its first lines."""
    counts: dict[str, int | Decimal] = {"matched": 0, "matched_sum": ZERO, "open": 0, "open_sum": ZERO}
    digest = hashlib.sha256()
    for each in movements:
        code = "matched" if each.place in matched else "open"
        counts[code] += 1
        counts[f"{code}_sum"] += each.amount
        digest.update(f"{each.place}|{each.reference}|{each.amount}|{code}\n".encode())
    shown = [example(each, each.place in matched) for each in movements[:EXAMPLES]] if examples else []
    return Outcome(counts, examples=shown, digest=digest.hexdigest() if movements else "")


def example(movement: Movement, matched: bool) -> list[str]:
    values = (movement.place, movement.day, movement.reference, movement.counterparty, movement.amount)
    return [*map(str, values), "matched" if matched else "open"]


def finish(run: Run) -> None:
    """Every line is there, they come to what the bank says, and corrections are matched with what they correct."""
    statement = (
        BankStatement.objects.select_for_update(of=("self",)).defer("content").get(number=run.parameters["statement"])
    )
    brought = statement.lines.order_by().aggregate(count=Count("pk"), sum=Sum("amount", default=ZERO))
    if (brought["count"], brought["sum"]) != (statement.count, statement.paid_in - statement.paid_out):
        raise AssertionError(f"{statement.number} says {statement.count} lines; brought in were {brought}.")
    lock_matching()
    match_corrections(run.actor)
    statement.imported_on = run.business_date
    statement.save(update_fields=["imported_on"])
    audit.record(by=run.actor, verb="bankbook.import", obj=statement, changes={"run": run.number, **run.counts})


STATES = {"matched": gettext_lazy("Has its entry"), "open": gettext_lazy("Stays open")}

# Cancelled, what was brought in stays: another import goes on from there.
KIND = Kind(
    name=RUN,
    label=gettext_lazy("Bank statement"),
    verb="bankbook.import",
    under="bank-statements",
    figures=FIGURES,
    headings=(
        Heading(gettext_lazy("Line"), of_figures=True),
        Heading(gettext_lazy("Value date")),
        Heading(gettext_lazy("Bank reference")),
        Heading(gettext_lazy("From or to whom")),
        Heading(gettext_lazy("Amount (yuan)"), of_figures=True),
        Heading(gettext_lazy("In the book")),
    ),
    key=lambda parameters: str(parameters["statement"]),
    title=lambda parameters: (
        _("%(number)s, %(bank)s %(statement)s")
        % {
            "number": parameters["statement"],
            "bank": parameters["bank"],
            "statement": parameters["of_bank"],
        }
    ),
    plan=plan,
    begin=lambda run: str(run.parameters["statement"]),
    work=work,
    look=look,
    finish=finish,
    link=lambda number: (
        _("Bank statement %(number)s") % {"number": number},
        reverse("bank-statement", args=[number]),
    ),
    shown=lambda examples: [[*said, str(STATES[state])] for *said, state in examples],
)
