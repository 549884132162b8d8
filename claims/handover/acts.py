"""The words for what is written of lists that are handed over into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "handover.draft": _("Drafted the list"),
        "handover.discard": _("Discarded the draft"),
        "handover.issue": _("Issued the list"),
        "handover.export": _("Took the list as a workbook"),
    }
)
