"""The special account in double entry, and the subsidy statements."""

from .documents import EnteredDocument
from .journal import Account, AccountDay, JournalEntry, JournalLeg, UnpostedDocument
from .months import Month
from .reminders import SubsidyReminder
from .statements import StatementSum, SubsidyItem, SubsidyReceipt, SubsidyStatement, UnstatedNotice
from .workbooks import PersonsWorkbook, WorkbookPiece

__all__ = [
    "Account",
    "AccountDay",
    "EnteredDocument",
    "JournalEntry",
    "JournalLeg",
    "Month",
    "PersonsWorkbook",
    "StatementSum",
    "SubsidyItem",
    "SubsidyReceipt",
    "SubsidyReminder",
    "SubsidyStatement",
    "UnpostedDocument",
    "UnstatedNotice",
    "WorkbookPiece",
]
