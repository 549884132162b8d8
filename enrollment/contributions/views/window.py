"""The page of the yearly window: its days, and the run that makes its notices."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError, NotAllowed
from liaoyang_medins.kernel.runs.selectors import runs_visible_to
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .. import rules, services
from ..services.opening import NAME


@allowed("window.see")
@require_http_methods(["GET", "POST"])
def window(request: ActorRequest) -> HttpResponse:
    """When residents pay for the coming year, and what was made of its notices; who may starts the run, or counts
    only.
    """
    today = clock.today()
    year = today.year + 1
    opens, closes = rules.payment_window(year, policy_on(today))
    problem = None
    if request.method == "POST":
        try:
            run = services.open_window(contribution_year=year, by=request.actor, dry_run="dry_run" in request.POST)
        except NotAllowed:
            raise
        except DomainError as error:
            problem = error
        else:
            return redirect("run", number=run.number)
    context = {
        "year": year,
        "opens": opens,
        "closes": closes,
        "is_open": opens <= today <= closes,
        "may_open": request.actor.may("window.open"),
        "problem": problem,
        "page": page_of(request, runs_visible_to(request.actor).filter(kind=NAME)),
    }
    return render(request, "contributions/window.html", context, status=422 if problem else 200)
