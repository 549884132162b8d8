"""The pages of paying institutions."""

from .accounts import bank_account_confirm, bank_account_refuse, bank_accounts
from .batches import batch, batch_file, batch_new, batch_paid, batch_result, batches, institution_payment_returned
from .declarations import (
    declaration,
    declaration_approve,
    declaration_check,
    declaration_confirm,
    declaration_discard,
    declaration_examine,
    declaration_export,
    declaration_new,
    declaration_print,
    declaration_redraw,
    declaration_send_back,
    declarations,
)

__all__ = [
    "bank_account_confirm",
    "bank_account_refuse",
    "bank_accounts",
    "batch",
    "batch_file",
    "batch_new",
    "batch_paid",
    "batch_result",
    "batches",
    "declaration",
    "declaration_approve",
    "declaration_check",
    "declaration_confirm",
    "declaration_discard",
    "declaration_examine",
    "declaration_export",
    "declaration_new",
    "declaration_print",
    "declaration_redraw",
    "declaration_send_back",
    "declarations",
    "institution_payment_returned",
]
