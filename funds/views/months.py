"""The months of the account: which are closed, what the next one waits for, preparing and closing it."""

import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from funds.account_forms import PrepareMonthForm
from funds.forms import VersionForm
from funds.models import Month
from funds.selectors import account as reads
from funds.services import documents_waiting, months
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import selectors as audit_selectors
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.days import day_before, first_of_next_month
from liaoyang_medins.kernel.errors import Conflict, DomainError
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of

from .tabs import account_tabs


def first_of(code: str) -> datetime.date:
    """The first day of a month such as 2009-10; Http404 for what is none."""
    try:
        return datetime.date.fromisoformat(f"{code}-01")
    except ValueError as error:
        raise Http404 from error


@allowed("journal.see")
@require_GET
def account_months(request: ActorRequest) -> HttpResponse:
    """The closed months, the newest first, and the one that closes next."""
    page = page_of(request, reads.months_visible_to(request.actor))
    first = months.oldest_open()
    prepared = Month.objects.filter(status=Month.Status.PREPARED).first()
    context = {
        "page": page,
        "next": f"{first:%Y-%m}",
        "over": day_before(first_of_next_month(first)) < clock.today(),
        "prepared": prepared,
        "account_tabs": account_tabs("account-months"),
    }
    return render(request, "funds/months.html", context)


@allowed("journal.see")
@require_GET
def account_month(request: ActorRequest, code: str) -> HttpResponse:
    """A month that is prepared or closed, or the one that closes next: how it stands, what is still to be done."""
    first = first_of(code)
    month = reads.months_visible_to(request.actor).filter(first=first).first()
    if month is None and first != months.oldest_open():
        raise Http404
    last = day_before(first_of_next_month(first))
    actor = request.actor
    prepared = month is not None and month.status == Month.Status.PREPARED
    own = month is not None and month.made_by_id is not None and month.made_by_id == actor.user_id
    other = Month.objects.filter(status=Month.Status.PREPARED).exclude(first=first).exists()
    context = {
        "month": month,
        "code": code,
        "first": first,
        "last": last,
        "standing": months.standing_of(last),
        "over": last < clock.today(),
        "waiting": documents_waiting(),
        "unchecked": months.unchecked_until(last),
        "own": own,
        "can_prepare": month is None and not other and last < clock.today() and actor.may("months.prepare"),
        "can_withdraw": prepared and actor.may("months.prepare"),
        "can_close": prepared and not own and actor.may("months.close"),
        "version_form": VersionForm(initial={"version": month.version}) if month else None,
        "entries": audit_selectors.timeline(audit.entries_of(Month._meta.label_lower, code)),
    }
    return render(request, "funds/month.html", context)


@allowed("months.prepare")
@require_http_methods(["GET", "POST"])
def account_month_prepare(request: ActorRequest, code: str) -> HttpResponse:
    """Say how the month stands, for somebody else to close it."""
    first = first_of(code)
    if first != months.oldest_open() or Month.objects.filter(status=Month.Status.PREPARED).exists():
        messages.info(request, _("This month is not the one to be prepared now."))
        return redirect("account-months")
    last = day_before(first_of_next_month(first))
    standing = months.standing_of(last)
    form = PrepareMonthForm(request.POST or None, needed=not standing.agrees)
    if request.method == "POST" and form.is_valid():
        try:
            months.prepare_month(first=first, note=form.cleaned_data["note"], by=request.actor)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Prepared. Somebody else closes the month."))
            return redirect("account-month", code=code)
    context = {"form": form, "code": code, "last": last, "standing": standing}
    return render(request, "funds/month_prepare.html", context, status=422 if form.errors else 200)


def _version(request: ActorRequest) -> int:
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise Conflict(_("The page was out of date. Open the month again."))
    return int(form.cleaned_data["version"])


@allowed("months.prepare")
@require_POST
def account_month_withdraw(request: ActorRequest, code: str) -> HttpResponse:
    """Take a prepared closing away."""
    months.withdraw_month(first=first_of(code), version=_version(request), by=request.actor)
    messages.success(request, _("The closing was withdrawn: prepare it anew."))
    return redirect("account-month", code=code)


@allowed("months.close")
@require_POST
def account_month_close(request: ActorRequest, code: str) -> HttpResponse:
    """Close the month for good."""
    months.close_month(first=first_of(code), version=_version(request), by=request.actor)
    messages.success(request, _("The month %(month)s is closed.") % {"month": code})
    return redirect("account-month", code=code)
