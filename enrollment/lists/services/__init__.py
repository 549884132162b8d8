"""The verbs of lists and classes: upload, check, apply, discard; leave, advance (W4, W9, W10)."""

from .classes import leave_school
from .recording import record_list
from .school_year import start_school_year
from .uploading import apply_list, check_list, discard_list, upload_list

__all__ = [
    "apply_list",
    "check_list",
    "discard_list",
    "leave_school",
    "record_list",
    "start_school_year",
    "upload_list",
]
