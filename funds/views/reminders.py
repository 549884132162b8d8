"""Letters to finance offices whose payment is overdue."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from funds import selectors, services
from liaoyang_medins.kernel.papers import web as papers
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed


@allowed("statements.remind")
@require_POST
def subsidy_reminder_new(request: ActorRequest, number: str) -> HttpResponse:
    """Write to the payer of the button."""
    get_object_or_404(selectors.statements_visible_to(request.actor), number=number)
    letter = services.remind_payer(number=number, payer=request.POST.get("payer", ""), by=request.actor)
    messages.success(
        request,
        _("The letter %(number)s is written. Print it or save it as PDF from the list of letters.")
        % {"number": letter.number},
    )
    return redirect("statement", number=number)


@allowed("statements.see")
@require_GET
def subsidy_reminder(request: ActorRequest, number: str) -> HttpResponse:
    """A letter as it was written, for the printer and as PDF."""
    letter = get_object_or_404(selectors.reminders_visible_to(request.actor), number=number)
    return papers.show(request, letter.paper.paper(), back_url=letter.statement.get_absolute_url())
