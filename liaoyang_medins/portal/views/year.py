"""The page of the contribution year: its jobs in the order of their days, what was done, and what can be started."""

import datetime

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError, NotAllowed
from liaoyang_medins.kernel.policy import PolicyError
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import year as years


def page(request: ActorRequest, year: int, problem: DomainError | None = None) -> HttpResponse:
    today = clock.today()
    this_year = years.contribution_year_of(today)
    try:
        rows = years.calendar_of(year, today)
    except PolicyError as error:
        raise Http404 from error
    context = {
        "year": year,
        "this_year": this_year,
        "rows": [(row, years.state_words(row.state)) for row in rows],
        "years": [one for one in (year - 1, year + 1) if years.FIRST <= one <= this_year + 1],
        "nightly": settings.JOBS_OF_THE_YEAR_AT.strftime("%H:%M"),
        "problem": problem,
    }
    return render(request, "portal/year.html", context, status=422 if problem else 200)


@allowed("window.see")
@require_GET
def contribution_year(request: ActorRequest) -> HttpResponse:
    """The jobs of a contribution year; of the one whose cycle today lies in, unless the address says another."""
    given = request.GET.get("year", "")
    if given and not (given.isdecimal() and len(given) == 4):
        raise Http404(_("There is no such year."))
    return page(request, int(given) if given else years.contribution_year_of(clock.today()))


@allowed("window.open")
@require_POST
def contribution_year_start(request: ActorRequest) -> HttpResponse:
    """Start a job of the table, or count what it would do."""
    try:
        day = datetime.date.fromisoformat(request.POST.get("day", ""))
        year = int(request.POST.get("year", ""))
        job, occasion = years.find(request.POST.get("job", ""), year, day)
    except (ValueError, LookupError, PolicyError) as error:
        raise Http404 from error
    try:
        run = job.start(occasion, request.actor, "dry_run" in request.POST)
    except NotAllowed:
        raise
    except DomainError as error:
        return page(request, year, error)
    return redirect("run", number=run.number)
