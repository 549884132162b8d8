"""The run that checks a bank file (dry run) or imports it, part by part.

Lines that have to do with each other (two payments of one person, a payment and its return) lie in one part, the one
of the first of them: what comes of them does not depend on which part a worker takes first.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Examples, Figure, Heading, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.statements import batch, insert_all

from ..labels import why
from ..models import BankFile, BankFileLine
from ..reading import Line, lines_of
from ..selectors import RUN, concerned, form_of, parts_of
from .bringing import Found, bring, code_of, foresee, row_of, tally

Result = BankFileLine.Result

FIGURES = (
    Figure("matched", gettext_lazy("Settle their notice")),
    Figure("matched_sum", gettext_lazy("Settle their notice (yuan)"), in_yuan=True),
    Figure("unmatched", gettext_lazy("For the unmatched list")),
    Figure("unmatched_sum", gettext_lazy("For the unmatched list (yuan)"), in_yuan=True),
    Figure("on_record", gettext_lazy("On record already")),
    Figure("on_record_sum", gettext_lazy("On record already (yuan)"), in_yuan=True),
    Figure("returned", gettext_lazy("Payments taken back")),
    Figure("returned_sum", gettext_lazy("Payments taken back (yuan)"), in_yuan=True),
    Figure("on_record_return", gettext_lazy("Taken back before")),
    Figure("on_record_return_sum", gettext_lazy("Taken back before (yuan)"), in_yuan=True),
    Figure("open", gettext_lazy("Returns to be looked at")),
    Figure("open_sum", gettext_lazy("Returns to be looked at (yuan)"), in_yuan=True),
)
CODES = ("matched", "unmatched", "on_record", "returned", "on_record_return", "open")


def file_of(run: Run) -> BankFile:
    return BankFile.objects.get(number=run.parameters["file"])


def plan(run: Run) -> Plan:
    """The parts of the file, each with the lines that it takes from others and leaves to others; what an import
    brought in before it was cancelled is left out.
    """
    file = file_of(run)
    form = form_of(file)
    parts = {position: lines_of(part, form) for position, part in parts_of(file).items()}
    done = set(file.rows.values_list("place", flat=True))
    return Plan(list(_chunks(file.bank, parts, done)), policy_on(run.business_date))


def _chunks(bank: str, parts: dict[int, list[Line]], done: set[int]) -> Iterable[Parameters]:
    whom = concerned(bank, (line for lines in parts.values() for line in lines))
    homes: dict[object, int] = {}
    takes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    leaves: dict[int, list[int]] = defaultdict(list)
    for position, lines in parts.items():
        for line in lines:
            home = homes.setdefault(whom[line.place], position)
            if line.place in done:
                leaves[position].append(line.place)
            elif home != position:
                leaves[position].append(line.place)
                takes[home].append((position, line.place))
    for position, lines in parts.items():
        if len(leaves[position]) < len(lines) or takes[position]:
            yield {"part": position, "leaves": leaves[position], "takes": takes[position]}


def lines_for(file: BankFile, parameters: Parameters) -> list[Line]:
    """The lines of a chunk, in the order of the file."""
    leaves, takes = set(parameters["leaves"]), {place for _position, place in parameters["takes"]}
    positions = {parameters["part"], *(position for position, _place in parameters["takes"])}
    form = form_of(file)
    found = []
    for position, part in parts_of(file, positions).items():
        own = position == parameters["part"]
        found += [
            line
            for line in lines_of(part, form)
            if (own and line.place not in leaves) or (not own and line.place in takes)
        ]
    return sorted(found, key=lambda line: line.place)


def work(run: Run, parameters: Parameters) -> Outcome:
    """Bring in the lines of a chunk, and keep what became of each."""
    file = file_of(run)
    lines = lines_for(file, parameters)
    found = bring(file, lines, run.actor)
    with batch():
        insert_all([row_of(file, line, found[line.place]) for line in lines])
    return outcome(lines, found)


def look(run: Run, parameters: Parameters) -> Outcome:
    """What `work` would do."""
    file = file_of(run)
    lines = lines_for(file, parameters)
    return outcome(lines, foresee(file, lines), examples=True)


def outcome(lines: Sequence[Line], found: dict[int, Found], *, examples: bool = False) -> Outcome:
    """The counts and sums of a chunk; for a dry run its first lines."""
    counted, fen = tally(lines, found)
    counts: dict[str, int | Decimal] = {}
    for code in CODES:
        counts[code], counts[f"{code}_sum"] = counted[code], Decimal(fen[code]).scaleb(-2)
    digest = hashlib.sha256()
    for line in lines:
        said = (line.place, line.reference, line.amount, code_of(line, found[line.place]), found[line.place].problem)
        digest.update("|".join(map(str, said)).encode() + b"\n")
    shown = [example(line, found[line.place]) for line in lines[:EXAMPLES]] if examples else []
    return Outcome(counts, examples=shown, digest=digest.hexdigest() if lines else "")


def example(line: Line, found: Found) -> list[str]:
    values = (line.place, line.reference, line.stated, line.words, line.day, line.amount, found.result.value)
    return [*map(str, values), found.problem]


def in_words(examples: Examples) -> Examples:
    """The examples with results and reasons in words."""
    return [
        [*said, " · ".join(filter(None, (str(Result(result).label), why(problem))))]
        for *said, result, problem in examples
    ]


def finish(run: Run) -> None:
    """Every line was brought in, and they come to what the file says."""
    file = BankFile.objects.select_for_update(of=("self",)).get(number=run.parameters["file"])
    for returned, count, total in (
        (False, file.payments, file.payments_sum),
        (True, file.returns, file.returns_sum),
    ):
        rows = file.rows.filter(returned=returned).order_by()
        brought = rows.aggregate(count=Count("pk"), total=Sum("amount", default=ZERO))
        if (brought["count"], brought["total"]) != (count, total):
            raise AssertionError(f"{file.number} says {count} lines of {total} yuan, brought in were {brought}.")
    file.imported_on = run.business_date
    file.save(update_fields=["imported_on"])
    audit.record(by=run.actor, verb="bankfiles.import", obj=file, changes={"run": run.number, **run.counts})


# Cancelled, what was brought in stays: money that came. Another import goes on from there.
KIND = Kind(
    name=RUN,
    label=gettext_lazy("Bank file"),
    verb="bankfiles.import",
    under="bank-files",
    figures=FIGURES,
    headings=(
        Heading(gettext_lazy("Line"), of_figures=True),
        Heading(gettext_lazy("Bank reference")),
        Heading(gettext_lazy("Notice")),
        Heading(gettext_lazy("Payer")),
        Heading(gettext_lazy("Value date")),
        Heading(gettext_lazy("Amount (yuan)"), of_figures=True),
        Heading(gettext_lazy("What it does")),
    ),
    key=lambda parameters: str(parameters["file"]),
    title=lambda parameters: (
        _("%(number)s, %(bank)s %(file_number)s")
        % {
            "number": parameters["file"],
            "bank": parameters["bank"],
            "file_number": parameters["file_number"],
        }
    ),
    plan=plan,
    begin=lambda run: str(run.parameters["file"]),
    work=work,
    look=look,
    finish=finish,
    link=lambda number: (_("Bank file %(number)s") % {"number": number}, reverse("bank-file", args=[number])),
    shown=in_words,
)
