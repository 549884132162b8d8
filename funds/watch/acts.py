"""The words for what findings write into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "watch.find": _("Found a suspicious pattern"),
        "watch.add": _("Found new evidence"),
        "watch.assign": _("Gave the finding to somebody to see to"),
        "watch.give_back": _("Gave the finding back to be seen to further"),
        "watch.answer": _("Answered for the agency"),
        "watch.close": _("Closed the finding"),
        "watch.export": _("Downloaded the findings as a workbook"),
    }
)
