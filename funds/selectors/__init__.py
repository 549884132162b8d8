"""Reads of the funds, scoped by the actor: statements and their figures, what is owed, the journal."""

from .balances import balances_by_statement, balances_of
from .drawing import candidates, period_of
from .figures import ratios_of, sums_of, table_of
from .journal import entries_filtered, entries_visible_to, trial_balance
from .statements import (
    drafts_to_issue,
    items_visible_to,
    run_preparing,
    statements_visible_to,
    subsidy_receipts_visible_to,
    sums_visible_to,
)

__all__ = [
    "balances_by_statement",
    "balances_of",
    "candidates",
    "drafts_to_issue",
    "entries_filtered",
    "entries_visible_to",
    "items_visible_to",
    "period_of",
    "ratios_of",
    "run_preparing",
    "statements_visible_to",
    "subsidy_receipts_visible_to",
    "sums_of",
    "sums_visible_to",
    "table_of",
    "trial_balance",
]
