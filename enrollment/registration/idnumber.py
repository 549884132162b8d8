"""ID numbers as people write them (U3): 18 places with a check digit, or the 15 of old cards, with spaces and a small
x.

The place code is not looked up: people keep the number of a county that was renamed or dissolved long ago.
"""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from stdnum.cn import ric

from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.policy.terms import Sex

# Nobody who applies was born before; a number that says so is misread.
FIRST_BIRTH_YEAR = 1880
# Old cards write the year of birth in two digits; theirs were given to people born in the 20th century.
OLD_CENTURY = "19"
_OLD = re.compile(r"[0-9]{15}")
_NEW = re.compile(r"[0-9]{17}[0-9X]")
# Spaces, hyphens and full-width digits come with copies from other programs.
_NOISE = re.compile(r"[\s\-]+")
_WIDE = str.maketrans({0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF38: "X", 0xFF58: "X"})


@dataclass(frozen=True, slots=True)
class IdNumber:
    """An ID number of 18 places and what it says of its holder."""

    number: str
    birth_date: date
    sex: Sex


def plain(text: str) -> str:
    """`text` without spaces and hyphens, with plain digits and a capital X."""
    return _NOISE.sub("", text.translate(_WIDE)).upper()


def looks_like(text: str) -> bool:
    """Whether `text` could be meant as an ID number, right or wrong: then it must not stand in an address."""
    return re.fullmatch(r"[0-9]{14,18}X?", plain(text)) is not None


def check_digit(body: str) -> str:
    """The last place of an ID number whose first 17 are `body`."""
    # python-stdnum wants the number with a check digit, right or wrong, and looks at the places before it.
    return str(ric.calc_check_digit(f"{body}0"))


def parse(text: str, *, today: date) -> IdNumber:
    """The ID number that `text` is, 15 places turned into 18.

    Raises Invalid (field id_number) that says what is wrong: length, a date that does not exist or lies after `today`,
    the check digit.
    """
    number = plain(text)
    if _OLD.fullmatch(number):
        number = number[:6] + OLD_CENTURY + number[6:]
        number += check_digit(number)
    elif not _NEW.fullmatch(number):
        raise _wrong(
            _("An ID number has 18 places: 17 digits and a check digit or X; that of an old card has 15 digits."),
            "id_number_form",
        )
    birth_date = _birth_date(number, today)
    if check_digit(number[:17]) != number[17]:
        raise _wrong(
            _("The check digit does not fit: a digit is wrong or two are exchanged."), "id_number_check_digit"
        )
    return IdNumber(number, birth_date, Sex.M if int(number[16]) % 2 else Sex.F)


def _birth_date(number: str, today: date) -> date:
    try:
        birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        birth_date = None
    if birth_date is None or birth_date.year < FIRST_BIRTH_YEAR:
        raise _wrong(_("Places 7 to 14 of the ID number are no date of birth."), "id_number_date")
    if birth_date > today:
        raise _wrong(_("The date of birth in the ID number lies in the future."), "id_number_future")
    return birth_date


def _wrong(message: str, code: str) -> Invalid:
    return Invalid(message, code=code, field="id_number")
