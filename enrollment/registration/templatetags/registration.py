"""Codes of registration in words, for the templates."""

from django import template

from enrollment.registration.models import Circumstance
from enrollment.registration.words import value_label

register = template.Library()


@register.filter
def holds(circumstance: Circumstance) -> str:
    """What a circumstance says, in words."""
    return value_label(circumstance.kind, circumstance.value)
