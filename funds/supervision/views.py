"""The pages of supervision: the fund, the institutions, one institution. They read sums and count nothing."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from claims.models import Institution
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from . import charts, exports, services
from .forms import FundFilter, InstitutionFilter
from .models import Refresh
from .rules import Measures
from .selectors import fund as funds
from .selectors import institutions as stays


@dataclass(frozen=True, slots=True)
class AskedFund:
    """What the address asks for of the fund, and of which part in words."""

    form: FundFilter
    report: funds.FundReport
    part: str
    office: Office | None


def asked_fund(request: ActorRequest) -> AskedFund:
    """What the address says; what it does not say, or says wrongly, is the present year and the whole."""
    actor, today = request.actor, clock.today()
    districts = funds.districts_seen_by(actor)
    everywhere = actor.role is not Role.DISTRICT_FINANCE
    years = funds.years_known(actor, today)
    form = FundFilter(
        {"year": request.GET.get("year", str(today.year)), "district": request.GET.get("district", "")},
        years=years,
        districts=districts,
        everywhere=everywhere,
    )
    if not form.is_valid():
        form = FundFilter(
            {"year": str(today.year), "district": ""}, years=years, districts=districts, everywhere=everywhere
        )
        form.is_valid()
    year = int(form.cleaned_data["year"] or today.year)
    code = form.cleaned_data.get("district", "")
    office = next((each for each in districts if each.code == code), None) if everywhere else actor.office
    report = funds.fund_report(actor, today, year, code)
    return AskedFund(form, report, part_words(code, office, request.actor.office), office)


def part_words(code: str, office: Office | None, own: Office | None) -> str:
    """Whose figures they are: a district's, nobody's, or the whole area's."""
    if office is not None:
        return office.label
    return _("Of no district") if code else own.label if own else ""


@allowed("supervision.see")
@require_GET
def fund(request: ActorRequest) -> HttpResponse:
    """Income, spending and balance of the fund by month and district, and for how many months it lasts."""
    asked = asked_fund(request)
    last, whole = funds.last_refreshes()
    shown = [chart for chart in charts.fund_charts(asked.report) if last and chart.has_values]
    context = {
        "report": asked.report,
        "part": asked.part,
        "filter_form": asked.form,
        "charts": shown,
        "refreshed": last,
        "whole": whole,
        "by_district": asked.office is None and not asked.form.cleaned_data.get("district"),
    }
    return render(request, "supervision/fund.html", context)


@allowed("supervision.see")
@require_GET
def fund_export(request: ActorRequest) -> FileResponse:
    """The same as a workbook."""
    asked = asked_fund(request)
    book = exports.fund_workbook(report=asked.report, part=asked.part, refreshed=counted(), by=request.actor)
    code = f"-{asked.office.code}" if asked.office else ""
    return FileResponse(book, as_attachment=True, filename=f"fund{code}-{asked.report.year}.xlsx")


def counted() -> Refresh:
    """The last count. Raises Http404 where there was none: there is nothing to hand out."""
    last, _whole = funds.last_refreshes()
    if last is None:
        raise Http404
    return last


def asked_institutions(request: ActorRequest, *, only_time: bool = False) -> InstitutionFilter:
    """What the address asks for of institutions; wrongly said is the same as nothing."""
    years = stays.years_known(request.actor)
    names = ("year", "category", "grade", "show")
    given = {name: request.GET.get(name, "") for name in names}
    given["show"] = given["show"] or charts.measures_shown()[0].code
    form = InstitutionFilter(given, years=years, only_time=only_time)
    if not form.is_valid():
        form = InstitutionFilter({"show": charts.measures_shown()[0].code}, years=years, only_time=only_time)
        form.is_valid()
    return form


def period_asked(form: InstitutionFilter) -> stays.Period:
    year = form.cleaned_data["year"]
    return stays.period_of(clock.today(), int(year) if year else None)


def reported(request: ActorRequest, form: InstitutionFilter) -> stays.InstitutionReport:
    """The comparison that the filters ask for."""
    filters = {"category": form.cleaned_data["category"], "grade": form.cleaned_data["grade"]}
    return stays.institution_report(request.actor, period_asked(form), **filters)


@allowed("supervision.institutions")
@require_GET
def institutions(request: ActorRequest) -> HttpResponse:
    """Each institution beside the rest of its grade: cost, days, readmission, what is out of scope."""
    form = asked_institutions(request)
    report = reported(request, form)
    measure = next(each for each in charts.measures_shown() if each.code == form.cleaned_data["show"])
    last, whole = funds.last_refreshes()
    chart = charts.institutions_chart(report, measure)
    context = {
        "report": report,
        "filter_form": form,
        "charts": [chart] if chart.has_values else [],
        "refreshed": last,
        "whole": whole,
    }
    return render(request, "supervision/institutions.html", context)


@allowed("supervision.institutions")
@require_GET
def institutions_export(request: ActorRequest) -> FileResponse:
    """The same as a workbook."""
    report = reported(request, asked_institutions(request))
    book = exports.institutions_workbook(report=report, refreshed=counted(), by=request.actor)
    return FileResponse(book, as_attachment=True, filename=f"institutions-{report.period.first:%Y%m}.xlsx")


def course(request: ActorRequest, code: str) -> tuple[Institution, InstitutionFilter, list[stays.CourseRow]]:
    """An institution, what is asked for of it, and its months. Raises Http404."""
    institution = get_object_or_404(Institution.objects.select_related("office"), code=code)
    form = asked_institutions(request, only_time=True)
    rows = stays.course_of(request.actor, institution, period_asked(form), category=form.cleaned_data["category"])
    return institution, form, rows


@allowed("supervision.institutions")
@require_GET
def institution(request: ActorRequest, code: str) -> HttpResponse:
    """One institution month by month, beside the rest of its grade."""
    found, form, rows = course(request, code)
    last, whole = funds.last_refreshes()
    context: dict[str, Any] = {
        "institution": found,
        "rows": rows,
        "own": sum((row.own for row in rows), Measures()),
        "rest": sum((row.rest for row in rows), Measures()),
        "filter_form": form,
        "charts": [chart for chart in charts.course_charts(rows) if chart.has_values],
        "refreshed": last,
        "whole": whole,
    }
    return render(request, "supervision/institution.html", context)


@allowed("supervision.institutions")
@require_GET
def institution_export(request: ActorRequest, code: str) -> FileResponse:
    """The same as a workbook."""
    found, _form, rows = course(request, code)
    book = exports.course_workbook(institution=found, course=rows, refreshed=counted(), by=request.actor)
    return FileResponse(book, as_attachment=True, filename=f"{found.code}-{rows[0].month:%Y%m}.xlsx")


@allowed("supervision.refresh")
@require_POST
def refresh(request: ActorRequest) -> HttpResponse:
    """Count now what changed since the last count, and come back."""
    try:
        made = services.refresh(whole=False, by=request.actor)
    except Conflict as error:
        messages.info(request, str(error.message))
    else:
        messages.success(request, _("Counted anew: %(months)s months.") % {"months": made.months})
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "supervision-fund")
