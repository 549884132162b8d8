"""The contribution year as a table of jobs: what is done on which day, by the rules' parameters, and what was done.

The one place that knows the days: the scheduler starts by it what is due, and the agency's page shows it.
"""

import datetime
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.cards import selectors as cards
from enrollment.cards.services import making, start_making
from enrollment.contributions import services as contributions
from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.rules import payment_window, year_of_notice
from enrollment.contributions.services import beginning, closing, opening, reminding
from enrollment.registration.selectors import policy_on
from funds.labels import period_label
from funds.models import SubsidyStatement
from funds.rules import Period
from funds.selectors.drawing import period_of
from funds.services import preparing, start_preparing
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import day_before, next_day
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy import BeforeTheLaw, PolicyError
from liaoyang_medins.kernel.runs.models import Run

logger = logging.getLogger(__name__)

Day = datetime.date
Words = str | Promise
# The agency's own choice, unlike the days below: so long before the window's last day the reminders are written, and
# on these days of each month certificates are made for what was paid outside the window, within the 30 days of W7.
REMINDED_BEFORE = datetime.timedelta(days=14)
CERTIFICATES_ON = (1, 16)
# The scheme's first contribution year.
FIRST = 2008


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done as a run on certain days of a contribution year.

    `days` are its occasions in that year, `key` the natural key of the run that answers one, `start` starts it.
    `after`: only a run since the day answers, where the key is the same on other days. `otherwise`: `done` where it
    was done without a run, `nothing` where nothing is to be done. `until`: the last day on which it can be started.
    `repeats`: the page shows the last occasion and the next one. `lasting`: it stays due when the year is over.
    """

    code: str
    label: Words
    does: Words
    rule: str
    kind: str
    verb: str
    days: Callable[[int], Iterable["Occasion"]]
    start: Callable[["Occasion", Actor, bool], Run]
    key: Callable[["Occasion"], str] = lambda occasion: str(occasion.year)
    after: bool = False
    otherwise: Callable[["Occasion"], str] = lambda _occasion: ""
    until: Callable[["Occasion"], Day] = lambda _occasion: Day.max
    repeats: bool = False
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Occasion:
    """A day of the contribution year `year` on which a job is due; `period` is that of a statement."""

    year: int
    day: Day
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A job on its day, as it stands: `run` is the last one that answers it, `state` one of `coming`, `due`, `done`,
    `nothing`, `missed`, or that of the run.
    """

    job: Job
    occasion: Occasion
    state: str
    run: Run | None = field(default=None)
    next_day: Day | None = None

    @property
    def about(self) -> str:
        """What it is about beside the job itself."""
        period = self.occasion.period
        return period_label(period.kind, period.first) if period else ""

    @property
    def may_start(self) -> bool:
        """Whether the page offers to start it; the service decides."""
        return self.state == "due" or (self.state == "finished" and self.job.kind == opening.NAME)


# --- the days --------------------------------------------------------------------------------------------------------


def window_of(year: int) -> tuple[Day, Day]:
    """First and last day of the window for a contribution year. Raises BeforeTheLaw where there was none."""
    return payment_window(year, policy_on(Day(year - 1, 9, 30)))


def in_window(choose: Callable[[Day, Day], Day]) -> Callable[[int], Iterator[Occasion]]:
    """The occasions of a job that has one day in or after each window."""

    def days(year: int) -> Iterator[Occasion]:
        try:
            yield Occasion(year, choose(*window_of(year)))
        except BeforeTheLaw:
            return

    return days


def reminded_on(_opens: Day, closes: Day) -> Day:
    return closes - REMINDED_BEFORE


