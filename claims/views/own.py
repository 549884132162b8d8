"""What an institution has with the fund: its stays by state, settlements and reversals by day or month, payments."""

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


def own_institution(request: ActorRequest) -> Institution:
    """The institution that the actor works at. Http404 where there is none."""
    own = selectors.institution_of(request.actor)
    if own is None:
        raise Http404
    return own


def institution_with(code: str) -> Institution:
    return get_object_or_404(Institution.objects.select_related("office"), code=code)


@allowed("account.see")
@require_GET
def own_account(request: ActorRequest) -> HttpResponse:
    """The account of the institution that the actor works at."""
    return account_page(request, own_institution(request), reverse("own-account-export"))


@allowed("account.see")
@require_GET
def own_account_export(request: ActorRequest) -> FileResponse:
    """Its workbook."""
    return account_workbook(request, own_institution(request))


@allowed("accounts.see")
@require_GET
def institution_account(request: ActorRequest, code: str) -> HttpResponse:
    """The account of any institution, for the agency and the supervisor."""
    return account_page(request, institution_with(code), reverse("institution-account-export", args=[code]))


@allowed("accounts.see")
@require_GET
def institution_account_export(request: ActorRequest, code: str) -> FileResponse:
    """Its workbook."""
    return account_workbook(request, institution_with(code))


def account_page(request: ActorRequest, institution: Institution, export: str) -> HttpResponse:
    today = clock.today()
    form = PeriodForm(request.GET or None, today=today)
    first, last, step = period_asked(form, today)
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
        "export_url": f"{export}?first={first}&last={last}&step={step}",
    }
    return render(request, "claims/own.html", context)


def account_workbook(request: ActorRequest, institution: Institution) -> FileResponse:
    today = clock.today()
    first, last, step = period_asked(PeriodForm(request.GET or None, today=today), today)
    file = exports.export_account(institution=institution, first=first, last=last, step=step, by=request.actor)
    name = f"{institution.code}-{first}-{last}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK)
