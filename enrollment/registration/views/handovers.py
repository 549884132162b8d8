"""Ticked rows of the queue, and the transmittal sheets between the offices."""

import datetime
import re

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.papers.paper import Paper
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.papers.web import show, show_all
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.forms import DateField

from .. import papers
from ..handovers import Bundle, bundles, handovers_visible_to, last_day
from ..selectors import registrations_visible_to
from ..services.handovers import Done, approve_all, forward_all
from .papers import receipt_of

# A row of the queue as its box posts it: the number, and the version that the page showed.
ROW = re.compile(r"([A-Z][0-9]{4}-[0-9]{7,}):([0-9]{1,9})", re.ASCII)
# So many papers make a PDF with 110 MB of memory; a page of the queue has fewer rows.
AT_MOST = 200
# How many of those that did not go on are told one by one.
TOLD = 10


class DayForm(forms.Form):
    """Of which day."""

    day = DateField(label=gettext_lazy("Day"), required=False)


@allowed("registrations.see")
@require_POST
def bulk(request: ActorRequest) -> HttpResponse:
    """Do to the ticked rows (`row`) what the button (`action`) says; back to the list as it was (`next`)."""
    rows = [(found[1], int(found[2])) for found in map(ROW.fullmatch, request.POST.getlist("row")) if found]
    if not rows:
        messages.error(request, _("Tick the registrations first."))
        return back(request)
    if len(rows) > AT_MOST:
        messages.error(request, _("Tick at most %(count)s at a time. Nothing was done.") % {"count": AT_MOST})
        return back(request)
    match request.POST.get("action"):
        case "print":
            return show_all(papers_of(request, [number for number, _version in rows]), "registrations")
        case "forward":
            tell(request, forward_all(rows=rows, by=request.actor), _("Forwarded: %(count)s."))
        case "approve":
            tell(request, approve_all(rows=rows, by=request.actor), _("Approved: %(count)s."))
        case _:
            raise Http404
    return back(request)


def back(request: ActorRequest) -> HttpResponse:
    """To the list, with its filters."""
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(address if safe else reverse("registrations"))


def tell(request: ActorRequest, done: Done, went: str) -> None:
    """How many went on, with the sheets to print; and each that did not, with the reason."""
    if done.numbers:
        said = went % {"count": len(done.numbers)}
        for sheet in done.sheets:
            words = _("Print the transmittal sheet %(number)s") % {"number": sheet}
            said = format_html('{} <a href="{}">{}</a>', said, reverse("transmittal", args=[sheet]), words)
        messages.success(request, said)
    for number, error in done.refused[:TOLD]:
        messages.error(request, f"{number}: {error}")
    more = len(done.refused) - TOLD
    if more > 0:
        messages.error(request, _("And %(count)s more did not go on.") % {"count": more})


def papers_of(request: ActorRequest, numbers: list[str]) -> list[Paper]:
    """Of each registration the paper that its applicant takes home now: the notice of refusal or of what is missing,
    else the receipt. Http404 where none of them is the actor's.
    """
    rows = registrations_visible_to(request.actor).filter(number__in=numbers).prefetch_related("materials")
    found = []
    for row in sorted(rows, key=lambda row: numbers.index(row.number)):
        kind = {"refused": papers.REFUSAL, "materials_missing": papers.MISSING}.get(row.status)
        notice = of_object(row, kind).last() if kind else None
        found.append(notice.paper() if notice else receipt_of(row))
    if not found:
        raise Http404
    return found


# --- transmittal sheets ----------------------------------------------------------------------------------------------


@allowed("registrations.see")
@require_GET
def transmittals(request: ActorRequest) -> HttpResponse:
    """What went from office to office on a day (`day`, else the last on which something did)."""
    form = DayForm(request.GET or None)
    day = (form.cleaned_data["day"] if form.is_valid() else None) or last_day(request.actor) or clock.today()
    shown = form if form.errors else DayForm(initial={"day": day})
    context = {"filter_form": shown, "day": day, "bundles": bundles(request.actor, day)}
    return render(request, "registration/transmittals.html", context)


@allowed("registrations.see")
@require_GET
def transmittal(request: ActorRequest, number: str) -> HttpResponse:
    """The sheet of what was forwarded together."""
    rows = list(handovers_visible_to(request.actor).filter(sheet=number)) if number else []
    if not rows:
        raise Http404
    return sheet(request, Bundle(rows[0].giver, rows[0].taker, rows), rows[0].handed_on, number)


@allowed("registrations.see")
@require_GET
def transmittal_day(request: ActorRequest, day: str, giver: str, taker: str) -> HttpResponse:
    """The sheet of all that one office gave another on a day; `taker` is "agency" for the agency."""
    try:
        on = datetime.date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    for bundle in bundles(request.actor, on):
        if (bundle.giver.code, bundle.taker.code if bundle.taker else "agency") == (giver, taker):
            return sheet(request, bundle, on, f"{giver}-{on:%Y%m%d}")
    raise Http404


def sheet(request: ActorRequest, bundle: Bundle, on: datetime.date, number: str) -> HttpResponse:
    paper = papers.transmittal(bundle.handovers, giver=bundle.giver, taker=bundle.taker, on=on, number=number)
    back_url = f"{reverse('transmittals')}?day={on.isoformat()}"
    return show(request, paper, back_url=back_url)
