"""The verbs of paying institutions: draw, confirm, review, pay (A4, S1, F1)."""

from .accounts import confirm_account, enter_account, refuse_account
from .batches import make_batch, record_paid, record_returned, take_result
from .drawing import discard_declaration, draw_declaration, redraw_declaration
from .reviewing import (
    approve_declaration,
    check_declaration,
    confirm_declaration,
    examine_declaration,
    send_back_declaration,
)
from .running import start_drawing

__all__ = [
    "approve_declaration",
    "check_declaration",
    "confirm_account",
    "confirm_declaration",
    "discard_declaration",
    "draw_declaration",
    "enter_account",
    "examine_declaration",
    "make_batch",
    "record_paid",
    "record_returned",
    "redraw_declaration",
    "refuse_account",
    "send_back_declaration",
    "start_drawing",
    "take_result",
]
