from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectingConfig(AppConfig):
    name = "enrollment.collecting"
    label = "collecting"
    verbose_name = _("School collections")

    def ready(self) -> None:
        from . import acts  # noqa: F401  (the audit record's words for the acts of this app)
