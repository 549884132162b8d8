"""The figures, each measured in the run that prints it."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import User

from . import databases, imports
from .databases import use
from .server import Server
from .work import Enrollments, Stays

ROUNDS = 3
TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
PGBENCH = f"{databases.PREFIX}pgbench"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `empty` is as many residents as the operations need people."""

    empty: int
    few: int
    many: int
    settlements: int
    repeats: int
    pgbench_seconds: int
    imported: int


SIZES = {
    "tiny": Size(empty=100, few=100, many=300, settlements=300, repeats=3, pgbench_seconds=1, imported=100),
    "small": Size(
        empty=500, few=1_000, many=10_000, settlements=20_000, repeats=30, pgbench_seconds=3, imported=2_000
    ),
    "medium": Size(
        empty=500, few=10_000, many=100_000, settlements=200_000, repeats=50, pgbench_seconds=5, imported=10_000
    ),
    "full": Size(
        empty=1_000,
        few=10_000,
        many=1_000_000,
        settlements=2_000_000,
        repeats=100,
        pgbench_seconds=10,
        imported=10_000,
    ),
}

Figure = tuple[str, float]


def figures(server: Server, size: Size) -> Iterator[Figure]:
    """Every figure of the size as name and value, as soon as it is measured."""
    with databases.cities(server), databases.city(server, size.empty) as (empty, _seconds):
        yield from shares(server, empty, size)
        with databases.copied(server, empty):
            yield from imports.figures(short(size.imported), size.imported)
        few, many, settled = short(size.few), short(size.many), short(size.settlements)
        with databases.city(server, size.many, size.settlements) as (large, seconds):
            yield f"load_city_{many}_seconds", seconds
            yield f"load_city_{many}_vs_sql", seconds / databases.seconds_of_sql(large)
            yield f"settle_{settled}_vs_empty", growth(Stays, large, empty, size)
            yield f"enroll_{many}_vs_empty", growth(Enrollments, large, empty, size)
            with databases.city(server, size.few) as (small, _seconds):
                for page in PAGES:
                    yield f"{page}_{many}_vs_{few}", page_growth(page, large, small, size)


def short(count: int) -> str:
    """2000000 → 2m, 10000 → 10k."""
    for step, letter in ((1_000_000, "m"), (1_000, "k")):
        if count >= step and count % step == 0:
            return f"{count // step}{letter}"
    return str(count)


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


def seconds_of(operation: Callable[[], object], times: int) -> float:
    """Seconds of one operation, the median of `times`."""
    taken = []
    for _time in range(times):
        began = time.perf_counter()
        operation()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def statements_of(operation: Callable[[], object]) -> int:
    """The statements of one operation, transaction control left out."""
    with CaptureQueriesContext(connection) as captured:
        operation()
    return sum(not query["sql"].startswith(TRANSACTION_CONTROL) for query in captured.captured_queries)


def growth(kind: Work, large: str, small: str, size: Size) -> float:
    """The seconds of one operation in the large city against the small one, interleaved."""
    return compared(lambda seed: kind(seed).one, large, small, size)


def compared(prepare: Callable[[int], Callable[[], object]], large: str, small: str, size: Size) -> float:
    """The median over the rounds of what an operation takes in `large` against `small`; `prepare(seed)` makes it for
    the database in use.
    """
    ratios = []
    for seed in range(2, 2 + ROUNDS):
        seconds = {}
        for database in (small, large):
            use(database)
            operation = prepare(seed)
            seconds_of(operation, 3)
            seconds[database] = seconds_of(operation, size.repeats)
        ratios.append(seconds[large] / seconds[small])
    return statistics.median(ratios)


# --- the pages -----------------------------------------------------------------------------------------------------

# Page → the account that looks at it. A name in the search that a few dozen in a thousand have.
PAGES = {"search": "clerk", "queue": "district", "resident_page": "clerk"}
NAME = "王"


def page_growth(page: str, large: str, small: str, size: Size) -> float:
    return compared(lambda _seed: visit(page), large, small, size)


def visit(page: str) -> Callable[[], object]:
    """A look at a page of the database in use, signed in, as a browser asks for it."""
    client = Client()
    client.force_login(User.objects.get(username=PAGES[page]))
    if page == "resident_page":
        covered = Resident.objects.filter(benefit_periods__withdrawn_on=None).order_by("-pk")
        address = reverse("resident", args=[covered.values_list("number", flat=True)[:1].get()])
    else:
        address = {"search": f"{reverse('search')}?q={NAME}", "queue": reverse("registrations")}[page]

    def look() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}.")

    return look
