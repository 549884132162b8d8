from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupervisionConfig(AppConfig):
    name = "funds.supervision"
    label = "supervision"
    verbose_name = _("Supervision of the fund")

    def ready(self) -> None:
        from . import acts  # noqa: F401  (the audit record's words for the acts of this app)
