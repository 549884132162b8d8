"""The words for what this app writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "lists.upload": _("Uploaded a list"),
        "lists.apply": _("Applied the list"),
        "lists.discard": _("Discarded a list"),
        "lists.export": _("Downloaded the refused rows"),
        "classes.change": _("Changed the classes"),
        "classes.export": _("Downloaded a class list"),
        "classes.leave": _("Reported students who left"),
        "classes.advance": _("Advanced the classes"),
    }
)
