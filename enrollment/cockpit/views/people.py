"""Who has not paid, as a list to call on people with; notices to print; the collection list of a school."""

from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.papers.web import show, show_all
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import exports, papers
from ..selectors.offices import payers_of, way_to
from ..selectors.people import call_list, class_sheets, payers
from .asked import asked_of, payers_office_of

PER_PAGE = 100


@allowed("notices.see")
@require_GET
def unpaid(request: ActorRequest, code: str) -> HttpResponse:
    """Who has not paid at a community or school, in house order."""
    office, asked = payers_office_of(request.actor, code), asked_of(request)
    today = clock.today()
    found = call_list(office, asked.year, today, asked.kind)
    page = Paginator(found.keys, PER_PAGE).get_page(request.GET.get("page"))
    parts = papers.parts_to_print(office, asked.year, today, asked.kind)
    context = {
        "office": office,
        "asked": asked,
        "filter_form": asked.form,
        "found": found,
        "page": page,
        "rows": payers(found, page.object_list, office),
        "in_school": office.kind == Office.Kind.SCHOOL,
        "way": [(asked.address("cockpit-office", each), each) for each in [*way_to(office, request.actor), office]],
        "parts": [(asked.address("office-notices", office, part=part.place), part) for part in parts],
        "paper_url": asked.address("call-list-print", office),
        "export_url": asked.address("call-list-export", office),
        "collection_url": asked.address("collection-list", office) if office.kind == Office.Kind.SCHOOL else "",
    }
    return render(request, "cockpit/unpaid.html", context)


@allowed("notices.see")
@require_GET
def unpaid_print(request: ActorRequest, code: str) -> HttpResponse:
    """The same as a paper with room for remarks."""
    office, asked = payers_office_of(request.actor, code), asked_of(request)
    today = clock.today()
    found = call_list(office, asked.year, today, asked.kind)
    rows = payers(found, found.keys[: papers.ON_A_LIST], office)
    paper = papers.call_sheet(office, asked.year, found, rows, on=today)
    return show(request, paper, back_url=asked.address("call-list", office))


@allowed("notices.see")
@require_GET
def unpaid_export(request: ActorRequest, code: str) -> FileResponse:
    """The same as a workbook."""
    office, asked = payers_office_of(request.actor, code), asked_of(request)
    workbook = exports.unpaid(office=office, year=asked.year, kind=asked.kind, by=request.actor)
    return FileResponse(workbook, as_attachment=True, filename=f"{office.code}-{asked.year}-unpaid.xlsx")


@allowed("notices.see")
@require_GET
@transaction.atomic
def office_notices(request: ActorRequest, code: str) -> HttpResponse:
    """A part of the notices of a community in house order, or of a school by class, as one PDF."""
    office, asked = payers_office_of(request.actor, code), asked_of(request)
    today = clock.today()
    parts = papers.parts_to_print(office, asked.year, today, asked.kind)
    if not parts:
        raise Refused(_("No notice of this year waits to be paid here."), code="nothing_to_print")
    wanted = request.GET.get("part", "1")
    part = next((part for part in parts if str(part.place) == wanted), None)
    if part is None:
        raise Http404
    audit.record(
        by=request.actor,
        verb="cockpit.print_notices",
        obj=office,
        changes={"year": asked.year, "part": part.place, "notices": part.count},
    )
    name = f"{office.code}-{asked.year}-{part.place}"
    return show_all(papers.notice_papers(part, today), name)


@allowed("classes.see")
@require_GET
def collection(request: ActorRequest, code: str) -> HttpResponse:
    """What a school collects, class by class; with `as=pdf` a paper for each class, or for the one that is asked."""
    school, asked = school_of(request, code), asked_of(request)
    today = clock.today()
    sheets = class_sheets(school, asked.year, today, asked.kind)
    if request.GET.get("as") == "pdf":
        if not sheets:
            raise Refused(_("No pupil of this school has a notice for this year."), code="nothing_to_print")
        drawn = papers.collection_papers(school, asked.year, sheets, today)
        wanted = request.GET.get("class", "")
        if wanted:
            drawn = [paper for place, paper in enumerate(drawn, start=1) if str(place) == wanted]
        if not drawn:
            raise Http404
        return show_all(drawn, f"{school.code}-{asked.year}-collection")
    pdf = asked.address("collection-list", school, **{"as": "pdf"})
    context = {
        "office": school,
        "asked": asked,
        "filter_form": asked.form,
        "rows": [(f"{pdf}&class={place}", sheet) for place, sheet in enumerate(sheets, start=1)],
        "notices": sum(len(sheet.notices) for sheet in sheets),
        "unpaid": sum(len(sheet.unpaid) for sheet in sheets),
        "due": sum(sheet.due for sheet in sheets),
        "outstanding": sum(sheet.outstanding for sheet in sheets),
        "way": [(asked.address("cockpit-office", each), each) for each in [*way_to(school, request.actor), school]],
        "pdf_url": pdf,
        "export_url": asked.address("collection-list-export", school),
    }
    return render(request, "cockpit/collection.html", context)


@allowed("classes.see")
@require_GET
def collection_export(request: ActorRequest, code: str) -> FileResponse:
    """The same as a workbook."""
    school, asked = school_of(request, code), asked_of(request)
    workbook = exports.collection(school=school, year=asked.year, kind=asked.kind, by=request.actor)
    return FileResponse(workbook, as_attachment=True, filename=f"{school.code}-{asked.year}-collection.xlsx")


def school_of(request: ActorRequest, code: str) -> Office:
    """A school whose payers the actor sees. Raises Http404."""
    return get_object_or_404(payers_of(request.actor), code=code, kind=Office.Kind.SCHOOL)
