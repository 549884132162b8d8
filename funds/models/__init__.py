"""The special account in double entry, and the subsidy statements."""

from .journal import Account, AccountDay, JournalEntry, JournalLeg, UnpostedDocument
from .statements import StatementSum, SubsidyItem, SubsidyReceipt, SubsidyStatement, UnstatedNotice

__all__ = [
    "Account",
    "AccountDay",
    "JournalEntry",
    "JournalLeg",
    "StatementSum",
    "SubsidyItem",
    "SubsidyReceipt",
    "SubsidyStatement",
    "UnpostedDocument",
    "UnstatedNotice",
]
