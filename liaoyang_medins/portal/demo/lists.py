"""The classes of the demo's schools, and lists that came the day before: checked, with rows of every kind."""

import csv
import datetime
import io
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

from enrollment.lists.layouts import Source, layout
from enrollment.lists.models import UploadedList
from enrollment.lists.services import apply_list, upload_list
from enrollment.registration import idnumber
from enrollment.registration.models import Circumstance, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run

# Every pupil of the day is in a class by their age, of three in a grade.
CLASSES = """
INSERT INTO lists_classmembership (resident_id, school_id, grade, class_name, starts)
SELECT pupil.resident_id, pupil.school_id,
    least(12, greatest(1, extract(year FROM age(%(day)s::date, resident.birth_date))::int - 6)),
    (1 + resident.id %% 3) || '班', greatest(pupil.starts, %(first)s::date)
FROM registration_circumstance pupil JOIN registration_resident resident ON resident.id = pupil.resident_id
WHERE pupil.kind = 'student' AND pupil.value = 'school' AND pupil.school_id IS NOT NULL AND NOT pupil.voided
    AND pupil.starts <= %(day)s AND (pupil.ends IS NULL OR pupil.ends >= %(day)s)
"""
# Born in another province: nobody whom the city has drawn.
PLACE = "220102"
STATUSES = ("低保", "低保边缘户", "低保")
PUPILS = (("周晓晨", 4, "三年级"), ("吴子涵", 7, "三年级"), ("郑一诺", 12, "四年级"))


class Lists:
    """Lets the agency's clerk and the school upload their lists."""

    def __init__(self, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.as_of = as_of
        self.actors = actors

    def work(self) -> None:
        first = datetime.date(self.as_of.year - (self.as_of.month < 9), 9, 1)
        with connection.cursor() as cursor:
            cursor.execute(CLASSES, {"day": self.as_of, "first": first})
        with clock.on_day(self.as_of - datetime.timedelta(days=1)):
            self.certificates()
            self.disabilities()
            self.pupils(first)

    def certificates(self) -> None:
        """Of civil affairs: new certificates, one of somebody of another name, one with a wrong number."""
        people = list(Resident.objects.exclude(id_number=None).order_by("-pk")[:4])
        rows = [
            {"name": person.name, "id_number": str(person.id_number), "status": status, "change": "新增"}
            | {"starts": f"{self.as_of - datetime.timedelta(days=10)}", "document": f"辽民低保{place:04d}"}
            for place, (person, status) in enumerate(
                zip(people, ("低保", "低保边缘户", "低保"), strict=False), start=1
            )
        ]
        rows.append(rows[0] | {"id_number": f"{PLACE}194005060011", "name": "钱守仁"})
        rows.append(rows[1] | {"name": "钱守义", "starts": f"{self.as_of}"})
        rows.append(rows[2] | {"id_number": number(datetime.date(1950, 3, 4), 1), "name": "孙志远"})
        self.upload(Source.CIVIL_AFFAIRS, rows, "clerk", "民政低保名册.csv")

    def disabilities(self) -> None:
        """Of the disabled persons' federation: what is on record already; applied, it changed nothing."""
        held = Circumstance.objects.filter(kind="disability", voided=False, ends=None).select_related("resident")
        rows = [
            {"name": row.resident.name, "id_number": str(row.resident.id_number), "status": row.value}
            | {"change": "新增", "starts": f"{row.starts}"}
            for row in held.exclude(resident__id_number=None).order_by("pk")[:3]
        ]
        rows.append({"name": "孙志强", "id_number": number(datetime.date(1961, 7, 8), 1), "status": "二级"})
        rows[-1] |= {"change": "新增", "starts": f"{self.as_of}"}
        found = self.upload(Source.DISABILITY, rows, "clerk", "残联持证名册.csv")
        self.work_off(apply_list(number=found.number, by=self.actors["clerk"], calls=False))

    def pupils(self, first: datetime.date) -> None:
        """Of the school: three new pupils, one without a community that is known."""
        school = self.actors["school"]
        home = Office.objects.filter(kind=Office.Kind.COMMUNITY).order_by("code")[0]
        rows = [
            {"name": name, "id_number": number(datetime.date(2000, 3, day), day % 2), "community": home.code}
            | {"hukou": "本市", "grade": grade, "class_name": "1班", "starts": f"{first}"}
            for name, day, grade in PUPILS
        ]
        rows[-1] |= {"community": "无此社区"}
        self.upload(Source.SCHOOL, rows, "school", f"{school.office}新生名册.csv")

    def upload(self, source: Source, rows: Sequence[Mapping[str, str]], username: str, name: str) -> UploadedList:
        by = self.actors[username]
        found = upload_list(source=source, file=file_of(source, rows), file_name=name, by=by, calls=False)
        self.work_off(Run.objects.get(kind="list", key=found.number))
        return found

    def work_off(self, run: Run) -> None:
        runs.work_off(number=run.number)


def number(birth: datetime.date, sex: int) -> str:
    """An ID number of somebody born elsewhere; odd for men."""
    body = f"{PLACE}{birth:%Y%m%d}{100 + sex:03d}"
    return body + idnumber.check_digit(body)


def file_of(source: Source, rows: Iterable[Mapping[str, str]]) -> io.BytesIO:
    """The rows as the CSV file that the sender made."""
    columns = layout(source)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.heading for column in columns])
    writer.writerows([[row.get(column.code, "") for column in columns] for row in rows])
    return io.BytesIO(text.getvalue().encode("gb18030"))
