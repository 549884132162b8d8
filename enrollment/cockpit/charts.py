"""The lines of a chart as points of an SVG that the server draws: it needs no script, prints, and is read aloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

# The drawing's own units: the page scales it. At the left is room for the figures of the axis, at the right for words.
WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 48, 132, 14, 28
HUNDRED = Decimal(100)
# The words at the ends of two lines need this much room below each other.
APART = 18
STEPS = (Decimal("0.1"), Decimal("0.2"), Decimal("0.4"), Decimal("0.6"), Decimal("0.8"), Decimal(1))


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the axis: where it lies and what stands beside it."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the chart: its points for `<polyline>`, where it ends, and the words beside its end."""

    points: str
    end_x: str
    end_y: str
    words: str
    words_y: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of shares by day. `lines` are in the order in which they were given; without points one is left out."""

    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    upwards: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    words_x: int = WIDTH - RIGHT + 8
    bottom: int = HEIGHT - BOTTOM
    days_y: int = HEIGHT - 8


def share_chart(
    lines: Sequence[tuple[str, Sequence[Decimal | None]]], days: int, ticks: Sequence[tuple[int, str]]
) -> Chart:
    """A chart of shares (0 to 1) over `days` days. `lines` are words and the share at the end of each day, None for
    those to come; `ticks` the places of days (from 0) with their words.
    """
    known = [share for _words, shares in lines for share in shares if share is not None]
    top = next((step for step in STEPS if step >= max(known, default=Decimal(0))), Decimal(1))
    drawn = []
    for words, shares in lines:
        points = [(_x(place, days), _y(share, top)) for place, share in enumerate(shares) if share is not None]
        if points:
            drawn.append((words, points))
    heights = _apart([points[-1][1] for _words, points in drawn])
    return Chart(
        lines=tuple(
            Line(
                " ".join(f"{x},{y}" for x, y in points),
                str(points[-1][0]),
                str(points[-1][1]),
                words,
                str(height + 4),
            )
            for (words, points), height in zip(drawn, heights, strict=True)
        ),
        across=tuple(Tick(str(_y(top * part / 4, top)), f"{top * part * 25:.0f}%") for part in range(5)),
        upwards=tuple(Tick(str(_x(place, days)), words) for place, words in ticks),
    )


def _x(place: int, days: int) -> Decimal:
    room = WIDTH - LEFT - RIGHT
    return (LEFT + Decimal(room) * place / max(days - 1, 1)).quantize(Decimal("0.1"))


def _y(share: Decimal, top: Decimal) -> Decimal:
    room = HEIGHT - TOP - BOTTOM
    return (HEIGHT - BOTTOM - Decimal(room) * share / top).quantize(Decimal("0.1"))


def _apart(heights: Sequence[Decimal]) -> list[int]:
    """Where the words stand so that none lies on another, in the order given; lower ones give way upwards."""
    placed: dict[int, int] = {}
    below = HEIGHT
    for place in sorted(range(len(heights)), key=lambda index: -heights[index]):
        at = min(int(heights[place].to_integral_value(ROUND_CEILING)), below - APART)
        placed[place] = at
        below = at
    return [placed[place] for place in range(len(heights))]
