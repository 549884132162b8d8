from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistrationConfig(AppConfig):
    name = "enrollment.registration"
    label = "registration"
    verbose_name = _("Registration")

    def ready(self) -> None:
        from . import acts  # noqa: F401
