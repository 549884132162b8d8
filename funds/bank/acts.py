"""The words for what this app writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "bankbook.upload": _("Uploaded a bank statement"),
        "bankbook.import": _("Imported the bank statement"),
        "bankbook.discard": _("Discarded a bank statement"),
        "bankbook.original": _("Downloaded the bank statement as it came"),
        "bankbook.match_all": _("Matched bank and book by reference and amount"),
        "bankbook.match": _("Matched bank and book"),
        "bankbook.unmatch": _("Took a match of bank and book away"),
    }
)
