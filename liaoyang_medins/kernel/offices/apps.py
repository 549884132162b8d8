from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficesConfig(AppConfig):
    name = "liaoyang_medins.kernel.offices"
    label = "offices"
    verbose_name = _("Offices and users")

    def ready(self) -> None:
        # The Celery app must exist before any task is declared; the project package itself stays empty.
        from liaoyang_medins.celery import app

        app.set_default()
