"""A subsidy statement over a window's paid notices: prepared by two processes, checked, issued, beside one statement
of SQL for each table that writes the same rows (`again`), in the same run.
"""

import datetime
import time
from collections.abc import Iterator

from django.db import connection
from django.db.models import Model

from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Enrollment, Resident
from funds import services
from funds.models import SubsidyItem, SubsidyStatement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.runs.models import Run

from . import again
from .measuring import short
from .work import actor
from .workers import working

WINDOW, CLOSED = datetime.date(2009, 10, 1), datetime.date(2009, 12, 1)
PAID = datetime.date(2009, 10, 20)
# From how many notices of the city the others are made: of all districts and tiers.
PATTERNS = 50
# Where a statement adds rows, and where it takes some away: its notices are news no more.
ADDED = (
    "runs_run",
    "runs_chunk",
    "audit_auditentry",
    "funds_subsidyitem",
    "funds_statementsum",
    "funds_subsidystatement",
)
GONE = ("funds_unstatednotice",)


def figures(count: int, url: str) -> Iterator[tuple[str, float]]:
    """What the statement of the window costs over `count` notices that were paid in it, and the city's own, in the
    database in use of the server at `url`.
    """
    with clock.on_day(CLOSED):
        pay_notices(count)
        before = again.lay_aside((), added=ADDED, gone=GONE)
        with working(url) as workers:
            seconds = workers.work_off(_prepare).seconds
        began = time.perf_counter()
        _sign()
        seconds += time.perf_counter() - began
    claimed = SubsidyItem.objects.filter(statement=SubsidyStatement.objects.get(kind="window", period_from=WINDOW))
    if claimed.count() < count:
        raise RuntimeError(f"Of {count} notices {claimed.count()} were claimed.")
    again.undo(before)
    yield f"statement_{short(count)}_seconds", seconds
    yield f"statement_vs_sql_{short(count)}", seconds / again.written_again(before)


def _prepare() -> Run:
    return services.start_preparing(kind="window", period_from=WINDOW, by=actor("clerk"), calls=False)


def _sign() -> None:
    draft = SubsidyStatement.objects.get(status="draft")
    checked = services.check_statement(number=draft.number, version=draft.version, by=actor("reviewer"))
    services.issue_statement(number=checked.number, version=checked.version, by=actor("approver"))


def pay_notices(count: int) -> None:
    """As many new people, each enrolled and with a notice that was paid in the window, by the set."""
    notices = ContributionNotice.objects.filter(status="paid", government__gt=0).order_by("?")
    patterns = list(notices.values_list("pk", "resident", "enrollment")[:PATTERNS])
    people, relations = (table_of(model) for model in (Resident, Enrollment))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE pattern (place int, notice bigint, resident bigint, enrollment bigint)")
        for place, pattern in enumerate(patterns):
            cursor.execute("INSERT INTO pattern VALUES (%s, %s, %s, %s)", [place, *pattern])
        numbered = f"generate_series(1, {count}) AS n JOIN pattern ON place = n % {len(patterns)}"
        cursor.execute(
            copied(Resident, {"number": "'PB' || n", "id_number": "NULL"})
            + f" FROM {numbered} JOIN {people} own ON own.id = pattern.resident"
        )
        cursor.execute(
            copied(
                Enrollment,
                {
                    **{"number": "'EB' || n", "resident_id": "person.id", "registration_id": "NULL"},
                    **{"ends": "NULL", "end_reason": "''", "lapsed_on": "NULL"},
                },
            )
            + f" FROM {numbered} JOIN {relations} own ON own.id = pattern.enrollment"
            f" JOIN {people} person ON person.number = 'PB' || n"
        )
        cursor.execute(
            copied(
                ContributionNotice,
                {
                    **{"number": "'NB' || n", "resident_id": "person.id", "enrollment_id": "relation.id"},
                    **{"contribution_year": "2010", "status": "'paid'", "paid_on": f"'{PAID}'::date"},
                    **{"joint_with_id": "NULL", "replaced_by_id": "NULL"},
                },
            )
            + f" FROM {numbered} JOIN {table_of(ContributionNotice)} own ON own.id = pattern.notice"
            f" JOIN {people} person ON person.number = 'PB' || n"
            f" JOIN {relations} relation ON relation.number = 'EB' || n"
        )
        cursor.execute("DROP TABLE pattern")
        cursor.execute("VACUUM ANALYZE")


def table_of(model: type[Model]) -> str:
    return model._meta.db_table


def copied(model: type[Model], other: dict[str, str]) -> str:
    """The beginning of a statement that copies rows `own` of a model, but for some columns."""
    names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = [other.get(name, f'own."{name}"') for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {model._meta.db_table} ({listed}) SELECT {', '.join(values)}"
