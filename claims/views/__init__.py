"""The pages of claims: thin faces of its services."""

from .agreements import institution_agreement, institution_scan, institution_scan_remove
from .catalogue import catalogue, diagnosis_options, item_options
from .corrections import correction_leave, corrections
from .desk import desk
from .institutions import (
    institution,
    institution_designation,
    institution_designation_end,
    institution_edit,
    institution_grade,
    institution_new,
    institution_specialty,
    institution_specialty_end,
    institutions,
)
from .lines import stay_line_delete, stay_lines
from .own import institution_account, institution_account_export, own_account, own_account_export
from .people import entitlement, stay_person
from .recompute import settlement_recompute
from .referrals import referral, referral_approve, referral_deny, referral_new, referrals
from .review import (
    review_cut,
    review_deny,
    review_propose,
    review_release,
    review_restore,
    review_send_back,
    settlement_ask_reversal,
    stay_review,
)
from .settlements import settlement, settlement_print, settlement_reverse, stay_calculation, stay_settle
from .slips import settlement_slips
from .stays import stay, stay_cancel, stay_discharge, stay_edit, stay_new, stay_undischarge, stays

__all__ = [
    "catalogue",
    "correction_leave",
    "corrections",
    "desk",
    "diagnosis_options",
    "entitlement",
    "institution",
    "institution_account",
    "institution_account_export",
    "institution_agreement",
    "institution_designation",
    "institution_designation_end",
    "institution_edit",
    "institution_grade",
    "institution_new",
    "institution_scan",
    "institution_scan_remove",
    "institution_specialty",
    "institution_specialty_end",
    "institutions",
    "item_options",
    "own_account",
    "own_account_export",
    "referral",
    "referral_approve",
    "referral_deny",
    "referral_new",
    "referrals",
    "review_cut",
    "review_deny",
    "review_propose",
    "review_release",
    "review_restore",
    "review_send_back",
    "settlement",
    "settlement_ask_reversal",
    "settlement_print",
    "settlement_recompute",
    "settlement_reverse",
    "settlement_slips",
    "stay",
    "stay_calculation",
    "stay_cancel",
    "stay_discharge",
    "stay_edit",
    "stay_line_delete",
    "stay_lines",
    "stay_new",
    "stay_person",
    "stay_review",
    "stay_settle",
    "stay_undischarge",
    "stays",
]
