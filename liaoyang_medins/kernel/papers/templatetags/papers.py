"""Parts of papers in templates."""

from collections.abc import Sequence

from django import template

register = template.Library()


@register.filter
def cells(row: Sequence[str], columns: Sequence[dict[str, str]]) -> list[tuple[str, str]]:
    """The values of a row, each with how its column is set."""
    return [(column["kind"], value) for column, value in zip(columns, row, strict=True)]
