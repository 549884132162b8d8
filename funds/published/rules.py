"""Which figures may be shown without telling of anybody: pure.

A figure of fewer than 5 persons is hidden, and with it as many others as are needed so that nobody computes it from
the sums. Nobody at all (0) tells of nobody.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from heapq import heappop, heappush
from itertools import zip_longest

# A group of fewer persons is not shown.
AT_LEAST = 5
TOTAL = "total"
# A cell of a table by row and column; TOTAL is the sum over all others.
Cell = tuple[str, str]
Node = tuple[str, str]
# To hide a sum costs more than any figure; that of everything is the last resort.
_A_SUM = 10**9
_ALL = 10**12


def small(persons: int) -> bool:
    """Whether a figure of so many persons tells of somebody."""
    return 0 < persons < AT_LEAST


def with_sums(counts: Mapping[Cell, int]) -> dict[Cell, int]:
    """A table of persons with the sums of its rows and columns."""
    table = dict(counts)
    for (row, column), count in counts.items():
        for cell in ((row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            table[cell] = table.get(cell, 0) + count
    return table


def hidden_cells(counts: Mapping[Cell, int], before: Collection[Cell] = ()) -> set[Cell]:
    """Which cells of a table of persons, its sums among them, are not to be shown: those that were hidden `before`,
    in an earlier edition, among them, so that no two editions tell together what each alone does not.

    Whoever knows what is shown can still think of other tables that have the same: for each cell of 1 to 4 persons one
    in which there are more, 5 at least where the table allows it. Such tables differ along a ring of cells, in turn
    one more and one less, so that no sum changes; each small cell gets the ring that hides least.
    """
    table = with_sums(counts)
    tell = {cell for cell, count in table.items() if small(count)}
    hidden = tell | (set(before) & table.keys())
    for cell in sorted(tell, key=lambda each: (table[each], each)):
        ring = ring_through(cell, table, hidden, AT_LEAST) or ring_through(cell, table, hidden, 1)
        hidden.update(ring)
    return hidden


def ring_through(cell: Cell, table: Mapping[Cell, int], hidden: Iterable[Cell], room: int) -> list[Cell]:
    """The cheapest ring in which `cell` has one more, and cells that have one less have `room` for it; empty where
    there is none.
    """
    covered = set(hidden)
    ways: dict[Node, list[tuple[int, Node, Cell]]] = {}
    for other, count in table.items():
        if other == cell:
            continue
        more, less = ends_of(other)
        cost = 0 if other in covered else cost_of(other, count)
        ways.setdefault(more, []).append((cost, less, other))
        if count >= room:
            ways.setdefault(less, []).append((cost, more, other))
    start, goal = reversed(ends_of(cell))
    return path(ways, start, goal)


def ends_of(cell: Cell) -> tuple[Node, Node]:
    """One more in a cell leads from its row to its column; in the sum of a row or column the other way, since there it
    stands against the cells.
    """
    row, column = cell
    ends = (("row", row), ("column", column))
    return ends if (row == TOTAL) == (column == TOTAL) else (ends[1], ends[0])


def cost_of(cell: Cell, count: int) -> int:
    """What is lost where a cell is hidden."""
    sums = (cell[0] == TOTAL) + (cell[1] == TOTAL)
    return count + 1 + (0, _A_SUM, _ALL)[sums]


def path(ways: Mapping[Node, list[tuple[int, Node, Cell]]], start: Node, goal: Node) -> list[Cell]:
    """The cells on the cheapest way; empty where there is none."""
    reached: dict[Node, tuple[int, list[Cell]]] = {start: (0, [])}
    open_: list[tuple[int, Node]] = [(0, start)]
    while open_:
        cost, node = heappop(open_)
        if node == goal:
            return reached[node][1]
        if cost > reached[node][0]:
            continue
        for more, then, cell in ways.get(node, []):
            if then not in reached or cost + more < reached[then][0]:
                reached[then] = (cost + more, [*reached[node][1], cell])
                heappush(open_, (cost + more, then))
    return []


def hidden_in_line(
    amounts: Mapping[str, Decimal],
    persons: Mapping[str, Sequence[int]],
    before: Collection[str] = (),
    *,
    apart: Collection[str] = (),
) -> set[str]:
    """Which amounts (yuan) of a line with a sum are not to be shown, by the `persons` behind each, counted by groups
    that amounts could be parted into: where a group has fewer than 5, or there is an amount and no persons are known,
    and what was hidden `before`, in an earlier edition.

    The sum tells what the hidden ones come to together. So it is never one alone, and others are hidden with them, the
    smallest first, until together they tell of no such group either. What stands `apart` (an amount of no district)
    helps nobody: its persons may be those of another, and other lines have no such cell. Where anything is hidden, two
    others are at least.
    """
    hidden = {name for name, amount in amounts.items() if tells(persons.get(name, ()), amount)}
    hidden |= set(before) & amounts.keys()
    partners = amounts.keys() - set(apart)
    others = sorted(partners - hidden, key=lambda name: (not any(persons.get(name, ())), abs(amounts[name]), name))
    for name in others:
        inside = hidden & partners
        together = [sum(groups) for groups in zip_longest(*(persons.get(each, ()) for each in inside), fillvalue=0)]
        if not hidden or (len(inside) > 1 and not tells(together, Decimal(1))):
            break
        hidden.add(name)
    return hidden


def tells(groups: Sequence[int], amount: Decimal) -> bool:
    """Whether an amount tells of somebody: of a group of fewer than 5, or of nobody knows how many."""
    return any(small(count) for count in groups) or (not any(groups) and bool(amount))
