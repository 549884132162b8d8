from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CockpitConfig(AppConfig):
    name = "enrollment.cockpit"
    label = "cockpit"
    verbose_name = _("How contributions come in")

    def ready(self) -> None:
        from . import acts  # noqa: F401  (the audit record's words for the acts of this app)
