"""Filters and tags that every page uses: figures, dates and numbers as they are written here, and the parts of a page.

The parts themselves are templates in templates/components; docs/style.md shows how a page is built from them.
"""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, Form
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import money as yuan

register = template.Library()

NOTHING = "—"
HUNDRED = Decimal(100)

# A state's colour by its code; a code that is not here is neutral. The word always stands beside the colour.
TONES = {
    "good": (
        "approved",
        "present",
        "published",
        "recorded",
        "paid",
        "matched",
        "settled",
        "issued",
        "received",
        "in_force",
        "finished",
    ),
    "wait": (
        "materials_missing",
        "missing",
        "requested",
        "returned",
        "open",
        "unmatched",
        "held",
        "handed_in",
        "discharged",
        "due",
        "waiting",
        "unsealed",
        "planned",
        "paused",
    ),
    "bad": ("refused", "denied", "wrong", "reversed", "barred", "overdue", "failed"),
    "info": (
        *("accepted", "at_subdistrict", "at_district", "at_agency", "admitted"),
        *("draft", "checked", "running", "preparing"),
    ),
}
TONE_OF = {code: tone for tone, codes in TONES.items() for code in codes}


# --- figures, dates, numbers ---------------------------------------------------------------------------------------


@register.filter
def money(value: Decimal | int | None) -> str:
    """An amount in yuan with thousands separators and two decimals; a dash for None; the heading says the unit."""
    if value is None or value == "":
        return NOTHING
    return f"{Decimal(value):,.2f}"


@register.filter
def daxie(value: Decimal | None) -> str:
    """An amount in yuan in the characters of a paper form; a dash for None."""
    return NOTHING if value is None or value == "" else yuan.daxie(Decimal(value))


@register.filter
def percent(value: Decimal | None) -> str:
    """A share (0.65) as a percentage (65%), with at most two decimals; a dash for None."""
    if value is None or value == "":
        return NOTHING
    figure = f"{Decimal(value) * HUNDRED:.2f}".rstrip("0").rstrip(".")
    return f"{figure}%"


@register.filter
def percent_in_column(value: Decimal | None) -> str:
    """A share (0.65) as a percentage with two decimals (65.00%), as others stand above and below it; a dash for
    None.
    """
    return NOTHING if value is None or value == "" else f"{Decimal(value) * HUNDRED:.2f}%"


@register.filter
def masked(number: str | None) -> str:
    """An ID number with its first six and last four places (211002********1234), a card with its last four."""
    if not number:
        return NOTHING
    head = 6 if len(number) in (15, 18) else 0
    if len(number) <= head + 4:
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - 4) + number[-4:]


def day_of(value: datetime.date | datetime.datetime) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


@register.filter
def iso(value: datetime.date | datetime.datetime | None) -> str:
    """A date as tables write it (2009-10-01); a moment gives its day in Shanghai; a dash for None."""
    return day_of(value).isoformat() if value else NOTHING


@register.filter
def moment(value: datetime.datetime | None) -> str:
    """A moment as tables write it (2009-10-01 09:30, Shanghai); a dash for None."""
    if not value:
        return NOTHING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%Y-%m-%d %H:%M}"


@register.filter
def paper_date(value: datetime.date | datetime.datetime | None) -> str:
    """A date as papers write it: 1 October 2009, in Chinese with the characters for year, month and day."""
    if not value:
        return NOTHING
    # Translators: a format of Django's date filter.
    return date_format(day_of(value), _("j F Y"))


