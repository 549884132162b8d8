"""The words for what reports and inspections write into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "reports.receive": _("Received a report"),
        "reports.take": _("Took the report in hand"),
        "reports.close": _("Closed the report with a result"),
        "inspections.open": _("Entered an inspection"),
        "inspections.change": _("Changed the inspection"),
        "inspections.add_finding": _("Recorded a finding"),
        "inspections.remove_finding": _("Took a finding away"),
        "inspections.decide": _("Decided that the findings stand"),
        "inspections.dismiss": _("Closed the inspection without a violation"),
        "inspections.revoke": _("Revoked the decision on an inspection"),
        "inspections.deduct": _("Deducted from a payment what is to be repaid"),
    }
)
