"""The words for what the cases of misuse write into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "misuse.open": _("Opened a case of misuse"),
        "misuse.change": _("Changed the case of misuse"),
        "misuse.decide": _("Decided that a card was misused"),
        "misuse.dismiss": _("Dismissed the case of misuse"),
        "misuse.revoke": _("Revoked the decision on a misuse"),
        "misuse.recover": _("Recorded money that came back"),
    }
)
