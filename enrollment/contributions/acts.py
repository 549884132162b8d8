"""The words for what contributions writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "notices.make": _("Made the contribution notice"),
        "notices.remake": _("Made the contribution notice anew"),
        "notices.pay": _("The notice was settled"),
        "notices.give_way": _("The notice gave way to the other record's"),
        "notices.lapse": _("The notice lapsed"),
        "notices.district": _("Corrected the notice's district after a move"),
        "window.open": _("Opened the window"),
        "window.remind": _("Had the reminders written"),
        "window.close": _("Closed the window"),
        "benefits.start": _("Started the benefits"),
        "letters.remind": _("Wrote the reminder of the notice"),
        "letters.print": _("Printed letters of a community"),
        "letters.tell": _("Wrote why there is no notice"),
        "receipts.record": _("Recorded the payment"),
        "receipts.complete": _("The part settled its notice together with others"),
        "receipts.let_go": _("The part is not held for its notice any more"),
        "receipts.go_over": _("The part is held for the notice that was made anew"),
        "receipts.count_for": _("The payment counts for the notice that was made anew"),
        "receipts.assign": _("Assigned the receipt to its notice"),
        "receipts.hold": _("Put the receipt on hold"),
        "receipts.return": _("Returned the receipt"),
    }
)
