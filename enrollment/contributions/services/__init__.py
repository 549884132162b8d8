"""The verbs of contributions: notices, receipts, lapses, moves."""

from .lapses import Lapsed, lapse_unpaid
from .moves import follow_moves
from .notices import make_renewal_notice, remake_notice, take_into_records
from .receipts import assign_receipt, record_payment, return_receipt

__all__ = [
    "Lapsed",
    "assign_receipt",
    "follow_moves",
    "lapse_unpaid",
    "make_renewal_notice",
    "record_payment",
    "remake_notice",
    "return_receipt",
    "take_into_records",
]
