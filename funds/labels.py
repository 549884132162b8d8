"""The words for the acts of this app in the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "journal.post": _("Posted documents to the journal"),
        "statements.prepare": _("Prepared the subsidy statement"),
        "statements.redraw": _("Drew the subsidy statement anew"),
        "statements.discard": _("Discarded the draft of the subsidy statement"),
        "statements.issue": _("Issued the subsidy statement"),
        "statements.book": _("Booked a subsidy received"),
        "statements.export": _("Exported the subsidy statement"),
    }
)
