"""Chinese names in the order of their sounds."""

from pypinyin import Style, lazy_pinyin

# As surnames these are read otherwise than as words; only readings that differ and are common here.
SURNAMES = {
    "单": "shan",
    "解": "xie",
    "曾": "zeng",
    "区": "ou",
    "仇": "qiu",
    "查": "zha",
    "盖": "ge",
    "朴": "piao",
    "任": "ren",
    "华": "hua",
    "万俟": "mo qi",
    "尉迟": "yu chi",
    "缪": "miao",
    "翟": "zhai",
    "乐": "yue",
    "覃": "qin",
    "宓": "mi",
    "种": "chong",
    "折": "she",
    "黑": "he",
    "员": "yun",
    "秘": "bi",
    "逄": "pang",
    "那": "na",
    "纪": "ji",
    "葛": "ge",
    "长孙": "zhang sun",
    "澹台": "tan tai",
}


def sort_key(name: str) -> str:
    """The name in pinyin without tones, a blank between the syllables: it sorts and finds the name."""
    name = "".join(name.split()) if not name.isascii() else name
    for length in (2, 1):
        reading = SURNAMES.get(name[:length])
        if reading and len(name) > length:
            return f"{reading} {_read(name[length:])}"[:200]
    return _read(name)[:200]


def _read(text: str) -> str:
    return " ".join(" ".join(lazy_pinyin(text, style=Style.NORMAL)).lower().split())
