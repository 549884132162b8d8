from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class FundsConfig(AppConfig):
    name = "funds"
    label = "funds"
    verbose_name = _("Funds")

    def ready(self) -> None:
        from liaoyang_medins.kernel.runs import kinds

        from . import acts, labels  # noqa: F401  (the audit record's words for the acts of this app)
        from .chart import write_chart
        from .services import preparing, workbooks

        kinds.register(preparing.KIND)
        kinds.register(workbooks.KIND)
        post_migrate.connect(write_chart, sender=self)
