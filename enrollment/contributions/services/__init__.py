"""The verbs of contributions: notices, receipts, lapses, moves."""

from .beginning import start_benefits
from .closing import close_window, is_closed
from .lapses import Lapsed, closed_year, lapse_unpaid
from .moves import follow_moves
from .notices import make_renewal_notice, remake_notice, take_into_records
from .opening import open_window
from .payments import Payment, foresee_payments, record_payment, record_payments
from .receipts import assign_receipt, hold_receipt, return_receipt, take_back_payment
from .reminding import remind

__all__ = [
    "Lapsed",
    "Payment",
    "assign_receipt",
    "close_window",
    "closed_year",
    "follow_moves",
    "foresee_payments",
    "hold_receipt",
    "is_closed",
    "lapse_unpaid",
    "make_renewal_notice",
    "open_window",
    "record_payment",
    "record_payments",
    "remake_notice",
    "remind",
    "return_receipt",
    "start_benefits",
    "take_back_payment",
    "take_into_records",
]
