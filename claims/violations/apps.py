from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ViolationsConfig(AppConfig):
    name = "claims.violations"
    label = "violations"
    verbose_name = _("Reports of the public")

    def ready(self) -> None:
        from claims.inspections.services.reports import TELL

        from .services import tell

        TELL.append(tell)
