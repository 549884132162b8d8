"""How contributions come in: the figures of an office, and the way down to its parts."""

from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enrollment.registration.selectors import sees_everything
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import NotAllowed
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import exports, services
from ..report import Report, report_of
from ..selectors.offices import way_to
from .asked import Asked, asked_of, office_of

Kind = Office.Kind


@allowed("cockpit.see")
@require_GET
def cockpit(request: ActorRequest) -> HttpResponse:
    """The figures of the actor's own office."""
    if request.actor.office is None:
        raise NotAllowed(_("You work at no office whose figures could be shown."))
    return redirect("cockpit-office", code=request.actor.office.code)


def by_school(request: ActorRequest, office: Office) -> bool:
    """Whether the figures are asked for by school: of the whole area or a district, by who sees all schools."""
    offered = office.kind in (Kind.AREA, Kind.DISTRICT) and sees_everything(request.actor)
    return offered and request.GET.get("by") == "school"


def reported(request: ActorRequest, office: Office, asked: Asked) -> tuple[Report, Any]:
    """The report that the address asks for, and when schools were counted where it is told by them."""
    today = clock.today()
    schools = by_school(request, office)
    counted = None
    if schools or office.kind == Kind.SCHOOL:
        counted = services.schools_counted(asked.year, today)
        services.schools_counted(asked.year - 1, today)
    return report_of(office, asked.year, asked.kind, today, schools=schools), counted


@allowed("cockpit.see")
@require_GET
def cockpit_office(request: ActorRequest, code: str) -> HttpResponse:
    """The figures of an office: what is paid, by part, tier and day, against the year before."""
    office, asked = office_of(request.actor, code), asked_of(request)
    report, counted = reported(request, office, asked)
    schools = by_school(request, office)
    more = {"by": "school"} if schools else {}
    context = {
        "office": office,
        "report": report,
        "filter_form": asked.form,
        "way": [(asked.address("cockpit-office", each), each) for each in way_to(office, request.actor)],
        "rows": [(asked.address("cockpit-office", row.office), row) for row in report.parts],
        "tabs": tabs(request, office, asked),
        "schools": schools,
        "counted_at": counted.counted_at if counted else None,
        "export_url": asked.address("cockpit-export", office, **more),
        "list_url": asked.address("call-list", office) if office.kind in (Kind.COMMUNITY, Kind.SCHOOL) else "",
        "collection_url": asked.address("collection-list", office) if office.kind == Kind.SCHOOL else "",
    }
    return render(request, "cockpit/office.html", context)


def tabs(request: ActorRequest, office: Office, asked: Asked) -> list[dict[str, object]]:
    """By place and by school, for who sees both."""
    if office.kind not in (Kind.AREA, Kind.DISTRICT) or not sees_everything(request.actor):
        return []
    schools = by_school(request, office)
    return [
        {"label": _("By place"), "url": f"?{asked.query}", "active": not schools, "count": None},
        {"label": _("By school"), "url": f"?{asked.query}&by=school", "active": schools, "count": None},
    ]


@allowed("cockpit.see")
@require_GET
def cockpit_export(request: ActorRequest, code: str) -> FileResponse:
    """The same figures as a workbook."""
    office, asked = office_of(request.actor, code), asked_of(request)
    report, _counted = reported(request, office, asked)
    workbook = exports.figures(report=report, kind=asked.kind, by=request.actor)
    return FileResponse(workbook, as_attachment=True, filename=f"{office.code}-{asked.year}.xlsx")
