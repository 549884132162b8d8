"""The words for the acts of this app in the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "runs.start": _("Started the run"),
        "runs.work": _("Worked a part of the run"),
        "runs.pause": _("Paused the run"),
        "runs.resume": _("Resumed the run"),
        "runs.cancel": _("Cancelled the run"),
        "runs.finish": _("Finished the run"),
        "runs.fail": _("The run failed"),
    }
)
