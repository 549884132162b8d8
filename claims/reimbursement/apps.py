from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReimbursementConfig(AppConfig):
    name = "claims.reimbursement"
    label = "reimbursement"
    verbose_name = _("Reimbursement")

    def ready(self) -> None:
        from . import acts  # noqa: F401
