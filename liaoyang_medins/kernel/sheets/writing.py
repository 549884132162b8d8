"""Workbooks that leave the portal: text is text, whatever it begins with; no cell starts a formula."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.conf import settings

FONT = {"font_name": "Microsoft YaHei", "font_size": 10}
_AS_TEXT = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@contextmanager
def workbook(title: str) -> Iterator[tuple[Any, IO[bytes]]]:
    """A workbook to write into, and the file that it lies in; after the block the file is open at its start. Where it
    cannot be written, nothing of it is left on the disk.
    """
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (the response closes it)
    try:
        with tempfile.TemporaryDirectory() as folder:
            book = xlsxwriter.Workbook(file, {**_AS_TEXT, "tmpdir": folder})
            book.set_properties({"title": title, "company": settings.AGENCY_NAME})
            yield book, file
            book.close()
        file.seek(0)
    except BaseException:
        file.close()
        raise


class Sheet:
    """A worksheet that is written from above to below: text as text, amounts as numbers, never a formula."""

    def __init__(self, book: Any, name: str, widths: Iterable[int]) -> None:
        self.formats = {
            "text": book.add_format(FONT),
            "wrap": book.add_format({**FONT, "text_wrap": True, "valign": "top"}),
            "title": book.add_format({**FONT, "bold": True, "font_size": 14}),
            "head": book.add_format({**FONT, "bold": True, "bottom": 1, "text_wrap": True}),
            "bold": book.add_format({**FONT, "bold": True, "top": 1}),
            "money": book.add_format({**FONT, "num_format": "#,##0.00"}),
            "money_bold": book.add_format({**FONT, "bold": True, "top": 1, "num_format": "#,##0.00"}),
            "date": book.add_format({**FONT, "num_format": "yyyy-mm-dd"}),
            # What is typed into such a column stays the text that it is: an ID number keeps all of its digits.
            "as_text": book.add_format({**FONT, "num_format": "@"}),
        }
        self.sheet = book.add_worksheet(name)
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self.row = 0

    def write(self, *values: Any, style: str = "text") -> None:
        """One row: str as text, int and Decimal as numbers, dates as dates, None as nothing."""
        for column, value in enumerate(values):
            if value is None:
                continue
            if isinstance(value, str):
                self.sheet.write_string(self.row, column, value, self.formats[style])
            elif isinstance(value, Decimal):
                money = "money_bold" if style == "bold" else "money"
                self.sheet.write_number(self.row, column, value, self.formats[money])
            elif isinstance(value, int):
                self.sheet.write_number(self.row, column, value, self.formats[style])
            else:
                self.sheet.write_datetime(self.row, column, value, self.formats["date"])
        self.row += 1

    def skip(self) -> None:
        self.row += 1

    def all_text(self, widths: Iterable[int]) -> None:
        """Columns of these widths into which people type text."""
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width, self.formats["as_text"])

    def freeze_head(self) -> None:
        self.sheet.freeze_panes(self.row, 0)
