from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "claims.api"
    label = "api"
    verbose_name = _("Hospitals' interface")

    def ready(self) -> None:
        from . import acts  # noqa: F401
