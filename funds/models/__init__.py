"""The special account in double entry, and the subsidy statements."""

from .journal import Account, AccountDay, JournalEntry, JournalLeg, UnpostedDocument
from .reminders import SubsidyReminder
from .statements import StatementSum, SubsidyItem, SubsidyReceipt, SubsidyStatement, UnstatedNotice
from .workbooks import PersonsWorkbook, WorkbookPiece

__all__ = [
    "Account",
    "AccountDay",
    "JournalEntry",
    "JournalLeg",
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
