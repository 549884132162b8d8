from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InspectionsConfig(AppConfig):
    name = "claims.inspections"
    label = "inspections"
    verbose_name = _("Reports and inspections")

    def ready(self) -> None:
        from claims.misuse.selectors import BESIDES

        from . import acts  # noqa: F401  (the audit record's words for the acts of this app)
        from .selectors import claimed_of_settlements

        BESIDES["inspections"] = claimed_of_settlements
