from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutpatientConfig(AppConfig):
    name = "claims.outpatient"
    label = "outpatient"
    verbose_name = _("Specified outpatient diseases")

    def ready(self) -> None:
        from . import acts  # noqa: F401
        from .services import merging  # noqa: F401
