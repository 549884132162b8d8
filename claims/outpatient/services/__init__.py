"""The verbs of outpatient diseases."""

from .approvals import approve, ask, deny, end_early
from .claiming import enter_claim, withdraw_claim

__all__ = ["approve", "ask", "deny", "end_early", "enter_claim", "withdraw_claim"]
