"""The verbs of reports and inspections (S1, S2, Art. 29–31)."""

from .deciding import decide_inspection, dismiss_inspection, revoke_decision, take_off
from .inspecting import add_finding, change_inspection, open_inspection, remove_finding
from .reports import close_report, receive_report, take_report

__all__ = [
    "add_finding",
    "change_inspection",
    "close_report",
    "decide_inspection",
    "dismiss_inspection",
    "open_inspection",
    "receive_report",
    "remove_finding",
    "revoke_decision",
    "take_off",
    "take_report",
]
