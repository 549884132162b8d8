"""The verbs of changes in life: what happened, what was wrong, who takes over, two records made one."""

from .changes import apply_happening, once, running
from .corrections import correct_hukou_day, correct_person, take_back_end
from .merging import approve_merge, propose_merge, reject_merge
from .transfers import answer_transfer, ask_transfer, withdraw_transfer

__all__ = [
    "answer_transfer",
    "apply_happening",
    "approve_merge",
    "ask_transfer",
    "correct_hukou_day",
    "correct_person",
    "once",
    "propose_merge",
    "reject_merge",
    "running",
    "take_back_end",
    "withdraw_transfer",
]
