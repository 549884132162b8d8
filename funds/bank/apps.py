from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BankConfig(AppConfig):
    name = "funds.bank"
    label = "bank"
    verbose_name = _("Bank statements")

    def ready(self) -> None:
        from funds.standing import STANDINGS, Known
        from liaoyang_medins.kernel.runs import kinds

        from . import acts  # noqa: F401  (the audit record's words for the acts of this app)
        from .papers import paper_to_keep
        from .selectors import standing
        from .services import running
        from .services.matching import lock_matching

        kinds.register(running.KIND)
        STANDINGS["bank"] = Known(standing, lock_matching, paper_to_keep)
