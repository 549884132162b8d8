"""The pinyin initials by which an item is searched."""

from pypinyin import Style, lazy_pinyin

LONGEST = 60


def initials(name: str) -> str:
    """The pinyin initials of a Chinese name: 头孢 → tb."""
    letters = lazy_pinyin(name, style=Style.FIRST_LETTER, errors="ignore")
    return "".join(letters).lower()[:LONGEST]
