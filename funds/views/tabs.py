"""The pages of the special account, side by side."""

from types import SimpleNamespace

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

PAGES = (
    ("journal", _("Journal")),
    ("trial-balance", _("Trial balance")),
    ("entered-documents", _("Entered documents")),
    ("cash-book", _("Cash book")),
    ("bank-statements", _("Bank statements")),
    ("account-months", _("Closing of months")),
)


def account_tabs(active: str) -> list[SimpleNamespace]:
    """The tabs on top of the account's pages; `active` is the name of the address."""
    return [
        SimpleNamespace(label=label, url=reverse(name), active=name == active, count=None) for name, label in PAGES
    ]
