from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublishedConfig(AppConfig):
    name = "funds.published"
    label = "published"
    verbose_name = _("Published figures")

    def ready(self) -> None:
        from . import acts  # noqa: F401  (the audit record's words for the acts of this app)