def firsts(year: int) -> Iterator[Day]:
    """The first days of the months of the cycle: from the October before the year until its September, but none before
    the law.
    """
    for number in range(12):
        first = Day(year - 1 + (9 + number) // 12, (9 + number) % 12 + 1, 1)
        try:
            policy_on(day_before(first))
        except BeforeTheLaw:
            continue
        yield first


def certificate_days(year: int) -> Iterator[Occasion]:
    for first in firsts(year):
        for day in CERTIFICATES_ON:
            yield Occasion(year, first.replace(day=day))


def benefit_days(year: int) -> Iterator[Occasion]:
    """B3: 1 January; B5: the fixed days of the first year, which lie in the cycle of the day."""
    first_year = policy_on(Day(year, 12, 31)).first_year
    for day in (first_year.student_benefits_from.value, first_year.benefits_from.value):
        if year_of_notice(day, policy_on(day)) == year:
            yield Occasion(year, day)
    if year > first_year.year.value:
        yield Occasion(year, Day(year, 1, 1))


def statement_days(year: int) -> Iterator[Occasion]:
    """F2: the day after each period of statements that ends in the cycle: the window's, and the months outside it."""
    ends = {*firsts(year)}
    for occasion in in_window(lambda _opens, closes: next_day(closes))(year):
        ends.add(occasion.day)
    for day in sorted(ends):
        try:
            period = period_of(day_before(day))
        except PolicyError:
            continue
        if period.last == day_before(day):
            yield Occasion(year, day, period)


# --- the table -------------------------------------------------------------------------------------------------------


def _period(occasion: Occasion) -> Period:
    if occasion.period is None:
        raise ValueError("A statement is about a period.")
    return occasion.period


def _last_of_window(occasion: Occasion) -> Day:
    return window_of(occasion.year)[1]


def _statement_of(occasion: Occasion) -> str:
    period = _period(occasion)
    if SubsidyStatement.objects.filter(kind=period.kind.value, period_from=period.first).exists():
        return "done"
    # Corrections alone make no statement of a month: they stand in the next one that claims something.
    paid = ContributionNotice.objects.filter(
        contribution_year__in=[period.last.year, period.last.year + 1],
        status=ContributionNotice.Status.PAID,
        paid_on__range=(period.first, period.last),
        government__gt=0,
    )
    return "" if paid.exists() else "nothing"


def _open(occasion: Occasion, by: Actor, dry_run: bool) -> Run:
    return contributions.open_window(contribution_year=occasion.year, by=by, dry_run=dry_run)


def _certificates(_occasion: Occasion, by: Actor, dry_run: bool) -> Run:
    return start_making(by=by, dry_run=dry_run)


def _nothing_to_make(_occasion: Occasion) -> str:
    return "" if cards.due(clock.today()).exists() else "nothing"


JOBS: tuple[Job, ...] = (
    Job(
        "open",
        gettext_lazy("Open the window"),
        gettext_lazy(
            "A notice for everybody who goes on; a letter with the reason for who may not take part any more."
        ),
        "W5, E7, C1–C4",
        opening.NAME,
        opening.KIND.verb,
        in_window(lambda opens, _closes: opens),
        _open,
        until=_last_of_window,
    ),
    Job(
        "complete",
        gettext_lazy("Make the notices that are missing"),
        gettext_lazy("For who enrolled or paid for the first time since the window was opened."),
        "W5, W6",
        opening.NAME,
        opening.KIND.verb,
        in_window(reminded_on),
        _open,
        after=True,
        until=_last_of_window,
    ),
    Job(
        "remind",
        gettext_lazy("Remind who has not paid"),
        gettext_lazy("A letter for each notice that is open, printed by community."),
        "W5, W8",
        reminding.NAME,
        reminding.KIND.verb,
        in_window(reminded_on),
        lambda occasion, by, dry_run: contributions.remind(contribution_year=occasion.year, by=by, dry_run=dry_run),
        until=_last_of_window,
    ),
    Job(
        "close",
        gettext_lazy("Close the window"),
        gettext_lazy("What was not paid lapses on 31 December; a payment dated inside the term still undoes that."),
        "W8, C6",
        closing.NAME,
        closing.KIND.verb,
        in_window(lambda _opens, closes: next_day(closes)),
        lambda occasion, by, dry_run: contributions.close_window(
            contribution_year=occasion.year, by=by, dry_run=dry_run
        ),
    ),
    Job(
        "certificates",
        gettext_lazy("Certificates and cards of the window"),
        gettext_lazy("For who paid in the window, within 30 days of its close."),
        "W7",
        making.NAME,
        making.KIND.verb,
        in_window(lambda _opens, closes: next_day(closes)),
        _certificates,
        key=lambda _occasion: making.EVERYBODY,
        after=True,
        otherwise=_nothing_to_make,
    ),
    Job(
        "statement",
        gettext_lazy("Subsidy statement"),
        gettext_lazy("For the window when it closes, and for each month outside it; a reviewer issues it."),
        "F2, F3",
        preparing.NAME,
        preparing.KIND.verb,
        statement_days,
        lambda occasion, by, dry_run: start_preparing(
            kind=_period(occasion).kind.value, period_from=_period(occasion).first, by=by, dry_run=dry_run
        ),
        key=lambda occasion: f"{_period(occasion).kind.value}:{_period(occasion).first.isoformat()}",
        otherwise=_statement_of,
        lasting=True,
    ),
    Job(
        "benefits",
        gettext_lazy("Start the benefits"),
        gettext_lazy("Whose benefits begin is recorded; who paid and begins nothing is listed with the reason."),
        "B3, B5",
        beginning.NAME,
        beginning.KIND.verb,
        benefit_days,
        lambda _occasion, by, dry_run: contributions.start_benefits(by=by, dry_run=dry_run),
        key=lambda _occasion: "",
        after=True,
    ),
    Job(
        "late certificates",
        gettext_lazy("Certificates and cards outside the window"),
        gettext_lazy("Twice a month, so that nobody waits longer than 30 days from the payment."),
        "W7",
        making.NAME,
        making.KIND.verb,
        certificate_days,
        _certificates,
        key=lambda _occasion: making.EVERYBODY,
        after=True,
        otherwise=_nothing_to_make,
        repeats=True,
    ),
)


def contribution_year_of(day: Day) -> int:
    """The contribution year whose cycle of jobs `day` lies in: from the first day of the window for it."""
    return year_of_notice(day, policy_on(day))


def answer_to(job: Job, occasion: Occasion) -> Run | None:
    """The last run that did, or is doing, what was due; none that was cancelled."""
    runs = Run.objects.filter(kind=job.kind, dry_run=False).exclude(status=Run.Status.CANCELLED)
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
        return Row(job, occasion, run.status, run)
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
        "due": _("Due"),
        "done": _("Done"),
        "nothing": _("Nothing to do"),
        "missed": _("Not done in its time"),
    }
    return own.get(state) or str(Run.Status(state).label)
