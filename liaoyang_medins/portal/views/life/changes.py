"""Something changed, something was wrong: the pages of a resident's changes (W9, Art. 13)."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from enrollment.life import services
from enrollment.life.forms import CorrectionForm, EndCorrectionForm, HappeningForm, WhatForm, offered_for
from enrollment.life.models import LifeChange
from enrollment.registration import services as registration
from enrollment.registration.data import PersonData
from enrollment.registration.models import Circumstance, Resident
from enrollment.registration.step_forms import CircumstanceForm, EndForm, ResidentForm, VoidForm
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.forms import SubmissionField
from liaoyang_medins.portal.life import Change

from .checking import checked, resident_of

What = LifeChange.What


@allowed("residents.change")
def resident_change(request: ActorRequest, number: str) -> HttpResponse:
    """Something changed: what happened, then the few fields of it, then all that follows."""
    resident = resident_of(request, number)
    offered = offered_for(resident, request.actor)
    asked = request.POST.get("what") or request.GET.get("what", "")
    if asked not in dict(offered):
        form = WhatForm(request.GET if "what" in request.GET else None, offered=offered)
        context = {"form": form, "resident": resident, "offered": offered}
        return render(request, "life/what.html", context, status=422 if form.errors else 200)
    what = What(asked)
    typed = HappeningForm(request.POST or None, what=what, resident=resident, actor=request.actor)

    def change() -> Change:
        happening, reason = typed.happening(), typed.cleaned_data["reason"]
        return Change(
            resident,
            what,
            lambda: services.apply_happening(
                resident_number=resident.number, happening=happening, reason=reason, by=request.actor
            ),
            happening.on,
            reason,
        )

    return checked(
        request,
        resident,
        typed,
        change,
        template="life/change.html",
        title=str(what.label),
        done=_("It is on record."),
        tone="danger" if what in (What.DIED, What.MOVED_AWAY) else "",
        what=what,
    )


@allowed("residents.correct")
def resident_correct(request: ActorRequest, number: str) -> HttpResponse:
    """Wrong data is put right, with the reason; the value before is kept."""
    resident = resident_of(request, number)
    hukou = resident.circumstances.filter(kind=Circumstance.Kind.HUKOU, voided=False).order_by("-starts").first()
    initial = {
        "version": resident.version,
        "name": resident.name,
        "birth_date": resident.birth_date,
        "sex": resident.sex,
        "hukou_since": hukou.starts if hukou else None,
    }
    form = CorrectionForm(request.POST or None, resident=resident, initial=initial)
    if hukou is None:
        del form.fields["hukou_since"]

    def change() -> Change:
        given = form.cleaned_data
        reason = given["reason"]
        day = given.get("hukou_since")
        # A hukou since birth follows the birth date by itself.
        moves_along = hukou is not None and hukou.starts == resident.birth_date == day

        def apply() -> None:
            right = form.right()
            differs = (right.name, right.birth_date, right.sex, right.id_number) != (
                resident.name,
                resident.birth_date,
                resident.sex,
                resident.id_number,
            )
            day_differs = hukou is not None and day is not None and day != hukou.starts and not moves_along
            if differs or not day_differs:
                services.correct_person(
                    number=resident.number, version=given["version"], right=right, reason=reason, by=request.actor
                )
            if day_differs and day is not None:
                services.correct_hukou_day(number=resident.number, starts=day, reason=reason, by=request.actor)

        return Change(resident, What.CORRECTED, apply, None, reason)

    return checked(
        request,
        resident,
        form,
        change,
        template="life/form.html",
        title=_("Correct wrong data"),
        done=_("It is put right; what was on record before is kept."),
        hint=_("The value before is kept with your reason. What changed in life is no mistake: enter it as a change."),
    )


def circumstance_of(request: ActorRequest, number: str, pk: int) -> Circumstance:
    """A circumstance of the resident that still stands."""
    resident = resident_of(request, number)
    return get_object_or_404(resident.circumstances.select_related("school"), pk=pk, voided=False)


def once_only(form: forms.Form) -> forms.Form:
    """The form with the mark by which it is sent once."""
    form.fields["submission"] = SubmissionField()
    return form


@allowed("residents.change")
def circumstance_new(request: ActorRequest, number: str) -> HttpResponse:
    """Something holds of the resident from a day on, of any kind."""
    resident = resident_of(request, number)
    form = CircumstanceForm(request.POST or None, actor=request.actor)

    def change() -> Change:
        stated, note = form.circumstance(), form.cleaned_data["note"]
        return Change(
            resident,
            What.ADDED,
            lambda: registration.add_circumstance(
                resident_number=resident.number, circumstance=stated, note=note, by=request.actor
            ),
            stated.starts,
            note,
        )

    return checked(
        request,
        resident,
        once_only(form),
        change,
        template="registration/circumstance_new.html",
        title=_("Add a circumstance"),
        done=_("It is on record."),
    )


@allowed("residents.change")
def circumstance_end(request: ActorRequest, number: str, pk: int) -> HttpResponse:
    """Until when it holds; where a last day is on record, that another one is right, or that it has not ended."""
    row = circumstance_of(request, number, pk)
    if row.ends is not None:
        return end_correct(request, row)
    form = EndForm(request.POST or None)

    def change() -> Change:
        ends, reason = form.cleaned_data["ends"], form.cleaned_data["reason"]
        return Change(
            row.resident,
            What.ENDED,
            lambda: registration.end_circumstance(circumstance_id=pk, ends=ends, reason=reason, by=request.actor),
            ends,
            reason,
        )

    return checked(
        request,
        row.resident,
        once_only(form),
        change,
        template="registration/circumstance_end.html",
        title=_("End a circumstance"),
        done=_("Its end is on record."),
        circumstance=row,
    )


def end_correct(request: ActorRequest, row: Circumstance) -> HttpResponse:
    """The last day on record was wrong."""
    form = EndCorrectionForm(request.POST or None, initial={"ends": row.ends})

    def change() -> Change:
        ends, reason = form.cleaned_data["ends"], form.cleaned_data["reason"]

        def apply() -> None:
            if ends == row.ends:
                raise Invalid(_("Nothing differs from what is on record."), code="unchanged", field="ends")
            if ends is None:
                services.take_back_end(circumstance_id=row.pk, reason=reason, by=request.actor)
            else:
                registration.end_circumstance(circumstance_id=row.pk, ends=ends, reason=reason, by=request.actor)

        return Change(row.resident, What.CORRECTED, apply, ends, reason)

    return checked(
        request,
        row.resident,
        once_only(form),
        change,
        template="registration/circumstance_end.html",
        title=_("Correct the end of a circumstance"),
        done=_("Its end is put right."),
        circumstance=row,
    )


@allowed("residents.change")
def circumstance_void(request: ActorRequest, number: str, pk: int) -> HttpResponse:
    """It was never true."""
    row = circumstance_of(request, number, pk)
    form = VoidForm(request.POST or None)

    def change() -> Change:
        reason = form.cleaned_data["reason"]
        return Change(
            row.resident,
            What.VOIDED,
            lambda: registration.void_circumstance(circumstance_id=pk, reason=reason, by=request.actor),
            row.starts,
            reason,
        )

    return checked(
        request,
        row.resident,
        once_only(form),
        change,
        template="registration/circumstance_void.html",
        title=_("Void a circumstance"),
        done=_("It is voided."),
        tone="danger",
        circumstance=row,
    )


@allowed("residents.change")
def resident_edit(request: ActorRequest, number: str) -> HttpResponse:
    """Address, telephone, community."""
    resident = resident_of(request, number)
    initial = {
        "version": resident.version,
        "community": resident.community_id,
        "address": resident.address,
        "phone": resident.phone,
    }
    form = ResidentForm(request.POST or None, initial=initial)

    def change() -> Change:
        given = form.cleaned_data
        return Change(
            resident,
            What.DETAILS,
            lambda: registration.change_resident(
                number=resident.number,
                version=given["version"],
                person=person_of(resident, given),
                moved_on=given["moved_on"],
                reason=given["reason"],
                by=request.actor,
            ),
            given["moved_on"],
            given["reason"],
        )

    return checked(
        request,
        resident,
        once_only(form),
        change,
        template="registration/resident_edit.html",
        title=_("Change address, telephone or community"),
        done=_("The details are changed."),
    )


def person_of(resident: Resident, given: dict[str, Any]) -> PersonData:
    return PersonData(
        name=resident.name,
        birth_date=resident.birth_date,
        sex=Sex(resident.sex),
        community=given["community"],
        id_number=resident.id_number,
        address=given["address"],
        phone=given["phone"],
    )
