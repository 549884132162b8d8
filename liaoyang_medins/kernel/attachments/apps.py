from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttachmentsConfig(AppConfig):
    name = "liaoyang_medins.kernel.attachments"
    label = "attachments"
    verbose_name = _("Attachments")

    def ready(self) -> None:
        from . import acts  # noqa: F401
