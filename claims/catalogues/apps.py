from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CataloguesConfig(AppConfig):
    name = "claims.catalogues"
    label = "catalogues"
    verbose_name = _("Versions of the catalogue")

    def ready(self) -> None:
        from liaoyang_medins.kernel.runs import kinds

        from . import acts  # noqa: F401  (the audit record's words for the acts of this app)
        from .services import running

        kinds.register(running.KIND)
