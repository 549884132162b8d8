"""The verbs of contributions: notices, receipts, lapses, moves."""

from .lapses import Lapsed, lapse_unpaid
from .moves import follow_moves
from .notices import make_renewal_notice, remake_notice, take_into_records
from .opening import open_due_window, open_window
from .payments import Payment, record_payment, record_payments
from .receipts import assign_receipt, return_receipt

__all__ = [
    "Lapsed",
    "Payment",
    "assign_receipt",
    "follow_moves",
    "lapse_unpaid",
    "make_renewal_notice",
    "open_due_window",
    "open_window",
    "record_payment",
    "record_payments",
    "remake_notice",
    "return_receipt",
    "take_into_records",
]
