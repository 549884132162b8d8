"""Filters of the pages of claims: figures of fee lines, and words of the catalogue."""

from decimal import Decimal

from django import template
from django.utils.translation import get_language

from claims import labels
from claims.cap import CapUse
from claims.models import CatalogueItem
from liaoyang_medins.kernel.policy.terms import CatalogueClass
from liaoyang_medins.kernel.web.templatetags.medins import share_of

register = template.Library()


@register.filter
def plain_figure(value: Decimal) -> str:
    """A quantity without the zeros behind the point: 2.5000 is 2.5."""
    return f"{value.normalize():f}"


@register.filter
def price(value: Decimal | None) -> str:
    """A unit price in yuan with at least two and at most four decimals; a dash for None."""
    if value is None:
        return "—"
    text = f"{value:,.4f}"
    return text[:-2] + text[-2:].rstrip("0")


@register.filter
def class_label(code: str) -> str:
    """The class of a catalogue item in words."""
    return labels.label(CatalogueClass(code))


@register.filter
def item_name(item: CatalogueItem) -> str:
    """The name of a catalogue item in the language of the page."""
    return item.name_en if item.name_en and (get_language() or "").startswith("en") else item.name


@register.simple_tag
def cap_shares(use: CapUse) -> dict[str, Decimal]:
    """Percent of the cap that was used before a stay, and that the stay takes: the two parts of its bar."""
    before = share_of(use.before, use.cap)
    return {"before": before, "this": min(share_of(use.this, use.cap), 100 - before)}
