from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RunsConfig(AppConfig):
    name = "liaoyang_medins.kernel.runs"
    label = "runs"
    verbose_name = _("Long runs")

    def ready(self) -> None:
        from . import labels  # noqa: F401  (the audit record's words for the acts of this app)
