from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HouseholdsConfig(AppConfig):
    name = "enrollment.households"
    label = "households"
    verbose_name = _("Households")

    def ready(self) -> None:
        from . import acts, merging  # noqa: F401
