"""Figures of a ledger."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def absolute(value: Decimal) -> Decimal:
    """An amount without its sign: the side says it."""
    return abs(value)
