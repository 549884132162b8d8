"""The pages of outpatient diseases: thin faces of its services."""

from .approvals import (
    approval,
    approval_approve,
    approval_decision,
    approval_deny,
    approval_end,
    approval_new,
    approvals,
)
from .claiming import claim_new, claim_withdraw

__all__ = [
    "approval",
    "approval_approve",
    "approval_decision",
    "approval_deny",
    "approval_end",
    "approval_new",
    "approvals",
    "claim_new",
    "claim_withdraw",
]
