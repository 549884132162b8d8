"""Bank files of the demo: one that was imported, one of the day that is checked and waits."""

import datetime
import io
from collections.abc import Mapping, Sequence

from enrollment.bankfiles.layouts import Layout
from enrollment.bankfiles.models import BankFile
from enrollment.bankfiles.reading import Form, Line
from enrollment.bankfiles.sample import BANK, BANK_NAME, lines_for_open_notices
from enrollment.bankfiles.services import import_file, upload_file
from enrollment.bankfiles.writing import write
from enrollment.contributions.models import Receipt
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run


class BankFiles:
    """Lets the agency's clerk bring what the bank sent."""

    def __init__(self, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.as_of = as_of
        self.by = actors["clerk"]

    def work(self) -> None:
        with clock.on_day(self.as_of - datetime.timedelta(days=1)):
            found = self.upload(self.known(), 1, Form(Layout.FIXED, "gb18030"))
            runs.work_off(number=import_file(number=found.number, by=self.by, calls=False).number)
        with clock.on_day(self.as_of):
            self.upload(lines_for_open_notices(self.as_of, 12), 2, Form(Layout.CSV, "utf-8"))

    def known(self) -> list[Line]:
        """Payments that are on record already, and a return of one that nobody knows."""
        rows = Receipt.objects.filter(channel="bank", bank_reference__regex=r"^[0-9A-Z-]{1,30}$")
        rows = rows.exclude(stated_notice="").order_by("number")
        lines = [
            Line(0, False, row.bank_reference, row.stated_notice, row.amount, row.paid_on, row.payer, "01")
            for row in rows[:6]
        ]
        day = self.as_of - datetime.timedelta(days=1)
        amount = lines[0].amount
        return [*lines, Line(0, True, f"TH{day:%Y%m%d}0001", f"ZJ{day:%Y%m%d}9999", amount, day, "账户已销户")]

    def upload(self, lines: Sequence[Line], serial: int, form: Form) -> BankFile:
        """Bring a file of these lines, and check it."""
        day = clock.today()
        number = f"{day:%Y%m%d}-{serial}"
        data = write(lines, bank=BANK, bank_name=BANK_NAME, file_number=number, file_day=day, form=form)
        name = f"缴费文件{number}.{'csv' if form.layout is Layout.CSV else 'txt'}"
        found = upload_file(file=io.BytesIO(data), file_name=name, by=self.by, calls=False)
        runs.work_off(number=Run.objects.get(kind="bankfile", key=found.number).number)
        return found
