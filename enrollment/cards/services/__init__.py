"""The verbs of certificates and cards (W7, Art. 11): make, hand over, hand out, lose, replace, take out of use."""

from .handing import Taken, hand_out, hand_over, send_on, undo_hand_out
from .losing import find_again, lift_suspension, replace_card, report_loss, suspend_cards, take_in
from .making import make_card, start_making

__all__ = [
    "Taken",
    "find_again",
    "hand_out",
    "hand_over",
    "lift_suspension",
    "make_card",
    "replace_card",
    "report_loss",
    "send_on",
    "start_making",
    "suspend_cards",
    "take_in",
    "undo_hand_out",
]
