from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MisuseConfig(AppConfig):
    name = "claims.misuse"
    label = "misuse"
    verbose_name = _("Misuse of cards")

    def ready(self) -> None:
        from enrollment.registration.following import KEEPERS

        from . import acts  # noqa: F401
        from .services import merging  # noqa: F401
        from .services.cases import keep_bar

        KEEPERS["misuse"] = keep_bar
