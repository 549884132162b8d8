"""The words for what this app writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "collections.hand_in": _("Handed in the collection"),
        "collections.withdraw": _("Withdrew the collection"),
        "collections.return": _("Took the payment of the collection back"),
        "collections.record": _("Recorded the payment of the collection"),
    }
)
