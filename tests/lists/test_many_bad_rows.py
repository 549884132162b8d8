"""A long list with every kind of bad row among the good ones: each is told with its reason, and what is on record
afterwards is what the good rows alone would have made. Files that are no list at all leave nothing behind (U15).
"""

import datetime
import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from enrollment.lists import exports, services
from enrollment.lists.layouts import Source
from enrollment.lists.models import UploadedList
from enrollment.registration.models import Registration, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.sheets.reading import read_table
from tests import factories as make
from tests.registration.pages import signed_in, text

from . import makers
from .makers import TODAY, apply, business, forget, pupil, upload

pytestmark = pytest.mark.django_db
D = datetime.date
# One row in so many is bad.
EVERY = 10


def wrong_digit(number: int) -> list[Any]:
    row = pupil(number)
    last = str(row[1])[-1]
    return pupil(number, id_number=f"{str(row[1])[:-1]}{'1' if last != '1' else '2'}")


class Rows:
    """Good rows with a bad one of every kind in turn; what is to be said of each bad one, by its place in the file."""

    def __init__(self, count: int) -> None:
        covered = make.resident(birth=D(2000, 5, 5), name="另保")
        make.circumstance(covered, "scheme", "employee", starts=D(2009, 1, 1))
        self.good: list[list[Any]] = []
        self.all: list[list[Any]] = []
        self.said: dict[int, str] = {}
        kinds: dict[str, Callable[[int], list[Any]]] = {
            "id_number_check_digit": wrong_digit,
            "unknown_community": lambda number: pupil(number, community="没有的社区"),
            "twice": lambda _number: list(self.good[-1]),
            "ineligible": lambda number: pupil(number, name=covered.name, id_number=covered.id_number),
            "formula": lambda number: pupil(number, name="=1+1"),
            "lost_digits": lambda number: pupil(number, id_number=2.1100220000505e17),
            "bad_day": lambda number: pupil(number, starts="开学"),
            "unknown_word": lambda number: pupil(number, grade="大一"),
            "empty_cell": lambda number: pupil(number, name=None),
            "future": lambda number: pupil(number, starts=TODAY + datetime.timedelta(days=1)),
            "before_birth": lambda number: pupil(number, starts=D(1998, 9, 1)),
        }
        codes = list(kinds)
        used = False
        for number in range(1, count + 1):
            if number % EVERY:
                self.good.append(pupil(number))
                self.all.append(self.good[-1])
                continue
            code = codes[number // EVERY % len(codes)]
            self.all.append(kinds[code](number))
            # Who is covered elsewhere is there once; further rows say the same of the same person.
            self.said[number + 1] = "twice" if code == "ineligible" and used else code
            used = used or code == "ineligible"


def test_every_bad_row_is_told_and_the_good_ones_are_as_if_they_had_come_alone(school: Actor, size: Any) -> None:
    rows = Rows(size(240, 10_000))
    alone = upload(Source.SCHOOL, rows.good, school)
    apply(alone, school)
    expected = business()
    forget()
    file = makers.workbook([makers.headings(Source.SCHOOL), *rows.all], formulas=True)
    found = upload(Source.SCHOOL, [], school, file=file)
    checked = Counter(found.rows.values_list("state", flat=True))
    assert checked == {"would": len(rows.good), "refused": len(rows.said)}
    apply(found, school)
    assert Counter(found.rows.values_list("state", flat=True)) == {
        "done": len(rows.good),
        "refused": len(rows.said),
    }
    told = {row.place: row.findings[0][0] for row in found.rows.filter(state="refused")}
    assert told == rows.said
    assert business() == expected
    assert Registration.objects.count() == len(rows.good)
    with exports.refused_rows(uploaded=found, by=school) as given_back:
        table = [row.cells for row in read_table(given_back)]
    assert len(table) == len(rows.said) + 1
    reason = len(makers.headings(Source.SCHOOL))
    assert all(str(row[reason]) and int(str(row[reason + 1])) in rows.said for row in table[1:])


def files() -> dict[str, tuple[str, Callable[[], bytes]]]:
    """What is no list of pupils: the name under which it comes, its content, by what is said of it."""
    good = [makers.headings(Source.SCHOOL), pupil(1)]
    other = [makers.headings(Source.POLICE), makers.police(make.resident(), "死亡", D(2009, 8, 1))]
    return {
        "wrong_columns": ("police.xlsx", lambda: makers.workbook(other).getvalue()),
        "column_twice": ("twice.xlsx", lambda: makers.workbook([[*good[0], "姓名"], good[1]]).getvalue()),
        "empty": ("empty.xlsx", lambda: makers.workbook([]).getvalue()),
        "no_rows": ("headings.xlsx", lambda: makers.workbook(good[:1]).getvalue()),
        "no_workbook": ("old.xls", lambda: bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 4096),
        "unpacks_to_too_much": ("bomb.xlsx", lambda: makers.bomb().getvalue()),
        "too_many_rows": ("long.csv", lambda: makers.text([good[0], *[good[1]] * 20_001]).getvalue()),
    }


@pytest.mark.parametrize(
    "code",
    ["wrong_columns", "column_twice", "empty", "no_rows", "no_workbook", "unpacks_to_too_much", "too_many_rows"],
)
def test_a_file_that_is_no_list_is_told_at_the_field_and_leaves_nothing(
    school: Actor, settings: Any, code: str
) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()
    name, content = files()[code]
    written = content()
    before = business()
    with pytest.raises(Invalid) as told, clock.on_day(TODAY):
        services.upload_list(source=Source.SCHOOL, file=io.BytesIO(written), file_name=name, by=school)
    assert (told.value.code, told.value.field) == (code, "file")
    page = signed_in(school).post(reverse("list-new"), {"source": "school", "file": SimpleUploadedFile(name, written)})
    assert page.status_code == 422
    assert text(page).count(str(told.value)) == 2, "in the summary and at the field"
    assert business() == before
    assert not UploadedList.objects.exists()
    assert not Run.objects.exists()
    assert Resident.objects.filter(registrations__isnull=False).count() == 0


def test_an_empty_file_is_told_too(school: Actor, settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()
    page = signed_in(school).post(
        reverse("list-new"), {"source": "school", "file": SimpleUploadedFile("nothing.csv", b"")}
    )
    assert page.status_code == 422
    assert "The file is empty." in text(page)
