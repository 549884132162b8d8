"""The words for what is wrong with bank statements."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.bankfiles.labels import PROBLEMS as OF_FILES
from enrollment.bankfiles.reading import Problem

COLUMNS: Mapping[str, Promise] = {
    "record": _("Kind of line"),
    "mark": _("Mark of the format"),
    "bank": _("Bank"),
    "bank_name": _("Name of the bank"),
    "account": _("Account"),
    "statement": _("Number of the statement"),
    "first": _("First day"),
    "last": _("Last day"),
    "opening": _("Opening balance"),
    "day": _("Value date"),
    "reference": _("Bank reference"),
    "paid_in": _("Paid in"),
    "paid_out": _("Paid out"),
    "balance": _("Balance"),
    "counterparty": _("From or to whom"),
    "words": _("What the bank says"),
    "lines": _("Count of the lines"),
    "paid_in_sum": _("Sum paid in"),
    "paid_out_sum": _("Sum paid out"),
    "closing": _("Closing balance"),
}

# Why a statement is refused, where that is not said of bank files too.
PROBLEMS: Mapping[str, Promise] = {
    "unknown_statement": _(
        "The format is not known: a bank statement begins with %(begins)s. Choose the file as the bank sent it."
    ),
    "record_of_statement": _("The line begins with none of H, L and T. Ask the bank to send the file anew."),
    "one_amount": _("An amount stands in just one of the columns paid in and paid out."),
    "balance": _(
        "%(said)s stands here; the balance before it and the amount come to %(found)s. Fetch the file from the bank "
        "again."
    ),
    "day_order": _("The day must lie from %(first)s to %(last)s: lines stand in the order of their days."),
    "days_turned": _("The last day lies before the first, %(first)s."),
}


def problem_text(problem: Problem) -> str:
    """What is wrong with a statement, in words: the line, the column, what to do."""
    said = str(PROBLEMS.get(problem.code) or OF_FILES[problem.code]) % problem.values
    if problem.column:
        place = gettext("Line %(line)s, %(column)s: %(said)s")
        return place % {"line": problem.line, "column": COLUMNS[problem.column], "said": said}
    return gettext("Line %(line)s: %(said)s") % {"line": problem.line, "said": said} if problem.line else said
