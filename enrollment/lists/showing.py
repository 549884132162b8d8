"""Cells of a list on a page: never a full ID number, whichever column it stands in."""

import re

from liaoyang_medins.kernel.web.templatetags.medins import masked

from .models import ListRow, UploadedList

# An ID number of either length, also inside of a longer number such as that of a disability certificate.
ID_NUMBER = re.compile(r"\d{17}[\dXx]|\d{15}")
# A page shows the first columns; all of them are in the workbook.
COLUMNS = 8


def shown_cells(row: ListRow, uploaded: UploadedList) -> list[str]:
    """The first cells of a row as a page shows them, one for each heading."""
    cells = [str(cell) for cell in row.cells[:COLUMNS]]
    cells += [""] * (min(len(uploaded.headings), COLUMNS) - len(cells))
    return [hidden(cell) for cell in cells[: len(uploaded.headings)]]


def hidden(text: str) -> str:
    """The text with every ID number in it masked."""
    return ID_NUMBER.sub(lambda found: masked(found[0]), text)
