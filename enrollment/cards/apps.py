from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CardsConfig(AppConfig):
    name = "enrollment.cards"
    label = "cards"
    verbose_name = _("Certificates and cards")

    def ready(self) -> None:
        from liaoyang_medins.kernel.runs import kinds

        from . import acts  # noqa: F401
        from .services import making, merging  # noqa: F401

        kinds.register(making.KIND)
