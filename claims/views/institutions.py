"""Institutions: the list, the page of one, and the administrator's changes."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from claims import labels, selectors, services
from claims.facts import on_day
from claims.forms.institutions import (
    AlthoughForm,
    DesignationForm,
    EndForm,
    GradeForm,
    InstitutionFilter,
    InstitutionForm,
    NewInstitutionForm,
    SpecialtyForm,
)
from claims.models import Designation, Institution, InstitutionGrade, Specialty
from claims.services.agreements import scans_of
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.policy.terms import Disease, Grade
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .common import attempt


@allowed("institutions.see")
@require_GET
def institutions(request: ActorRequest) -> HttpResponse:
    """All institutions with what holds of them today."""
    today = clock.today()
    form = InstitutionFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    found = selectors.find_institutions(selectors.institutions_listed(today), asked.get("q", ""))
    if asked.get("grade"):
        found = found.filter(on_day_of("grades", today), grades__grade=asked["grade"])
    if asked.get("designated"):
        now = Designation.objects.filter(on_day(today)).values("institution")
        found = found.filter(pk__in=now) if asked["designated"] == "yes" else found.exclude(pk__in=now)
    page = page_of(request, found)
    rows = [listed(row, today) for row in page]
    return render(request, "claims/institutions.html", {"filter_form": form, "page": page, "rows": rows})


def listed(row: Institution, today: datetime.date) -> dict[str, Any]:
    """What the list says of an institution."""
    grade = next(iter(row.grades.all()), None)
    return {
        "institution": row,
        "grade": labels.label(Grade(grade.grade)) if grade else "",
        "designation": next(iter(row.designations.all()), None),
        "specialties": [
            labels.label(Disease(dated.disease))
            for dated in row.specialties.all()
            if dated.starts <= today and (dated.ends is None or today <= dated.ends)
        ],
    }


def on_day_of(relation: str, day: datetime.date) -> Q:
    """`on_day` of a dated relation."""
    return Q(**{f"{relation}__starts__lte": day}) & (
        Q(**{f"{relation}__ends": None}) | Q(**{f"{relation}__ends__gte": day})
    )


NOW, BEFORE, LATER = "in_force", "over", "later"


def when(row: InstitutionGrade | Designation | Specialty, today: datetime.date) -> str:
    """Whether a dated row holds today, is over or is to come."""
    if row.starts > today:
        return LATER
    return NOW if row.ends is None or today <= row.ends else BEFORE


def find(code: str) -> Institution:
    return get_object_or_404(Institution.objects.select_related("office"), code=code)


@allowed("institutions.see")
@require_GET
def institution(request: ActorRequest, code: str) -> HttpResponse:
    """An institution: what it is called, and its grades, designations and specialist diseases with their days."""
    return institution_page(request, find(code))


def institution_page(request: ActorRequest, found: Institution, **refused: forms.Form) -> HttpResponse:
    """The page; `refused` is a form that was not taken, by the name under which the page shows it."""
    today = clock.today()
    may_manage = request.actor.may("institutions.manage")
    grades = [
        {"row": row, "label": labels.label(Grade(row.grade)), "when": when(row, today)}
        for row in found.grades.order_by("-starts")
    ]
    specialties = [
        {"row": row, "label": labels.label(Disease(row.disease)), "when": when(row, today)}
        for row in found.specialties.order_by("-starts")
    ]
    scans = scans_of(found) if request.actor.may("institutions.agreements") else {}
    designations = [
        {"row": row, "when": when(row, today), "scans": scans.get(row.agreement_number, [])}
        for row in found.designations.order_by("-starts")
    ]
    context: dict[str, Any] = {
        "institution": found,
        "today": today,
        "grades": grades,
        "designations": designations,
        "holds": {
            "grade": next((each["label"] for each in grades if each["when"] == NOW), ""),
            "designation": next((each["row"] for each in designations if each["when"] == NOW), None),
            "specialties": [each["label"] for each in specialties if each["when"] == NOW],
        },
        "specialties": specialties,
        "may_manage": may_manage,
        "entries": timeline(audit.entries_of("claims.institution", found.code)),
    }
    if may_manage:
        context |= {
            "grade_form": GradeForm(prefix="grade"),
            "designation_form": DesignationForm(prefix="designation"),
            "specialty_form": SpecialtyForm(prefix="specialty"),
        }
    form = next(iter(refused.values()), None)
    return render(request, "claims/institution.html", context | refused | {"form": form})


@allowed("institutions.manage")
def institution_new(request: ActorRequest) -> HttpResponse:
    """A new institution with its first grade."""
    form = NewInstitutionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        grade = Grade(data.pop("grade"))
        made = attempt(form, lambda: services.create_institution(**data, grade=grade, by=request.actor))
        if made is not None:
            messages.success(request, _("The institution is entered. Designate it if it has an agreement."))
            return redirect("institution", made.code)
    return render(request, "claims/institution_form.html", {"form": form})


@allowed("institutions.manage")
def institution_edit(request: ActorRequest, code: str) -> HttpResponse:
    """Change what an institution is called and where it is."""
    found = find(code)
    office = found.office
    initial = {
        "name": office.name,
        "name_en": office.name_en,
        "address": office.address,
        "phone": office.phone,
        "may_refer": found.may_refer,
    }
    form = InstitutionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        saved = attempt(form, lambda: services.change_institution(code=code, **data, by=request.actor))
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("institution", code)
    return render(request, "claims/institution_form.html", {"form": form, "institution": found})


def change(
    request: ActorRequest, code: str, name: str, kind: type[AlthoughForm], verb: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """Take a form of the institution's page; what is refused comes back there as `name`."""
    found = find(code)
    if request.method != "POST":
        return redirect("institution", code)
    form = kind(request.POST, prefix=name)
    if form.is_valid():
        data = form.cleaned_data
        if seen(form, lambda: verb(data)):
            messages.success(request, _("Saved."))
            return redirect("institution", code)
    return institution_page(request, found, **{f"{name}_form": form})


