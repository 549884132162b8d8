"""The verbs of contributions: notices, receipts, lapses, moves."""

from .lapses import Lapsed, lapse_unpaid
from .moves import follow_moves
from .notices import make_renewal_notice, remake_notice, take_into_records
from .opening import open_due_window, open_window
from .payments import Payment, foresee_payments, record_payment, record_payments
from .receipts import assign_receipt, return_receipt, take_back_payment

__all__ = [
    "Lapsed",
    "Payment",
    "assign_receipt",
    "follow_moves",
    "foresee_payments",
    "lapse_unpaid",
    "make_renewal_notice",
    "open_due_window",
    "open_window",
    "record_payment",
    "record_payments",
    "remake_notice",
    "return_receipt",
    "take_back_payment",
    "take_into_records",
]
