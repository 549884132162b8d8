"""Reads of the funds, scoped by the actor: statements and their figures, what is owed, the journal."""

from .balances import balances_by_statement, balances_of, overdue
from .drawing import candidates, period_of
from .figures import parts_of, sums_of, table_of, total_of
from .journal import entries_filtered, entries_visible_to, trial_balance
from .statements import (
    items_visible_to,
    own_district,
    reminders_visible_to,
    run_preparing,
    statements_to_sign,
    statements_visible_to,
    subsidy_receipts_visible_to,
    sums_visible_to,
    workbook_of,
)

__all__ = [
    "balances_by_statement",
    "balances_of",
    "candidates",
    "entries_filtered",
    "entries_visible_to",
    "items_visible_to",
    "overdue",
    "own_district",
    "parts_of",
    "period_of",
    "reminders_visible_to",
    "run_preparing",
    "statements_to_sign",
    "statements_visible_to",
    "subsidy_receipts_visible_to",
    "sums_of",
    "sums_visible_to",
    "table_of",
    "total_of",
    "trial_balance",
    "workbook_of",
]
