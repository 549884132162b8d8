from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContributionsConfig(AppConfig):
    name = "enrollment.contributions"
    label = "contributions"
    verbose_name = _("Contributions")

    def ready(self) -> None:
        from liaoyang_medins.kernel.runs import kinds

        from . import acts, labels  # noqa: F401
        from .services import beginning, closing, life, merging, opening, reminding  # noqa: F401

        for kind in (opening.KIND, reminding.KIND, closing.KIND, beginning.KIND):
            kinds.register(kind)
