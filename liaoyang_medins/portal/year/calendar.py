"""How the jobs of a contribution year stand, and starting those that are due."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from enrollment.contributions import services as contributions
from enrollment.contributions.services import beginning, opening
from funds.labels import period_label
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs.models import Run

from .days import Day, Occasion, contribution_year_of
from .jobs import JOBS, Job

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """A job on its day, as it stands: `run` is the last one that answers it, `state` one of `coming`, `due`, `done`,
    `nothing`, `missed`, or that of the run. `again`: a further run would do what has become due since.
    """

    job: Job
    occasion: Occasion
    state: str
    run: Run | None = None
    next_day: Day | None = None
    again: bool = False

    @property
    def about(self) -> str:
        """What it is about beside the job itself."""
        period = self.occasion.period
        return period_label(period.kind, period.first) if period else ""

    @property
    def may_start(self) -> bool:
        """Whether the page offers to start it; the service decides."""
        return self.state in ("due", Run.Status.CANCELLED) or self.again


def answer_to(job: Job, occasion: Occasion) -> Run | None:
    """The last run that did, is doing or was to do what was due. One that somebody cancelled is not started again by
    itself.
    """
    runs = Run.objects.filter(kind=job.kind, dry_run=False)
    if key := job.key(occasion):
        runs = runs.filter(key=key)
    if job.after:
        runs = runs.filter(business_date__gte=occasion.day)
    return runs.order_by("-id").first()


def row_of(job: Job, occasion: Occasion, today: Day) -> Row:
    """How a job stands today."""
    if today < occasion.day:
        return Row(job, occasion, "coming")
    run = answer_to(job, occasion)
    if run is not None:
        again = run.status == Run.Status.FINISHED and job.kind == opening.NAME and today <= job.until(occasion)
        return Row(job, occasion, run.status, run, again=again)
    state = "missed" if job.until(occasion) < today else job.otherwise(occasion)
    return Row(job, occasion, state or "due")


def calendar_of(year: int, today: Day) -> list[Row]:
    """The jobs of a contribution year in the order of their days; of those that repeat the last and the next."""
    rows: list[Row] = []
    for job in JOBS:
        occasions = sorted(job.days(year), key=lambda occasion: occasion.day)
        if not job.repeats:
            rows += [row_of(job, occasion, today) for occasion in occasions]
        elif occasions:
            begun = [occasion for occasion in occasions if occasion.day <= today]
            coming = [occasion.day for occasion in occasions if occasion.day > today]
            row = row_of(job, begun[-1] if begun else occasions[0], today)
            rows.append(Row(job, row.occasion, row.state, row.run, coming[0] if begun and coming else None))
    return sorted(rows, key=lambda row: row.occasion.day)


# --- starting --------------------------------------------------------------------------------------------------------


def find(code: str, year: int, day: Day) -> tuple[Job, Occasion]:
    """The job of that code and its occasion on that day. LookupError where there is none."""
    for job in JOBS:
        for occasion in job.days(year):
            if (job.code, occasion.day) == (code, day):
                return job, occasion
    raise LookupError(code)


def start_due(today: Day, by: Actor) -> list[Run]:
    """Start every job that is due and was not started, those of the year before that stay due too; returns the runs.

    What the services refuse, such as a statement while another is a draft, is due again the next time. Benefits that
    begin between the fixed days (B1, B2) are recorded besides.
    """
    this_year = contribution_year_of(today)
    started: list[Run] = []
    for year in (this_year - 1, this_year):
        for job in JOBS:
            if year == this_year or job.lasting:
                started += _start_due(job, [*job.days(year)], today, by)
    if not any(run.kind == beginning.NAME for run in started):
        started += _started(lambda: contributions.start_benefits(by=by), "benefits")
    return started


def _start_due(job: Job, occasions: list[Occasion], today: Day, by: Actor) -> Iterator[Run]:
    due = [occasion for occasion in occasions if occasion.day <= today]
    for occasion in due[-1:] if job.repeats else due:
        if row_of(job, occasion, today).state == "due":
            started = _started(partial(job.start, occasion, by, False), job.code)
            yield from started
            if not started:
                # What stands against it, such as a draft that is open, stands against the later ones too.
                return


def _started(start: Callable[[], Run], name: str) -> list[Run]:
    try:
        return [start()]
    except DomainError as error:
        logger.info("The job %s is not started: %s", name, error)
        return []


def state_words(state: str) -> str:
    """The state of a row in words."""
    own = {
        "coming": _("To come"),
        "due": _("To be started"),
        "done": _("Done"),
        "nothing": _("Nothing to do"),
        "missed": _("Not done in its time"),
    }
    return own.get(state) or str(Run.Status(state).label)