def seen(form: AlthoughForm, verb: Callable[[], object]) -> bool:
    """Whether the verb did its work; where settlements rest on what it changes, the form asks whether that is
    known.
    """
    done = attempt(form, verb) is not None
    if "although" in form.errors:
        form.ask()
    return done


@allowed("institutions.manage")
def institution_grade(request: ActorRequest, code: str) -> HttpResponse:
    """Another grade from a day on."""

    def verb(data: dict[str, Any]) -> object:
        return services.set_grade(
            code=code,
            grade=Grade(data["grade"]),
            starts=data["starts"],
            although=data["although"],
            by=request.actor,
        )

    return change(request, code, "grade", GradeForm, verb)


@allowed("institutions.manage")
def institution_designation(request: ActorRequest, code: str) -> HttpResponse:
    """Designate the institution for a period."""

    def verb(data: dict[str, Any]) -> object:
        return services.add_designation(code=code, **data, by=request.actor)

    return change(request, code, "designation", DesignationForm, verb)


@allowed("institutions.manage")
def institution_specialty(request: ActorRequest, code: str) -> HttpResponse:
    """Name the institution the specialist for a disease."""

    def verb(data: dict[str, Any]) -> object:
        disease = Disease(data["disease"])
        return services.add_specialty(
            code=code,
            disease=disease,
            starts=data["starts"],
            ends=data["ends"],
            although=data["although"],
            by=request.actor,
        )

    return change(request, code, "specialty", SpecialtyForm, verb)


def end(
    request: ActorRequest, found: Institution, title: str, what: str, verb: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """A page on which a dated entry of the institution gets its last day."""
    form = EndForm(request.POST or None, initial={"ends": clock.today()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if seen(form, lambda: verb(data)):
            messages.success(request, _("Saved."))
            return redirect("institution", found.code)
    context = {"form": form, "institution": found, "title": title, "what": what}
    return render(request, "claims/institution_end.html", context, status=422 if form.errors else 200)


@allowed("institutions.manage")
def institution_designation_end(request: ActorRequest, code: str, pk: int) -> HttpResponse:
    """Let a designation end. Http404 where the institution has none of this key."""
    found = find(code)
    row = get_object_or_404(found.designations, pk=pk)
    what = _("%(number)s, since %(day)s") % {"number": row.agreement_number, "day": row.starts.isoformat()}

    def verb(data: dict[str, Any]) -> object:
        return services.end_designation(code=code, designation_id=pk, by=request.actor, **data)

    return end(request, found, _("End the designation"), what, verb)


@allowed("institutions.manage")
def institution_specialty_end(request: ActorRequest, code: str, pk: int) -> HttpResponse:
    """Let a specialist disease end. Http404 where the institution has none of this key."""
    found = find(code)
    row = get_object_or_404(found.specialties, pk=pk)
    what = _("%(number)s, since %(day)s") % {
        "number": labels.label(Disease(row.disease)),
        "day": row.starts.isoformat(),
    }

    def verb(data: dict[str, Any]) -> object:
        return services.end_specialty(code=code, specialty_id=pk, by=request.actor, **data)

    return end(request, found, _("End the specialist disease"), what, verb)
