"""Bank files of payments, as large as they may be: uploaded here, checked and imported by the workers."""

import datetime
import io
import time

from enrollment.bankfiles.layouts import Layout
from enrollment.bankfiles.models import BankFileLine
from enrollment.bankfiles.reading import LINES_AT_MOST, Form, Line
from enrollment.bankfiles.services import import_file, upload_file
from enrollment.bankfiles.writing import write
from enrollment.contributions.models import ContributionNotice
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs.models import Run

from .workers import Took, Workers

LINES_A_FILE = min(50_000, LINES_AT_MOST)


def payments(at_most: int, day: datetime.date) -> list[Line]:
    """Exact payments on a day of the first notices that can be paid by then; so many, or as many as there are, of
    which only the first two digits count: 3,659 are 3,600.
    """
    rows = ContributionNotice.objects.filter(
        status="open", joint_with=None, joint=None, pay_from__lte=day, pay_until__gte=day
    )
    count = min(at_most, rows.count())
    count -= count % 10 ** max(0, len(str(count)) - 2)
    columns = rows.order_by("number").values_list("number", "personal", "resident__name")[:count]
    return [
        Line(0, False, f"BENCH{place:012d}", number, amount, day, name, "01")
        for place, (number, amount, name) in enumerate(columns)
    ]


def imported(lines: list[Line], day: datetime.date, by: Actor, workers: Workers) -> Took:
    """What the upload and the import of the files of these lines took, one file after the other. Raises RuntimeError
    where a payment did not settle its notice.
    """
    files = [
        write(
            lines[start : start + LINES_A_FILE],
            form=Form(Layout.FIXED, "gb18030"),
            bank="BENCH",
            bank_name="测试银行",
            file_number=f"{number}",
            file_day=day,
        )
        for number, start in enumerate(range(0, len(lines), LINES_A_FILE))
    ]
    took = [_file(data, by, workers) for data in files]
    matched = BankFileLine.objects.filter(result="matched", reference__startswith="BENCH").count()
    if matched < len(lines):
        raise RuntimeError(f"Of {len(lines)} payments {matched} settled their notice.")
    return Took(
        sum(each.seconds for each in took), max(each.peak for each in took), sum(each.checking for each in took)
    )


def _file(data: bytes, by: Actor, workers: Workers) -> Took:
    """Uploaded, checked, imported; the seconds are those of the upload and the import."""
    began = time.perf_counter()
    found = upload_file(file=io.BytesIO(data), file_name="bench.txt", by=by, calls=False)
    uploaded = time.perf_counter() - began
    check = workers.work_off(lambda: Run.objects.get(kind="bankfile", key=found.number))
    took = workers.work_off(lambda: import_file(number=found.number, by=by, calls=False))
    return Took(uploaded + took.seconds, max(check.peak, took.peak), check.seconds)
