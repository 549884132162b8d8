"""The words for what this app writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "bankfiles.upload": _("Uploaded a bank file"),
        "bankfiles.import": _("Imported the bank file"),
        "bankfiles.discard": _("Discarded a bank file"),
        "bankfiles.export": _("Downloaded the lines with their results"),
        "bankfiles.original": _("Downloaded the bank file as it came"),
        "bankfiles.close_return": _("Saw to a returned payment"),
    }
)
