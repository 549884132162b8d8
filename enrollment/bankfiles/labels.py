"""The words for what is wrong with bank files, and for the codes of their lines."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.registration.labels import label
from liaoyang_medins.kernel.policy.terms import ReceiptProblem

from .models import BankFileLine
from .reading import Problem

Result = BankFileLine.Result

COLUMNS: Mapping[str, Promise] = {
    "record": _("Kind of line"),
    "mark": _("Mark of the format"),
    "bank": _("Bank"),
    "bank_name": _("Name of the bank"),
    "file_number": _("File number"),
    "file_day": _("Date of the file"),
    "reference": _("Bank reference"),
    "notice": _("Notice number"),
    "original": _("Reference of the payment"),
    "amount": _("Amount"),
    "day": _("Value date"),
    "payer": _("Payer"),
    "reason": _("Reason"),
    "way": _("Paid by"),
    "payments": _("Count of the payments"),
    "payments_sum": _("Sum of the payments"),
    "returns": _("Count of the returned payments"),
    "returns_sum": _("Sum of the returned payments"),
}

# Why a file is refused, and what to do.
PROBLEMS: Mapping[str, Promise] = {
    "nothing": _("The file is empty. Fetch it from the bank again."),
    "no_text": _("This is a workbook, a PDF or a picture, no bank file. Choose the file as the bank sent it."),
    "unknown": _(
        "The format is not known: a bank file begins with %(fixed)s (fixed width) or %(csv)s (CSV). Choose the file "
        "as the bank sent it."
    ),
    "many": _("The file has more than %(lines)s lines. Ask the bank to send it in several files."),
    "no_utf8": _("The file is marked as UTF-8 and holds other bytes. Ask the bank to send it anew."),
    "no_encoding": _("The characters are neither UTF-8 nor GB18030. Ask the bank to send it anew."),
    "two_encodings": _("This line is in UTF-8, the others are in GB18030. Ask the bank to send it in one of them."),
    "no_foot": _("The file ends here without a trailer: it was cut off. Fetch it from the bank again."),
    "after_foot": _(
        "Something follows the trailer in line %(foot)s: two files were put together. Upload each by itself."
    ),
    "head_again": _("A second header: two files were put together. Upload each by itself."),
    "other_layout": _("This line is of the other format: two files were put together. Upload each by itself."),
    "record": _("The line begins with none of P, R and T. Ask the bank to send the file anew."),
    "length": _("The line has %(length)s bytes instead of %(wanted)s. Ask the bank to send the file anew."),
    "filler": _("From byte %(first)s on there must be blanks. Ask the bank to send the file anew."),
    "cells": _("The line has %(cells)s columns instead of %(wanted)s. Ask the bank to send the file anew."),
    "quotes": _("Quotation marks do not fit. Ask the bank to send the file anew."),
    "cut": _(
        "Bytes %(first)s to %(last)s end within a character: the columns are shifted. Ask the bank to send the file "
        "anew."
    ),
    "control": _(
        "%(said)s in the trailer, %(found)s in the lines. The file is not whole: fetch it from the bank again."
    ),
    "empty": _("This is missing."),
    "long": _("At most %(longest)s characters."),
    "code": _("“%(text)s”: only letters A to Z, digits and hyphens."),
    "fen": _("“%(text)s” is no amount in fen, digits only."),
    "yuan": _("“%(text)s” is no amount in yuan such as 200.00."),
    "no_amount": _("An amount above zero must stand here."),
    "day_fixed": _("“%(text)s” is no date such as 20091020."),
    "day_csv": _("“%(text)s” is no date such as 2009-10-20."),
    "count": _("“%(text)s” is no count, digits only."),
    "way": _("“%(text)s” is none of %(ways)s."),
    "mark": _("“%(text)s” instead of %(mark)s."),
    "control_character": _("A character stands here that cannot be printed."),
    "reference_twice": _("This reference stands in line %(first)s already. Ask the bank to send the file anew."),
    "late": _("%(day)s lies after %(last)s, the date of the file or today."),
    "early": _("The scheme began on %(first)s; %(day)s lies before."),
}

# Why a returned payment could not be taken back.
RETURNS: Mapping[str, Promise] = {
    "unknown_payment": _("No payment with this reference is on record"),
    "other_amount": _("The payment on record has another amount"),
    "before_payment": _("The return is dated before the payment"),
    "paid_back": _("The agency paid this payment back before"),
}

# What a reviewer does about it.
RETURNS_ADVICE: Mapping[str, Promise] = dict.fromkeys(
    ("unknown_payment", "other_amount", "before_payment"),
    _(
        "The bank took money back, and the portal does not know which payment that was. Name the receipt that went "
        "back, or say why nothing is to be done."
    ),
) | {
    "paid_back": _(
        "If it was paid back in the books only and recorded anew (a school collection), take that back: the money "
        "is gone. If it was paid back by a transfer, it left the account twice: claim it from who has it, and say "
        "here what was done."
    ),
}

WAYS: Mapping[str, Promise] = {
    "01": _("Bank counter"),
    "02": _("Machine"),
    "03": _("Online"),
    "04": _("Direct debit"),
}

# The colours of results.
TONES: Mapping[str, str] = {
    Result.MATCHED: "good",
    Result.UNMATCHED: "wait",
    Result.ON_RECORD: "neutral",
    Result.RETURNED: "info",
    Result.OPEN: "bad",
    Result.CLOSED: "neutral",
}


def problem_text(problem: Problem) -> str:
    """What is wrong with a file, in words: the line, the column, what to do."""
    said = str(PROBLEMS[problem.code]) % problem.values
    if problem.column:
        place = gettext("Line %(line)s, %(column)s: %(said)s")
        return place % {"line": problem.line, "column": COLUMNS[problem.column], "said": said}
    return gettext("Line %(line)s: %(said)s") % {"line": problem.line, "said": said} if problem.line else said


def why(code: str) -> str:
    """The problem of a line in words; nothing where it has none."""
    if not code:
        return ""
    return str(RETURNS[code]) if code in RETURNS else label(ReceiptProblem(code))
