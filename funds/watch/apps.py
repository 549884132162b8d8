from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchConfig(AppConfig):
    name = "funds.watch"
    label = "watch"
    verbose_name = _("Findings of supervision")

    def ready(self) -> None:
        from liaoyang_medins.kernel.runs import kinds

        from . import acts  # noqa: F401  (the audit record's words for the acts of this app)
        from .services import looking

        kinds.register(looking.KIND)
