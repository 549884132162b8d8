"""Importing bank files of payments against PostgreSQL writing the same rows."""

import io
import itertools
import time
from collections.abc import Iterator

from django.apps import apps
from django.db import connection

from enrollment.bankfiles.layouts import Layout
from enrollment.bankfiles.models import BankFileLine
from enrollment.bankfiles.reading import LINES_AT_MOST, Form, Line
from enrollment.bankfiles.services import import_file, upload_file
from enrollment.bankfiles.writing import write
from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.services import open_window
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.demo.city import AS_OF

from . import databases
from .work import actor

# The apps whose tables an import writes.
APPS = ("registration", "contributions", "bankfiles", "audit", "runs")
LINES_A_FILE = min(50_000, LINES_AT_MOST)


def payments(count: int) -> list[Line]:
    """Exact payments of the first `count` notices that can be paid on the city's day. Raises RuntimeError where there
    are fewer.
    """
    rows = ContributionNotice.objects.filter(
        status="open", joint_with=None, joint=None, pay_from__lte=AS_OF, pay_until__gte=AS_OF
    ).order_by("number")
    columns = rows.values_list("number", "personal", "resident__name")[:count]
    lines = [
        Line(0, False, f"BENCH{place:012d}", number, amount, AS_OF, name, "01")
        for place, (number, amount, name) in enumerate(columns)
    ]
    if len(lines) < count:
        raise RuntimeError(f"The city has {len(lines)} open notices, not {count}.")
    return lines


def import_seconds(lines: list[Line]) -> tuple[float, float]:
    """Seconds to upload and import the files of these lines, and to check them in between, in this process alone."""
    by, imported, checked = actor("clerk"), 0.0, 0.0
    with clock.on_day(AS_OF):
        for number, start in enumerate(range(0, len(lines), LINES_A_FILE)):
            form = Form(Layout.FIXED, "gb18030")
            said = {"bank": "BENCH", "bank_name": "测试银行", "file_number": f"{number}", "file_day": AS_OF}
            data = write(lines[start : start + LINES_A_FILE], form=form, **said)  # type: ignore[arg-type]
            began = time.perf_counter()
            found = upload_file(file=io.BytesIO(data), file_name="bench.txt", by=by, calls=False)
            uploaded = time.perf_counter()
            runs.work_off(number=Run.objects.get(kind="bankfile", key=found.number).number)
            looked = time.perf_counter()
            runs.work_off(number=import_file(number=found.number, by=by, calls=False).number)
            imported += uploaded - began + time.perf_counter() - looked
            checked += looked - uploaded
    matched = BankFileLine.objects.filter(result="matched").count()
    if matched < len(lines):
        raise RuntimeError(f"Of {len(lines)} payments {matched} settled their notice.")
    return imported, checked


def copy_notices() -> None:
    """Put the notices aside as they are before they are paid."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_notices AS TABLE contributions_contributionnotice")


def seconds_of_changed_notices(before: dict[str, int]) -> float:
    """Seconds that PostgreSQL alone needs to change the notices as the import did: one UPDATE of the same columns,
    in a table with the same constraints and indexes.
    """
    table = "contributions_contributionnotice"
    changed = ("status", "paid_on", "eligible_since", "facts", "benefit_facts", "replaced_by_id")
    assigned = ", ".join(f"{column} = paid.{column}" for column in changed)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA aside; CREATE TABLE aside.{table} (LIKE public.{table} INCLUDING ALL)")
        cursor.execute(f"INSERT INTO aside.{table} OVERRIDING SYSTEM VALUE SELECT * FROM bench_notices")
        cursor.execute(f"ANALYZE aside.{table}; CHECKPOINT")
        began = time.perf_counter()
        cursor.execute(
            f"UPDATE aside.{table} notice SET {assigned} FROM public.{table} paid JOIN public.contributions_receipt "
            f"receipt ON receipt.notice_id = paid.id AND receipt.id > %s WHERE notice.id = paid.id",
            [before["contributions_receipt"]],
        )
        seconds = time.perf_counter() - began
        cursor.execute("DROP SCHEMA aside CASCADE; DROP TABLE bench_notices")
    return seconds


def last_keys() -> dict[str, int]:
    """The highest key of each table that an import writes."""
    found = {}
    with connection.cursor() as cursor:
        for model in itertools.chain.from_iterable(apps.get_app_config(app).get_models() for app in APPS):
            meta = model._meta
            if meta.pk.get_internal_type() == "BigAutoField":
                cursor.execute(f"SELECT coalesce(max({meta.pk.column}), 0) FROM {meta.db_table}")
                found[meta.db_table] = cursor.fetchone()[0]
    return found


def import_payments_vs_sql(name: str, count: int) -> Iterator[tuple[str, float]]:
    """What `count` payments cost in the city in use, which is changed by it; `name` is the count in short. Opens the
    window first where it is not open yet.
    """
    with clock.on_day(AS_OF):
        run = open_window(contribution_year=AS_OF.year + 1, by=actor("clerk"), calls=False)
        runs.work_off(number=run.number)
    lines = payments(count)
    before = last_keys()
    copy_notices()
    seconds, checking = import_seconds(lines)
    written = databases.seconds_of_new_rows(before) + seconds_of_changed_notices(before)
    yield f"import_payments_{name}_seconds", seconds
    yield f"check_payments_{name}_seconds", checking
    yield f"import_payments_vs_sql_{name}", seconds / written
