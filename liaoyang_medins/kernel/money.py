"""Yuan in Decimal: rounding, shares, exact splits and amounts in Chinese capital figures (大写)."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
# Wide enough that no product of amounts and shares is ever rounded on the way to the fen.
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")


def fen(amount: Decimal) -> Decimal:
    """`amount` yuan rounded half up to 0.01. Called only where the scheme rounds (A1, A2, C3, B5)."""
    return amount.quantize(FEN, context=EXACT)


def share(amount: Decimal, ratio: Decimal) -> Decimal:
    """`ratio` (0 to 1) of `amount` yuan, rounded to the fen."""
    return fen(EXACT.multiply(amount, ratio))


def split(amount: Decimal, ratio: Decimal) -> tuple[Decimal, Decimal]:
    """`amount` yuan in two parts that add up to it: the share of `ratio`, rounded to the fen, and the rest (C3)."""
    part = share(amount, ratio)
    return part, amount - part


def spread(amount: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """`amount` yuan in parts by `weights` that add up to it to the fen; the fens left over go to the largest
    remainders.

    Raises ValueError for amounts of a broken fen and for weights that are negative or all zero.
    """
    total = sum(weights, Decimal(0))
    if amount != fen(amount) or total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError(
            "An amount in whole fen and weights of which none is negative and one is above zero are needed."
        )
    exact = [EXACT.divide(EXACT.multiply(amount, weight), total) for weight in weights]
    parts = [part.quantize(FEN, rounding=ROUND_FLOOR, context=EXACT) for part in exact]
    left = int((amount - sum(parts, ZERO)) / FEN)
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[:left]:
        parts[index] += FEN
    return tuple(parts)


def daxie(amount: Decimal) -> str:
    """`amount` yuan in Chinese capital figures, as a paper form has it: 1234.50 is 壹仟贰佰叁拾肆元伍角整.

    Raises ValueError for a broken fen and from 10^12 yuan on.
    """
    if amount != fen(amount) or abs(amount) >= Decimal(10) ** 12:
        raise ValueError(f"{amount} cannot be written in capital figures.")
    if amount < 0:
        return "负" + daxie(-amount)
    yuan, cents = divmod(int(amount * 100), 100)
    jiao, single = divmod(cents, 10)
    text = f"{daxie_whole(yuan)}元" if yuan else ""
    if not cents:
        return (text or "零元") + "整"
    if jiao:
        # A zero is read before the jiao where the yuan end in zero, as banks write it (壹拾元零伍角).
        text += ("零" if yuan and yuan % 10 == 0 else "") + f"{DIGITS[jiao]}角"
    elif yuan:
        text += "零"
    return text + (f"{DIGITS[single]}分" if single else "整")


def daxie_whole(number: int) -> str:
    """A whole number from 1 in capital figures; one 零 stands for any run of zeros inside it."""
    text, gap = "", False
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += daxie_group(group) + GROUPS[index]
        gap = group % 10 == 0 and index > 0
    return text


def daxie_group(group: int) -> str:
    """A number from 1 to 9999 in capital figures."""
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return text
