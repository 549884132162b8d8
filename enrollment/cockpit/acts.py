"""The words for what the cockpit writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "cockpit.export_unpaid": _("Downloaded the list of who has not paid"),
        "cockpit.export_collection": _("Downloaded the collection list"),
        "cockpit.print_notices": _("Printed notices of an office"),
    }
)
