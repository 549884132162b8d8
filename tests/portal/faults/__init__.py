"""One fault of each kind, planted behind the services' back: past constraints and triggers, and nothing else harmed.

Where a wrong row would show in other records too (a wrong amount in the journal, a statement's hash), those are made
to fit it, so that only its own check can find it. Each fault gives back how a finding names the row.
"""

from . import (
    account,
    bankfiles,
    cards,
    claims,
    collections,
    contributions,
    findings,
    funds,
    lists,
    messages,
    outpatient,
    papers,
    paying,
    registration,
    reimbursements,
    reviews,
    supervision,
    watching,
)
from .planting import FAULTS, TOGETHER, open_up

__all__ = [
    "FAULTS",
    "TOGETHER",
    "account",
    "bankfiles",
    "cards",
    "claims",
    "collections",
    "contributions",
    "findings",
    "funds",
    "lists",
    "messages",
    "open_up",
    "outpatient",
    "papers",
    "paying",
    "registration",
    "reimbursements",
    "reviews",
    "supervision",
    "watching",
]
