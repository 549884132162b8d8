"""The words for what became of a list of payments, and for what is wrong with a bank's result."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import TransferList
from .results import Problem

PROBLEMS = {
    "nothing": gettext_lazy("The file is empty."),
    "too_long": gettext_lazy("The file is too long: send the result of one list."),
    "no_encoding": gettext_lazy("The file is neither in GB18030 nor in UTF-8."),
    "no_csv": gettext_lazy("The file is no CSV: a quotation mark is not closed."),
    "unknown": gettext_lazy("This is no result of a payment list: it would begin with %(begins)s"),
    "no_foot": gettext_lazy("The last line, with counts and sums, is missing: the file was cut off."),
    "cells": gettext_lazy("%(wanted)s cells are expected, there are %(found)s."),
    "other_list": gettext_lazy("It is the result of another list: %(list)s."),
    "no_day": gettext_lazy("The value date cannot be read: write it as 2009-10-20."),
    "no_reference": gettext_lazy("The bank's reference is missing, or longer than 40 characters."),
    "record": gettext_lazy("The line begins neither with P (paid) nor with R (came back)."),
    "no_amount": gettext_lazy("The amount cannot be read: write it as 1203.45."),
    "no_reason": gettext_lazy("The payment came back, and no reason is given."),
    "reason_of_paid": gettext_lazy("The payment was carried out, and a reason for its return is given."),
    "twice": gettext_lazy("%(number)s stands in it twice."),
    "not_on_list": gettext_lazy("%(number)s is no open payment of this list."),
    "amount_differs": gettext_lazy("%(number)s comes to %(due)s yuan on the list, to %(said)s in the file."),
    "missing": gettext_lazy("%(number)s is missing in the file."),
    "foot": gettext_lazy("The last line cannot be read: T, paid, their sum, returned, their sum."),
    "control": gettext_lazy("The last line says %(said)s, the lines come to %(found)s."),
}


def told(problem: Problem) -> str:
    """A problem in words, with its line."""
    words = str(PROBLEMS[problem.code]) % problem.values if problem.values else str(PROBLEMS[problem.code])
    return _("Line %(line)s: %(words)s") % {"line": problem.line, "words": words} if problem.line else words


@dataclass(frozen=True, slots=True)
class State:
    """What became of a list: a code, its words and its tone."""

    code: str
    words: str
    tone: str


def state_of(found: TransferList, *, count: int, returned: int) -> State:
    """What became of a list of `count` payments of which `returned` came back."""
    if returned == count:
        return State("returned", _("Returned by the bank"), "bad")
    if found.paid_on is None:
        return State("listed", _("With the bank"), "info")
    if returned:
        return State("paid", _("Carried out, some came back"), "wait")
    return State("paid", _("Carried out"), "good")


def with_states(lists: Iterable[Any]) -> list[tuple[Any, State]]:
    """Each of the lists, which come with their `count` and `returned`, with what became of it."""
    return [(found, state_of(found, count=found.count, returned=found.returned)) for found in lists]
