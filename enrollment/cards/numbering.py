"""The number of a card: thirteen digits, which a card reader types and a hurried clerk mistypes.

Four digits of the city (the official code of the pooling area), eight of a running number, and a check digit by
ISO 7064 MOD 11,10, which finds every single wrong digit and nearly every pair that was swapped. It says nothing of
its holder.
"""

import re

from django.db import connection
from stdnum.iso7064 import mod_11_10

LENGTH = 13
_FORM = re.compile(r"[0-9]{13}")
_NOISE = re.compile(r"[\s\-]+")


def check_digit(body: str) -> str:
    """The last digit of a card number whose first twelve are `body`."""
    return str(mod_11_10.calc_check_digit(body))


def plain(text: str) -> str:
    """A card number as it was typed, without spaces and hyphens."""
    return _NOISE.sub("", text)


def is_card_number(text: str) -> bool:
    """Whether `text` has the form and the check digit of a card number."""
    number = plain(text)
    return _FORM.fullmatch(number) is not None and check_digit(number[:-1]) == number[-1]


def draw_numbers(city: str, count: int) -> list[str]:
    """So many new card numbers of the city with this code; unique under concurrency, gaps allowed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('number_card') FROM generate_series(1, %s)", [count])
        bodies = [f"{city[:4]}{value:08d}" for (value,) in cursor.fetchall()]
    return [body + check_digit(body) for body in bodies]
