"""Bringing lines in: each payment becomes a receipt, on its notice or on the unmatched list, unless it has one; each
return takes its payment back or waits for a reviewer (C6, C8). Nothing that a bank says is dropped.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from enrollment.contributions.models import Receipt
from enrollment.contributions.services import Payment, foresee_payments, record_payments, take_back_payment
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import blank

from ..models import BankFile, BankFileLine
from ..reading import Line
from ..selectors import BANK, Known, concerned, known_payments, notice_of

Result = BankFileLine.Result


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a line: its result, why it is not the best one, the key of its receipt."""

    result: Result
    problem: str = ""
    receipt: int | None = None


def bring(file: BankFile, lines: Sequence[Line], by: Actor) -> dict[int, Found]:
    """Bring in lines of a file, in one transaction; what became of each, by its place."""
    if not any(line.returned for line in lines):
        return _record(file, lines, by)
    whom = concerned(lines)
    moved = {whom[line.place] for line in lines if line.returned}
    found = _record(file, [line for line in lines if whom[line.place] not in moved], by)
    # Payments of those of whom something goes back too: one after the other, as the bank has them.
    for line in lines:
        if line.returned:
            found[line.place] = _take_back(file, line, by)
        elif whom[line.place] in moved:
            found |= _record(file, [line], by)
    return found


def foresee(file: BankFile, lines: Sequence[Line]) -> dict[int, Found]:
    """What `bring` would make of each line; only reads."""
    payments = [line for line in lines if not line.returned]
    known = known_payments(line.reference for line in payments)
    found = {
        line.place: Found(Result.ON_RECORD, receipt=known[line.reference].pk)
        for line in payments
        if line.reference in known and same(line, known[line.reference])
    }
    new = [line for line in payments if line.place not in found]
    for line, problem in zip(new, foresee_payments(payments=[payment(line) for line in new]), strict=True):
        found[line.place] = Found(Result.UNMATCHED if problem else Result.MATCHED, problem or "")
    here = {line.reference: line for line in payments}
    for line in lines:
        if line.returned:
            found[line.place] = _foreseen_return(file, line, here.get(line.stated))
    return found


# --- payments --------------------------------------------------------------------------------------------------------


def payment(line: Line, reference: str = "") -> Payment:
    """The payment that a line tells of."""
    return Payment(
        stated_notice=notice_of(line),
        amount=line.amount,
        paid_on=line.day,
        channel=BANK,
        bank_reference=reference or line.reference,
        payer=line.words,
    )


def same(line: Line, known: Known) -> bool:
    """Whether a receipt is of this very payment; another with the same reference is other money."""
    return (line.amount, line.day, notice_of(line)) == (known.amount, known.paid_on, known.stated_notice)


def _record(file: BankFile, lines: Sequence[Line], by: Actor) -> dict[int, Found]:
    if not lines:
        return {}
    known = known_payments(line.reference for line in lines)
    found: dict[int, Found] = {}
    payments: list[tuple[Line, Payment]] = []
    others = [line for line in lines if line.reference in known and not same(line, known[line.reference])]
    brought = _brought_before(file, others)
    for line in lines:
        if line.place in brought:
            found[line.place] = Found(Result.ON_RECORD, receipt=brought[line.place])
        elif line.reference not in known:
            payments.append((line, payment(line)))
        elif same(line, known[line.reference]):
            found[line.place] = Found(Result.ON_RECORD, receipt=known[line.reference].pk)
        else:
            payments.append((line, payment(line, own_reference(file, line))))
    receipts = record_payments(payments=[each for _line, each in payments], by=by)
    late = []
    for (line, _payment), receipt in zip(payments, receipts, strict=True):
        if receipt is None:
            # Taken by somebody else since it was looked up: looked at again.
            late.append(line)
        else:
            result = Result.MATCHED if receipt.status == Receipt.Status.MATCHED else Result.UNMATCHED
            found[line.place] = Found(result, receipt.problem, receipt.pk)
    return found | _record(file, late, by)


