"""The words for what the hospitals' interface writes into the audit record beside the verbs of claims."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "clients.open": _("Gave the institution access by its own software"),
        "clients.add_secret": _("Drew a secret for the institution's software"),
        "clients.end_secret": _("Ended a secret of the institution's software"),
        "clients.limit": _("Limited the calls of the institution's software"),
        "clients.close": _("Took the access of the institution's software away"),
        "persons.look_up": _("Looked a person up"),
    }
)
