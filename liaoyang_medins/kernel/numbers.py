"""Numbers that people use, from database sequences: unique under concurrency, gaps allowed."""

import datetime
from collections.abc import Sequence

from django.db import connection

# kind → prefix; the sequences are made in offices/migrations, that of runs in its own.
PREFIXES = {
    "resident": "P",
    "registration": "R",
    "enrollment": "E",
    "notice": "N",
    "receipt": "C",
    "stay": "S",
    "settlement": "J",
    "reversal": "V",
    "referral": "T",
    "statement": "B",
    "subsidy_receipt": "A",
    "subsidy_reminder": "BC",
    "run": "G",
    "household": "F",
    "misuse": "M",
    "recovery": "Y",
    "transmittal": "H",
    "list": "L",
    "bank_file": "K",
    "collection": "D",
    "reimbursement": "W",
    "payment_list": "Q",
    "resident_payment": "U",
    "outpatient": "X",
    "handover_list": "Z",
    "catalogue": "CV",
    "report": "O",
    "inspection": "I",
    "watch": "WF",
    "declaration": "MD",
    "payment_batch": "PB",
    "institution_payment": "PI",
    "entered_document": "FD",
    "bank_statement": "FB",
    "match": "FM",
}


def looks_like_one(text: str) -> bool:
    """Whether what somebody looks for is a number and not a name: it has a digit, and neither blanks nor characters of
    a language. A school may be called No. 1.
    """
    return text.isascii() and any(char.isdecimal() for char in text) and not any(char.isspace() for char in text)


def next_number(kind: str, on: datetime.date) -> str:
    """The next number of a kind, such as N2009-0000123: prefix, year of `on`, a sequence of seven digits or more."""
    return next_numbers(kind, [on])[0]


def next_numbers(kind: str, days: Sequence[datetime.date]) -> list[str]:
    """A number for each of `days`, in their order, in one statement."""
    prefix = PREFIXES[kind]
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [f"number_{kind}", len(days)])
        values = [value for (value,) in cursor.fetchall()]
    return [f"{prefix}{day.year}-{value:07d}" for day, value in zip(days, values, strict=True)]
