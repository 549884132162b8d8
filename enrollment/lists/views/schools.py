"""Schools: their classes and pupils, class lists as workbooks, leavers, the turn of the school year."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import selectors as audit_selectors
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of

from .. import exports, selectors, services
from ..forms import LeaveForm, SchoolYearForm
from ..labels import GRADES, class_label
from ..services import school_year as year

CLASS_VERBS = ("classes.leave", "classes.advance", "classes.export")


@allowed("classes.see")
@require_GET
def schools(request: ActorRequest) -> HttpResponse:
    """The schools with how many pupils each has; who sees one only comes to that one."""
    found = selectors.schools_visible_to(request.actor)
    if request.actor.may("classes.change"):
        return redirect("school-classes", code=found.get().code)
    page = page_of(request, found)
    counts = selectors.pupil_counts(found, clock.today())
    context = {"page": page, "rows": [(school, counts[school.pk]) for school in page]}
    return render(request, "lists/schools.html", context)


def visible(actor: Actor, code: str) -> Office:
    return get_object_or_404(selectors.schools_visible_to(actor), code=code)


@allowed("classes.see")
@require_GET
def school_classes(request: ActorRequest, code: str) -> HttpResponse:
    """The classes of a school."""
    school = visible(request.actor, code)
    found = selectors.classes_of(school, clock.today())
    entries = audit.entries_of(Office._meta.label_lower, school.code).filter(verb__in=CLASS_VERBS)
    turning = Run.objects.filter(kind=year.NAME, parameters__school=code, status__in=Run.LIVE).first()
    context = {
        "school": school,
        "rows": [(each, class_label(each.grade, each.class_name)) for each in found],
        "sum": sum(each.pupils for each in found),
        "turning": turning,
        "may_change": request.actor.may("classes.change"),
        "entries": audit_selectors.timeline(entries),
    }
    return render(request, "lists/classes.html", context)


def asked_class(request: ActorRequest) -> tuple[int | None, str]:
    """Grade and name of the class that the address asks for; no grade: those without a class."""
    grade = request.GET.get("grade", "")
    if grade and (not grade.isascii() or not grade.isdigit() or int(grade) not in GRADES):
        raise Http404
    return (int(grade), request.GET.get("class", "")) if grade else (None, "")


@allowed("classes.see")
@require_http_methods(["GET", "POST"])
def school_class(request: ActorRequest, code: str) -> HttpResponse:
    """The pupils of a class; who left is ticked and reported with the last day."""
    actor = request.actor
    school = visible(actor, code)
    grade, class_name = asked_class(request)
    may_change = actor.may("classes.change")
    form = LeaveForm(request.POST or None, initial={"last_day": clock.today()})
    ticked = request.POST.getlist("row")
    if request.method == "POST":
        actor.require("classes.change")
        if form.is_valid():
            try:
                count = services.leave_school(school=school, residents=ticked, by=actor, **form.cleaned_data)
            except DomainError as error:
                add_domain_error(form, error)
            else:
                messages.success(request, _("Students who left: %(count)s.") % {"count": count})
                return redirect("school-classes", code=code)
    today = clock.today()
    pupils = selectors.pupils_of(school, today).select_related("community")
    pupils = pupils.filter(selectors.in_class(school, grade, class_name)).order_by("pinyin", "number")
    context: dict[str, Any] = {
        "school": school,
        "label": class_label(grade, class_name),
        "page": page_of(request, pupils, 100),
        "form": form,
        "ticked": ticked,
        "may_change": may_change,
        "export_url": export_url(school, grade, class_name),
    }
    return render(request, "lists/class.html", context, status=422 if form.errors else 200)


def export_url(school: Office, grade: int | None, class_name: str) -> str:
    address = reverse("school-export", args=[school.code])
    return f"{address}?{urlencode({'grade': grade, 'class': class_name})}" if grade is not None else address


@allowed("classes.see")
@require_GET
def school_export(request: ActorRequest, code: str) -> FileResponse:
    """The classes of a school, or one of them, as a workbook."""
    school = visible(request.actor, code)
    grade, class_name = asked_class(request)
    workbook = exports.class_list(school=school, grade=grade, class_name=class_name, by=request.actor)
    return FileResponse(workbook, as_attachment=True, filename=f"{school.code}.xlsx")


@allowed("classes.change")
@require_http_methods(["GET", "POST"])
def school_year(request: ActorRequest, code: str) -> HttpResponse:
    """The turn of the school year: what becomes of each class."""
    school = visible(request.actor, code)
    classes = selectors.classes_of(school, clock.today())
    form = SchoolYearForm(request.POST or None, classes=classes, initial={"first_day": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.start_school_year(
                school=school, first_day=form.cleaned_data["first_day"], then=form.then(), by=request.actor
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The classes are brought into the new school year."))
            return redirect("school-classes", code=code)
    context = {"school": school, "form": form}
    return render(request, "lists/school_year.html", context, status=422 if form.errors else 200)
