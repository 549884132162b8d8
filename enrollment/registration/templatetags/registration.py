"""Codes of registration in words, for the templates."""

from django import template

from enrollment.registration.labels import article_text
from enrollment.registration.models import Circumstance
from enrollment.registration.words import relation_label, value_label

register = template.Library()


@register.filter
def holds(circumstance: Circumstance) -> str:
    """What a circumstance says, in words."""
    return value_label(circumstance.kind, circumstance.value)


@register.filter
def relation(code: str) -> str:
    """How an agent is related to the person."""
    return relation_label(code)


@register.filter
def article(number: str) -> str:
    """An article of the measures in words."""
    return article_text(number)
