"""The verbs of registration: lock → check → apply the rule → save → audit, each in one transaction (W1–W4, W9, E)."""

from .chain import approve, enroll, forward, opened_for_record, record, refuse, send_back, withdraw
from .circumstances import add_circumstance, end_circumstance, end_enrollment, void_circumstance
from .entry import register_resident
from .materials import check_materials
from .people import change_resident

__all__ = [
    "add_circumstance",
    "approve",
    "change_resident",
    "check_materials",
    "end_circumstance",
    "end_enrollment",
    "enroll",
    "forward",
    "opened_for_record",
    "record",
    "refuse",
    "register_resident",
    "send_back",
    "void_circumstance",
    "withdraw",
]
