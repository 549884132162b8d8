"""The table of the jobs of a contribution year: what is done, on which days, and how it is started."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from enrollment.cards import selectors as cards
from enrollment.cards.services import making, start_making
from enrollment.contributions import services as contributions
from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.services import beginning, closing, opening, reminding
from funds.models import SubsidyStatement
from funds.paying import selectors as paying
from funds.paying.rules import last_day, month_before
from funds.paying.services import running, start_drawing
from funds.rules import Period
from funds.services import preparing, start_preparing
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import next_day
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs.models import Run

from .days import (
    Day,
    Occasion,
    benefit_days,
    certificate_days,
    in_window,
    month_days,
    reminded_on,
    statement_days,
    window_of,
)

Words = str | Promise


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
    days: Callable[[int], Iterable[Occasion]]
    start: Callable[[Occasion, Actor, bool], Run]
    key: Callable[[Occasion], str] = lambda occasion: str(occasion.year)
    after: bool = False
    otherwise: Callable[[Occasion], str] = lambda _occasion: ""
    until: Callable[[Occasion], Day] = lambda _occasion: Day.max
    repeats: bool = False
    lasting: bool = False


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


def _month(occasion: Occasion) -> Day:
    return month_before(occasion.day)


def _nothing_to_declare(occasion: Occasion) -> str:
    return "" if paying.institutions_to_declare(last_day(_month(occasion))) else "nothing"


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
        certificate_days,
        _certificates,
        key=lambda _occasion: making.EVERYBODY,
        after=True,
        otherwise=_nothing_to_make,
        repeats=True,
    ),
    Job(
        "declarations",
        gettext_lazy("Monthly declarations of institutions"),
        gettext_lazy("What each institution is owed for the settlements of the month before; it confirms the totals."),
        "A4, S1",
        running.NAME,
        month_days,
        lambda occasion, by, dry_run: start_drawing(month=_month(occasion), by=by, dry_run=dry_run),
        key=lambda occasion: _month(occasion).isoformat(),
        otherwise=_nothing_to_declare,
        repeats=True,
    ),
)