def own_reference(file: BankFile, line: Line) -> str:
    """A reference for a payment whose own one another payment has: nobody else's, since no bank's holds a slash."""
    return f"{file.bank}/{file.file_number}/{line.place}"


def _brought_before(file: BankFile, lines: Iterable[Line]) -> dict[int, int]:
    """Of lines whose reference another payment has: the receipts that these very payments got from another file of
    the bank.
    """
    lines = list(lines)
    if not lines:
        return {}
    rows = BankFileLine.objects.filter(
        file__bank=file.bank, returned=False, reference__in=[line.reference for line in lines]
    )
    columns = rows.values_list("reference", "amount", "day", "receipt", "receipt__stated_notice")
    known = {(reference, amount, day, stated): pk for reference, amount, day, pk, stated in columns if pk}
    keys = {line.place: (line.reference, line.amount, line.day, notice_of(line)) for line in lines}
    return {place: known[key] for place, key in keys.items() if key in known}


# --- returns ---------------------------------------------------------------------------------------------------------


def _take_back(file: BankFile, line: Line, by: Actor) -> Found:
    known = _payment_of(file, line)
    found = _judged(line, known)
    if known is not None and found.result == Result.RETURNED:
        take_back_payment(number=known.number, returned_on=line.day, note=note_of(file, line), by=by)
    return found


def note_of(file: BankFile, line: Line) -> str:
    """Why the receipt went back, as it is kept."""
    return f"{line.words} {file.bank_name} {file.file_number} / {line.place} ({line.reference})".strip()[:200]


def _payment_of(file: BankFile, line: Line) -> Known | None:
    """The receipt of the payment that went back: by its reference, unless that is another bank's; then by the line
    that brought it.
    """
    known = known_payments([line.stated]).get(line.stated)
    rows = BankFileLine.objects.filter(returned=False).exclude(result=Result.ON_RECORD)
    if known is not None:
        bank = rows.filter(receipt=known.pk).values_list("file__bank", flat=True).first()
        if bank in (None, file.bank):
            return known
        own = rows.filter(file__bank=file.bank, reference=line.stated)
        taken = own.values_list("receipt__bank_reference", flat=True).first()
        return known_payments([taken]).get(taken) if taken else None
    return None


def _judged(line: Line, known: Known | None) -> Found:
    """What a return can do to the payment that it names."""
    if known is None:
        return Found(Result.OPEN, "unknown_payment")
    if known.amount != line.amount:
        return Found(Result.OPEN, "other_amount", known.pk)
    if known.status == Receipt.Status.RETURNED:
        return Found(Result.ON_RECORD, receipt=known.pk)
    if line.day < known.paid_on:
        return Found(Result.OPEN, "before_payment", known.pk)
    return Found(Result.RETURNED, receipt=known.pk)


def _foreseen_return(file: BankFile, line: Line, here: Line | None) -> Found:
    known = _payment_of(file, line)
    if known is None and here is not None:
        known = Known(0, "", here.amount, here.day, notice_of(here), Receipt.Status.MATCHED, None)
    return _judged(line, known)


def row_of(file: BankFile, line: Line, found: Found) -> BankFileLine:
    """The line as it is kept."""
    row = blank(BankFileLine)
    row.file_id, row.place, row.returned = file.pk, line.place, line.returned
    row.reference, row.stated, row.words, row.way = line.reference, line.stated, line.words, line.way
    row.amount, row.day = line.amount, line.day
    row.result, row.problem, row.receipt_id = found.result.value, found.problem, found.receipt
    return row


def tally(lines: Iterable[Line], found: dict[int, Found]) -> tuple[Counter[str], Counter[str]]:
    """How many lines had each result, and what they come to in fen."""
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for line in lines:
        code = code_of(line, found[line.place])
        counts[code] += 1
        sums[code] += int(line.amount * 100)
    return counts, sums


def code_of(line: Line, found: Found) -> str:
    """The figure that counts a line: a return that went back before is no payment on record."""
    return f"{found.result}_return" if line.returned and found.result == Result.ON_RECORD else found.result.value
