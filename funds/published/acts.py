"""The words for what publishing writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "publications.prepare": _("Prepared the figures of a year for publication"),
        "publications.publish": _("Published the figures of a year"),
        "publications.discard": _("Discarded the draft of a year's figures"),
    }
)
