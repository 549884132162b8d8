"""The cash book beside the bank: what is matched, matching by hand, the reconciliation of a day."""

import datetime
from decimal import Decimal
from typing import TypeVar

from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from funds.models import JournalLeg, Month
from funds.selectors.account import months_visible_to
from funds.views.tabs import account_tabs
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import selectors as audit_selectors
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of

from .. import papers, selectors, services
from ..forms import BookFilter, DayForm, MatchForm, OpenFilter, ReasonForm
from ..models import BankLine, BankStatement, Match

# Of each side of the page for matching by hand.
SHOWN_AT_MOST = 100
R = TypeVar("R", BankLine, JournalLeg)


def latest_day() -> datetime.date:
    """The last day that a bank statement reaches, else today."""
    last = BankStatement.objects.exclude(imported_on=None).order_by("-last").values_list("last", flat=True).first()
    return last or clock.today()


@allowed("journal.see")
@require_GET
def cash_book(request: ActorRequest) -> HttpResponse:
    """Every entry on the account, the newest first, and whether the bank has it."""
    form = BookFilter(request.GET or None)
    legs = selectors.legs_visible_to(request.actor)
    if form.is_valid():
        chosen = form.cleaned_data
        if chosen["since"]:
            legs = legs.filter(entry__booked_on__gte=chosen["since"])
        if chosen["until"]:
            legs = legs.filter(entry__booked_on__lte=chosen["until"])
        if chosen["state"]:
            legs = legs.filter(unmatched__isnull=chosen["state"] != "open")
    page = page_of(request, legs.order_by("-entry__booked_on", "-entry_id", "-pk"))
    references = selectors.references_of(leg.entry for leg in page)
    day = latest_day()
    context = {
        "filter_form": form,
        "page": page,
        "rows": [(leg, references.get((leg.entry.document_type, leg.entry.document_number), "")) for leg in page],
        "day": day,
        "standing": selectors.standing(day),
        "account_tabs": account_tabs("cash-book"),
    }
    return render(request, "bank/cash_book.html", context)


@allowed("bankbook.match")
@require_POST
def match_all(request: ActorRequest) -> HttpResponse:
    """Match by reference and amount what can be."""
    made = services.match_automatically(by=request.actor)
    if made:
        messages.success(request, _("Matches found: %(count)s.") % {"count": made})
    else:
        messages.info(request, _("Nothing more fits by reference and amount. Match the rest by hand."))
    return redirect("cash-book")


