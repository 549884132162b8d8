from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "claims"
    label = "claims"
    verbose_name = _("Claims")

    def ready(self) -> None:
        from . import acts  # noqa: F401
        from .services import corrections, merging  # noqa: F401