# --- small parts ---------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. With `label` it speaks; without one it is decoration beside a word."""
    address = static("vendor/bootstrap-icons/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, address, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', address, name)


@register.filter
def tone(code: str) -> str:
    """The colour of a state's code: good, wait, bad, info or neutral."""
    return TONE_OF.get(str(code), "neutral")


@register.simple_tag
def status(code: str, label: str, tone_of_state: str = "") -> SafeString:
    """A state as a tag: its word, coloured by its code or by the tone that is given."""
    return format_html('<span class="tag tag-{}">{}</span>', tone_of_state or tone(code), label)


@register.simple_tag
def fact(label: str, value: object, note: str = "") -> SafeString:
    """One row of a definition list `<dl class="facts">`; nothing at all where there is no value."""
    if value is None or value in ("", NOTHING):
        return SafeString("")
    hint = format_html('<span class="fact-note">{}</span>', note) if note else ""
    return format_html("<div><dt>{}</dt><dd>{}{}</dd></div>", label, value, hint)


@register.simple_tag(takes_context=True)
def may(context: Context, verb: str) -> bool:
    """Whether the one who asks for the page may do `verb`: {% may "registrations.review" as can %}."""
    actor = getattr(context.get("request"), "actor", None)
    return bool(actor is not None and actor.may(verb))


@register.filter
def error_anchor(field: BoundField) -> str:
    """The id that a link of the error summary leads to: the field, or the first choice of a group."""
    return f"{field.auto_id}_0" if field.use_fieldset else (field.id_for_label or field.auto_id)


@register.filter
def widget_attr(field: BoundField, name: str) -> object:
    """An attribute of the field's widget, as its form declares it; None where it has none."""
    return field.field.widget.attrs.get(name)


@register.simple_block_tag(end_name="end_table")
def table_region(content: str, label: str) -> SafeString:
    """A table between the tags may be wider than the window: it scrolls in a region that the keyboard reaches."""
    return format_html('<div class="table-scroll" role="region" aria-label="{}" tabindex="0">{}</div>', label, content)


@register.simple_block_tag(end_name="end_notice")
def notice(content: str, tone_of_notice: str = "info", title: str = "") -> SafeString:
    """A box that says something about the page: info, good, wait or bad; the title stands bold above the text."""
    signs = {"info": "info-circle-fill", "good": "check-circle-fill", "wait": "exclamation-triangle-fill"}
    sign = icon(signs.get(tone_of_notice, "x-circle-fill"))
    heading = format_html('<p class="notice-title">{}</p>', title) if title else ""
    return format_html(
        '<div class="notice notice-{}">{}<div class="notice-body">{}{}</div></div>',
        tone_of_notice,
        sign,
        heading,
        content,
    )


# --- lists: the address holds the filters, the order and the page ----------------------------------------------------


def parameters_of(context: Context) -> QueryDict:
    request = context.get("request")
    return request.GET.copy() if request is not None else QueryDict(mutable=True)


def address_of(parameters: QueryDict) -> str:
    return "?" + parameters.urlencode()


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The page's query string with some parameters set, or taken out where they are None."""
    parameters = parameters_of(context)
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return address_of(parameters)


def at(anchor: str) -> str:
    """The end of an address that leads to a part of the page; empty for its top."""
    return f"#{anchor}" if anchor else ""


@register.simple_tag(takes_context=True)
def sort_heading(context: Context, field: str, label: str, numeric: bool = False, anchor: str = "") -> SafeString:
    """A heading that sorts by `field`: the parameter `sort` is the field, with a minus for the way down. `anchor` is
    the part of the page to come back to.
    """
    now = parameters_of(context).get("sort", "")
    going_up = now == field
    state = "ascending" if going_up else "descending" if now == f"-{field}" else ""
    sign = {"ascending": "chevron-up", "descending": "chevron-down"}.get(state, "chevron-expand")
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="{}">{}{}</a></th>',
        SafeString(' class="num"') if numeric else "",
        format_html(' aria-sort="{}"', state) if state else "",
        query(context, sort=f"-{field}" if going_up else field, page=None) + at(anchor),
        label,
        icon(sign),
    )


def shown(form: Form, field: BoundField, raw: str) -> str:
    """What a chip says for one value of a filter."""
    choices = getattr(field.field, "choices", None)
    for value, label in choices or ():
        nested: Iterable[Any] = label if isinstance(label, list | tuple) else [(value, label)]
        for code, word in nested:
            if str(code) == raw:
                return str(word)
    return raw


def chips_of(form: Form, parameters: QueryDict) -> list[dict[str, str]]:
    """One chip for each filter that is set: `label`, `value` and the address without it."""
    chips = []
    for field in form.visible_fields():
        values = [value for value in parameters.getlist(field.html_name) if value]
        for raw in values:
            rest = parameters.copy()
            rest.setlist(field.html_name, [value for value in values if value != raw])
            rest.pop("page", None)
            text = "" if field.widget_type == "checkbox" else shown(form, field, raw)
            chips.append({"label": str(field.label), "value": text, "url": address_of(rest)})
    return chips


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(context: Context, form: Form, anchor: str = "") -> dict[str, Any]:
    """The filters of a list, always in view, and what is set of them as chips. The form is bound to request.GET.
    `anchor` is the part of the page where the list stands, where it is not the page itself.

    A form in which people can be looked for (field `q`) is posted, so that no address holds what was typed; one that
    finds nothing of a person says `public_terms = True`.
    """
    parameters = parameters_of(context)
    posted = "q" in form.fields and not getattr(form, "public_terms", False)
    return {
        "form": form,
        "chips": chips_of(form, parameters),
        "sort": parameters.get("sort", ""),
        "to": context["request"].path if posted and "request" in context else "",
        "csrf_token": context.get("csrf_token"),
        "at": at(anchor),
    }


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], anchor: str = "") -> dict[str, Any]:
    """Which rows of how many, and the way to the other pages with the same filters; `anchor` as of `filter_bar`."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    links = [
        {
            "text": number,
            "url": query(context, page=number) + at(anchor) if isinstance(number, int) else "",
            "here": number == page.number,
        }
        for number in numbers
    ]
    return {
        "page": page,
        "links": links,
        "previous": query(context, page=page.number - 1) + at(anchor) if page.has_previous() else "",
        "next": query(context, page=page.number + 1) + at(anchor) if page.has_next() else "",
    }


# --- bars ------------------------------------------------------------------------------------------------------------


def share_of(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """Percent of the whole, between 0 and 100, for the width of a bar."""
    if whole <= 0:
        return Decimal(0)
    return min(max(Decimal(part) * HUNDRED / Decimal(whole), Decimal(0)), HUNDRED).quantize(Decimal("0.1"))


@register.inclusion_tag("components/cap_bar.html")
def cap_bar(used: Decimal, cap: Decimal) -> dict[str, Any]:
    """How much of a year's cap (yuan) is used and what is left of it."""
    return {"used": used, "cap": cap, "left": max(cap - used, Decimal(0)), "share": share_of(used, cap)}


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, label: str) -> dict[str, Any]:
    """How far a long piece of work is, with the counts."""
    return {"done": done, "total": total, "label": label, "share": share_of(done, total)}
