"""The verbs of misuse (S1, Art. 30): open, decide, dismiss, revoke; what comes back of what the fund paid."""

from .cases import change_case, decide_case, dismiss_case, open_case, revoke_decision
from .payments import record_recovery

__all__ = ["change_case", "decide_case", "dismiss_case", "open_case", "record_recovery", "revoke_decision"]