@allowed("bankbook.match")
@require_http_methods(["GET", "POST"])
def match_new(request: ActorRequest) -> HttpResponse:
    """Say which open lines of the bank and which open entries are the same money; unless other days are asked for,
    those since the first statement, before which nothing at the bank is open.
    """
    sent = request.method == "POST"
    form = MatchForm(request.POST if sent else None, posted=sent)
    if sent and form.is_valid():
        values = form.cleaned_data
        try:
            found = services.match(
                submission=values["submission"],
                lines=values["line"],
                legs=values["leg"],
                note=values["note"],
                by=request.actor,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Matched as %(number)s.") % {"number": found.number})
            return redirect("match-new")
    since = selectors.first_day()
    filter_form = OpenFilter(request.GET or None, initial={"since": since})
    lines = (
        selectors.lines_visible_to(request.actor).filter(unmatched__isnull=False).order_by("day", "statement", "place")
    )
    legs = selectors.legs_visible_to(request.actor).filter(unmatched__isnull=False)
    legs = legs.order_by("entry__booked_on", "entry_id", "pk")
    wanted = filter_form.cleaned_data if filter_form.is_valid() else {} if filter_form.is_bound else {"since": since}
    lines, legs = narrowed(lines, "day", **wanted), narrowed(legs, "entry__booked_on", **wanted)
    shown_lines, shown_legs = list(lines[: SHOWN_AT_MOST + 1]), list(legs[: SHOWN_AT_MOST + 1])
    references = selectors.references_of(leg.entry for leg in shown_legs)
    context = {
        "form": form,
        "filter_form": filter_form,
        "lines": shown_lines[:SHOWN_AT_MOST],
        "legs": [
            (leg, references.get((leg.entry.document_type, leg.entry.document_number), ""))
            for leg in shown_legs[:SHOWN_AT_MOST]
        ],
        "more": len(shown_lines) > SHOWN_AT_MOST or len(shown_legs) > SHOWN_AT_MOST,
        "shown_at_most": SHOWN_AT_MOST,
        "chosen_lines": form.cleaned_data.get("line", []) if sent else [],
        "chosen_legs": form.cleaned_data.get("leg", []) if sent else [],
    }
    return render(request, "bank/match_new.html", context, status=422 if form.errors else 200)


def narrowed(
    rows: "QuerySet[R]",
    day: str,
    *,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    amount: Decimal | None = None,
) -> "QuerySet[R]":
    """The rows of some days (both included) and of an amount, paid in or out."""
    if since:
        rows = rows.filter(**{f"{day}__gte": since})
    if until:
        rows = rows.filter(**{f"{day}__lte": until})
    if amount:
        rows = rows.filter(Q(amount=amount) | Q(amount=-amount))
    return rows


@allowed("journal.see")
@require_GET
def match(request: ActorRequest, number: str) -> HttpResponse:
    """A match: both its sides, who made it and how."""
    found = get_object_or_404(selectors.matches_visible_to(request.actor), number=number)
    legs = [row.leg for row in found.legs.select_related("leg__entry")]
    lines = [row.line for row in found.lines.select_related("line__statement").defer("line__statement__content")]
    references = selectors.references_of(leg.entry for leg in legs)
    context = {
        "match": found,
        "named": selectors.may_see_names(request.actor),
        "lines": lines,
        "legs": [(leg, references.get((leg.entry.document_type, leg.entry.document_number), "")) for leg in legs],
        "sum": sum((leg.amount for leg in legs), Decimal("0.00")),
        "entries": audit_selectors.timeline(audit.entries_of(Match._meta.label_lower, number)),
    }
    return render(request, "bank/match.html", context)


@allowed("bankbook.match")
@require_http_methods(["GET", "POST"])
def match_undo(request: ActorRequest, number: str) -> HttpResponse:
    """Take a wrong match away."""
    found = get_object_or_404(selectors.matches_visible_to(request.actor), number=number)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.unmatch(number=number, reason=form.cleaned_data["reason"], by=request.actor)
        messages.success(request, _("The match was taken away: both sides are open again."))
        return redirect("cash-book")
    return render(request, "bank/match_undo.html", {"form": form, "match": found}, status=422 if form.errors else 200)


def day_asked(request: ActorRequest) -> tuple[DayForm, datetime.date]:
    """The day that the address names, else the last one that a statement reaches."""
    form = DayForm(request.GET or None)
    asked = form.cleaned_data["on"] if form.is_valid() else None
    return form, asked or latest_day()


def closed_month(actor: Actor, day: datetime.date) -> Month | None:
    """The closed month whose last day it is."""
    months = months_visible_to(actor).filter(status=Month.Status.CLOSED, last=day)
    return months.select_related("reconciliation").first()


@allowed("journal.see")
@require_GET
def reconciliation(request: ActorRequest) -> HttpResponse:
    """The bank's balance and the book's at the end of a day, and what only one of them has."""
    form, day = day_asked(request)
    found = selectors.reconciliation_on(day, named=selectors.may_see_names(request.actor))
    context = {
        "closed": closed_month(request.actor, day),
        "filter_form": form,
        "found": found,
        "sides": papers.sides_of(found),
        "listed_at_most": selectors.LISTED_AT_MOST,
        "account_tabs": account_tabs("cash-book"),
    }
    return render(request, "bank/reconciliation.html", context)


@allowed("journal.see")
@require_GET
def reconciliation_print(request: ActorRequest) -> HttpResponse:
    """The reconciliation on paper; of the last day of a closed month as it was kept when the month was closed."""
    _form, day = day_asked(request)
    month = closed_month(request.actor, day)
    if month is not None and month.reconciliation is not None:
        return show(request, month.reconciliation.paper(), back_url=month.get_absolute_url())
    found = selectors.reconciliation_on(day, named=selectors.may_see_names(request.actor))
    paper = papers.reconciliation_paper(found, settings.AGENCY_NAME)
    return show(request, paper, back_url=f"{reverse('reconciliation')}?on={day.isoformat()}")
