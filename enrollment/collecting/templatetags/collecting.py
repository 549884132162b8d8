"""School collections on pages of other apps."""

from django import template
from django.template import Context

from enrollment.bankfiles.models import BankFileLine

from ..models import Collection
from ..selectors import paid_of

# Many schools may have collected the same sum.
MOST = 20
register = template.Library()


@register.simple_tag(takes_context=True)
def collections_of_return(context: Context, line: BankFileLine) -> list[Collection]:
    """The paid collections whose payment a return in a bank's file can be."""
    actor = getattr(context.get("request"), "actor", None)
    return list(paid_of(line, actor)[:MOST]) if actor is not None else []
