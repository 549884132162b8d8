"""The words for what reimbursement writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "reimbursements.enter": _("Entered the application for reimbursement"),
        "reimbursements.change": _("Changed the application for reimbursement"),
        "reimbursements.papers": _("Wrote down which documents are there"),
        "reimbursements.account": _("Entered another bank account"),
        "reimbursements.reveal": _("Looked at the full account number"),
        "reimbursements.lines": _("Changed the fee lines of the application"),
        "reimbursements.examine": _("Examined the application for reimbursement"),
        "reimbursements.send_back": _("Sent the application back to be examined again"),
        "reimbursements.release": _("Released the reimbursement"),
        "reimbursements.refuse": _("Refused the application for reimbursement"),
        "reimbursements.take_back": _("Took the release of the reimbursement back"),
        "reimbursements.list": _("Put the reimbursement on a payment list"),
        "reimbursements.make_list": _("Made the payment list"),
        "reimbursements.export": _("Downloaded the payment list with full account numbers"),
        "reimbursements.pay": _("Recorded that the bank paid the reimbursement"),
        "reimbursements.pay_list": _("Recorded that the bank paid the list"),
        "reimbursements.return": _("Recorded that the payment came back"),
    }
)
