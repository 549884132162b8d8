"""The words for what changes in life write into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "residents.correct": _("Corrected the record"),
        "circumstances.go_on": _("Took back the end of a circumstance"),
        "circumstances.correct": _("Corrected the first day of a circumstance"),
        "transfers.ask": _("Asked for the transfer"),
        "transfers.approve": _("Agreed to the transfer"),
        "transfers.deny": _("Declined the transfer"),
        "transfers.withdraw": _("Withdrew the request for the transfer"),
        "merges.propose": _("Proposed to merge two records"),
        "merges.approve": _("Merged two records"),
        "merges.reject": _("Rejected the merging of two records"),
    }
)
