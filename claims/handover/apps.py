from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HandoverConfig(AppConfig):
    name = "claims.handover"
    label = "handover"
    verbose_name = _("What is handed over")

    def ready(self) -> None:
        from . import acts  # noqa: F401
