"""Bringing lines in: each payment becomes a receipt, on its notice or on the unmatched list, unless it has one; each
return takes its payment back or waits for a reviewer (C6, C8). Nothing that a bank says is dropped.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from enrollment.contributions.models import Receipt
from enrollment.contributions.services import Payment, foresee_payments, record_payments, take_back_payment
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import ReceiptProblem
from liaoyang_medins.kernel.statements import blank

from ..models import BankFile, BankFileLine
from ..reading import Line
from ..selectors import BANK, Known, concerned, known_payments, known_receipt, notice_of, payments_taken_back

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
    whom = concerned(file.bank, lines)
    moved = {whom[line.place] for line in lines if line.returned}
    found = _record(file, [line for line in lines if whom[line.place] not in moved], by)
    here: dict[str, int | None] = {}
    # Payments of those of whom something goes back too: one after the other, as the bank has them.
    for line in lines:
        if line.returned:
            found[line.place] = _take_back(file, line, here.get(line.stated), by)
        elif whom[line.place] in moved:
            found |= _record(file, [line], by)
            here[line.reference] = found[line.place].receipt
    return found


def foresee(file: BankFile, lines: Sequence[Line]) -> dict[int, Found]:
    """What `bring` would make of each line; only reads."""
    payments = [line for line in lines if not line.returned]
    found, new = _looked_up(file, payments)
    sure = [(line, payment) for line, payment in new if not payment.doubt]
    problems = foresee_payments(payments=[payment for _line, payment in sure])
    for (line, _payment), problem in zip(sure, problems, strict=True):
        found[line.place] = Found(Result.UNMATCHED if problem else Result.MATCHED, problem or "")
    found |= {line.place: Found(Result.UNMATCHED, payment.doubt) for line, payment in new if payment.doubt}
    here = {line.reference: line for line in payments}
    known = payments_taken_back(file.bank, lines)
    for line in lines:
        if line.returned:
            paid = here.get(line.stated)
            one = _foreseen_payment(paid, found[paid.place]) if paid else known.get(line.place)
            found[line.place] = _judged(line, one)
    return found


# --- payments --------------------------------------------------------------------------------------------------------


def payment(line: Line, reference: str = "", doubt: str = "") -> Payment:
    """The payment that a line tells of; with a `doubt` it settles nothing before a reviewer has looked at it."""
    return Payment(
        stated_notice=notice_of(line),
        amount=line.amount,
        paid_on=line.day,
        channel=BANK,
        bank_reference=reference or line.reference,
        payer=line.words,
        doubt=doubt,
    )


def same(line: Line, known: Known) -> bool:
    """Whether a receipt with the reference of a payment says the same as it."""
    return (line.amount, line.day, notice_of(line)) == (known.amount, known.paid_on, known.stated_notice)


def _looked_up(file: BankFile, lines: Sequence[Line]) -> tuple[dict[int, Found], list[tuple[Line, Payment]]]:
    """Of these payments what is on record, and the others as they are to be recorded, in their order.

    Where a receipt that may be of this bank has the reference and says anything else, the payment is recorded with a
    doubt: somebody may have entered it with another notice, and money settles one notice once.
    """
    known = known_payments(line.reference for line in lines) if lines else {}
    of_bank = {
        line.place: [one for one in known[line.reference] if one.may_be_of(file.bank)]
        for line in lines
        if line.reference in known
    }
    on_record = {line.place: one.pk for line in lines for one in of_bank.get(line.place, ()) if same(line, one)}
    others = [line for line in lines if line.place in of_bank and line.place not in on_record]
    on_record |= _brought_before(file, others)
    new = []
    for line in lines:
        if line.place in on_record:
            continue
        if line.place not in of_bank:
            new.append((line, payment(line)))
        else:
            doubt = ReceiptProblem.SAME_REFERENCE.value if of_bank[line.place] else ""
            new.append((line, payment(line, own_reference(file, line), doubt)))
    return {place: Found(Result.ON_RECORD, receipt=key) for place, key in on_record.items()}, new


def _record(file: BankFile, lines: Sequence[Line], by: Actor) -> dict[int, Found]:
    if not lines:
        return {}
    found, new = _looked_up(file, lines)
    receipts = record_payments(payments=[payment for _line, payment in new], by=by)
    late = []
    for (line, _payment), receipt in zip(new, receipts, strict=True):
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


def _take_back(file: BankFile, line: Line, here: int | None, by: Actor) -> Found:
    """Take back what a return names; `here` is the key of the receipt where the payment stands in the same file."""
    known = known_receipt(here) if here else payments_taken_back(file.bank, [line]).get(line.place)
    found = _judged(line, known)
    if known is not None and found.result == Result.RETURNED:
        take_back_payment(number=known.number, returned_on=line.day, note=note_of(file, line), by=by)
    return found


def note_of(file: BankFile, line: Line) -> str:
    """Why the receipt went back, as it is kept."""
    return f"{line.words} {file.bank_name} {file.file_number} / {line.place} ({line.reference})".strip()[:200]


def _judged(line: Line, known: Known | None) -> Found:
    """What a return can do to the payment that it names."""
    if known is None:
        return Found(Result.OPEN, "unknown_payment")
    if known.amount != line.amount:
        return Found(Result.OPEN, "other_amount", known.pk)
    if known.status == Receipt.Status.RETURNED:
        # Where the agency paid it back and the bank took it back besides, a reviewer finds out where the money is.
        told = _was_told(known)
        return Found(Result.ON_RECORD if told else Result.OPEN, "" if told else "paid_back", known.pk)
    if line.day < known.paid_on:
        return Found(Result.OPEN, "before_payment", known.pk)
    return Found(Result.RETURNED, receipt=known.pk)


def _was_told(known: Known) -> bool:
    """Whether a returned receipt went back by this very return: a line of a bank said so before, or a reviewer took it
    off the notice that it had settled, which only the bank's return does (C8).
    """
    rows = BankFileLine.objects.filter(receipt=known.pk, returned=True, amount=known.amount)
    return not known.problem or rows.filter(result__in=[Result.RETURNED, Result.CLOSED]).exists()


def _foreseen_payment(line: Line, found: Found) -> Known:
    """The receipt of a payment in the same file, as it is or will be."""
    if found.receipt:
        return known_receipt(found.receipt)
    return Known(0, frozenset(), "", line.amount, line.day, notice_of(line), Receipt.Status.MATCHED, "", None)


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
