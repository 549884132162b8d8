"""The words for what the special account writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "documents.enter": _("Entered a document of the account"),
        "documents.check": _("Checked the document: it is booked"),
        "documents.refuse": _("Refused the document"),
        "documents.withdraw": _("Withdrew the document"),
        "documents.correct": _("Asked to take the document back"),
        "months.prepare": _("Prepared the closing of the month"),
        "months.withdraw": _("Withdrew the closing of the month"),
        "months.close": _("Closed the month"),
    }
)
