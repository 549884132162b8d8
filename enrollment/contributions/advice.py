"""What a clerk does with a receipt that settles no notice, in words by its problem (C6)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.policy.terms import ReceiptProblem

ADVICE: dict[ReceiptProblem, Promise] = {
    ReceiptProblem.UNKNOWN_NOTICE: _("Find the payer's notice and assign the receipt to it, or pay the money back."),
    ReceiptProblem.PAID_TWICE: _("Pay the money back: the notice was settled by another receipt."),
    ReceiptProblem.AFTER_END: _(
        "The person could not be insured any more on this day. Check the resident's page; if it is right, pay the "
        "money back."
    ),
    ReceiptProblem.OUTSIDE_TERM: _(
        "Pay the money back. Who still wants to take part has the notice made anew and pays inside its new term."
    ),
    ReceiptProblem.SHORT: _(
        "Pay the money back and ask for the whole amount: a notice is paid once and in full. A part that an employer "
        "paid is assigned to its notice with the employer's name, and held until the rest is paid (C5)."
    ),
    ReceiptProblem.OVER: _("Pay the money back and ask for the exact amount of the notice."),
    ReceiptProblem.INCOMPLETE: _(
        "Assign it to the notice that took the place of the old one, or pay the money back to the employer. If the "
        "rest arrives later, dated inside the term, it settles the old notice after all."
    ),
    ReceiptProblem.PART_RETURNED: _(
        "Wait for the missing part to be paid again: it then settles the notice together with this one. Or pay the "
        "money back."
    ),
    ReceiptProblem.SAME_REFERENCE: _(
        "Compare the two receipts with the bank's slip. If the other one was entered by hand for the wrong notice, "
        "return it and assign this one to the right notice; if it is right, return this one, since the money came "
        "once. If they are two payments, assign this one."
    ),
}
