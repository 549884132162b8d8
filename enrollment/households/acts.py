"""The words for what households write into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "households.form": _("Put the household on record"),
        "households.change": _("Changed address or telephone of the household"),
        "households.add": _("Added a person to the household"),
        "households.remove": _("Took a person out of the household"),
    }
)
