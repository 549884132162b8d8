from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContributionsConfig(AppConfig):
    name = "enrollment.contributions"
    label = "contributions"
    verbose_name = _("Contributions")

    def ready(self) -> None:
        from liaoyang_medins.kernel.runs import kinds

        from . import acts, labels  # noqa: F401
        from .services import merging, opening  # noqa: F401

        kinds.register(opening.KIND)
