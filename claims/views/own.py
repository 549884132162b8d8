"""What an institution has with the fund: its stays by state, settlements and reversals by day or month, payments."""

import datetime

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from claims import accounts, exports, selectors
from claims.forms.own import PeriodForm, period_asked
from claims.models import Institution, Stay
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked_for(request: ActorRequest, code: str) -> Institution:
    """The institution: a hospital's own only. Http404 for others."""
    if request.actor.role is Role.HOSPITAL:
        own = selectors.institution_of(request.actor)
        if own is None or own.code != code:
            raise Http404
        return own
    return get_object_or_404(Institution.objects.select_related("office"), code=code)


@allowed("account.see")
@require_GET
def own_account(request: ActorRequest) -> HttpResponse:
    """The account of the institution that the actor works at; others choose one of the institutions."""
    own = selectors.institution_of(request.actor)
    if own is None:
        raise Http404
    return account_page(request, own)


@allowed("stays.see")
@require_GET
def institution_account(request: ActorRequest, code: str) -> HttpResponse:
    """The account of an institution."""
    return account_page(request, asked_for(request, code))


def account_page(request: ActorRequest, institution: Institution) -> HttpResponse:
    form = PeriodForm(request.GET or None)
    first, last, step = period_asked(form, clock.today())
    counts = accounts.stays_by_state(institution)
    whole = accounts.totals(institution, first, last)
    context = {
        "institution": institution,
        "filter_form": form,
        "first": first,
        "last": last,
        "by_day": step == "day",
        "states": [
            (label, counts.get(code, 0), f"{reverse('stays')}?status={code}") for code, label in Stay.Status.choices
        ],
        "own": request.actor.role is Role.HOSPITAL,
        "standing": accounts.account(institution),
        "rows": accounts.course(institution, first, last, step),
        "whole": whole,
        "net": whole["settlements"]["fund"] - whole["reversals"]["fund"],
        "payments": accounts.payments(institution, first, last),
        "export_url": export_url(institution, first, last, step),
    }
    return render(request, "claims/own.html", context)


def export_url(institution: Institution, first: datetime.date, last: datetime.date, step: str) -> str:
    return f"{reverse('institution-account-export', args=[institution.code])}?first={first}&last={last}&step={step}"


@allowed("stays.see")
@require_GET
def institution_account_export(request: ActorRequest, code: str) -> FileResponse:
    """The workbook of an account."""
    institution = asked_for(request, code)
    first, last, step = period_asked(PeriodForm(request.GET or None), clock.today())
    file = exports.export_account(institution=institution, first=first, last=last, step=step, by=request.actor)
    name = f"{institution.code}-{first}-{last}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK)
