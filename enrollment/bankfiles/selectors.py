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
# Where money is that came through a bank: a reviewer may have declared it an employer's part (C5).
CHANNELS = [BANK, Receipt.Channel.EMPLOYER.value]


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
    """A receipt on record, as far as a line is compared with it. `banks` are those in whose files it is: none where it
    was entered by hand.
    """

    pk: int
    banks: frozenset[str]
    number: str
    amount: Decimal
    paid_on: Any
    stated_notice: str
    status: str
    problem: str
    resident: int | None

    def may_be_of(self, bank: str) -> bool:
        """Whether it can be a payment through this bank: two banks may use the same reference."""
        return not self.banks or bank in self.banks


OF_RECEIPT = ("number", "amount", "paid_on", "stated_notice", "status", "problem", "notice__resident_id")


@Statement
def _known(channels: list[str], references: list[str]) -> "QuerySet[Receipt, tuple[Any, ...]]":
    rows = Receipt.objects.filter(OneOf(F("channel"), channels), OneOf(F("bank_reference"), references)).order_by()
    return rows.values_list("bank_reference", "pk", *OF_RECEIPT)


@Statement
def _banks(receipts: list[int]) -> "QuerySet[BankFileLine, tuple[Any, ...]]":
    rows = BankFileLine.objects.filter(OneOf(F("receipt_id"), receipts), returned=False).order_by()
    return rows.values_list("receipt_id", "file__bank")


def known_payments(references: Iterable[str]) -> dict[str, list[Known]]:
    """The receipts of money that came through a bank with these references, by the reference."""
    rows = _known(CHANNELS, [*references])
    banks: dict[int, set[str]] = {}
    for key, bank in _banks([row[1] for row in rows]) if rows else ():
        banks.setdefault(key, set()).add(bank)
    found: dict[str, list[Known]] = {}
    for reference, key, *values in rows:
        found.setdefault(reference, []).append(Known(key, frozenset(banks.get(key, ())), *values))
    return found


def known_receipt(key: int) -> Known:
    """The receipt of this key."""
    return Known(key, frozenset(), *Receipt.objects.filter(pk=key).values_list(*OF_RECEIPT)[0])


def payments_taken_back(bank: str, lines: Iterable[Line]) -> dict[int, Known]:
    """The receipt of the payment that each return in a file of `bank` names, by its place: one of the returned amount
    that has not gone back yet, and what the bank's own files brought before what was entered by hand; none of another
    bank.
    """
    returns = [line for line in lines if line.returned]
    known = known_payments({line.stated for line in returns})

    def likely(line: Line, one: Known) -> tuple[bool, bool, bool]:
        return one.amount == line.amount, one.status != Receipt.Status.RETURNED, bank in one.banks

    # What got a reference of its own, since another receipt had the bank's, is found by its line.
    unsure = [
        line.stated
        for line in returns
        if line.stated in known and not any(all(likely(line, one)) for one in known[line.stated])
    ]
    brought = _brought_by(bank, unsure) if unsure else {}
    found = {}
    for line in returns:
        of_bank = [one for one in known.get(line.stated, ()) if one.may_be_of(bank)] + brought.get(line.stated, [])
        if of_bank:
            found[line.place] = max(of_bank, key=lambda one: likely(line, one))
    return found


def _brought_by(bank: str, references: Iterable[str]) -> dict[str, list[Known]]:
    """The receipts that lines of this bank's files with these references became."""
    rows = BankFileLine.objects.filter(file__bank=bank, returned=False, reference__in=[*references])
    rows = rows.exclude(result=Result.ON_RECORD).order_by("pk")
    found: dict[str, list[Known]] = {}
    for reference, key, *values in rows.values_list(
        "reference", "receipt_id", *(f"receipt__{name}" for name in OF_RECEIPT)
    ):
        found.setdefault(reference, []).append(Known(key, frozenset({bank}), *values))
    return found


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


def concerned(bank: str, lines: Iterable[Line]) -> dict[int, object]:
    """Whom each line of a file of `bank` concerns, by its place: lines with the same answer have to do with each
    other, and are brought in by one hand in their order.
    """
    lines = list(lines)
    went_back = payments_taken_back(bank, lines)
    stated = {line.place: notice_of(line) for line in lines if not line.returned}
    owners = owners_of({*stated.values(), *(known.stated_notice for known in went_back.values())})
    found: dict[int, object] = {place: owners.get(number) or f"notice {number}" for place, number in stated.items()}
    here = {line.reference: found[line.place] for line in lines if not line.returned}
    for line in lines:
        if line.returned:
            found[line.place] = _of_return(line, here, went_back, owners)
    return found


def _of_return(
    line: Line, here: Mapping[str, object], went_back: Mapping[int, Known], owners: Mapping[str, int]
) -> object:
    known = went_back.get(line.place)
    if line.stated in here:
        return here[line.stated]
    if known is None:
        return f"payment {line.stated}"
    return known.resident or owners.get(known.stated_notice, f"notice {known.stated_notice}")
