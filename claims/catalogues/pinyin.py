"""The pinyin initials by which an item is searched."""

import re
from itertools import islice, product

from pypinyin import Style, lazy_pinyin

LONGEST = 60
# Characters in names of drugs and treatments that are read in two ways, with both initials: 手术 and 白术.
READ_TWICE = {
    "参": "cs",
    "术": "sz",
    "粘": "zn",
    "重": "cz",
    "长": "cz",
    "藏": "cz",
    "率": "ls",
    "弹": "td",
    "调": "td",
    "行": "xh",
}
READINGS = 4
_LEFT_OUT = re.compile(r"[^A-Za-z\u3400-\u9fff]")


def initials(name: str) -> str:
    """The pinyin initials of a Chinese name with the letters in it: 头孢 → tb, B超 → bc. Where a character may be read
    in two ways, the other readings follow the usual one, as far as there is room: 参麦 → cm sm.
    """
    text = _LEFT_OUT.sub("", name)
    usual = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors=_letters)).lower()
    found = usual[:LONGEST]
    if len(usual) != len(text):
        return found
    read = [_readings(char, letter) for char, letter in zip(text, usual, strict=True)]
    for other in islice(product(*read), 1, READINGS):
        more = f"{found} {''.join(other)}"
        if len(more) > LONGEST:
            break
        found = more
    return found


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isascii())


def _readings(char: str, usual: str) -> str:
    """The initials of a character, the usual one first."""
    return "".join(dict.fromkeys(usual + READ_TWICE.get(char, "")))
