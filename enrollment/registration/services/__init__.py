"""The verbs of registration: lock → check → apply the rule → save → audit, each in one transaction (W1–W4, W9, E)."""

from . import people
from .chain import approve, enroll, forward, opened_for_record, record, refuse, send_back, withdraw
from .circumstances import add_circumstance, end_circumstance, void_circumstance
from .entry import register_resident
from .leaving import hand_over_drafts
from .materials import check_materials
from .people import change_resident
from .relationships import lapse, lapse_of, read_lapses_ahead, undo_lapse
from .undo import undo

__all__ = [
    "add_circumstance",
    "approve",
    "change_resident",
    "check_materials",
    "end_circumstance",
    "enroll",
    "forward",
    "hand_over_drafts",
    "lapse",
    "lapse_of",
    "opened_for_record",
    "people",
    "read_lapses_ahead",
    "record",
    "refuse",
    "register_resident",
    "send_back",
    "undo",
    "undo_lapse",
    "void_circumstance",
    "withdraw",
]
