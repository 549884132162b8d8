"""The words for what this app writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "declarations.draw": _("Drew the monthly declaration"),
        "declarations.redraw": _("Drew the monthly declaration anew"),
        "declarations.discard": _("Discarded the draft of the monthly declaration"),
        "declarations.confirm": _("Confirmed the totals of the monthly declaration"),
        "declarations.examine": _("Examined the monthly declaration"),
        "declarations.check": _("Checked the monthly declaration"),
        "declarations.approve": _("Approved the monthly declaration"),
        "declarations.send_back": _("Sent the monthly declaration back"),
        "declarations.set_off": _("Set the monthly declaration off: nothing is to be paid"),
        "declarations.list": _("Put the monthly declaration on a payment batch"),
        "declarations.pay": _("Recorded that the bank paid the monthly declaration"),
        "declarations.return": _("Recorded that the payment to the institution came back"),
        "declarations.export": _("Exported the monthly declaration"),
        "batches.make": _("Made the payment batch"),
        "batches.export": _("Downloaded the payment batch with full account numbers"),
        "batches.pay": _("Recorded that the bank carried the payment batch out"),
        "bank_accounts.enter": _("Entered a bank account of the institution"),
        "bank_accounts.confirm": _("Confirmed the bank account of the institution"),
        "bank_accounts.refuse": _("Refused the bank account of the institution"),
    }
)
