"""Numbers of accounts and invoices, and the documents that an application needs: pure."""

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum


class AccountProblem(StrEnum):
    """What is wrong with an account number."""

    NO_DIGITS = "no_digits"
    LENGTH = "length"
    CHECK_DIGIT = "check_digit"


class Paper(StrEnum):
    """A document that the resident hands in with an application."""

    INVOICE = "invoice"
    FEE_LIST = "fee_list"
    DISCHARGE_SUMMARY = "discharge_summary"
    ID_CARD = "id_card"


NEEDED = tuple(Paper)
SHORTEST, LONGEST = 10, 25
# Numbers of bank cards of the national network begin so; their last digit checks the others.
CARD = "62"
CARD_LENGTHS = range(16, 20)
SHOWN_DIGITS = 4


def plain_account(text: str) -> str:
    """The account number as it was typed, without blanks and hyphens, full-width digits as plain ones."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if not char.isspace() and char != "-")


def account_problem(number: str) -> AccountProblem | None:
    """What is wrong with a plain account number; None where it can be one.

    It has 10 to 25 digits. One that begins with 62 is a card's: 16 to 19 digits, the last of which checks the others.
    """
    if not (number.isascii() and number.isdecimal()):
        return AccountProblem.NO_DIGITS
    lengths = CARD_LENGTHS if number.startswith(CARD) else range(SHORTEST, LONGEST + 1)
    if len(number) not in lengths:
        return AccountProblem.LENGTH
    if number.startswith(CARD) and not luhn(number):
        return AccountProblem.CHECK_DIGIT
    return None


def luhn(number: str) -> bool:
    """Whether the digits fit their check digit (ISO/IEC 7812-1): each second one from the right counts double."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(int(digit) for digit in number[-1::-2]) + sum(doubled)) % 10 == 0


def masked_account(number: str) -> str:
    """The number as everybody but who pays sees it: its last four digits."""
    return f"**** {number[-SHOWN_DIGITS:]}"


def invoice_numbers(text: str) -> tuple[str, ...]:
    """The numbers of invoices as they were typed, parted by blanks, commas, semicolons or lines: full-width characters
    as plain ones, letters as capitals; in their order, also one that is there twice.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    return tuple(part for part in re.split(r"[\s,;、。]+", plain) if part)


def is_invoice_number(number: str) -> bool:
    """Whether a plain number can be that of an invoice: 4 to 30 letters, digits and hyphens, a digit among them."""
    return re.fullmatch(r"(?=.*[0-9])[A-Z0-9-]{4,30}", number) is not None


def missing_papers(there: Collection[str]) -> tuple[Paper, ...]:
    """The documents that are still needed, in their order."""
    return tuple(paper for paper in NEEDED if paper.value not in there)
