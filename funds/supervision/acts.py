"""The words for what supervision writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "supervision.refresh": _("Counted the figures of supervision anew"),
        "supervision.export": _("Downloaded figures of supervision"),
    }
)
