"""The words for what versions of the catalogue write into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "catalogue.upload": _("Uploaded a catalogue"),
        "catalogue.order": _("Had the catalogue applied"),
        "catalogue.apply": _("Applied the catalogue"),
        "catalogue.discard": _("Discarded the catalogue"),
        "catalogue.download": _("Took the file of the catalogue"),
    }
)
