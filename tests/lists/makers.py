"""Files of lists as people send them, and lists on their way through check and application."""

import csv
import datetime
import io
import zipfile
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import xlsxwriter
from django.db import connection

from enrollment.lists import services
from enrollment.lists.layouts import Source, layout
from enrollment.lists.models import ListRow, UploadedList
from enrollment.registration.models import Enrollment, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.digest import digest_of, digest_tables
from tests import factories as make

D = datetime.date
TODAY = D(2009, 9, 21)
Rows = Sequence[Sequence[Any]]


def workbook(rows: Rows, *, formulas: bool = False) -> io.BytesIO:
    """A workbook with these rows: dates as dates, numbers as numbers; with `formulas` a text that begins with = is
    one.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        # The same rows make the same file.
        book.set_properties({"created": datetime.datetime(2009, 9, 1)})  # noqa: DTZ001  (a file knows no zone)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, datetime.date):
                    sheet.write_datetime(place, column, value, day)
                elif isinstance(value, int | float):
                    sheet.write_number(place, column, value)
                elif formulas and str(value).startswith("="):
                    sheet.write_formula(place, column, value, value="computed")
                elif value is not None:
                    sheet.write_string(place, column, str(value))
    file.seek(0)
    return file


def text(rows: Rows, encoding: str = "utf-8-sig") -> io.BytesIO:
    """The rows as CSV."""
    written = io.StringIO()
    csv.writer(written).writerows([["" if value is None else str(value) for value in row] for row in rows])
    return io.BytesIO(written.getvalue().encode(encoding))


def bomb(megabytes: int = 400) -> io.BytesIO:
    """A small workbook that unpacks to hundreds of megabytes."""
    return io.BytesIO(_bomb(megabytes))


@cache
def _bomb(megabytes: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (megabytes * 1024 * 1024))
    return file.getvalue()


def headings(source: Source) -> list[str]:
    return [column.heading for column in layout(source)]


def row(source: Source, **values: Any) -> list[Any]:
    """A row with these values in their columns."""
    codes = [column.code for column in layout(source)]
    assert set(values) <= set(codes), values
    return [values.get(code) for code in codes]


def certificate(person: Resident, **values: Any) -> list[Any]:
    """A new low-income certificate from 1 September 2009."""
    said = {
        "name": person.name,
        "id_number": person.id_number,
        "status": "低保",
        "change": "新增",
        "starts": D(2009, 9, 1),
    }
    return row(Source.CIVIL_AFFAIRS, **said | values)


def withdrawn(person: Resident, ends: Any, **values: Any) -> list[Any]:
    said = {"name": person.name, "id_number": person.id_number, "status": "低保", "change": "取消", "ends": ends}
    return row(Source.CIVIL_AFFAIRS, **said | values)


def police(person: Resident, change: str, on: Any, **values: Any) -> list[Any]:
    said = {"name": person.name, "id_number": person.id_number, "change": change, "starts": on}
    return row(Source.POLICE, **said | values)


def covered(person: Resident, change: str = "参保", source: Source = Source.EMPLOYEE, **values: Any) -> list[Any]:
    said: dict[str, Any] = {"name": person.name, "id_number": person.id_number, "change": change}
    return row(source, **said | values)


def pupil(number: int = 1, **values: Any) -> list[Any]:
    """A new pupil of the usual community, born here."""
    birth = D(2000, 1, 1) + datetime.timedelta(days=number % 3000)
    said: dict[str, Any] = {
        "name": f"学生{number}" if number < 1000 else f"生{number}",
        "id_number": make.id_number(birth, "FM"[number % 2], f"2110{2 + number // 400:02d}"),
        "community": "社区001",
        "hukou": "本市",
        "grade": "三年级",
        "class_name": "2班",
        "starts": D(2009, 9, 1),
    }
    return row(Source.SCHOOL, **said | values)


def upload(
    source: Source, rows: Iterable[Sequence[Any]], by: Actor, *, on: D = TODAY, file: Any = None
) -> UploadedList:
    """The list of these rows, uploaded and checked."""
    with clock.on_day(on):
        found = services.upload_list(
            source=source,
            file=file or workbook([headings(source), *rows]),
            file_name="list.xlsx",
            by=by,
            calls=False,
        )
    work_off(found)
    return found


def work_off(found: UploadedList) -> Run:
    """Work at the list's newest run."""
    run = Run.objects.filter(kind="list", key=found.number).latest("id")
    runs.work_off(number=run.number)
    run.refresh_from_db()
    return run


def apply(found: UploadedList, by: Actor, *, on: D = TODAY) -> Run:
    """Apply a checked list."""
    with clock.on_day(on):
        services.apply_list(number=found.number, by=by, calls=False)
    return work_off(found)


def uploaded_and_applied(source: Source, rows: Iterable[Sequence[Any]], by: Actor, *, on: D = TODAY) -> UploadedList:
    found = upload(source, rows, by, on=on)
    apply(found, by, on=on)
    return found


def states(found: UploadedList) -> list[str]:
    """What became of each row, in their order."""
    return list(found.rows.order_by("place").values_list("state", flat=True))


def codes(found: UploadedList, place: int = 2) -> list[str]:
    """The codes of what was found of the row at a place of the file; 2 is the first below the headings."""
    return [str(code) for code, _parameters in ListRow.objects.get(list=found, place=place).findings]


def enrolled(person: Resident) -> Enrollment:
    """The person is enrolled since New Year."""
    starts = D(2009, 1, 1)
    return Enrollment.objects.create(number=next_number("enrollment", starts), resident=person, starts=starts)


def held(person: Resident, kind: str) -> list[tuple[str, D, D | None]]:
    """What holds of a kind: value, first and last day."""
    rows = person.circumstances.filter(kind=kind, voided=False).order_by("starts")
    return [(row.value, row.starts, row.ends) for row in rows]


def business(*left_out: str) -> str:
    """The digest of everything but the lists themselves and the tables left out."""
    kept = {"lists_uploadedlist", "lists_listrow", *left_out}
    return digest_of(table for table in digest_tables() if table.table not in kept)


# Whom `make.resident` makes is called so.
MADE = "ceshi"


def forget() -> None:
    """Everything that came of lists of pupils is gone, as if none had been there."""
    left = (
        "lists_classmembership",
        "lists_listrow",
        "lists_uploadedlist",
        "runs_refusal",
        "runs_chunk",
        "runs_run",
        "registration_handover",
        "registration_materialcheck",
        "registration_registration",
    )
    with connection.cursor() as cursor:
        for table in left:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  names of ours
        cursor.execute(
            "DELETE FROM registration_circumstance WHERE kind = 'student'"
            " OR resident_id IN (SELECT id FROM registration_resident WHERE pinyin <> %s)",
            [MADE],
        )
        cursor.execute("DELETE FROM registration_resident WHERE pinyin <> %s", [MADE])


def again(source: Source, rows: list[list[object]], clerk: Actor, on: datetime.date = TODAY) -> UploadedList:
    """The same rows in another file change nothing: none has anything to do."""
    before = business()
    found = uploaded_and_applied(source, rows, clerk, on=on)
    assert business() == before
    assert not {"would", "done"} & set(states(found))
    return found
