"""The words for what a version of the catalogue does, and why a row cannot."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.labels import label
from claims.models import CatalogueItem
from liaoyang_medins.kernel.policy.terms import CatalogueClass
from liaoyang_medins.kernel.sheets.columns import Finding

from .rules import Entry, Meaning, changed_columns, plain

Words = str | Promise

# Code of a finding → the sentence with its parameters, and what it is called where many are counted together.
FINDINGS: Mapping[str, tuple[Words, Words]] = {
    "empty_cell": (_("%(column)s: fill this in."), _("A cell is empty")),
    "formula": (
        _("%(column)s: the cell holds a formula. Put its value there instead (copy, paste as values)."),
        _("A cell holds a formula"),
    ),
    "lost_digits": (
        _(
            "%(column)s: the number was kept as a figure and has lost its last digits. Format the column as text and "
            "enter the number anew."
        ),
        _("A number was kept as a figure and lost digits"),
    ),
    "bad_cell": (_("%(column)s: the cell holds an error of another program."), _("A cell holds an error")),
    "unknown_word": (_("%(column)s: write one of %(allowed)s."), _("A word is not known")),
    "too_long": (_("%(column)s: at most %(longest)s characters."), _("A text is too long")),
    "bad_code": (
        _("%(column)s: a code has at most 30 letters, digits, points and hyphens."),
        _("A code cannot be read"),
    ),
    "bad_share": (
        _("%(column)s: write a share from 0%% to 100%%, such as 10%% or 0.1."),
        _("A personal share cannot be read"),
    ),
    "bad_limit": (
        _("%(column)s: write yuan with at most four decimals, such as 35.5."),
        _("A price limit cannot be read"),
    ),
    "share_a": (_("Class A has no personal share."), _("Class A with a personal share")),
    "share_b": (_("Class B needs a personal share of its own."), _("Class B without a personal share")),
    "share_c": (_("Class C is borne whole: its personal share is 100%%."), _("Class C with another personal share")),
    "code_twice": (_("Row %(row)s has this code already."), _("A code is there twice")),
    "later": (
        _("From %(day)s on the catalogue says something else of this code already. Upload it from that day on."),
        _("Something else holds later already"),
    ),
}


def finding_text(finding: Finding) -> str:
    """A finding in words. KeyError for a code without words."""
    return str(FINDINGS[finding.code][0]) % finding.parameters


def finding_title(code: str) -> str:
    """What findings of a code are called together."""
    return str(FINDINGS[code][1])


COLUMNS: Mapping[str, Words] = {
    "name": _("name in Chinese"),
    "kind": _("kind"),
    "catalogue_class": _("class"),
    "personal_share": _("personal share"),
    "price_limit": _("price limit"),
    "unit": _("unit"),
    "name_en": _("name in English"),
    "initials": _("pinyin initials"),
}

MEANINGS: Mapping[str, Words] = {
    "covered": _("Covered from then on: %(after)s of 100 yuan count."),
    "listed": _("Listed, and nothing of it counts."),
    "not_covered": _("No longer covered: nothing of it counts, before it was %(before)s of 100 yuan."),
    "unlisted": _("No longer listed; nothing of it counted before."),
    "more": _("The fund counts more: %(after)s of 100 yuan instead of %(before)s."),
    "less": _("The person bears more: %(after)s of 100 yuan count instead of %(before)s."),
    "limited": _("At most %(after)s yuan a unit count from then on."),
    "limit_moved": _("At most %(after)s yuan a unit count instead of %(before)s."),
    "limit_gone": _("No price limit any more; it was %(before)s yuan a unit."),
}


def meaning_text(meaning: Meaning) -> str:
    """What a change means, in words."""
    return str(MEANINGS[meaning.code]) % {"before": plain(meaning.before), "after": plain(meaning.after)}


def value_text(column: str, entry: Entry) -> str:
    """What an entry says in a column, in words; a dash where it says nothing."""
    value = getattr(entry, column)
    if column == "catalogue_class":
        return label(CatalogueClass(value))
    if column == "kind":
        return str(CatalogueItem.Kind(value).label)
    if column == "personal_share":
        return f"{plain(100 * value)}%"
    if isinstance(value, Decimal):
        return gettext("%(amount)s yuan") % {"amount": plain(value)}
    return value or "—"


def moves(before: Entry, after: Entry) -> Iterator[tuple[str, str, str]]:
    """Of each column that changed: what it is called, from what, to what."""
    for column in changed_columns(before, after):
        yield str(COLUMNS[column]), value_text(column, before), value_text(column, after)
