"""The home page of each role: what waits, what one does most, and what one wants to know."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import overview, work


@allowed("frame.use")
@require_GET
def home(request: ActorRequest) -> HttpResponse:
    """What waits for the actor first, then what else their role works with."""
    actor, today = request.actor, clock.today()
    queues = work.queues_of(actor, today)
    figures = overview.of_queues(actor, today, queues)
    context: dict[str, object] = {}
    role = actor.role
    if role is None:
        raise TypeError("A page is opened by a user in a posting, who has a role.")
    if role in overview.FINANCE:
        rows = overview.statements_owed(actor, today)
        figures, context["statements"] = overview.of_finance(actor, today, rows), rows
    elif role in overview.WITHOUT_QUEUES:
        figures = overview.WITHOUT_QUEUES[role](actor, today)
    enrolled = overview.enrolled_of(actor)
    if enrolled is not None:
        figures.append(overview.Figure(_("Enrolled residents"), enrolled))
    if role is Role.SUPERVISOR:
        context["stages"] = overview.stages_of(actor, today)
    if actor.may("audit.see"):
        context["entries"] = timeline(AuditEntry.objects.order_by("-id")[:8])
    actions = list(overview.ACTIONS.get(role, ()))
    main = actions.pop(0) if role in overview.WITH_MAIN_ACTION else None
    return render(
        request,
        "portal/home.html",
        {
            **context,
            "figures": figures,
            "queues": [(queue, queue.rows()) for queue in queues],
            "main_action": main,
            "actions": actions,
            "facts": overview.facts_of(actor, today),
        },
    )
