"""Importing a school's list against PostgreSQL writing the same rows."""

import datetime
import io
import itertools
import time
from collections.abc import Iterator

import xlsxwriter
from django.apps import apps
from django.db import connection

from enrollment.lists.layouts import Source, layout
from enrollment.lists.models import ListRow
from enrollment.lists.services import apply_list, upload_list
from enrollment.registration import idnumber
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run

from . import databases
from .work import actor

ON = datetime.date(2009, 9, 21)
SINCE = datetime.date(2009, 9, 1)
# Born in another province: nobody whom the demo city has drawn.
PLACES = ("220102", "220103", "220104", "220105", "220106")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "晓子一若雨欣诺涵轩晨宇佳怡浩然"
GRADES = ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级")
# The apps whose tables an import writes.
APPS = ("registration", "lists", "audit", "runs")


def pupils(count: int) -> Iterator[dict[str, str]]:
    """New pupils, each another: their cells by the code of the column."""
    communities = list(Office.objects.filter(kind=Office.Kind.COMMUNITY).order_by("code"))
    for serial in range(count):
        birth = datetime.date(1998, 1, 1) + datetime.timedelta(days=serial % 2500)
        body = f"{PLACES[serial // 2500 // 400 % len(PLACES)]}{birth:%Y%m%d}{serial // 2500 % 400 + 100:03d}"
        name = SURNAMES[serial % 10] + GIVEN[serial // 10 % len(GIVEN)] + GIVEN[serial // 150 % len(GIVEN)]
        yield {
            "name": name,
            "id_number": body + idnumber.check_digit(body),
            "community": communities[serial % len(communities)].code,
            "address": f"中华大街{serial % 300}号",
            "phone": f"139{serial:08d}",
            "hukou": "本市",
            "grade": GRADES[serial % len(GRADES)],
            "class_name": f"{serial % 20 + 1}班",
            "starts": SINCE.isoformat(),
        }


def file_of(count: int) -> io.BytesIO:
    """The workbook that the school sends, with its texts shared among the cells as Excel writes them."""
    columns = layout(Source.SCHOOL)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [column.heading for column in columns])
        for place, cells in enumerate(pupils(count), start=1):
            sheet.write_row(place, 0, [cells.get(column.code, "") for column in columns])
    file.seek(0)
    return file


def import_seconds(count: int) -> tuple[float, float]:
    """Seconds from the file to the last row: to upload and apply the list of new pupils, and to check it in between.
    In this process alone.
    """
    by, file = actor("school"), file_of(count)
    with clock.on_day(ON):
        began = time.perf_counter()
        found = upload_list(source=Source.SCHOOL, file=file, file_name="bench.xlsx", by=by, calls=False)
        uploaded = time.perf_counter()
        runs.work_off(number=Run.objects.get(kind="list", key=found.number).number)
        checked = time.perf_counter()
        runs.work_off(number=apply_list(number=found.number, by=by, calls=False).number)
        applied = time.perf_counter()
    done = ListRow.objects.filter(list__number=found.number, state=ListRow.State.DONE).count()
    if done != count:
        raise RuntimeError(f"Of {count} rows {done} were done.")
    return (uploaded - began) + (applied - checked), checked - uploaded


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


def figures(name: str, count: int) -> Iterator[tuple[str, float]]:
    """What an import costs in the database in use; `name` is the count in short."""
    before = last_keys()
    seconds, checking = import_seconds(count)
    written = databases.seconds_of_new_rows(before)
    yield f"import_{name}_seconds", seconds + checking
    yield f"import_{name}_vs_sql", seconds / written
