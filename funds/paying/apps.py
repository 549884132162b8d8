from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PayingConfig(AppConfig):
    name = "funds.paying"
    label = "paying"
    verbose_name = _("Paying institutions")

    def ready(self) -> None:
        from claims import accounts
        from liaoyang_medins.kernel.runs import kinds

        from . import acts, selectors  # noqa: F401  (the audit record's words for the acts of this app)
        from .services import running

        kinds.register(running.KIND)
        accounts.BESIDES["declarations"] = selectors.carried
