"""Numbers that people use, from database sequences: unique under concurrency, gaps allowed."""

import datetime

from django.db import connection

# kind → prefix; the sequences are made in offices/migrations.
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
}


def next_number(kind: str, on: datetime.date) -> str:
    """The next number of a kind, such as N2009-0000123: prefix, year of `on`, and a sequence of seven digits or more."""
    prefix = PREFIXES[kind]
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [f"number_{kind}"])
        (value,) = cursor.fetchone()
    return f"{prefix}{on.year}-{value:07d}"
