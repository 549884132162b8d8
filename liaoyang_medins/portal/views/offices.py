"""Offices, for the administrator."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices import services
from liaoyang_medins.kernel.offices.models import Office, Posting
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of

from ..forms import EditOffice, KindChoice, NewOffice, OfficeFilter

# How far an office of a kind stands to the right in the list.
DEPTHS = {Office.Kind.DISTRICT: 1, Office.Kind.SUBDISTRICT: 2, Office.Kind.COMMUNITY: 3, Office.Kind.SCHOOL: 2}


def filtered(asked: dict[str, Any]) -> QuerySet[Office]:
    """The offices that the filters ask for, in the order of their codes, which is that of the tree."""
    rows = Office.objects.select_related("parent")
    if not asked.get("closed"):
        rows = rows.filter(closed_on=None)
    if asked.get("q"):
        rows = rows.filter(
            Q(name__icontains=asked["q"]) | Q(name_en__icontains=asked["q"]) | Q(code__istartswith=asked["q"])
        )
    if asked.get("kind"):
        rows = rows.filter(kind=asked["kind"])
    if asked.get("district"):
        code = asked["district"]
        rows = rows.filter(Q(code=code) | Q(parent__code=code) | Q(parent__parent__code=code))
    return rows.order_by("code")


@allowed("offices.manage")
@require_GET
def offices(request: ActorRequest) -> HttpResponse:
    """The offices as a tree, with how many people work there."""
    form = OfficeFilter(request.GET or None)
    page = page_of(request, filtered(form.cleaned_data if form.is_valid() else {}))
    staff = dict(
        Posting.objects.in_force(clock.today())
        .filter(office__in=[office.pk for office in page], user__is_active=True)
        .values_list("office")
        .annotate(count=Count("user", distinct=True))
    )
    rows = [(office, DEPTHS.get(Office.Kind(office.kind), 0), staff.get(office.pk, 0)) for office in page]
    return render(request, "portal/offices.html", {"filter_form": form, "page": page, "rows": rows})


@allowed("offices.manage")
def office_new(request: ActorRequest) -> HttpResponse:
    """A new office: its kind first (in the address), then the rest."""
    kind_form = KindChoice(request.GET or None)
    if not kind_form.is_valid():
        return render(request, "portal/office_new.html", {"kind_form": kind_form})
    kind = Office.Kind(kind_form.cleaned_data["kind"])
    form = NewOffice(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        parent = data.pop("parent")
        try:
            office = services.create_office(kind=kind.value, parent_id=parent.pk, **data, by=request.actor)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The office is created."))
            return redirect("office", office.code)
    return render(request, "portal/office_new.html", {"kind_form": kind_form, "kind": kind, "form": form})


@allowed("offices.manage")
def office(request: ActorRequest, code: str) -> HttpResponse:
    """An office: what it is called, where it belongs, who works there."""
    place = get_object_or_404(Office.objects.select_related("parent__parent__parent"), code=code)
    initial = {
        "parent": place.parent_id,
        "name": place.name,
        "name_en": place.name_en,
        "address": place.address,
        "phone": place.phone,
        "closed_on": place.closed_on,
    }
    form = EditOffice(request.POST or None, office=place, district=services.district_code(place), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        parent = data.pop("parent", None)
        try:
            services.change_office(
                office_id=place.pk, parent_id=parent.pk if parent else None, **data, by=request.actor
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("office", place.code)
    postings = Posting.objects.in_force(clock.today()).filter(office=place).select_related("user").order_by("role")
    context = {
        "place": place,
        "form": form,
        "staff": postings,
        "children": place.children.filter(closed_on=None).order_by("code")[:50],
        "entries": timeline(audit.entries_of("offices.office", place.code)),
    }
    return render(request, "portal/office.html", context)
