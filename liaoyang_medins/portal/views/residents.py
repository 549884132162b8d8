"""The resident's page: everything that the portal knows of one person, as far as the actor may see it."""

import datetime
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from claims import selectors as claims
from enrollment.contributions import selectors as contributions
from enrollment.life import selectors as life
from enrollment.life.models import PersonCorrection
from enrollment.registration import selectors as registration
from enrollment.registration.labels import label
from enrollment.registration.models import Resident
from enrollment.registration.rules import completed_age
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.selectors import Event, of_resident, timeline
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.templatetags.medins import masked

from .. import services


def cover_of(resident: Resident, today: datetime.date) -> tuple[str, str]:
    """Whether the person is covered today, as a word and its tone."""
    died = registration.died_on(resident)
    if died:
        return _("Died on %(day)s") % {"day": died}, "neutral"
    periods = contributions.live_benefit_periods(resident)
    running = next((days for days in periods if days.covers(today)), None)
    if running:
        return _("Covered until %(day)s") % {"day": running.ends}, "good"
    coming = next((days for days in periods if days.starts > today), None)
    if coming:
        return _("Covered from %(day)s") % {"day": coming.starts}, "wait"
    if registration.current_enrollment(resident):
        return _("Enrolled, not covered today"), "wait"
    return _("Not enrolled"), "neutral"


def actions_of(resident: Resident, actor: Actor, today: datetime.date) -> dict[str, Any]:
    """What the actor can do for the resident now."""
    enrollment = registration.current_enrollment(resident)
    waiting = registration.open_registration(resident)
    dead = registration.died_on(resident) is not None
    return {
        "renewal_year": contributions.renewal_year(resident, today) if actor.may("notices.make") else None,
        "may_register": actor.may("registrations.register") and not (enrollment or waiting or dead),
        "may_change": actor.may("residents.change"),
        "may_correct": actor.may("residents.correct"),
        "may_merge": actor.may("merges.propose"),
        "may_admit": actor.may("stays.enter") and not dead,
    }


def corrected(row: PersonCorrection) -> dict[str, Any]:
    """A correction in words; ID numbers masked."""

    def said(value: str) -> str:
        if row.field == PersonCorrection.Field.ID_NUMBER:
            return masked(value) if value else "—"
        return label(Sex(value)) if row.field == PersonCorrection.Field.SEX else value

    return {
        "on": row.corrected_on,
        "field": row.get_field_display(),
        "before": said(row.before),
        "after": said(row.after),
        "reason": row.reason,
        "who": row.made_by,
    }


def named(event: Event, resident: Resident) -> Event:
    """A line of the timeline with the number of what was acted on, where that is not the person."""
    if event.object_number == resident.number:
        return event
    return replace(event, text=f"{event.text} · {event.object_number}")


def page(request: ActorRequest, resident: Resident, *, id_number: str = "") -> HttpResponse:
    """The page; `id_number` is the full number where it has just been revealed."""
    actor, today = request.actor, clock.today()
    subdistrict = resident.community.parent
    cover, tone = cover_of(resident, today)
    numbers = registration.numbers_of(resident)
    context: dict[str, Any] = {
        "resident": resident,
        "id_number": id_number,
        "cover": cover,
        "cover_tone": tone,
        "sex": label(Sex(resident.sex)),
        "age": completed_age(resident.birth_date, today) if resident.birth_date <= today else None,
        "category": label(contributions.category_on(resident, today)),
        "subdistrict": subdistrict,
        "district": subdistrict.parent if subdistrict else None,
        "moves": registration.moves_of(resident),
        "circumstances": resident.circumstances.select_related("school").order_by("kind", "-starts"),
        "registrations": registration.registrations_visible_to(actor).filter(resident=resident),
        "today": today,
        "corrections": [corrected(row) for row in life.corrections_of(resident)],
        "entries": [named(event, resident) for event in timeline(of_resident(*numbers))],
        "merged_numbers": numbers[1:],
        **actions_of(resident, actor, today),
    }
    if actor.may("notices.see"):
        context["periods"] = contributions.period_rows(resident, today)
        context["notices"] = contributions.notices_of(resident)
        context["late"] = contributions.late_payer(resident, today)
    if actor.may("stays.see"):
        context["stays"] = claims.stays_of_resident(resident, actor)
        context["cap"] = claims.cap_left(resident, today)
    return render(request, "portal/resident.html", context)


@allowed("residents.see")
@require_GET
def resident(request: ActorRequest, number: str) -> HttpResponse:
    """One resident, within the scope of the actor's office; the number of a merged record leads to the other."""
    led_to = registration.number_led_to(number)
    if led_to and registration.residents_visible_to(request.actor).filter(number=led_to).exists():
        return redirect("resident", led_to)
    found = get_object_or_404(registration.residents_visible_to(request.actor), number=number)
    return page(request, found)


@allowed("residents.reveal")
@never_cache
@require_POST
def resident_reveal(request: ActorRequest, number: str) -> HttpResponse:
    """Show the full ID number, once, and put that on record. Never kept by a browser."""
    try:
        id_number = services.reveal_id_number(number=number, by=request.actor)
    except Resident.DoesNotExist as error:
        raise Http404 from error
    if request.htmx:
        response = render(request, "portal/parts/id_number.html", {"id_number": id_number})
    else:
        response = page(
            request, registration.residents_visible_to(request.actor).get(number=number), id_number=id_number
        )
    response["Cache-Control"] = "no-store"
    return response
