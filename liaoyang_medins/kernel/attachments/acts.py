"""The words for what attachments write into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "attachments.attach": _("Attached a scan"),
        "attachments.look": _("Looked at a scan"),
        "attachments.remove": _("Removed a scan"),
    }
)
