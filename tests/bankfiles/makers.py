"""Bank files as banks send them, and their way through check and import."""

import datetime
import io
import itertools
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from enrollment.bankfiles import services
from enrollment.bankfiles.models import BankFile
from enrollment.bankfiles.reading import Form, Layout, Line
from enrollment.bankfiles.writing import write
from enrollment.contributions.models import ContributionNotice
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from tests.contributions import makers as m

D = datetime.date
TODAY = D(2009, 10, 21)
VALUE = D(2009, 10, 20)
FIXED, CSV = Form(Layout.FIXED, "gb18030"), Form(Layout.CSV, "utf-8")
FORMS = [Form(layout, encoding) for layout in Layout for encoding in ("utf-8", "gb18030")]
_serial = itertools.count(1)


def renewed() -> ContributionNotice:
    """Somebody's open notice for 2010: 200 yuan."""
    person = m.elder()
    m.enrolled(person, D(2009, 3, 20))
    return m.renewal(person, D(2009, 10, 5))


def paid(notice: ContributionNotice | str, **values: Any) -> Line:
    """A line that pays a notice, exactly unless said."""
    number = notice if isinstance(notice, str) else notice.number
    amount = Decimal(200) if isinstance(notice, str) else m.due(notice)
    said: dict[str, Any] = {"reference": f"B{next(_serial):07d}", "stated": number, "amount": amount, "day": VALUE}
    return Line(**{"place": 0, "returned": False, "words": "张大爷", "way": "01"} | said | values)


def went_back(payment: str, amount: Decimal | int = 200, **values: Any) -> Line:
    """A line that takes the payment of that reference back."""
    said: dict[str, Any] = {"reference": f"T{next(_serial):07d}", "stated": payment, "amount": Decimal(amount)}
    return Line(**{"place": 0, "returned": True, "words": "账户已销户", "day": VALUE} | said | values)


def content(lines: Iterable[Line], form: Form = FIXED, **values: Any) -> bytes:
    said = {"bank": "LYYH", "bank_name": "辽阳银行", "file_number": f"{next(_serial):06d}", "file_day": VALUE}
    return write(lines, form=form, **said | values)


def uploaded(data: bytes, by: Actor | None = None, on: datetime.date = TODAY) -> BankFile:
    """The file, with the check that was started."""
    with clock.on_day(on):
        return services.upload_file(file=io.BytesIO(data), file_name="f.txt", by=by or m.clerk(), calls=False)


def bring(data: bytes, by: Actor | None = None, on: datetime.date = TODAY) -> BankFile:
    """The file uploaded and checked."""
    found = uploaded(data, by, on)
    work_off(found)
    return found


def imported(data: bytes, by: Actor | None = None, on: datetime.date = TODAY) -> BankFile:
    """The file brought and imported."""
    found = bring(data, by, on)
    start(found, by, on)
    work_off(found)
    found.refresh_from_db()
    return found


def start(found: BankFile, by: Actor | None = None, on: datetime.date = TODAY) -> Run:
    with clock.on_day(on):
        return services.import_file(number=found.number, by=by or m.clerk(), calls=False)


def work_off(found: BankFile) -> Run:
    """Work at the file's newest run."""
    run = Run.objects.filter(kind="bankfile", key=found.number).latest("id")
    runs.work_off(number=run.number)
    run.refresh_from_db()
    return run


def results(found: BankFile) -> list[tuple[str, str]]:
    """What became of each line, in their order: the result and why."""
    return list(found.rows.order_by("place").values_list("result", "problem"))
