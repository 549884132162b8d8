"""Reading bank files and what became of their lines; the money that their lines were before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.contributions.services.payments import plain_number
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import OneOf, Statement

from .layouts import Layout
from .models import BankFile, BankFileLine
from .reading import Form, Line, Part

# The name of the kind of run that checks and imports bank files.
RUN = "bankfile"
Result = BankFileLine.Result
BANK = Receipt.Channel.BANK.value


def bank_files_visible_to(actor: Actor) -> QuerySet[BankFile]:
    """The bank files for the agency and the supervisor, the newest first; none for others."""
    files = BankFile.objects.select_related("office", "uploaded_by")
    return files if actor.may("bankfiles.see") else files.none()


@dataclass(frozen=True, slots=True)
class Brought:
    """How many lines of a file had a result, and what they come to in yuan."""

    count: int = 0
    amount: Decimal = ZERO

    def __add__(self, other: "Brought") -> "Brought":
        return Brought(self.count + other.count, self.amount + other.amount)

    def __sub__(self, other: "Brought") -> "Brought":
        return Brought(self.count - other.count, self.amount - other.amount)


def brought_by(found: BankFile) -> dict[str, Brought]:
    """What the lines of a file came to, by their result; every result is there."""
    rows = found.rows.order_by().values("result").annotate(count=Count("pk"), amount=Sum("amount"))
    by_result = {row["result"]: Brought(row["count"], row["amount"]) for row in rows}
    return {result.value: by_result.get(result.value, Brought()) for result in Result}


def brought_in(lines: QuerySet[BankFileLine]) -> Brought:
    """How many these lines are, and what they come to."""
    return Brought(**lines.aggregate(count=Count("pk"), amount=Sum("amount", default=ZERO)))


def open_returns(actor: Actor) -> QuerySet[BankFileLine]:
    """The returned payments that wait for a reviewer, the oldest first."""
    rows = BankFileLine.objects.filter(result=Result.OPEN, file__in=bank_files_visible_to(actor).order_by())
    return rows.select_related("file").order_by("file_id", "place")


# --- the bytes -------------------------------------------------------------------------------------------------------


def form_of(found: BankFile) -> Form:
    return Form(Layout(found.layout), found.encoding)


def parts_of(found: BankFile, positions: Iterable[int] | None = None) -> dict[int, Part]:
    """The parts of a file that hold lines, by their positions."""
    rows = found.parts.filter(lines__gt=0).order_by("position")
    if positions is not None:
        rows = rows.filter(position__in=list(positions))
    values = rows.values_list("position", "content", "first_line", "lines")
    return {position: Part(bytes(content), first, lines) for position, content, first, lines in values}


def bytes_of(found: BankFile) -> bytes:
    """The file as it came."""
    return b"".join(map(bytes, found.parts.order_by("position").values_list("content", flat=True)))


# --- whom lines concern ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """A receipt on record, as far as a line is compared with it."""

    pk: int
    number: str
    amount: Decimal
    paid_on: Any
    stated_notice: str
    status: str
    resident: int | None


@Statement
def _known(references: list[str]) -> "QuerySet[Receipt, tuple[Any, ...]]":
    rows = Receipt.objects.filter(OneOf(F("bank_reference"), references), channel=BANK).order_by()
    of_receipt = ("pk", "number", "amount", "paid_on", "stated_notice", "status", "notice__resident_id")
    return rows.values_list("bank_reference", *of_receipt)


def known_payments(references: Iterable[str]) -> dict[str, Known]:
    """The receipts of banks with these references, by the reference."""
    return {reference: Known(*values) for reference, *values in _known([*references])}


def notice_of(line: Line) -> str:
    """The notice's number that a payment states, as it is kept."""
    return plain_number(line.stated)[:30]


@Statement
def _owners(numbers: list[str]) -> "QuerySet[ContributionNotice, tuple[Any, ...]]":
    rows = ContributionNotice.objects.filter(OneOf(F("number"), numbers)).order_by()
    return rows.values_list("number", "resident_id")


def owners_of(numbers: Iterable[str]) -> dict[str, int]:
    """The keys of the residents by the notice numbers that are stated."""
    return dict(_owners([*numbers]))


def concerned(lines: Iterable[Line]) -> dict[int, object]:
    """Whom each line concerns, by its place: lines with the same answer have to do with each other, and are brought in
    by one hand in their order.
    """
    lines = list(lines)
    went_back = known_payments({line.stated for line in lines if line.returned})
    stated = {line.place: notice_of(line) for line in lines if not line.returned}
    owners = owners_of({*stated.values(), *(known.stated_notice for known in went_back.values())})
    found: dict[int, object] = {place: owners.get(number) or f"notice {number}" for place, number in stated.items()}
    here = {line.reference: found[line.place] for line in lines if not line.returned}
    for line in lines:
        if line.returned:
            found[line.place] = _of_return(line, here, went_back, owners)
    return found


def _of_return(
    line: Line, here: Mapping[str, object], went_back: Mapping[str, Known], owners: Mapping[str, int]
) -> object:
    known = went_back.get(line.stated)
    if line.stated in here:
        return here[line.stated]
    if known is None:
        return f"payment {line.stated}"
    return known.resident or owners.get(known.stated_notice, f"notice {known.stated_notice}")
