from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LifeConfig(AppConfig):
    name = "enrollment.life"
    label = "life"
    verbose_name = _("Changes in life")

    def ready(self) -> None:
        from . import acts  # noqa: F401
        from .services import records  # noqa: F401
