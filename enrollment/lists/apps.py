from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListsConfig(AppConfig):
    name = "enrollment.lists"
    label = "lists"
    verbose_name = _("Lists and schools")

    def ready(self) -> None:
        from liaoyang_medins.kernel.runs import kinds

        from . import acts  # noqa: F401  (the audit record's words for the acts of this app)
        from .services import merging, recording, running, school_year  # noqa: F401

        kinds.register(recording.KIND)
        kinds.register(running.KIND)
        kinds.register(school_year.KIND)
