"""The list of registrations: one's own open work first."""

from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .. import idnumber
from ..drafts import drafts_of
from ..queue import WAITS_FOR, View, grouped, listed, narrowed, open_ones, status_words, waiting_for
from ..step_forms import QueueFilter

OFFICES_ABOVE = {
    Role.SUBDISTRICT: "parent",
    Role.DISTRICT: "parent__parent",
}


def receiving_offices(actor: Actor) -> QuerySet[Office]:
    """The offices whose registrations the actor may see, for the filter."""
    offices = Office.objects.filter(kind__in=[Office.Kind.COMMUNITY, Office.Kind.SCHOOL]).order_by("kind", "code")
    if actor.role in (Role.COMMUNITY, Role.SCHOOL):
        return offices.filter(pk=actor.office.pk if actor.office else 0)
    if actor.role in OFFICES_ABOVE:
        return offices.filter(**{OFFICES_ABOVE[actor.role]: actor.office})
    return offices


def tabs(actor: Actor, shown: View) -> list[SimpleNamespace]:
    mine = waiting_for(actor).count() if actor.role in WAITS_FOR else None
    found: list[tuple[View, str, int | None]] = [] if mine is None else [(View.MINE, _("Waits for me"), mine)]
    found += [(View.OPEN, _("All open"), open_ones(actor).count()), (View.ALL, _("All"), None)]
    return [
        SimpleNamespace(label=label, url=f"?view={view}", active=view == shown, count=count)
        for view, label, count in found
    ]


def bulk_actions(actor: Actor, view: View) -> list[SimpleNamespace]:
    """What can be done to ticked rows at once; each row is looked at by itself."""
    found = []
    if view is View.MINE and actor.may("registrations.forward"):
        found.append(SimpleNamespace(value="forward", label=_("Forward the ticked ones")))
    if view is View.MINE and actor.role is Role.DISTRICT:
        found.append(SimpleNamespace(value="approve", label=_("Approve the ticked ones")))
    found.append(SimpleNamespace(value="print", label=_("Print the ticked ones (PDF)"), repeat=True))
    return found


@allowed("registrations.see")
@require_GET
def registrations(request: ActorRequest) -> HttpResponse:
    """The queue, its filters in the address: `view` (mine, open, all), `status`, `office`, `q`."""
    actor, today = request.actor, clock.today()
    usual = View.MINE if actor.role in WAITS_FOR else View.OPEN
    asked = request.GET.get("view", usual)
    view = View(asked) if asked in set(View) else usual
    form = QueueFilter(request.GET, receiving=receiving_offices(actor))
    given: dict[str, Any] = {"status": "", "office": None, "q": ""}
    if form.is_valid():
        given = form.cleaned_data
    if idnumber.looks_like(given["q"]):
        form.add_error("q", _("Search for ID numbers in the box at the top."))
        given["q"] = ""
    if given["status"] and given["status"] not in dict(WAITS_FOR).get(actor.role or Role.SUPERVISOR, ()):
        # A state that never waits here: look among all, as the person asked for it.
        view = View.ALL if view is View.MINE else view
    page = page_of(request, narrowed(listed(actor, view), **given))
    groups = grouped(page, today, by_urgency=view is not View.ALL)
    for group in groups:
        for row in group.rows:
            row.words = status_words(row)  # type: ignore[attr-defined]
    context = {
        "page": page,
        "groups": groups,
        "filter_form": form,
        "tabs": tabs(actor, view),
        "view": view,
        "drafts": drafts_of(actor) if actor.may("registrations.register") else [],
        "today": today,
        "actions": bulk_actions(actor, view),
    }
    return render(request, "registration/queue.html", context)
