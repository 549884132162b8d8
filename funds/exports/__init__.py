"""A statement as finance offices file it: workbook, CSV and paper from one summary, so that they say the same; and the
workbook of its persons.
"""

from .paper import paper_of
from .summary import Summary, summary_from, summary_of
from .tables import to_csv, to_workbook

__all__ = ["Summary", "paper_of", "summary_from", "summary_of", "to_csv", "to_workbook"]
