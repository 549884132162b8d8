"""The verbs of claims."""

from .admission import admit, cancel_admission, change_admission
from .agreements import change_agreement, look_at_agreement, remove_agreement
from .corrections import leave_settlement
from .discharges import cancel_discharge, discharge
from .holding import HeldForReview
from .institutions import (
    add_designation,
    add_specialty,
    change_institution,
    create_institution,
    end_designation,
    end_specialty,
    set_grade,
)
from .lines import add_lines, remove_lines
from .referrals import approve_referral, deny_referral, request_referral
from .reviewing import cut_line, deny_reversal, propose, release, restore_line, send_back
from .settlement import Calculation, presettle, recompute, reverse_settlement, settle_stay

__all__ = [
    "Calculation",
    "HeldForReview",
    "add_designation",
    "add_lines",
    "add_specialty",
    "admit",
    "approve_referral",
    "cancel_admission",
    "cancel_discharge",
    "change_admission",
    "change_agreement",
    "change_institution",
    "create_institution",
    "cut_line",
    "deny_referral",
    "deny_reversal",
    "discharge",
    "end_designation",
    "end_specialty",
    "leave_settlement",
    "look_at_agreement",
    "presettle",
    "propose",
    "recompute",
    "release",
    "remove_agreement",
    "remove_lines",
    "request_referral",
    "restore_line",
    "reverse_settlement",
    "send_back",
    "set_grade",
    "settle_stay",
]
