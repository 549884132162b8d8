"""The words for the codes of reimbursement."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .rules import LONGEST, SHORTEST, AccountProblem, Paper

PAPERS: dict[Paper, Promise] = {
    Paper.INVOICE: _("Invoices of the institution (originals)"),
    Paper.FEE_LIST: _("List of the fees"),
    Paper.DISCHARGE_SUMMARY: _("Discharge summary"),
    Paper.ID_CARD: _("Copies of the ID card and the bank card"),
}
ACCOUNT_PROBLEMS: dict[AccountProblem, Promise] = {
    AccountProblem.NO_DIGITS: _("An account number has digits only."),
    AccountProblem.LENGTH: _(
        "An account number has %(shortest)s to %(longest)s digits; that of a bank card (62…) has 16 to 19."
    ),
    AccountProblem.CHECK_DIGIT: _("This is no number of a bank card: a digit is mistyped. Compare it with the card."),
}
TONES = {
    "entered": "wait",
    "complete": "wait",
    "examined": "info",
    "released": "info",
    "listed": "info",
    "paid": "good",
    "returned": "bad",
    "refused": "neutral",
}


def account_problem_text(problem: AccountProblem) -> str:
    """What is wrong with an account number, in words."""
    return str(ACCOUNT_PROBLEMS[problem]) % {"shortest": SHORTEST, "longest": LONGEST}


def paper_text(code: str) -> str:
    """A document in words."""
    return str(PAPERS[Paper(code)])
