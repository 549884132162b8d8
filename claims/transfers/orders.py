"""The file that tells the bank whom to pay (docs/payment-files.md). Pure: what stands on a list in, bytes out."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MARK = "LYPAY"
ENCODING = "gb18030"
# What a spreadsheet would take for the beginning of a formula; no name of a person or a bank begins so.
FORMULA = "=+-@\t\r\n "


@dataclass(frozen=True, slots=True)
class Order:
    """A payment: `number` comes back in the bank's result, `amount` in yuan, `purpose` stands on the statement of the
    account.
    """

    number: str
    holder: str
    bank: str
    account_number: str
    amount: Decimal
    purpose: str


def write(*, number: str, made_on: date, orders: Sequence[Order]) -> bytes:
    """The file of the list `number`: header, a line for each payment, trailer with count and sum. CSV in GB18030,
    whose lines end with CR LF.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["H", MARK, number, made_on.isoformat()])
    for order in orders:
        words = (plain(order.holder), plain(order.bank), order.account_number)
        rows.writerow(["P", order.number, *words, f"{order.amount:.2f}", plain(order.purpose)])
    total = sum((order.amount for order in orders), Decimal("0.00"))
    rows.writerow(["T", len(orders), f"{total:.2f}"])
    return text.getvalue().encode(ENCODING)


def plain(words: str) -> str:
    """Words on one line that no spreadsheet takes for a formula."""
    return " ".join(words.lstrip(FORMULA).split())
