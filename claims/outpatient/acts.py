"""The words for what is written of outpatient diseases into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "outpatient.ask": _("Asked for the approval of an outpatient disease"),
        "outpatient.approve": _("Approved the outpatient disease"),
        "outpatient.deny": _("Denied the outpatient disease"),
        "outpatient.end": _("Ended the approval early"),
        "outpatient.claim": _("Entered the outpatient claim"),
        "outpatient.withdraw": _("Withdrew the outpatient claim"),
    }
)
