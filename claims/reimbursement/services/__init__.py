"""The verbs of reimbursement: enter, examine, release or refuse, pay (A2, A3, F1)."""

from .deciding import examine, refuse, release, send_back, take_back, to_look_at
from .entering import change, check_papers, enter, reveal_account, state_account
from .importing import drop_import, read_lines, take_lines
from .lines import add_lines, remove_lines
from .paying import make_list, record_paid, record_returned, take_result
from .scans import attach_scan, look_at_scan, remove_scan

__all__ = [
    "add_lines",
    "attach_scan",
    "change",
    "check_papers",
    "drop_import",
    "enter",
    "examine",
    "look_at_scan",
    "make_list",
    "read_lines",
    "record_paid",
    "record_returned",
    "refuse",
    "release",
    "remove_lines",
    "remove_scan",
    "reveal_account",
    "send_back",
    "state_account",
    "take_back",
    "take_lines",
    "take_result",
    "to_look_at",
]
