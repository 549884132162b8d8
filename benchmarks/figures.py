"""The figures, each measured in the run that prints it."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace

from enrollment.cockpit.services import merge_sums

from . import databases, http_stays, imports, integrity, pages, statements, window
from .databases import use
from .measuring import ROUNDS, compared, seconds_of, short, statements_of
from .server import Server
from .work import Enrollments, Stays

PGBENCH = f"{databases.PREFIX}pgbench"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `empty` is as many residents as the operations need people; without `settlements` neither
    stays in the large city nor its load beside PostgreSQL alone. The jobs of the contribution year are measured in the
    city of `few`, in those `between` and in that of `many`; where `empty` is none, they alone, or with `repeats` pages
    alone. A subsidy statement is measured over so many notices as are `claimed`, in a city of `few` beside; where
    `many` is none, it alone.
    """

    few: int
    many: int = 0
    between: tuple[int, ...] = ()
    empty: int = 0
    settlements: int = 0
    repeats: int = 0
    pgbench_seconds: int = 0
    imported: int = 0
    claimed: int = 0


YEAR = Size(few=10_000, between=(100_000,), many=1_000_000, claimed=1_000_000)
PEOPLE = replace(YEAR, empty=1_000, repeats=100, pgbench_seconds=10, imported=10_000)
TINY = Size(empty=100, few=100, many=300, settlements=300, repeats=3, pgbench_seconds=1, imported=100, claimed=100)
SMALL = Size(
    **{"empty": 500, "few": 1_000, "many": 10_000, "settlements": 20_000},
    **{"repeats": 30, "pgbench_seconds": 3, "imported": 2_000, "claimed": 10_000},
)
MEDIUM = Size(
    **{"empty": 500, "few": 10_000, "many": 100_000, "settlements": 200_000},
    **{"repeats": 50, "pgbench_seconds": 5, "imported": 10_000, "claimed": 100_000},
)
SIZES = {
    "tiny": TINY,
    "small": SMALL,
    "medium": MEDIUM,
    "full": replace(PEOPLE, settlements=2_000_000),
    "people": PEOPLE,
    "year": YEAR,
    "pages": Size(few=10_000, many=1_000_000, repeats=50),
    "statement": Size(few=1_000, claimed=1_000_000),
}

Figure = tuple[str, float]


def figures(server: Server, size: Size) -> Iterator[Figure]:
    """Every figure of the size as name and value, as soon as it is measured."""
    with databases.cities(server):
        if size.empty:
            yield from operations(server, size)
        elif size.repeats:
            with (
                databases.city(server, size.many) as (large, _seconds),
                databases.city(server, size.few) as (small, _),
            ):
                yield from page_growth(large, small, size)
        elif size.many:
            for residents in (size.few, *size.between, size.many):
                yield from year_alone(server, residents)
        if size.claimed:
            with databases.city(server, size.few):
                yield from statements.figures(size.claimed, server.url)


def year_alone(server: Server, residents: int) -> Iterator[Figure]:
    """The jobs of the contribution year in a city that is there for them."""
    with databases.city(server, residents):
        yield from window.figures(residents, server.url)


def operations(server: Server, size: Size) -> Iterator[Figure]:
    """The operations and the pages in the cities of the size, and the jobs of the year."""
    with databases.city(server, size.empty) as (empty, _seconds):
        yield from shares(server, empty, size)
        yield from over_http(server, empty, size)
        with databases.copied(server, empty):
            yield from imports.figures(short(size.imported), size.imported)
        many, settled = short(size.many), short(size.settlements)
        with databases.city(server, size.many, size.settlements) as (large, seconds):
            yield f"load_city_{many}_seconds", seconds
            if size.settlements:
                yield f"load_city_{many}_vs_sql", seconds / databases.seconds_of_sql(large)
                yield f"settle_{settled}_vs_empty", growth(Stays, large, empty, size)
            if size.settlements:
                yield from dashboards(server, large, size)
            yield f"enroll_{many}_vs_empty", growth(Enrollments, large, empty, size)
            use(large)
            yield from integrity.figures(size.many)
            with databases.copied(server, large):
                yield from window.figures(size.many, server.url)
            with databases.city(server, size.few) as (small, _seconds):
                yield from page_growth(large, small, size)
                # Last, since they change the city.
                use(small)
                yield from window.figures(size.few, server.url)
    for residents in size.between:
        yield from year_alone(server, residents)


def page_growth(large: str, small: str, size: Size) -> Iterator[Figure]:
    """Every page in the large city against the small one, both as the jobs of a minute leave them."""
    for database in (large, small):
        use(database)
        merge_sums()
    for page, growth_of in pages.PAGES.items():
        yield f"{page}_{short(size.many)}_vs_{short(size.few)}", growth_of(large, small, size.repeats)


def dashboards(server: Server, large: str, size: Size) -> Iterator[Figure]:
    """The pages of supervision in the large city against one with a hundredth of its settlements."""
    settlements = size.settlements // 100
    with databases.city(server, size.few, settlements) as (small, _seconds):
        name = f"dashboard_{short(size.settlements)}_vs_{short(settlements)}"
        yield name, compared(pages.dashboards, large, small, size.repeats)
    use(large)


# --- the operations ------------------------------------------------------------------------------------------------

Work = type[Stays] | type[Enrollments]
NAMES: dict[str, Work] = {"settle_stay": Stays, "enroll": Enrollments}


def shares(server: Server, database: str, size: Size) -> Iterator[Figure]:
    """The operations as multiples of a pgbench transaction, interleaved with it; and their statements."""
    server.prepare_pgbench(PGBENCH)
    try:
        use(database)
        works = {name: kind(seed=1) for name, kind in NAMES.items()}
        for work in works.values():
            seconds_of(work.one, 2)
        found: dict[str, list[float]] = {name: [] for name in works}
        bench: list[float] = []
        for _round in range(ROUNDS):
            before = server.pgbench(PGBENCH, size.pgbench_seconds)
            bench.append(before)
            for name, work in works.items():
                found[name].append(seconds_of(work.one, size.repeats) / before)
        yield "pgbench_tps", 1 / statistics.median(bench)
        for name, ratios in found.items():
            yield f"{name}_per_pgbench", statistics.median(ratios)
        for name, work in works.items():
            yield f"{name}_statements", statements_of(work.one)
    finally:
        server.drop(PGBENCH)


def over_http(server: Server, database: str, size: Size) -> Iterator[Figure]:
    """A hospital's stay through the portal as it is served, in a copy of the city."""
    server.prepare_pgbench(PGBENCH)
    try:
        with databases.copied(server, database) as copy:
            yield from http_stays.figures(server, copy, PGBENCH, size.repeats, size.pgbench_seconds)
    finally:
        server.drop(PGBENCH)


def growth(kind: Work, large: str, small: str, size: Size) -> float:
    """The seconds of one operation in the large city against the small one, interleaved."""
    return compared(lambda seed: kind(seed).one, large, small, size.repeats)
