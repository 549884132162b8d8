"""For whom a certificate is due, and making it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enrollment.registration.selectors import residents_visible_to
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError, NotAllowed
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import selectors, services
from ..services.making import NAME


@allowed("cards.see")
@require_GET
def cards_due(request: ActorRequest) -> HttpResponse:
    """How many certificates are due, in each community; and who, where the actor's office is one."""
    actor, today = request.actor, clock.today()
    rows = selectors.due_by_community(actor, today)
    people = []
    if len(rows) == 1:
        due = selectors.due_visible_to(actor, today).select_related("resident").order_by("paid_on", "number")[:100]
        people = [(notice, selectors.certificate_due_on(notice)) for notice in due]
    context = {
        "rows": rows,
        "due": sum(row.due for row in rows),
        "overdue": sum(row.overdue for row in rows),
        "people": people,
        "today": today,
        "live_runs": Run.objects.filter(kind=NAME, status__in=Run.LIVE).order_by("-pk")
        if actor.may("runs.see")
        else [],
    }
    return render(request, "cards/due.html", context)


@allowed("cards.make")
@require_POST
def cards_make(request: ActorRequest) -> HttpResponse:
    """Start the run that makes what is due, or count it."""
    try:
        run = services.start_making(
            community=request.POST.get("community", ""), by=request.actor, dry_run="dry_run" in request.POST
        )
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("cards-due")
    return redirect("run", number=run.number)


@allowed("cards.make")
@require_POST
def card_make(request: ActorRequest, number: str) -> HttpResponse:
    """Make or extend the card of one resident."""
    resident = get_object_or_404(residents_visible_to(request.actor), number=number)
    try:
        card = services.make_card(resident_number=resident.number, by=request.actor)
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("resident", number)
    messages.success(request, _("The card is made, and its certificate says what is paid."))
    return redirect("card", card.number)
